/** `loa uploads`: recordings of people's own voices. */
import { basename } from 'node:path'
import type { Command } from 'commander'
import { recordingById, takeUpload, type Upload, uploadsOf } from '../audio/index.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { englishFigure, figure } from '../base/text.ts'
import { scriptLanguages, scriptsOf } from '../scripts/index.ts'
import type { Work } from '../work.ts'
import { argument, listing, optional, required, wholeNumber, workCommand } from './shell.ts'

const fitWord = { fit: '● dùng được · fit', unfit: '✕ chưa dùng được · not fit' } as const

export function uploadCommands(program: Command): void {
  const uploads = program.command('uploads').description('bản ghi âm tự đọc · recordings people brought')
  workCommand(
    uploads,
    'add <file>',
    'đưa một bản ghi âm vào bản tin đã trình · bring a recording for a submitted script version',
    async (work, given) => {
      const file = argument(given, 0)
      const upload = await takeUpload({
        ...{ database: work.database, audioFolder: work.audioFolder, clock: work.clock, log: silentLog },
        ...{ file, name: basename(file) },
        script: required(given, 'script'),
        version: wholeNumber(required(given, 'version'), '--version', 1, 1_000_000),
        language: required(given, 'language'),
        speaker: required(given, 'speaker'),
        consent: required(given, 'consent'),
        by: required(given, 'by'),
        station: optional(given, 'station'),
        noiseReduction: given.options['reduceNoise'] === true,
        onProgress: ({ done, total, doing }) => {
          process.stderr.write(`${String(done)}/${String(total)} ${doing.vi} · ${doing.en}\n`)
        },
      })
      const { recording } = upload
      const remark = recording === null ? null : (await recordingById(work.database, recording)).remark
      if (recording === null) return { json: upload, lines: [], failures: whyUnfit(upload) }
      return { json: upload, lines: whatCameOf(upload, recording, remark) }
    },
  )
    .requiredOption('--script <script>', 'mã bản tin · script')
    .requiredOption('--version <version>', 'bản · version')
    .requiredOption(
      '--language <tag>',
      `ngôn ngữ · language: ${scriptLanguages.map(({ tag }) => tag).join(', ')}`,
    )
    .requiredOption('--speaker <name>', 'người đọc · whose voice it is')
    .requiredOption('--consent <text>', 'người đọc đã đồng ý như thế nào · how the speaker agreed')
    .requiredOption('--by <person>', 'người đưa lên · who brings it')
    .option('--station <station>', 'chỉ cho một đài · for one station only')
    .option('--reduce-noise', 'giảm tiếng ồn nền · reduce background noise')
  workCommand(uploads, 'list', 'mọi bản ghi âm đã gửi · all that were brought', async (work, given) => {
    const script = optional(given, 'script')
    const all = await uploadsOf(work.database, script === undefined ? {} : { script })
    if (script !== undefined && all.length === 0) await refuseUnlessKnown(work, script)
    return {
      json: all,
      lines: listing(
        ['bản tin', 'bản', 'ngôn ngữ', 'người đọc', 'giây', 'LUFS', '', 'bản ghi', 'tệp'],
        all.map((one) => [
          ...[one.script, one.version, one.language, one.speaker],
          ...[figure(one.treatment.after.milliseconds / 1000), figure(one.treatment.after.loudness)],
          ...[one.faults.length === 0 ? fitWord.fit : fitWord.unfit, one.recording ?? '', one.original.name],
        ]),
        {
          vi: 'Chưa có bản ghi âm nào. Đưa lên: loa uploads add <tệp> --script … --version … --language … --speaker … --consent … --by …',
          en: 'Nobody has brought a recording yet. Bring one: loa uploads add <file> --script … --version … --language … --speaker … --consent … --by …',
        },
      ),
    }
  }).option('--script <script>', 'chỉ của một bản tin · of one script only')
}

/** Refuses (`not_found`) a script that there is not; it may be there and have no upload yet. */
async function refuseUnlessKnown(work: Work, script: string): Promise<void> {
  if ((await scriptsOf(work.database)).some(({ id }) => id === script)) return
  throw new AppError('not_found', {
    vi: `Không có bản tin “${script}”. Hãy xem: loa scripts`,
    en: `There is no script “${script}”. See: loa scripts`,
  })
}

function whyUnfit({ faults }: Upload): string[] {
  return [
    'Bản ghi âm chưa dùng được; tệp gốc và lý do đã được giữ lại:',
    'The recording is not fit; the original and the reasons are kept:',
    ...faults.flatMap(({ vi, en }) => [`✕ ${vi}`, `  ${en}`]),
  ]
}

/** `remark`: what whoever approves it should listen for. */
function whatCameOf(
  { script, version, treatment }: Upload,
  recording: string,
  remark: Sentence | null,
): string[] {
  const { after, before } = treatment
  const measured = [after.milliseconds / 1000, before.loudness, after.loudness]
  const [seconds, was, is] = measured.map(figure)
  const [length, from, to] = measured.map(englishFigure)
  return [
    `Đã nhận bản ghi ${recording}: ${seconds} giây, độ to từ ${was} thành ${is} LUFS. Bản ghi chờ duyệt: loa approval sign ${script} ${String(version)} …`,
    `Recording ${recording} is taken: ${length} s, loudness from ${from} to ${to} LUFS. It waits for approval: loa approval sign ${script} ${String(version)} …`,
    ...(remark === null ? [] : [`! ${remark.vi}`, `  ${remark.en}`]),
  ]
}
