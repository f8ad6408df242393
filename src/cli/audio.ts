/** `loa audio`, `loa recordings`: making recordings, and what there is. */
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { englishFigure, figure } from '../base/text.ts'
import {
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
import { type Answer, argument, listing, workCommand } from './shell.ts'
import { Cancelled, stopSignal } from './stop.ts'

export function audioCommands(program: Command): void {
  const audio = program.command('audio').description('âm thanh · audio')
  workCommand(audio, 'render', 'tạo mọi bản ghi còn thiếu · make every recording that is wanted', render)
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

async function render(work: Work): Promise<Answer> {
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
  const { rendered, there, failed, sentences } = result
  return {
    json: result,
    lines: [
      ...(rendered + there + failed === 0 ? nothingWanted : []),
      `${figure(rendered)} mới, ${figure(there)} đã có, ${figure(failed)} hỏng; đọc mới ${figure(sentences.encoded)} câu trong ${figure(sentences.used)} câu · rendered, there, failed; sentences read anew`,
      ...(failed === 0 ? [] : await whyFailed(work)),
    ],
  }
}

const nothingWanted = [
  'Chưa có bản tin nào được trình. Hãy trình trước: loa scripts submit <bản tin> <bản> --by <người>',
  'No script has been submitted. Submit one first: loa scripts submit <script> <version> --by <person>',
]

/** More than these are counted on the page Bản ghi; here they would push the figures out of sight. */
const failuresShownMax = 10

/** What could not be made, and why. */
async function whyFailed(work: Work): Promise<string[]> {
  const failures = await renderFailures(work.database)
  const shown = failures.slice(0, failuresShownMax).flatMap(({ script, version, station, why }) => {
    const where = `${script} ${String(version)}${station === null ? '' : ` ${station}`}`
    return [`✕ ${where}: ${why.vi}`, `  ${why.en}`]
  })
  const more = failures.length - failuresShownMax
  return more > 0 ? [...shown, `… và ${figure(more)} bản ghi nữa · and ${englishFigure(more)} more`] : shown
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
