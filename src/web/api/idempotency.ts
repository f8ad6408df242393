/**
 * Writes that may be sent again. A caller who did not hear the answer (the network broke) sends the same request with
 * the same `Idempotency-Key`, and it is not done a second time.
 *
 * What is promised: under one key a person's request is done once. That it was done is kept in the transaction that did
 * it, so a crash leaves either nothing (the same request is then done as if it were new) or the deed with that mark.
 * After the deed the answer is kept; a crash between the two loses the answer, never the deed: asking again is then told
 * that it was done and where to look. A refused request did nothing and keeps nothing, so it may be put right and sent
 * under the same key.
 *
 * Bounds: a key counts for 24 hours; 2,000 keys of one person in that time, more are refused.
 */
import type { Request } from 'express'
import { sha256 } from '../../base/hash.ts'
import { plusMilliseconds } from '../../base/time.ts'
import { inEachTransaction } from '../../db/index.ts'
import type { Visit, Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { type Answer, personOf } from './operation.ts'
import { ApiRefusal } from './problems.ts'
import { claimKey, forgetKey, keepAnswer, markDone } from './store.ts'

/** How long a key counts. */
export const keyHours = 24
/** Keys of one person in that time. */
export const keysMax = 2000

/** Does a request's work once under its key, or gives the answer that is kept. Without a key it just does it. */
export type Once = (
  asked: { request: Request; visit: Visit; body: unknown },
  work: () => Promise<Answer<unknown>>,
) => Promise<{ answer: Answer<unknown>; replayed: boolean }>

/** One for the whole API: it knows which keys are worked on now, because one hub alone has the data folder. */
export function createOnce(web: Web): Once {
  const underWay = new Set<string>()
  return async (asked, work) => {
    const key = keyIn(asked.request)
    if (key === undefined) return { answer: await work(), replayed: false }
    const named = { person: personOf(asked.visit), key }
    const name = `${named.person} ${key}`
    // Noted before the first wait, so that of two at once exactly one goes on.
    if (underWay.has(name)) throw new ApiRefusal('key-in-use', sentence('api.key-in-use'))
    underWay.add(name)
    try {
      const kept = await claimed(web, named, fingerprintOf(asked))
      return kept === undefined ? await doneOnce(web, named, work) : { answer: kept, replayed: true }
    } finally {
      underWay.delete(name)
    }
  }
}

async function claimed(
  { database, clock }: Web,
  named: { person: string; key: string },
  asked: string,
): Promise<Answer<unknown> | undefined> {
  const now = clock.now()
  const claim = await claimKey(database, {
    ...{ ...named, asked, now, keysMax },
    since: plusMilliseconds(now, -keyHours * 3_600_000),
  })
  switch (claim.kind) {
    case 'ours':
      return undefined
    case 'answered':
      return claim.answer as Answer<unknown>
    case 'done':
      throw new ApiRefusal('answer-lost', sentence('api.answer-lost'))
    case 'other-request':
      throw new ApiRefusal('key-reused', sentence('api.key-reused'))
    case 'too-many':
      throw new ApiRefusal('too-often', sentence('api.too-many-keys', { most: keysMax }))
  }
}

async function doneOnce(
  { database }: Web,
  named: { person: string; key: string },
  work: () => Promise<Answer<unknown>>,
): Promise<{ answer: Answer<unknown>; replayed: boolean }> {
  let answer: Answer<unknown>
  let over = false
  try {
    // What the deed wakes may still write after it; that is not the deed.
    answer = await inEachTransaction(async (tx) => {
      if (!over) await markDone(tx, named)
    }, work)
  } catch (error) {
    over = true
    await forgetKey(database, named)
    throw error
  }
  over = true
  await keepAnswer(database, named, answer)
  return { answer, replayed: false }
}

/** The key as the header has it: a quoted string, or the bare text that many programmes send. */
function keyIn(request: Request): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  const [, quoted, bare] =
    /^\s*(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,128})"|([\w.:~+/=-]{1,128}))\s*$/.exec(String(header)) ?? []
  const key = quoted ?? bare
  if (key === undefined) throw new ApiRefusal('invalid', sentence('api.key-form'))
  return key
}

/** What tells one request from another: where it goes, on which condition, and every value of its body. */
function fingerprintOf({ request, body }: { request: Request; body: unknown }): string {
  const { 'if-match': match = '', 'if-none-match': none = '' } = request.headers
  return sha256(JSON.stringify([request.method, request.originalUrl, match, none, body ?? null]))
}
