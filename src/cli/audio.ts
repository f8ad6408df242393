/** `loa audio`, `loa recordings`: making recordings, and what there is. */
import type { Command } from 'commander'
import { AppError, type Sentence } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { englishFigure, figure } from '../base/text.ts'
import {
  type Awaiting,
  forgetFailures,
  recordingsOf,
  renderFailures,
  type RenderProgress,
  type RenderResult,
  renderWanted,
  storeSize,
} from '../audio/index.ts'
import { scriptsOf } from '../scripts/index.ts'
import type { Work } from '../work.ts'
import { versionGiven } from './scripts.ts'
import { type Answer, argument, counted, type Given, listing, workCommand } from './shell.ts'
import { Cancelled, stopSignal } from './stop.ts'

export function audioCommands(program: Command): void {
  const audio = program.command('audio').description('âm thanh · audio')
  workCommand(
    audio,
    'render',
    'tạo mọi bản ghi còn thiếu; mã thoát 7 khi có bản không tạo được · make every recording that is wanted; exit code 7 when some cannot be made',
    render,
  ).option('--again', 'thử lại cả những bản đã hỏng ba lần · try again also what has failed three times')
  workCommand(
    audio,
    'sentences',
    'kho câu đã đọc sẵn: bao nhiêu câu, bao nhiêu chỗ · finished sentences: how many, how much room',
    async ({ audioFolder }) => {
      const size = await storeSize(audioFolder)
      const megabytes = Math.round(size.bytes / 1e5) / 10
      return {
        json: size,
        lines: [
          `${figure(size.sentences)} câu, ${figure(megabytes)} MB. Kho tự giữ dưới 4 GiB; xóa đi cũng được, lần sau trung tâm đọc lại.`,
          `${englishFigure(size.sentences)} sentences, ${englishFigure(megabytes)} MB. The store keeps itself below 4 GiB; it may be removed, and what is needed is made again.`,
        ],
      }
    },
  )
  const recordings = program.command('recordings').description('bản ghi · recordings')
  workCommand(
    recordings,
    'list <script> <version>',
    'bản ghi của một bản tin · recordings of a script version',
    async (work, given) => listed(work, argument(given, 0), versionGiven(argument(given, 1))),
  )
}

async function render(work: Work, given: Given): Promise<Answer> {
  if (given.options['again'] === true) await forgetFailures(work.database)
  const signal = stopSignal()
  const told = progressOn(process.stderr)
  let result: RenderResult
  try {
    result = await renderWanted({
      database: work.database,
      audioFolder: work.audioFolder,
      speechFolder: work.speechFolder,
      clock: work.clock,
      log: silentLog,
      voiceKeys: work.config.voiceKeys,
      signal,
      onProgress: told.say,
    })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new Cancelled({
      vi: 'Đã dừng. Các bản ghi và các câu đã làm xong được giữ; chạy lại lệnh này để làm tiếp.',
      en: 'Stopped. Finished recordings and sentences are kept; run the command again to go on.',
    })
  } finally {
    told.end()
  }
  const { rendered, there, failed, awaiting, sentences } = result
  const failures = failed === 0 ? [] : await failuresOf(work)
  return {
    json: { ...result, failures },
    lines: [
      ...(rendered + there + failed + awaiting.length === 0 ? nothingWanted : []),
      `${figure(rendered)} mới, ${figure(there)} đã có, ${figure(failed)} hỏng; đọc mới ${figure(sentences.encoded)} câu trong ${figure(sentences.used)} câu · rendered, there, failed; sentences read anew`,
      ...(awaiting.length === 0 ? [] : whoReads(awaiting)),
    ],
    failures: whyFailed(failures, failed),
  }
}

/** What no voice speaks waits for a person; that is no failure. */
function whoReads(awaiting: readonly Awaiting[]): string[] {
  const [first] = awaiting
  const how = `loa uploads add <tệp> --script ${first?.script ?? ''} --version ${String(first?.version ?? 1)} --language ${first?.language ?? ''} …`
  return [
    `${figure(awaiting.length)} bản tin chờ người đọc, vì chưa có giọng máy đọc được tiếng ấy: ${how}`,
    `${counted(awaiting.length, 'script version')} waiting for a person to read, because no voice speaks the language: ${how}`,
  ]
}

const nothingWanted = [
  'Chưa có bản tin nào được trình. Hãy trình trước: loa scripts submit <bản tin> <bản> --by <người>',
  'No script has been submitted. Submit one first: loa scripts submit <script> <version> --by <person>',
]

/** A recording that could not be made. `station`: whose own it is; null when all stations have the same. */
type Failure = { script: string; version: number; language: string; station: string | null; why: Sentence }

/** What could not be made and why, the newest first; at most 500, as many as are kept in mind. */
async function failuresOf({ database }: Work): Promise<Failure[]> {
  const languages = new Map(
    (await scriptsOf(database)).flatMap(({ id, versions }) =>
      versions.map(({ version, language }) => [`${id} ${String(version)}`, language] as const),
    ),
  )
  return (await renderFailures(database)).map(({ script, version, station, why }) => {
    const language = languages.get(`${script} ${String(version)}`) ?? ''
    return { script, version, language, station, why }
  })
}

/** More than these would push the figures out of sight; --json has up to 500. */
const failuresShownMax = 10

/** What could not be made, and why, for people. */
function whyFailed(failures: readonly Failure[], count: number): string[] {
  const shown = failures.slice(0, failuresShownMax).flatMap(({ script, version, language, station, why }) => {
    const where = `${script} ${String(version)} ${language}${station === null ? '' : ` ${station}`}`
    return [`✕ ${where}: ${why.vi}`, `  ${why.en}`]
  })
  if (count === 0) return []
  const again =
    'Bản đã hỏng ba lần thì không tự thử lại; sửa xong nguyên nhân, thử lại bằng: loa audio render --again · what has failed three times is not tried again by itself; when its cause is mended: loa audio render --again'
  const more = count - Math.min(failures.length, failuresShownMax)
  if (more <= 0) return [...shown, again]
  const rest = `… và ${figure(more)} bản ghi nữa (--json liệt kê đến 500) · and ${englishFigure(more)} more (--json lists up to 500)`
  return [...shown, rest, again]
}

/** One line that is written over on a terminal; elsewhere a line for each tenth and each new failure. */
function progressOn(out: NodeJS.WriteStream): { say: (progress: RenderProgress) => void; end: () => void } {
  let open = false
  let before = ''
  return {
    say(progress) {
      const tenth = Math.floor((progress.done / progress.total) * 10)
      const line = out.isTTY ? progressLine(progress) : `${String(tenth)} ${String(progress.failed)}`
      if (line === before || progress.total === 0) return
      before = line
      open = out.isTTY
      // The line before may have been longer: the rest of it is wiped.
      out.write(out.isTTY ? `\r${line}\u001B[K` : `${progressLine(progress)}\n`)
    },
    end() {
      if (open) out.write('\n')
    },
  }
}

function progressLine({ done, total, failed, secondsLeft }: RenderProgress): string {
  const broken = failed > 0 ? `, ${figure(failed)} hỏng` : ''
  const left = secondsLeft === undefined ? '' : `, còn khoảng ${lengthLeft(secondsLeft)}`
  return `${figure(done)}/${figure(total)} bản ghi${broken}${left}`
}

function lengthLeft(seconds: number): string {
  return seconds > 90 ? `${figure(Math.ceil(seconds / 60))} phút` : `${figure(Math.ceil(seconds))} giây`
}

async function listed(work: Work, script: string, version: number): Promise<Answer> {
  const all = await recordingsOf(work.database, { script, version })
  if (all.length === 0) await refuseUnlessThere(work, script, version)
  return {
    json: all,
    lines: listing(
      ['bản ghi', 'đài', 'giây', 'LUFS', 'dBTP', 'giọng', 'ghi chú'],
      all.map((one) => [
        one.id,
        one.station ?? '',
        figure(one.milliseconds / 1000),
        figure(one.loudness),
        figure(one.truePeak),
        one.voice,
        one.remark?.vi ?? '',
      ]),
      {
        vi: 'Chưa có bản ghi. Trình bản tin (loa scripts submit), rồi để trung tâm tạo bản ghi, hoặc: loa audio render',
        en: 'No recording yet. Submit the script (loa scripts submit), then the hub makes it, or: loa audio render',
      },
    ),
  }
}

/** Refuses (`not_found`) a version that there is not; it may be there and have no recording yet. */
async function refuseUnlessThere(work: Work, script: string, version: number): Promise<void> {
  const known = (await scriptsOf(work.database)).find(({ id }) => id === script)
  if (known?.versions.some((one) => one.version === version) === true) return
  throw new AppError('not_found', {
    vi: `Không có bản tin “${script}” bản ${String(version)}. Hãy xem: loa scripts list`,
    en: `There is no version ${String(version)} of a script “${script}”. See: loa scripts list`,
  })
}
