/** The log of what people did, for auditors and admins. */
import { dayOf, timeOfDay } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import {
  type Deed,
  type DeedFilter,
  deedLog,
  deedOrders,
  deedsMax,
  kindsOfDeeds,
  people,
  type Via,
} from '../../people/index.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { momentIn } from '../formats.ts'
import { detailIn, subjectsOf } from '../log-details.ts'
import { pageLines, pageOfTotal } from '../paging.ts'
import { askedChoice, askedDay, askedId, askedPage, askedSearch } from '../query.ts'
import { askedOrder } from '../sorting.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { isWord, sentence, type Word } from '../words/index.ts'

const viaWords: Record<Via, Word> = {
  web: 'log.via-web',
  api: 'log.via-api',
  cli: 'log.via-cli',
  desk: 'log.via-desk',
  system: 'log.via-system',
}

/** `/log?q=&person=&what=&from=&to=&sort=&page=`: the newest first. */
export async function logPage(web: Web, visit: Visit): Promise<Page> {
  const { filter, kinds, sorting } = await filterAsked(web, visit)
  const page = askedPage(visit.query)
  const { deeds, total } = await deedLog(web.database, filter, {
    skip: (page - 1) * pageLines,
    take: pageLines,
    by: sorting.by,
  })
  const title = visit.say('log.title')
  const names = await namesOf(web)
  const subject = await subjectsOf(web, visit, names)
  return {
    view: 'log',
    title,
    section: 'log',
    model: {
      title,
      q: filter.text ?? '',
      person: filter.person ?? '',
      from: filter.from ?? '',
      to: filter.to ?? '',
      kinds: kinds.map((kind) => ({
        value: kind,
        name: deedIn(visit, kind),
        chosen: kind === filter.what,
      })),
      filtered: Object.values(filter).some((value) => value !== undefined && value !== ''),
      lines: deeds.map((deed) => ({
        at: deed.at,
        moment: momentIn(visit.language, deed.at),
        who: whoIn(visit, deed, names),
        ...{ what: deedIn(visit, deed.what), subject: subject(deed), detail: detailIn(visit, deed.detail) },
        from: fromIn(visit, deed),
      })),
      sort: sorting.sort,
      columns: sorting.columns,
      paging: pageOfTotal(total, page, visit.link),
      more: total > deedsMax ? visit.say('log.more', { most: deedsMax, total }) : '',
      csv: csvHref(visit, '/log.csv'),
    },
  }
}

/** `/log.csv`: the newest 20,000 lines of the same filter. */
export async function logSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { filter, sorting } = await filterAsked(web, visit)
  const { deeds } = await deedLog(web.database, filter, { skip: 0, take: deedsMax, by: sorting.by })
  const { say } = visit
  return {
    name: 'loa-lang-nhat-ky',
    head: [
      ...[say('log.at'), say('log.person'), say('log.what'), say('log.subject')],
      ...[say('log.from'), say('me.session-address'), say('log.detail')],
    ],
    rows: deeds.map((deed) => [
      ...[`${dayOf(deed.at)} ${timeOfDay(deed.at)}`, deed.person, deedIn(visit, deed.what), deed.subject],
      ...[say(viaWords[deed.via]), deed.address, detailOf(deed)],
    ]),
  }
}

async function filterAsked(web: Web, visit: Visit) {
  const { query } = visit
  const kinds = await kindsOfDeeds(web.database)
  const [from, to] = [askedDay(query, 'from'), askedDay(query, 'to')]
  if (from !== undefined && to !== undefined && from > to) {
    throw new AppError('invalid', sentence('wrong.days', { from, to }))
  }
  const text = askedSearch(query)
  const filter: DeedFilter = {
    person: askedId(query, 'person'),
    what: askedChoice(query, 'what', kinds),
    from,
    to,
    text: text === '' ? undefined : text,
  }
  return { kinds, filter, sorting: askedOrder(visit, deedOrders) }
}

async function namesOf(web: Web): Promise<Map<string, string>> {
  return new Map((await people(web.database)).map(({ id, name }) => [id, name]))
}

function whoIn({ say }: Visit, { person, via }: Deed, names: ReadonlyMap<string, string>): string {
  if (person === null) return say(viaWords[via])
  return names.get(person) ?? person
}

function fromIn({ say }: Visit, { via, address }: Deed): string {
  return address === null || address === '' ? say(viaWords[via]) : `${say(viaWords[via])}, ${address}`
}

/** What was done, in words; by its own name where we have none. */
function deedIn({ say }: Visit, what: string): string {
  const word = `deed.${what}`
  return isWord(word) ? say(word) : what
}

/** Details as they were kept, for programmes that read the sheet; empty ones say nothing. */
function detailOf({ detail }: Deed): string {
  const text = JSON.stringify(detail)
  return text === '{}' ? '' : text
}
