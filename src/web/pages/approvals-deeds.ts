/** What approvers do on the page of a version: hear, sign, return. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import {
  approveOnPage,
  beginPlay,
  challengeFor,
  endPlay,
  madePasskeys,
  openPlay,
  returnVersion,
} from '../../approval/index.ts'
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import { millisecondsBetween } from '../../base/time.ts'
import { statusOf } from '../errors.ts'
import { fieldIn } from '../forms.ts'
import { passkeyPlace, signedAt } from '../passkeys.ts'
import { send, visitOf, type Visit, type Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { versionIn } from './approvals.ts'
import { progressOf } from './approvals-hearing.ts'
import { lookAt, versionPage, type VersionTyped } from './approvals-version.ts'
import { presentAt } from './me.ts'

/** A statement that names a hundred units takes about three thousand characters. */
const documentCharactersMax = 8192
const answerCharactersMax = 16_384
const reasonCharactersMax = 1000

/** `POST /approvals/<script>/<version>/plays`: a stretch begins to play. For the page's script as JSON. */
export function playBegun(web: Web): RequestHandler {
  return refusedOnPage(web, async (request, response, visit) => {
    const { name, hearing, standing } = await lookAt(web, visit, request)
    const refusal = standing?.refusal ?? null
    if (refusal !== null) throw refusal
    const key = fieldIn(request.body, 'key')
    const index = hearing?.items.findIndex((item) => item.key === key) ?? -1
    const item = hearing?.items[index]
    if (item === undefined) throw new AppError('conflict', sentence('approvals.changed-list'))
    const number = await beginPlay(web.database, {
      person: presentAt(request).person.id,
      item,
      now: visit.now,
    })
    if (wantsJson(request)) response.json({ heard: `/approvals/${name}/plays/${number}/heard` })
    else response.redirect(303, `/approvals/${name}#nghe-${index + 1}`)
  })
}

/** `POST …/plays/<number>/heard`: it was heard to its end; the hub's clock says whether that can be. */
export function playHeard(web: Web): RequestHandler {
  return refusedOnPage(web, async (request, response, visit) => {
    const person = presentAt(request).person.id
    const { script, version } = versionIn(visit)
    await endPlay(web.database, { person, number: numberIn(visit), now: visit.now })
    if (!wantsJson(request)) {
      response.redirect(303, `/approvals/${script}/${version}#nghe`)
      return
    }
    const { hearing } = await lookAt(web, visit, request)
    response.json(hearing === null ? {} : progressOf(visit, hearing))
  })
}

function numberIn(visit: Visit): number {
  const text = visit.part('number')
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER
}

/** `POST …/sign`: the passkey's answer. */
export function signedOnPage(web: Web): RequestHandler {
  return refusedOnPage(web, async (request, response, visit) => {
    const { script, version } = versionIn(visit)
    const person = presentAt(request).person.id
    const kid = fieldIn(request.body, 'kid')
    const document = Buffer.from(longField(request.body, 'document', documentCharactersMax), 'base64url')
    const place = passkeyPlace(web, request)
    if (!place.ok) throw new AppError('conflict', sentence(`keys.place-${place.why}`, { here: place.here }))
    const passkey = (await madePasskeys(web.database, { person })).find((one) => one.kid === kid)
    if (passkey === undefined) throw new AppError('forbidden', sentence('approvals.other-passkey'))
    if (!isOf(document, { script, version }))
      throw new AppError('conflict', sentence('approvals.changed-list'))
    const answer = longField(request.body, 'answer', answerCharactersMax)
    const { signed, counter } = await signedAt(place, passkey, challengeFor(document), answer)
    const now = visit.now
    await approveOnPage(web.database, { approver: person, kid, document, signed, counter, now })
    web.log.info({ script, version }, 'a version was signed on a page')
    response.redirect(303, `/approvals/${script}/${version}?done=signed`)
  })
}

/** Whether the statement is of this address; its shape and the rest are asked where it is signed. */
function isOf(document: Buffer, wanted: { script: string; version: number }): boolean {
  try {
    const said = z
      .object({ script: z.string(), version: z.number() })
      .parse(JSON.parse(document.toString('utf8')))
    return said.script === wanted.script && said.version === wanted.version
  } catch {
    return false
  }
}

/** `POST …/return`: back to the author, with a reason, which is kept where it is not taken. */
export function returned(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const wanted = versionIn(visit)
    const why = cleanText(fieldIn(request.body, 'why')).trim()
    const by = presentAt(request).person.id
    const wrong =
      why === ''
        ? 'approvals.return-why-needed'
        : why.length > reasonCharactersMax
          ? 'approvals.return-why-long'
          : undefined
    if (wrong !== undefined) {
      const typed = { why, whyWrong: visit.say(wrong, { most: reasonCharactersMax }) }
      send(web, response, visit, await versionPage(web, visit, request, typed), 400)
      return
    }
    try {
      await returnVersion(web.database, { ...wanted, by, why, now: visit.now })
    } catch (error) {
      await sendRefused(web, { request, response, visit }, error, { why })
      return
    }
    response.redirect(303, `/approvals/${wanted.script}/${wanted.version}?done=returned`)
  }
}

/** A deed whose refusal is said on the page itself, or to its script. */
function refusedOnPage(
  web: Web,
  act: (request: Request, response: Response, visit: Visit) => Promise<void>,
): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    try {
      await act(request, response, visit)
    } catch (error) {
      await sendRefused(web, { request, response, visit }, error, {})
    }
  }
}

async function sendRefused(
  web: Web,
  { request, response, visit }: { request: Request; response: Response; visit: Visit },
  error: unknown,
  typed: VersionTyped,
): Promise<void> {
  if (!(error instanceof AppError)) throw error
  const refusal = error.sentence[visit.language]
  const status = statusOf[error.code]
  if (wantsJson(request)) {
    response.status(status).json({ why: refusal, waitMs: await stillMs(web, request, visit) })
    return
  }
  if (error.code === 'not_found') throw error
  send(web, response, visit, await versionPage(web, visit, request, { ...typed, refusal }), status)
}

/** How long the play under way lasts still, by the hub's clock. */
async function stillMs(web: Web, request: Request, { now }: Visit): Promise<number> {
  const play = await openPlay(web.database, presentAt(request).person.id)
  if (play === undefined) return 0
  return Math.max(0, play.toMs - play.fromMs - millisecondsBetween(play.begunAt, now))
}

function wantsJson(request: Request): boolean {
  return request.headers.accept === 'application/json'
}

/** A field that is longer than what people type; empty when it is missing or longer than that. */
export function longField(body: unknown, name: string, most: number): string {
  const given = z.record(z.string(), z.unknown()).catch({}).parse(body)
  return z.string().max(most).catch('').parse(given[name])
}
