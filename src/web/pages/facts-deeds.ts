/** What people do to facts on the pages. What would stop is shown before it is done: look, then do. */
import type { Request, RequestHandler } from 'express'
import { AppError } from '../../base/errors.ts'
import { stoppedBy } from '../../schedule/index.ts'
import {
  expireFact,
  type FactChanged,
  FactConflict,
  type FactEntry,
  factIfChanged,
  setFact,
  WrongFact,
} from '../../scripts/index.ts'
import { statusOf } from '../errors.ts'
import { fieldIn } from '../forms.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import {
  type Around,
  changeIn,
  changePage,
  missingIn,
  newIn,
  newPage,
  type Typed,
  typedIn,
  typedOf,
  typedOver,
} from './facts-form.ts'
import { endPage } from './facts-ending.ts'
import {
  differencesOf,
  entriesAsked,
  factAirings,
  namesOf,
  newestOf,
  placeholdersOf,
  versionLines,
} from './facts-lines.ts'
import { airingsShownMax } from './facts-one.ts'
import { presentAt } from './me.ts'

/** Where to go next, or what to show instead. */
type Answer = { to: string } | { shown: Page; status: number }

function answered(web: Web, act: (visit: Visit, request: Request) => Promise<Answer>): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const answer = await act(visit, request)
    if ('to' in answer) response.redirect(303, answer.to)
    else send(web, response, visit, answer.shown, answer.status)
  }
}

function shows(shown: Page, status = 200): Answer {
  return { shown, status }
}

/** `/facts/<id>/change` */
export async function factChangePage(web: Web, visit: Visit): Promise<Page> {
  const newest = newestOf(await entriesAsked(web, visit))
  return changePage(visit, newest, typedOf(newest.fact))
}

/** `POST /facts/<id>/change`: look, do, or back to the form. */
export function factChanged(web: Web): RequestHandler {
  return answered(web, async (visit, request) => {
    const entries = await entriesAsked(web, visit)
    const seen = seenOf(entries, request)
    const typed = typedIn(request.body)
    const step = stepOf(request)
    if (step === 'again') return shows(changePage(visit, seen, typed))
    const missing = missingIn(visit, typed, ['value', 'nameVi', 'nameEn', 'validFrom'])
    if (Object.keys(missing).length > 0) {
      return shows(changePage(visit, seen, typed, { wrong: missing }), 400)
    }
    const given = {
      ...{ fact: seen.fact.id, by: presentAt(request).person.id, basedOn: seen.number, now: visit.now },
      ...{ change: changeIn(typed, seen.fact), why: typed.why },
    }
    try {
      const look = await factIfChanged(web.database, given)
      if (step === 'do') await setFact(web.database, given)
      else if (look.state === 'same') {
        const around = { refusal: visit.say('facts.nothing-changed') }
        return shows(changePage(visit, seen, typed, around), 400)
      } else return shows(await lookPage(web, visit, look, hiddenOf(typed, seen, 'change')))
    } catch (error) {
      const { status, around } = await refusedIn(web, visit, error, seen)
      const theirs = around.conflict?.theirs
      if (theirs === undefined) return shows(changePage(visit, seen, typed, around), status)
      return shows(changePage(visit, theirs, typedOver(typed, seen.fact, theirs.fact), around), status)
    }
    return { to: `/facts/${seen.fact.id}` }
  })
}

/** `POST /facts/<id>/end`: look, do, or back to the form. */
export function factEnded(web: Web): RequestHandler {
  return answered(web, async (visit, request) => {
    const entries = await entriesAsked(web, visit)
    const seen = seenOf(entries, request)
    const typed = { on: fieldIn(request.body, 'on').trim(), why: typedIn(request.body).why }
    const step = stepOf(request)
    if (step === 'again') return shows(endPage(visit, seen, typed))
    const given = {
      ...{ fact: seen.fact.id, by: presentAt(request).person.id, basedOn: seen.number, now: visit.now },
      ...typed,
    }
    try {
      const look = await factIfChanged(web.database, given)
      if (step === 'do') await expireFact(web.database, given)
      else if (look.state === 'same') {
        const around = { wrong: { on: visit.say('facts.ends-so-already') } }
        return shows(endPage(visit, seen, typed, around), 400)
      } else {
        const hidden = hiddenFields({ ...typed, based: String(seen.number) })
        return shows(await lookPage(web, visit, look, { ...hidden, deed: 'end' }))
      }
    } catch (error) {
      const { status, around } = await refusedIn(web, visit, error, seen)
      const wrong = { ...around.wrong, on: around.wrong?.validTo ?? '' }
      return shows(endPage(visit, around.conflict?.theirs ?? seen, typed, { ...around, wrong }), status)
    }
    return { to: `/facts/${seen.fact.id}` }
  })
}

/** `/facts/new` */
export function factNewPage(_web: Web, visit: Visit): Promise<Page> {
  return Promise.resolve(newPage(visit, { ...typedIn({}), validFrom: visit.today }))
}

/** `POST /facts`: nothing rests on it yet, so it is entered at once; sent twice it is entered once. */
export function factEntered(web: Web): RequestHandler {
  return answered(web, async (visit, request) => {
    const typed = typedIn(request.body)
    const missing = missingIn(visit, typed, [
      'id',
      'kind',
      'nameVi',
      'nameEn',
      'value',
      'source',
      'validFrom',
    ])
    try {
      const given = { fact: typed.id, change: newIn(typed), why: typed.why, basedOn: 0, now: visit.now }
      const asked = { ...given, by: presentAt(request).person.id }
      if (Object.keys(missing).length > 0) {
        await factIfChanged(web.database, asked).catch(wrongOnly(visit, missing))
        return shows(newPage(visit, typed, { wrong: missing }), 400)
      }
      await setFact(web.database, asked)
    } catch (error) {
      if (error instanceof FactConflict) {
        const wrong = {
          id: visit.say('facts.taken', { id: typed.id, name: error.newest.fact.name[visit.language] }),
        }
        return shows(newPage(visit, typed, { wrong }), 409)
      }
      const { status, around } = await refusedIn(web, visit, error)
      return shows(newPage(visit, typed, around), status)
    }
    return { to: `/facts/${typed.id}` }
  })
}

/** Adds what else is wrong to what is missing; a field that is empty keeps saying so. */
function wrongOnly({ language }: Visit, wrong: Around['wrong'] & object): (error: unknown) => void {
  return (error) => {
    if (error instanceof WrongFact) wrong[error.field] ??= error.sentence[language]
    else if (!(error instanceof AppError)) throw error
  }
}

/** A refusal as the form says it: next to its field, as a conflict with both values, or above. */
async function refusedIn(
  web: Web,
  visit: Visit,
  error: unknown,
  seen?: FactEntry,
): Promise<{ status: number; around: Around }> {
  if (!(error instanceof AppError)) throw error
  const said = error.sentence[visit.language]
  const status = statusOf[error.code]
  if (error instanceof WrongFact) return { status, around: { wrong: { [error.field]: said } } }
  if (!(error instanceof FactConflict) || seen === undefined) return { status, around: { refusal: said } }
  const conflict = { seen: seen.fact, theirs: error.newest, names: await namesOf(web) }
  return { status, around: { conflict } }
}

/** The entry that the form was made from; the newest where it does not say. */
function seenOf(entries: readonly [FactEntry, ...FactEntry[]], request: Request): FactEntry {
  const based = Number(fieldIn(request.body, 'based'))
  return entries.find(({ number }) => number === based) ?? newestOf(entries)
}

function stepOf({ body }: Request): 'look' | 'do' | 'again' {
  const step = fieldIn(body, 'step')
  return step === 'do' || step === 'again' ? step : 'look'
}

type Hidden = { hidden: { name: string; value: string }[]; deed: 'change' | 'end' }

function hiddenOf(typed: Typed, seen: FactEntry, deed: Hidden['deed']): Hidden {
  const { doubt, id: _id, kind: _kind, ...texts } = typed
  return { ...hiddenFields({ ...texts, doubt: doubt ? '1' : '', based: String(seen.number) }), deed }
}

function hiddenFields(fields: Readonly<Record<string, string>>): Pick<Hidden, 'hidden'> {
  return { hidden: Object.entries(fields).map(([name, value]) => ({ name, value })) }
}

/** What a change would do and stop, with the button that does it. */
async function lookPage(web: Web, visit: Visit, look: FactChanged, { hidden, deed }: Hidden): Promise<Page> {
  const { say, language } = visit
  const { fact: after, before } = look
  const stops = await stoppedBy(web.database, { after, placeholders: placeholdersOf(web), now: visit.now })
  const { versions, recordings, airings } = stops
  const shown = airings.slice(0, airingsShownMax)
  const name = after.name[language]
  const title = say(deed === 'end' ? 'facts.look-end-title' : 'facts.look-title')
  const waits = after.status !== 'confirmed' && before?.status === 'confirmed'
  const counts = { versions: versions.length, recordings: recordings.length }
  return {
    view: 'fact-look',
    title,
    section: 'facts',
    model: {
      ...{ title, back: `/facts/${after.id}`, backName: name, action: `/facts/${after.id}/${deed}`, hidden },
      changes: before === null ? [] : differencesOf(visit, before, after),
      waits: waits ? say('facts.look-waits') : '',
      stops: versions.length > 0 ? say('facts.look-stops', counts) : '',
      cancels: airings.length > 0 ? say('facts.look-cancels', { airings: airings.length }) : '',
      versions: await versionLines(web, visit, stops, true),
      airings: await factAirings(web, visit, shown),
      moreAirings:
        airings.length > shown.length
          ? say('facts.more-airings', { shown: shown.length, total: airings.length })
          : '',
      button:
        versions.length > 0
          ? say(deed === 'end' ? 'facts.do-end-stop' : 'facts.do-change-stop', { count: versions.length })
          : say(deed === 'end' ? 'facts.do-end' : 'facts.do-change'),
    },
  }
}
