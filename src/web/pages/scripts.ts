/** Scripts: every one with how its newest version stands, to search, sort and take away as a table. */
import { versionStates } from '../../approval/index.ts'
import { foldName } from '../../base/text.ts'
import { toMilliseconds } from '../../base/time.ts'
import { people, type Role } from '../../people/index.ts'
import {
  readingSeconds,
  type ScriptKind,
  scriptsOf,
  type VersionState,
  type VersionSummary,
  versionOf,
} from '../../scripts/index.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { lengthOf, momentIn } from '../formats.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import { askedSorting } from '../sorting.ts'
import { type State, wordOf } from '../states.ts'
import { languageIn } from '../upload-cards.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { kindIn } from './editor-form.ts'

/** Those who write. Each of their deeds has a name under it, so the open desk is not among them. */
export const writers: readonly Role[] = ['admin', 'editor', 'approver']

/** States in the order of a script's life. */
export const versionStatesInOrder: readonly VersionState[] = [
  ...(['draft', 'submitted', 'returned', 'approved', 'in-force', 'expired', 'withdrawn'] as const),
]

/** The state as the chip knows it. */
export function chipOf(state: VersionState): State {
  return `script-${state}`
}

type Line = {
  id: string
  kind: ScriptKind
  newest: VersionSummary
  title: string
  state: VersionState
  by: string
  /** Read when it is shown or asked for: each needs its whole text. */
  seconds: number | null
}

/** `/scripts?q=&state=&kind=&sort=&page=` */
export async function scriptsPage(web: Web, visit: Visit): Promise<Page> {
  const { say } = visit
  const { q, state, kind, sorting, lines: all, total } = await scriptsAsked(web, visit)
  const { lines: here, paging } = pageOf(all, askedPage(visit.query), visit.link)
  const lines = await measured(web, here)
  const title = say('nav.scripts')
  return {
    view: 'scripts',
    title,
    section: 'scripts',
    model: {
      ...{ title, q, writes: visit.is(writers), none: total === 0, paging },
      states: versionStatesInOrder.map((each) => {
        return { value: each, name: say(wordOf(chipOf(each))), chosen: each === state }
      }),
      kinds: kinds.map((each) => ({ value: each, name: kindIn(visit, each), chosen: each === kind })),
      ...{ sort: sorting.sort, columns: sorting.columns },
      filtered: q !== '' || state !== undefined || kind !== undefined,
      lines: lines.map((line) => ({
        ...{ title: line.title, id: line.id, href: `/scripts/${line.id}`, by: line.by },
        kind: kindIn(visit, line.kind),
        state: chipOf(line.state),
        version: line.newest.version,
        language: languageIn(say, line.newest.language),
        length: lengthOf((line.seconds ?? 0) * 1000),
        at: momentIn(visit.language, line.newest.createdAt),
        why: line.state === 'returned' ? (line.newest.returnedWhy ?? '') : '',
      })),
      csv: csvHref(visit, '/scripts.csv'),
    },
  }
}

/** `/scripts.csv`: all lines of the same filter. */
export async function scriptsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { say } = visit
  const lines = await measured(web, (await scriptsAsked(web, visit)).lines)
  return {
    name: 'loa-lang-ban-tin',
    head: [
      ...['script', say('airings.script'), say('scripts.kind'), 'version', say('airings.state')],
      ...[say('editor.language'), say('recordings.seconds'), say('scripts.by'), say('scripts.at')],
    ],
    rows: lines.map(({ id, title, kind, newest, state, seconds, by }) => [
      ...[id, title, kindIn(visit, kind), newest.version, say(wordOf(chipOf(state)))],
      ...[newest.language, Math.round(seconds ?? 0), by, newest.createdAt],
    ]),
  }
}

const kinds: readonly ScriptKind[] = ['bulletin', 'greeting']

async function scriptsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const state = askedChoice(visit.query, 'state', versionStatesInOrder)
  const kind = askedChoice(visit.query, 'kind', kinds)
  const sorting = askedSorting(visit, {
    title: (line: Line) => line.title,
    state: (line) => versionStatesInOrder.indexOf(line.state),
    language: ({ newest }) => languageIn(visit.say, newest.language),
    length: (line) => line.seconds,
    changed: ({ newest }) => toMilliseconds(newest.createdAt),
  })
  const all = await scriptLines(web, visit)
  const wanted = foldName(q)
  const found = all
    .filter((line) => state === undefined || line.state === state)
    .filter((line) => kind === undefined || line.kind === kind)
    .filter(({ id, newest }) => {
      return q === '' || (wanted !== '' && answers([newest.title, newest.titleEn, id], wanted))
    })
  const lines = sorting.by?.key === 'length' ? await measured(web, found) : found
  // The list's own order: what was written last stands first.
  lines.sort((a, b) => -order(a.newest.createdAt, b.newest.createdAt) || order(a.id, b.id))
  return { q, state, kind, sorting, lines: sorting.order(lines), total: all.length }
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Each script by its newest version. */
async function scriptLines(web: Web, { now, language }: Visit): Promise<Line[]> {
  const { database } = web
  const states = await versionStates(database, now)
  const names = new Map((await people(database)).map(({ id, name }) => [id, name]))
  const lines: Line[] = []
  for (const { id, kind, versions } of await scriptsOf(database)) {
    const newest = versions.at(-1)
    if (newest === undefined) continue
    lines.push({
      ...{ id, kind, newest },
      title: language === 'vi' ? newest.title : newest.titleEn,
      state: states.get(`${id}/${newest.version}`) ?? 'draft',
      seconds: null,
      by: names.get(newest.author) ?? newest.author,
    })
  }
  return lines
}

/** The lines with how long each takes to read; what is measured already stays. */
async function measured(web: Web, lines: readonly Line[]): Promise<Line[]> {
  const all: Line[] = []
  for (const line of lines) {
    const { id: script, newest, seconds } = line
    const whole =
      seconds === null ? await versionOf(web.database, { script, version: newest.version }) : undefined
    const text = whole?.text ?? whole?.source.body ?? ''
    all.push({ ...line, seconds: seconds ?? readingSeconds(text.replaceAll(/\{\{[#/][^}]*\}\}/g, '')) })
  }
  return all
}
