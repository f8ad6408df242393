/** `loa facts`: the register of what scripts may say, who changed it, and what stands or falls with it. */
import type { Command } from 'commander'
import { dayOf, timeOfDay } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { type Touched, touchedBy } from '../schedule/index.ts'
import {
  confirmFact,
  expireFact,
  type FactChange,
  type FactChanged,
  factEntries,
  factsOf,
  loadPlaceholders,
  setFact,
  unknownFact,
} from '../scripts/index.ts'
import type { Work } from '../work.ts'
import { argument, type Given, listing, optional, required, table, workCommand } from './shell.ts'
import { stateWord } from './words.ts'

const statusWord = {
  confirmed: '● đã xác nhận · confirmed',
  'needs-confirmation': '◐ cần xác nhận · to confirm',
}

export function factCommands(program: Command): void {
  const facts = program.command('facts').description('sổ dữ kiện · the register of facts')
  workCommand(facts, 'list', 'mọi dữ kiện hiện nay · all facts as they hold now', async (work) => {
    const all = await factsOf(work.database)
    return {
      json: all,
      lines: listing(
        ['mã', 'loại', 'giá trị', 'từ', 'đến', 'trạng thái'],
        all.map((fact) => [
          ...[fact.id, fact.kind, fact.value, fact.validFrom, fact.validTo ?? ''],
          statusWord[fact.status],
        ]),
        {
          vi: 'Sổ chưa có dữ kiện nào. Thêm bằng: loa facts set <mã> …',
          en: 'The register is empty. Add one: loa facts set <key> …',
        },
      ),
    }
  })
  workCommand(
    facts,
    'history <key>',
    'dữ kiện đã đổi ra sao · every entry of a fact',
    async (work, given) => {
      const entries = await factEntries(work.database, argument(given, 0))
      if (entries.length === 0) throw unknownFact(argument(given, 0))
      const rows = entries.map(({ number, fact, by, at }) => [
        ...[
          number,
          `${dayOf(at)} ${timeOfDay(at)}`,
          by ?? 'content/',
          fact.value,
          fact.validFrom,
          fact.validTo ?? '',
        ],
        ...[statusWord[fact.status], fact.source],
      ])
      return {
        json: entries,
        lines: table(['số', 'lúc', 'ai', 'giá trị', 'từ', 'đến', 'trạng thái', 'nguồn'], rows),
      }
    },
  )
  changeCommands(facts)
  confirmCommand(facts)
  workCommand(
    facts,
    'touched <key>',
    'bản tin, bản ghi và lượt phát nào dựa vào dữ kiện này · what stands or falls with a fact',
    async (work, given) => {
      const touched = await touchedOf(work, argument(given, 0))
      return { json: touched, lines: touchedLines(touched) }
    },
  )
}

function changeCommands(facts: Command): void {
  workCommand(
    facts,
    'set <key>',
    'ghi hoặc sửa một dữ kiện · enter or change a fact',
    async (work, given) => {
      const changed = await setFact(work.database, {
        ...{
          fact: argument(given, 0),
          change: changeOf(given),
          by: required(given, 'by'),
          why: optional(given, 'why') ?? '',
        },
        now: work.clock.now(),
      })
      return changedAnswer(work, changed)
    },
  )
    .requiredOption('--by <person>', 'người ghi · who enters it')
    .option('--value <words>', 'chữ đưa vào bản tin · what is put into scripts')
    .option('--spoken <words>', 'cách đọc, nếu phải cố định · how it is said, where that must be fixed')
    .option('--source <source>', 'nguồn, văn bản có ngày · where it comes from')
    .option('--kind <kind>', 'hotline, agency, law, figure, day · kind')
    .option('--name <name>', 'tên tiếng Việt · name')
    .option('--name-en <name>', 'tên tiếng Anh · name in English')
    .option('--from <day>', 'ngày đầu có hiệu lực YYYY-MM-DD · first day in force')
    .option('--to <day>', 'ngày đầu hết hiệu lực, "" là chưa hạn · first day no longer in force, "" = open')
    .option('--unconfirmed', 'rút lại xác nhận · take the confirmation back')
    .option('--why <reason>', 'lý do · why')
  workCommand(facts, 'expire <key>', 'cho hết hiệu lực từ một ngày · end a fact', async (work, given) => {
    const changed = await expireFact(work.database, {
      ...{ fact: argument(given, 0), on: required(given, 'on'), by: required(given, 'by') },
      ...{ why: optional(given, 'why') ?? '', now: work.clock.now() },
    })
    return changedAnswer(work, changed)
  })
    .requiredOption('--on <day>', 'ngày đầu hết hiệu lực YYYY-MM-DD · first day no longer in force')
    .requiredOption('--by <person>', 'người ghi · who enters it')
    .option('--why <reason>', 'lý do · why')
}

function confirmCommand(facts: Command): void {
  workCommand(
    facts,
    'confirm <key>',
    'xác nhận điều người khác đã ghi · confirm what somebody else entered',
    async (work, given) => {
      const entry = optional(given, 'entry')
      const changed = await confirmFact(work.database, {
        ...{ fact: argument(given, 0), by: required(given, 'by'), why: optional(given, 'why') ?? '' },
        ...(entry === undefined ? {} : { basedOn: entryNumber(entry) }),
        now: work.clock.now(),
      })
      return changedAnswer(work, changed)
    },
  )
    .requiredOption(
      '--by <person>',
      'người đã đọc nguồn, khác người ghi · who read the source, not who entered it',
    )
    .option('--entry <number>', 'số của lần ghi đã đọc, xem history · the entry that was read, see history')
    .option('--why <reason>', 'lý do · why')
}

function changeOf(given: Given): FactChange {
  const change: FactChange = {}
  const texts = {
    value: 'value',
    source: 'source',
    kind: 'kind',
    name: 'nameVi',
    nameEn: 'nameEn',
    from: 'validFrom',
  }
  for (const [option, field] of Object.entries(texts) as [string, 'value'][]) {
    const text = optional(given, option)
    if (text !== undefined) change[field] = text
  }
  const [spoken, to] = [optional(given, 'spoken'), optional(given, 'to')]
  if (spoken !== undefined) change.spoken = spoken === '' ? null : spoken
  if (to !== undefined) change.validTo = to === '' ? null : to
  if (given.options['unconfirmed'] === true) change.confirmed = false
  return change
}

function entryNumber(typed: string): number {
  if (/^[1-9]\d{0,9}$/.test(typed)) return Number(typed)
  throw new AppError('invalid', {
    vi: `“${typed.slice(0, 40)}” không phải là số của một lần ghi. Xem cột số: loa facts history <mã>`,
    en: `“${typed.slice(0, 40)}” is not the number of an entry. See the first column: loa facts history <key>`,
  })
}

async function touchedOf(work: Work, fact: string): Promise<Touched> {
  return touchedBy(work.database, {
    ...{ fact, placeholders: loadPlaceholders(work.config.content), now: work.clock.now() },
  })
}

async function changedAnswer(work: Work, changed: FactChanged) {
  const word = {
    new: 'Đã ghi mới · entered',
    changed: 'Đã ghi thay đổi · changed',
    same: 'Không có gì đổi · nothing changed',
  }
  const { versions, recordings, airings } = await touchedOf(work, changed.fact.id)
  const touched = { versions, recordings: recordings.length, airings: airings.length }
  const lines =
    changed.state === 'same' ? [] : touchedLines({ fact: changed.fact, versions, recordings, airings })
  return { json: { ...changed, touched }, lines: [word[changed.state], ...lines] }
}

/** At most so many airings are listed one by one; all are in the JSON. */
const airingsShownMax = 20

function touchedLines({ versions, recordings, airings }: Touched): string[] {
  if (versions.length === 0) return ['Không bản tin nào dựa vào dữ kiện này · no script rests on it']
  const rows = versions.map(({ script, version, state, changed, title }) => {
    return [script, version, stateWord[state], changed ? '✕ dừng phát · stopped' : '', title]
  })
  const shown = airings.slice(0, airingsShownMax).map(({ station, script, plannedAt }) => {
    return [dayOf(plannedAt), timeOfDay(plannedAt), station, script]
  })
  const counts = `${String(recordings.length)} bản ghi, ${String(airings.length)} lượt phát sắp tới · ${String(recordings.length)} recordings, ${String(airings.length)} airings to come`
  const stopped = versions.some(({ changed }) => changed) && airings.length > 0
  return [
    ...table(['bản tin', 'bản', 'trạng thái', '', 'tiêu đề'], rows),
    counts,
    ...(shown.length === 0 ? [] : table(['ngày', 'giờ', 'đài', 'bản tin'], shown)),
    ...(stopped
      ? [
          'Lượt phát của bản tin dừng phát bị hủy ở lần xếp lịch kế tiếp của trung tâm; làm ngay: loa plan run',
          'Airings of stopped scripts are cancelled when the hub plans next; at once: loa plan run',
        ]
      : []),
  ]
}
