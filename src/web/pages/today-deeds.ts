/**
 * What operators say on the page of today: that an airing was played or not, that another's word is true, that their own
 * was a mistake. Each form works without script; the queue of a phone sends the same fields and asks for JSON.
 */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { instantAt, isDay } from '../../base/calendar.ts'
import { AppError, type Sentence } from '../../base/errors.ts'
import { randomIds } from '../../base/ids.ts'
import {
  attest,
  type Attestation,
  attestationsOf,
  countersign,
  type MissedReason,
  missedReasons,
  takeBack,
} from '../../evidence/index.ts'
import { covers, stationById } from '../../registry/index.ts'
import { type Airing, airingsOf, unknownAiring } from '../../schedule/index.ts'
import { HttpRefusal, outsideScope, statusOf } from '../errors.ts'
import { fieldIn } from '../forms.ts'
import type { TypedWord } from '../today-cards.ts'
import { send, type Visit, visitOf, type Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { presentAt } from './me.ts'
import { type Done, todayOf } from './today.ts'

/** More than any station has; a form carries at most 20 fields (routes.ts). */
const villagesMax = 20

/** `POST /airings/<id>/attest`: played or not, in the words of the form. */
export function wordGiven(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const by = tellerOf(request)
    const airing = await airingSeen(web, visit, visit.part('id'))
    const typed = readWord(request.body)
    const { answer, refused } = await trying(() => keep(web, visit, { airing, by, typed, request }))
    if (answer !== undefined) done(visit, request, response, airing, `said=${answer.id}`)
    else if (asksJson(request)) sendRefused(visit, response, refused)
    // What cannot be said any more has no form to stand in: the reason has a page of its own.
    else if (refused.code !== 'invalid') throw refused
    else {
      const station = visit.is(['operator'])
        ? {}
        : { station: await stationById(web.database, airing.station) }
      const why = refused.sentence[visit.language]
      const page = await todayOf(web, visit, { ...station, refused: { airing: airing.id, typed, why } })
      send(web, response, visit, page)
    }
  }
}

async function keep(
  web: Web,
  visit: Visit,
  { airing, by, typed, request }: { airing: Airing; by: string; typed: TypedWord; request: Request },
): Promise<Attestation> {
  const outcome = (['played', 'missed'] as const).find((each) => each === typed.outcome)
  if (outcome === undefined) throw invalid(sentence('today.outcome-needed'))
  const reason: MissedReason | undefined = missedReasons.find((each) => each === typed.reason)
  if (outcome === 'missed' && reason === undefined) throw invalid(sentence('today.reason-needed'))
  const word = fieldIn(request.body, 'word')
  return attest(web.database, {
    ...{ airing: airing.id, by, outcome, note: typed.note, now: visit.now, ids: randomIds },
    playedAt: outcome === 'played' ? playedAtOf(typed.playedAt, airing) : null,
    reason: reason ?? null,
    villagesMissed: typed.villages,
    ...(/^[\w-]{8,64}$/.test(word) ? { word } : {}),
  })
}

/** `POST /attestations/<id>/countersign` */
export function wordSigned(web: Web): RequestHandler {
  return aboutWord(web, 'signed', (attestation, by, now) =>
    countersign(web.database, { attestation, by, now }),
  )
}

/** `POST /attestations/<id>/take-back` */
export function wordTakenBack(web: Web): RequestHandler {
  return aboutWord(web, 'taken-back', (attestation, by, now) =>
    takeBack(web.database, { attestation, by, now }),
  )
}

function aboutWord(
  web: Web,
  what: Done,
  act: (attestation: string, by: string, now: string) => Promise<void>,
): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const by = tellerOf(request)
    const id = visit.part('id')
    const [known] = await attestationsOf(web.database, { id })
    // A word that was taken back has no airing to ask the scope of: the domain says what became of it.
    const airing = known && (await airingSeen(web, visit, known.airing))
    const { answer, refused } = await trying(() => act(id, by, visit.now).then(() => true))
    if (answer !== undefined) done(visit, request, response, airing, `done=${what}`)
    else if (asksJson(request)) sendRefused(visit, response, refused)
    else throw refused
  }
}

/** The airing, as far as the visitor may see it. */
async function airingSeen(web: Web, visit: Visit, id: string): Promise<Airing> {
  const [airing] = await airingsOf(web.database, { ids: [id] })
  if (airing === undefined) throw unknownAiring(id)
  if (!covers(visit.scope, airing.unit)) throw outsideScope(unknownAiring(id).sentence)
  return airing
}

/** Who speaks. A phone may be handed on while words still wait on it: they are taken from whoever gave them only. */
function tellerOf(request: Request): string {
  const { person } = presentAt(request)
  const given = fieldIn(request.body, 'person')
  if (given === '' || given === person.id) return person.id
  throw new HttpRefusal(401, sentence('today.other-person', { person: given.slice(0, 64) }))
}

/** The fields of the form, as they were typed. */
function readWord(body: unknown): TypedWord {
  const village = z.object({ village: z.union([z.string(), z.array(z.string())]) }).safeParse(body)
  return {
    outcome: fieldIn(body, 'outcome'),
    playedAt: fieldIn(body, 'played-at'),
    reason: fieldIn(body, 'reason'),
    note: fieldIn(body, 'note'),
    villages: village.success ? [village.data.village].flat().slice(0, villagesMax) : [],
  }
}

/** As browsers write a day and a time, both of Vietnam; nothing typed is the planned start. What is no moment is refused. */
function playedAtOf(typed: string, airing: Airing): string {
  if (typed === '') return airing.plannedAt
  const [, day = '', time = ''] =
    /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d)(?::\d{2})?$/.exec(typed) ?? []
  if (!isDay(day)) return typed
  // The field has no seconds; a play in the minute of the planned start did not begin before it.
  const given = instantAt(day, time)
  return given.slice(0, 16) === airing.plannedAt.slice(0, 16) ? airing.plannedAt : given
}

async function trying<T>(
  work: () => Promise<T>,
): Promise<{ answer: T; refused?: undefined } | { answer?: undefined; refused: AppError }> {
  try {
    return { answer: await work() }
  } catch (error) {
    if (error instanceof AppError) return { refused: error }
    throw error
  }
}

/** The page again, by an address that may be asked any number of times and tells what was done. */
function done(
  visit: Visit,
  request: Request,
  response: Response,
  airing: Airing | undefined,
  what: string,
): void {
  if (asksJson(request)) {
    response.set('Cache-Control', 'no-store').json({ state: 'kept' })
    return
  }
  const page = visit.is(['operator']) || airing === undefined ? '/today' : `/stations/${airing.station}/today`
  response.redirect(303, `${page}?${what}`)
}

function asksJson(request: Request): boolean {
  return request.headers.accept === 'application/json'
}

function sendRefused(visit: Visit, response: Response, { code, sentence: said }: AppError): void {
  const answer = { state: 'refused', code, sentence: said[visit.language] }
  response.status(statusOf[code]).set('Cache-Control', 'no-store').json(answer)
}

function invalid(said: Sentence): AppError {
  return new AppError('invalid', said)
}
