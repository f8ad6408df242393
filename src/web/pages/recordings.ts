/** Recordings: what each script sounds like and who approved it; greetings, one for each station. */
import { recordingsOf } from '../../audio/index.ts'
import { foldName } from '../../base/text.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { AppError } from '../../base/errors.ts'
import { pageOf } from '../paging.ts'
import { askedId, askedPage, askedSearch, askedVersion } from '../query.ts'
import { cardsOf, type RecordingCard, submittedVersions } from '../recording-cards.ts'
import { renderingPanel } from '../rendering.ts'
import { askedSorting, type Sorting, waysToOrder } from '../sorting.ts'
import { wordOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { sentence } from '../words/index.ts'

/** `/recordings`: one card for each submitted version; greetings and stations' variants stand on pages of their own. */
export async function recordingsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, cards, greetings, sorting } = await recordingsAsked(web, visit)
  const { lines, paging } = pageOf(cards, askedPage(visit.query), visit.link)
  return {
    view: 'recordings',
    title: visit.say('recordings.title'),
    section: 'recordings',
    model: {
      title: visit.say('recordings.title'),
      lead: visit.say('recordings.lead'),
      greetings,
      uploads: true,
      rendering: renderingHtml(web, visit),
      ...listModel(visit, q, lines, '/recordings', sorting),
      none:
        cards.length === 0 && q === ''
          ? visit.say(visit.person === undefined ? 'recordings.none' : 'recordings.none-yet')
          : '',
      paging,
    },
  }
}

/** `/recordings/greetings?q=&sort=&page=`: the greeting of each station. */
export async function greetingsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, cards, sorting } = await greetingsAsked(web, visit)
  const { lines, paging } = pageOf(cards, askedPage(visit.query), visit.link)
  const title = visit.say('recordings.greetings-title')
  return {
    view: 'recordings',
    title,
    section: 'recordings',
    model: {
      ...alone(title),
      ...listModel(visit, q, lines, '/recordings/greetings', sorting),
      none:
        cards.length === 0 && q === ''
          ? visit.say(visit.person === undefined ? 'recordings.none' : 'recordings.none-yet')
          : '',
      paging,
    },
  }
}

/** `/recordings/variants?script=&version=&q=&sort=&page=`: a bulletin as each station plays it. */
export async function variantsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, cards, sorting, title: of } = await variantsAsked(web, visit)
  const { lines, paging } = pageOf(cards, askedPage(visit.query), visit.link)
  const title = visit.say('recordings.variants-title', { title: of })
  return {
    view: 'recordings',
    title,
    section: 'recordings',
    model: {
      ...alone(title),
      ...listModel(visit, q, lines, '/recordings/variants', sorting),
      none: cards.length === 0 && q === '' ? visit.say('recordings.none-here') : '',
      paging,
    },
  }
}

/** A list without what only the first of these pages has. */
function alone(title: string) {
  return { title, lead: '', greetings: null, uploads: false, rendering: null }
}

/** The panel as HTML, the same that its events bring; null where nothing is rendered. */
function renderingHtml(web: Web, visit: Visit): string | null {
  const rendering = renderingPanel(web, visit)
  return rendering && web.views.render('rendering', { language: visit.language, rendering })
}

function listModel(
  visit: Visit,
  q: string,
  lines: readonly RecordingCard[],
  path: string,
  { sort, columns }: CardOrder,
): object {
  const { say } = visit
  const common = {
    title: say('airings.script'),
    seconds: say('recordings.seconds'),
    state: say('airings.state'),
  }
  const labels = { ...common, station: say('airings.station'), approver: say('recordings.approver') }
  return {
    sort,
    orders: waysToOrder(columns, labels),
    q,
    path,
    back: path === '/recordings' ? null : '/recordings',
    // The version is part of the address of its variants; a search keeps it.
    kept: ['script', 'version'].flatMap((name) => {
      const value = visit.query.get(name)
      return path.endsWith('/variants') && value !== null ? [{ name, value }] : []
    }),
    clear: visit.link({ q: undefined, page: undefined }),
    filtered: q !== '',
    lines,
    sample: lines.some(({ sample }) => sample),
    csv: csvHref(visit, `${path}.csv`),
  }
}

/** `/recordings.csv` */
export async function recordingsSheet(web: Web, visit: Visit): Promise<Sheet> {
  return sheetOf(visit, 'loa-lang-ban-ghi', (await recordingsAsked(web, visit)).cards)
}

/** `/recordings/greetings.csv` */
export async function greetingsSheet(web: Web, visit: Visit): Promise<Sheet> {
  return sheetOf(visit, 'loa-lang-loi-chao', (await greetingsAsked(web, visit)).cards)
}

/** `/recordings/variants.csv` */
export async function variantsSheet(web: Web, visit: Visit): Promise<Sheet> {
  return sheetOf(visit, 'loa-lang-ban-cua-dai', (await variantsAsked(web, visit)).cards)
}

function sheetOf(visit: Visit, name: string, cards: readonly RecordingCard[]): Sheet {
  const { say } = visit
  return {
    name,
    head: [
      ...[
        say('airings.script'),
        'version',
        say('airings.station'),
        say('recordings.seconds'),
        'LUFS',
        'dBTP',
      ],
      ...[say('airings.state'), say('recordings.approver'), say('recordings.spoken'), 'recording', 'sha256'],
    ],
    rows: cards.map((card) => [
      ...[card.title, card.number, card.stationName, card.milliseconds / 1000, card.loudness, card.peak],
      ...[
        say(wordOf(card.state)),
        card.approver,
        card.spoken,
        card.id,
        card.renditions.map(({ name: file }) => file).join(' '),
      ],
    ]),
  }
}

async function recordingsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const versions = await submittedVersions(web)
  const all = await cardsOf(
    web,
    visit,
    versions.filter(({ kind }) => kind === 'bulletin'),
    { oneVariant: true },
  )
  const greeting = versions.filter(({ kind }) => kind === 'greeting')
  const counts = await Promise.all(
    greeting.map(
      async ({ script, summary }) =>
        (await recordingsOf(web.database, { script, version: summary.version })).length,
    ),
  )
  const count = counts.reduce((sum, each) => sum + each, 0)
  const greetings = count === 0 ? null : visit.say('recordings.greetings', { count })
  return { ...ordered(visit, filterCards(all, q)), q, greetings }
}

async function greetingsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const versions = (await submittedVersions(web)).filter(({ kind }) => kind === 'greeting')
  return { ...ordered(visit, filterCards(await cardsOf(web, visit, versions), q)), q }
}

async function variantsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const script = askedId(visit.query, 'script')
  const number = askedVersion(visit.query)
  const version = (await submittedVersions(web)).find(
    (one) => one.kind === 'bulletin' && one.script === script && one.summary.version === number,
  )
  if (version === undefined) throw new AppError('not_found', sentence('error.no-version'))
  const cards = await cardsOf(web, visit, [version])
  const title = visit.language === 'vi' ? version.summary.title : version.summary.titleEn
  const own = cards.filter(({ station }) => station !== null)
  return { ...ordered(visit, filterCards(own, q)), q, title }
}

type CardOrder = Sorting<RecordingCard, 'title' | 'station' | 'seconds' | 'state' | 'approver'>

function ordered(
  visit: Visit,
  cards: readonly RecordingCard[],
): { cards: RecordingCard[]; sorting: CardOrder } {
  const sorting: CardOrder = askedSorting(visit, {
    title: (card: RecordingCard) => card.title,
    station: ({ stationName }) => (stationName === '' ? null : stationName),
    seconds: ({ milliseconds }) => milliseconds,
    state: ({ state }) => state,
    approver: ({ approver }) => (approver === '' ? null : approver),
  })
  return { cards: sorting.order(cards), sorting }
}

function filterCards(cards: readonly RecordingCard[], q: string): RecordingCard[] {
  const wanted = foldName(q)
  if (q === '') return [...cards]
  return cards.filter(
    ({ title, stationName, district, station }) =>
      wanted !== '' && answers([title, stationName, district, station ?? ''], wanted),
  )
}
