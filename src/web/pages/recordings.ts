/** Recordings: what each script sounds like and who approved it; greetings, one for each station. */
import { recordingsOf } from '../../audio/index.ts'
import { foldName } from '../../base/text.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { pageOf } from '../paging.ts'
import { askedPage, askedSearch } from '../query.ts'
import { cardsOf, type RecordingCard, submittedVersions } from '../recording-cards.ts'
import { wordOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/recordings`: one card for each submitted version; greetings stand on a page of their own. */
export async function recordingsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, cards, greetings } = await recordingsAsked(web, visit)
  const { lines, paging } = pageOf(cards, askedPage(visit.query), visit.link)
  return {
    view: 'recordings',
    title: visit.say('recordings.title'),
    section: 'recordings',
    model: {
      title: visit.say('recordings.title'),
      lead: visit.say('recordings.lead'),
      greetings,
      ...listModel(visit, q, lines, '/recordings'),
      none: cards.length === 0 && q === '',
      paging,
    },
  }
}

/** `/recordings/greetings?q=&page=`: the greeting of each station. */
export async function greetingsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, cards } = await greetingsAsked(web, visit)
  const { lines, paging } = pageOf(cards, askedPage(visit.query), visit.link)
  const title = visit.say('recordings.greetings-title')
  return {
    view: 'recordings',
    title,
    section: 'recordings',
    model: {
      title,
      lead: '',
      greetings: null,
      ...listModel(visit, q, lines, '/recordings/greetings'),
      none: cards.length === 0 && q === '',
      paging,
    },
  }
}

function listModel(visit: Visit, q: string, lines: readonly RecordingCard[], path: string): object {
  return {
    q,
    path,
    back: path === '/recordings' ? null : '/recordings',
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
  return { q, cards: filterCards(all, q), greetings }
}

async function greetingsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const versions = (await submittedVersions(web)).filter(({ kind }) => kind === 'greeting')
  return { q, cards: filterCards(await cardsOf(web, visit, versions), q) }
}

function filterCards(cards: readonly RecordingCard[], q: string): RecordingCard[] {
  const wanted = foldName(q)
  if (q === '') return [...cards]
  return cards.filter(
    ({ title, stationName, district, station }) =>
      wanted !== '' && answers([title, stationName, district, station ?? ''], wanted),
  )
}
