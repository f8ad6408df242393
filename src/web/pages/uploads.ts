/** Uploads: what people brought, how it was treated, and whether it may be used. */
import { type Upload, uploadById, uploadsOf } from '../../audio/index.ts'
import { dayOf, timeOfDay } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { foldName } from '../../base/text.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { pageOf } from '../paging.ts'
import { studio } from '../route.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import { askedSorting, waysToOrder } from '../sorting.ts'
import { wordOf } from '../states.ts'
import { searched, tenths, type UploadCard, uploadCards } from '../upload-cards.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { sentence } from '../words/index.ts'

/** Each card has two pictures and two players. */
const cardsOnAPage = 20
const uploadStates = ['fit', 'unfit'] as const

/** `/uploads?q=&state=&sort=&page=`: the newest first. */
export async function uploadsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, state, all, found, sorting } = await uploadsAsked(web, visit)
  const cards = found.map(({ card }) => card)
  const { lines, paging } = pageOf(cards, askedPage(visit.query), visit.link, cardsOnAPage)
  const title = visit.say('uploads.title')
  return {
    view: 'uploads',
    title,
    section: 'uploads',
    model: {
      title,
      q,
      states: uploadStates.map((each) => ({
        value: each,
        name: visit.say(wordOf(each)),
        chosen: each === state,
      })),
      filtered: q !== '' || state !== undefined,
      none: all === 0,
      open: visit.is(studio) && web.incoming !== undefined,
      lines,
      paging,
      sort: sorting.sort,
      orders: waysToOrder(sorting.columns, {
        at: visit.say('uploads.at'),
        title: visit.say('airings.script'),
        speaker: visit.say('uploads.speaker'),
        station: visit.say('uploads.station'),
        state: visit.say('uploads.state'),
      }),
      csv: csvHref(visit, '/uploads.csv'),
    },
  }
}

/** `/uploads/<id>`: one of them, with what to do next. */
export async function uploadPage(web: Web, visit: Visit): Promise<Page> {
  const upload = await uploadById(web.database, visit.part('id'))
  const [card] = upload === undefined ? [] : await uploadCards(web, visit, [upload])
  if (upload === undefined || card === undefined) {
    throw new AppError('not_found', sentence('error.no-upload'))
  }
  return {
    view: 'upload',
    title: card.title,
    section: 'uploads',
    model: { card, ...nextStep(web, visit, upload, card) },
  }
}

type NextStep = { next: string; command: string; href: string }

/** What to do about it: the page for whoever signed in and may open it, the command for others. */
function nextStep(web: Web, { say, person, visitor }: Visit, upload: Upload, card: UploadCard): NextStep {
  if (card.approval === null) return { next: say('uploads.next-again'), command: '', href: '' }
  if (card.approval === 'approved') return { next: '', command: '', href: '' }
  const href = `/approvals/${upload.script}/${upload.version}`
  if (person !== undefined && web.mayOpen(visitor, '/approvals')) {
    return { next: say('uploads.next-approve'), command: '', href }
  }
  const command = `loa approval sign ${upload.script} ${upload.version} --by <${say('todo.somebody')}> --key-file khoa-duyet.pem`
  return { next: say('uploads.next-approve'), command, href: '' }
}

/** `/uploads.csv`: all lines of the same filter. */
export async function uploadsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { found } = await uploadsAsked(web, visit)
  const { say } = visit
  return {
    name: 'loa-lang-ban-ghi-am',
    head: [
      ...[
        say('uploads.at'),
        say('airings.script'),
        'version',
        say('uploads.language'),
        say('uploads.speaker'),
      ],
      ...[say('uploads.consent'), say('uploads.by'), say('uploads.station'), say('uploads.file')],
      ...[
        say('uploads.bytes'),
        say('uploads.format'),
        say('uploads.seconds'),
        say('uploads.loudness-before'),
      ],
      ...[say('uploads.loudness-after'), say('uploads.state'), say('uploads.why'), 'recording', 'sha256'],
    ],
    rows: found.map(({ upload, card }) => {
      const { treatment, original } = upload
      return [
        ...[`${dayOf(upload.at)} ${timeOfDay(upload.at)}`, card.title, upload.version, card.language],
        ...[card.speaker, card.consent, card.by, card.stationName, original.name, original.bytes],
        ...[`${treatment.extension} ${treatment.probe.codec}`, tenths(treatment.after.milliseconds / 1000)],
        ...[tenths(treatment.before.loudness), tenths(treatment.after.loudness), say(wordOf(card.state))],
        ...[card.faults.join(' '), upload.recording ?? '', original.sha256],
      ]
    }),
  }
}

async function uploadsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const state = askedChoice(visit.query, 'state', uploadStates)
  const uploads = await uploadsOf(web.database)
  const cards = await uploadCards(web, visit, uploads)
  const wanted = foldName(q)
  const found = uploads
    .flatMap((upload, index) => {
      const card = cards[index]
      return card === undefined ? [] : [{ upload, card }]
    })
    .filter(({ card }) => state === undefined || card.state === state)
    .filter(({ card }) => q === '' || (wanted !== '' && answers(searched(card), wanted)))
  const sorting = askedSorting(visit, {
    at: (line: (typeof found)[number]) => line.upload.at,
    title: (line) => line.card.title,
    speaker: (line) => line.card.speaker,
    station: (line) => (line.card.stationName === '' ? null : line.card.stationName),
    state: (line) => uploadStates.indexOf(line.card.state),
  })
  return { q, state, all: uploads.length, found: sorting.order(found), sorting }
}
