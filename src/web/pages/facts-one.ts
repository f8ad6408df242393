/** One fact: what it says, by whom, who may confirm it, every entry, and what stands or falls with it. */
import type { Request, RequestHandler } from 'express'
import { AppError } from '../../base/errors.ts'
import { deedsOf } from '../../people/index.ts'
import { touchedBy } from '../../schedule/index.ts'
import { confirmFact, type FactEntry, whoEntered, whyNotConfirm } from '../../scripts/index.ts'
import type { Sheet } from '../csv.ts'
import { statusOf } from '../errors.ts'
import { dayIn, momentIn } from '../formats.ts'
import { fieldIn } from '../forms.ts'
import { pageOf } from '../paging.ts'
import { askedPage } from '../query.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import {
  byIn,
  differencesOf,
  entriesAsked,
  factAirings,
  factLine,
  namesOf,
  newestOf,
  placeholdersOf,
  versionLines,
} from './facts-lines.ts'
import { factWriters } from './facts.ts'
import { presentAt } from './me.ts'

/** So many coming airings are listed on a page; all are in the CSV. */
export const airingsShownMax = 20
/** Entries of the history on one page. */
const entriesOnPage = 20
/** Reasons are looked for among so many deeds about the fact. */
const deedsMax = 1000

/** `/facts/<id>?page=`: the page is of the history. */
export async function factPage(web: Web, visit: Visit, refusal = ''): Promise<Page> {
  const entries = await entriesAsked(web, visit)
  const newest = newestOf(entries)
  const names = await namesOf(web)
  const line = factLine(visit, newest, names)
  const { say, language } = visit
  const { fact } = newest
  const entered = [...whoEntered(entries)].map((id) => names.get(id) ?? id)
  return {
    view: 'fact',
    title: line.name,
    section: 'facts',
    model: {
      ...line,
      refusal,
      otherName: fact.name[language === 'vi' ? 'en' : 'vi'],
      otherLanguage: language === 'vi' ? 'en' : 'vi',
      checkedOn: dayIn(language, fact.checkedOn),
      entered: entered.length === 0 ? say('facts.by-files') : entered.join(', '),
      slots: slotsOf(web, fact.id),
      ...confirming(visit, entries),
      number: newest.number,
      mayWrite: visit.is(factWriters),
      ended: line.state === 'ended',
      ...(await touchedModel(web, visit, fact.id)),
      ...(await historyOf(web, visit, entries, names)),
    },
  }
}

/** `/facts/<id>/airings.csv`: every coming airing that says it. */
export async function factAiringsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { fact } = newestOf(await entriesAsked(web, visit))
  const { airings } = await touchedBy(web.database, {
    ...{ fact: fact.id, placeholders: placeholdersOf(web), now: visit.now },
  })
  const { say } = visit
  const lines = await factAirings(web, visit, airings)
  return {
    name: `loa-lang-luot-phat-noi-${fact.id}`,
    head: [
      ...[say('airings.day'), say('airings.time'), 'station', say('airings.station'), say('airings.script')],
      ...[say('facts.stops'), 'airing'],
    ],
    rows: lines.map(({ day, time, station, stationName, title, stops }, index) => [
      ...[day, time, station, stationName, title, stops ? say('facts.will-stop') : ''],
      airings[index]?.airing ?? '',
    ]),
  }
}

/** `POST /facts/<id>/confirm`: the entry that was on the page, by somebody who did not enter it. */
export function factConfirmed(web: Web): RequestHandler {
  return async (request: Request, response) => {
    const visit = visitOf(web, request)
    const { fact } = newestOf(await entriesAsked(web, visit))
    const basedOn = Number(fieldIn(request.body, 'entry'))
    try {
      await confirmFact(web.database, {
        ...{ fact: fact.id, by: presentAt(request).person.id, now: visit.now },
        ...(Number.isSafeInteger(basedOn) && basedOn > 0 ? { basedOn } : {}),
      })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const shown = await factPage(web, visit, error.sentence[visit.language])
      send(web, response, visit, shown, statusOf[error.code])
      return
    }
    response.redirect(303, `/facts/${fact.id}`)
  }
}

/** What stands where the button to confirm stands, or would stand. */
function confirming({ person, say, language }: Visit, entries: readonly FactEntry[]) {
  if (entries.at(-1)?.fact.status === 'confirmed')
    return { unconfirmed: false, mayConfirm: false, whyNot: '' }
  if (person === undefined) return { unconfirmed: true, mayConfirm: false, whyNot: say('facts.confirm-who') }
  const why = whyNotConfirm(person, entries)
  return { unconfirmed: true, mayConfirm: why === undefined, whyNot: why?.[language] ?? '' }
}

function slotsOf(web: Web, fact: string): string[] {
  return placeholdersOf(web).flatMap(({ name, from }) =>
    'fact' in from && from.fact === fact ? [`{{${name}}}`] : [],
  )
}

async function touchedModel(web: Web, visit: Visit, fact: string): Promise<object> {
  const touched = await touchedBy(web.database, { fact, placeholders: placeholdersOf(web), now: visit.now })
  const { versions, recordings, airings } = touched
  const shown = airings.slice(0, airingsShownMax)
  return {
    versions: await versionLines(web, visit, touched),
    counts: visit.say('facts.touched', {
      ...{ versions: versions.length, recordings: recordings.length, airings: airings.length },
    }),
    airings: await factAirings(web, visit, shown),
    moreAirings:
      airings.length > shown.length
        ? visit.say('facts.more-airings', { shown: shown.length, total: airings.length })
        : '',
    stopping: airings.some(({ stops }) => stops),
    airingsCsv: `/facts/${fact}/airings.csv`,
  }
}

/** Every entry, the newest first, with what it changed and why. */
async function historyOf(
  web: Web,
  visit: Visit,
  entries: readonly FactEntry[],
  names: ReadonlyMap<string, string>,
): Promise<object> {
  const [{ fact }] = entries as [FactEntry]
  const why = new Map(
    (await deedsOf(web.database, { subject: fact.id, limit: deedsMax })).map(({ at, person, detail }) => [
      `${at} ${person ?? ''}`,
      reasonIn(detail),
    ]),
  )
  const all = entries.map((entry, index) => {
    const before = entries[index - 1]
    return {
      at: entry.at,
      moment: momentIn(visit.language, entry.at),
      who: byIn(visit, entry.by, names),
      what: whatWasDone(visit, before, entry),
      value: entry.fact.value,
      changes: before === undefined ? [] : differencesOf(visit, before.fact, entry.fact),
      first: before === undefined,
      why: why.get(`${entry.at} ${entry.by ?? ''}`) ?? '',
    }
  })
  // Also where a form was refused, whose own address shows nothing.
  const link = ({ page }: { page: number | undefined }): string =>
    `/facts/${fact.id}${page === undefined ? '' : `?page=${page}`}`
  const { lines, paging } = pageOf(all.reverse(), askedPage(visit.query), link, entriesOnPage)
  return { history: lines, paging, paged: paging.pages > 1 }
}

function whatWasDone({ say }: Visit, before: FactEntry | undefined, { fact }: FactEntry): string {
  if (before === undefined) return say('facts.did-add')
  const was = before.fact
  const words = (one: typeof fact): string => JSON.stringify({ ...one, status: '', checkedOn: '' })
  if (words(was) === words(fact)) {
    if (was.status === fact.status) return say('facts.did-read')
    return say(fact.status === 'confirmed' ? 'facts.did-confirm' : 'facts.did-doubt')
  }
  return words({ ...was, validTo: fact.validTo }) === words(fact)
    ? say('facts.did-end')
    : say('facts.did-change')
}

function reasonIn(detail: unknown): string {
  const { why } = (detail ?? {}) as { why?: unknown }
  return typeof why === 'string' ? why : ''
}
