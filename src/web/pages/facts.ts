/** The register of facts: what scripts may say beyond their own words, to search, filter, sort and page through. */
import { foldName } from '../../base/text.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import { askedSorting } from '../sorting.ts'
import type { Page, Visit, Web } from '../visit.ts'
import type { Who } from '../who.ts'
import { type FactLine, factKinds, factLines, factStates, kindWords, stateWords } from './facts-lines.ts'

/** Those who enter facts. */
export const factWriters: readonly Who[] = ['admin', 'editor', 'approver']
/** Those who confirm what others entered. */
export const factConfirmers: readonly Who[] = ['admin', 'approver']

/** `/facts?q=&kind=&state=&sort=&page=` */
export async function factsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, kind, state, sorting, all, found } = await factsAsked(web, visit)
  const { lines, paging } = pageOf(found, askedPage(visit.query), visit.link)
  const { say } = visit
  const title = say('facts.title')
  const waiting = all.filter((line) => line.state === 'waiting').length
  return {
    view: 'facts',
    title,
    section: 'facts',
    model: {
      title,
      q,
      kinds: factKinds.map((value) => ({ value, name: say(kindWords[value]), chosen: value === kind })),
      states: factStates.map((value) => ({ value, name: say(stateWords[value]), chosen: value === state })),
      ...{ sort: sorting.sort, columns: sorting.columns },
      filtered: q !== '' || kind !== undefined || state !== undefined,
      waiting: waiting === 0 || state === 'waiting' ? '' : say('facts.waiting-count', { count: waiting }),
      none: all.length === 0,
      mayWrite: visit.is(factWriters),
      lines,
      paging,
      csv: csvHref(visit, '/facts.csv'),
    },
  }
}

/** `/facts.csv`: all lines of the same filter, in the same order. */
export async function factsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { found } = await factsAsked(web, visit)
  const { say } = visit
  return {
    name: 'loa-lang-so-du-kien',
    head: [
      ...[say('facts.id'), say('facts.kind'), say('facts.name-vi'), say('facts.name-en'), say('facts.value')],
      ...[say('facts.spoken'), say('facts.state'), say('facts.valid-from'), say('facts.valid-to')],
      ...[say('facts.source'), say('facts.checked-on'), say('facts.by'), say('facts.at')],
    ],
    rows: found.map(({ fact, kind, stateName, by, changed }) => [
      ...[fact.id, kind, fact.name.vi, fact.name.en, fact.value, fact.spoken, stateName],
      ...[fact.validFrom, fact.validTo, fact.source, fact.checkedOn, by, changed],
    ]),
  }
}

async function factsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const kind = askedChoice(visit.query, 'kind', factKinds)
  const state = askedChoice(visit.query, 'state', factStates)
  const sorting = askedSorting(visit, {
    name: (line: FactLine) => line.name,
    value: ({ fact }) => fact.value,
    state: (line) => factStates.indexOf(line.state),
    // An end that is open is none, and stands last.
    until: ({ fact }) => fact.validTo,
    changed: ({ entry }) => entry.number,
  })
  const all = await factLines(web, visit)
  const wanted = foldName(q)
  const found = all
    .filter((line) => kind === undefined || line.fact.kind === kind)
    .filter((line) => state === undefined || line.state === state)
    .filter((line) => q === '' || (wanted !== '' && answers(wordsOf(line), wanted)))
    .sort(byName)
  return { q, kind, state, sorting, all, found: sorting.order(found) }
}

function wordsOf({ fact }: FactLine): string[] {
  return [fact.id, fact.name.vi, fact.name.en, fact.value, fact.spoken ?? '', fact.source]
}

const collator = new Intl.Collator('vi', { numeric: true })

/** The list's own order. */
function byName(a: FactLine, b: FactLine): number {
  return collator.compare(a.name, b.name)
}
