/** `loa facts`, `loa scripts`, `loa audio`, `loa recordings`, `loa approval`: from a text to approved sound. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { figure } from '../base/text.ts'
import { approve, awaitingApproval } from '../approval/index.ts'
import { loadLexicon, recordingsOf, renderWanted, speak } from '../audio/index.ts'
import {
  importScript,
  loadPlaceholders,
  readScript,
  scriptsOf,
  type ScriptSource,
  submitVersion,
  withdrawVersion,
} from '../scripts/index.ts'
import { silentLog } from '../base/log.ts'
import type { Work } from '../work.ts'
import { passphraseOf, readKeyFile } from './people.ts'
import { argument, command, listing, required, table, wholeNumber, workCommand } from './shell.ts'
import { importedWord, versionWord } from './words.ts'
import { readConfig } from '../config.ts'

export function scriptCommands(program: Command): void {
  const scripts = program.command('scripts').description('bản tin · scripts')
  workCommand(scripts, 'list', 'mọi bản tin · all scripts', async (work) => {
    const all = await scriptsOf(work.database)
    const rows = all.flatMap((script) =>
      script.versions.map(
        (version) => [script.id, version.version, versionWord[version.state], version.title] as const,
      ),
    )
    return {
      json: all,
      lines: listing(['bản tin', 'bản', 'trạng thái', 'tiêu đề'], rows, {
        vi: 'Chưa có bản tin nào. Nhập các bản tin có sẵn: loa scripts import --by <người>',
        en: 'There is no script yet. Import those that come with the programme: loa scripts import --by <person>',
      }),
    }
  })
  workCommand(
    scripts,
    'import [file]',
    'nhập một tệp Markdown, hoặc mọi tệp trong content/scripts · import one file, or all',
    async (work, given) => {
      const files = given.args.length > 0 ? given.args : contentFiles(work)
      // All are read before the first is kept, so a file that is wrong leaves nothing half done.
      const sources = files.map(sourceOf)
      const results = []
      for (const source of sources) {
        const imported = await importScript(work.database, source, {
          author: required(given, 'by'),
          now: work.clock.now(),
        })
        results.push(imported)
      }
      return {
        json: results,
        lines: table(
          ['bản tin', 'bản', ''],
          results.map((result) => [result.script, result.version, importedWord[result.state]]),
        ),
      }
    },
  ).requiredOption('--by <person>', 'người soạn · author')
  workCommand(
    scripts,
    'submit <script> <version>',
    'trình duyệt · submit for approval',
    async (work, given) => {
      await submitScript(work, {
        script: argument(given, 0),
        version: versionGiven(argument(given, 1)),
        by: required(given, 'by'),
      })
      return {
        json: { script: argument(given, 0), version: Number(argument(given, 1)) },
        lines: [
          'Đã trình. Trung tâm (loa hub) tự tạo bản ghi; không chạy trung tâm thì: loa audio render',
          'Submitted. The hub (loa hub) makes the recordings; without a hub: loa audio render',
        ],
      }
    },
  ).requiredOption('--by <person>', 'người trình · who submits')
  workCommand(scripts, 'withdraw <script> <version>', 'thu hồi · withdraw', async (work, given) => {
    await withdrawVersion(work.database, {
      script: argument(given, 0),
      version: versionGiven(argument(given, 1)),
      by: required(given, 'by'),
      why: required(given, 'why'),
      now: work.clock.now(),
    })
    return {
      json: { script: argument(given, 0) },
      lines: ['Đã thu hồi; các lượt phát sắp tới của bản này bị hủy · withdrawn'],
    }
  })
    .requiredOption('--by <person>', 'người thu hồi · who withdraws it')
    .requiredOption('--why <reason>', 'lý do · why')
  audioCommands(program)
  approvalCommands(program)
}

function audioCommands(program: Command): void {
  const audio = program.command('audio').description('âm thanh · audio')
  workCommand(
    audio,
    'render',
    'tạo mọi bản ghi còn thiếu · make every recording that is wanted',
    async (work) => {
      const result = await renderWanted({
        database: work.database,
        audioFolder: work.audioFolder,
        speechFolder: work.speechFolder,
        clock: work.clock,
        log: silentLog,
        onProgress: ({ done, total, failed, secondsLeft }) => {
          process.stderr.write(
            `${String(done)}/${String(total)} bản ghi${failed > 0 ? `, ${String(failed)} hỏng` : ''}${secondsLeft === undefined ? '' : `, còn ${String(Math.ceil(secondsLeft))} giây`}\n`,
          )
        },
      })
      return {
        json: result,
        lines: [
          `${String(result.rendered)} mới, ${String(result.there)} đã có, ${String(result.failed)} hỏng · rendered, there, failed`,
        ],
      }
    },
  )
  const recordings = program.command('recordings').description('bản ghi · recordings')
  workCommand(
    recordings,
    'list <script> <version>',
    'bản ghi của một bản tin · recordings of a script version',
    async (work, given) => {
      const [script, version] = [argument(given, 0), versionGiven(argument(given, 1))]
      const all = await recordingsOf(work.database, { script, version })
      if (all.length === 0) await refuseUnlessThere(work, script, version)
      return {
        json: all,
        lines: listing(
          ['bản ghi', 'đài', 'giây', 'LUFS', 'dBTP'],
          all.map((one) => [
            one.id,
            one.station ?? '',
            figure(one.milliseconds / 1000),
            figure(one.loudness),
            figure(one.truePeak),
          ]),
          {
            vi: 'Chưa có bản ghi. Trình bản tin (loa scripts submit), rồi để trung tâm tạo bản ghi, hoặc: loa audio render',
            en: 'No recording yet. Submit the script (loa scripts submit), then the hub makes it, or: loa audio render',
          },
        ),
      }
    },
  )
  command(
    program,
    'say',
    'đọc văn bản từ đầu vào chuẩn, in lời sẽ đọc · reads text on standard input, prints what will be spoken',
    async () => {
      const config = readConfig()
      const { spoken, questions } = speak(
        readFileSync(0, 'utf8'),
        await loadLexicon(join(config.content, 'speech')),
      )
      return {
        json: { spoken, questions },
        lines: [
          spoken,
          ...questions.map(
            ({ token, at, choices }) =>
              `? ${token} (${String(at)}): ${choices.length > 0 ? choices.join(' / ') : 'chưa có trong từ điển cách đọc · not in the speech lexicon'}`,
          ),
        ],
      }
    },
  )
}

function approvalCommands(program: Command): void {
  const approval = program.command('approval').description('phê duyệt · approval')
  workCommand(approval, 'list', 'đang chờ duyệt · waiting for approval', async (work) => {
    const waiting = await awaitingApproval(work.database, work.clock.now())
    return {
      json: waiting,
      lines:
        waiting.length === 0
          ? ['Không có gì chờ duyệt · nothing is waiting for approval']
          : table(
              ['bản tin', 'bản', 'bản ghi', 'giây', 'người trình', 'tiêu đề'],
              waiting.map((one) => [
                one.script,
                one.version,
                one.recordings,
                Math.round(one.seconds),
                one.submittedBy,
                one.title,
              ]),
            ),
    }
  })
  workCommand(
    approval,
    'sign <script> <version>',
    'duyệt mọi bản ghi của bản tin, bằng khóa của người duyệt · approve all recordings of a script version',
    async (work, given) => {
      const key = readKeyFile(required(given, 'keyFile'), passphraseOf(work))
      const result = await approve(work.database, {
        script: argument(given, 0),
        version: versionGiven(argument(given, 1)),
        approver: required(given, 'by'),
        key,
        now: work.clock.now(),
      })
      return {
        json: result,
        lines: [
          `Đã duyệt ${String(result.renditions)} tệp âm thanh (phê duyệt ${result.approval}). Bản ghi tạo ra sau lúc này cần duyệt thêm: loa approval list`,
          `${String(result.renditions)} audio files are approved (approval ${result.approval}). Recordings made after this need another approval: loa approval list`,
        ],
      }
    },
  )
    .requiredOption('--by <person>', 'người duyệt · approver')
    .requiredOption('--key-file <file>', 'tệp khóa; mật khẩu trong LOA_PASSPHRASE · key file')
}

/** Submits a version, with the questions and length that its spoken form shows. */
export async function submitScript(
  work: Work,
  given: { script: string; version: number; by: string; speakUnconfirmed?: boolean },
): Promise<void> {
  const lexicon = await loadLexicon(work.speechFolder)
  await submitVersion(work.database, {
    script: given.script,
    version: given.version,
    by: given.by,
    now: work.clock.now(),
    speakUnconfirmed: given.speakUnconfirmed ?? work.config.speakUnconfirmed,
    placeholders: loadPlaceholders(work.config.content),
    spokenOf: (text) => speak(text, lexicon),
  })
}

/** All Markdown files of content/scripts, in order of name. */
export function contentFiles(work: Work): string[] {
  const folder = join(work.config.content, 'scripts')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((name) => join(folder, name))
}

/** Reads a script file, or refuses naming the file and what is wrong in it. */
export function sourceOf(file: string): ScriptSource {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new AppError(
      'not_found',
      { vi: `Không đọc được tệp ${file}.`, en: `The file ${file} cannot be read.` },
      { cause: error },
    )
  }
  const source = readScript(text)
  if (!source.ok)
    throw new AppError('invalid', { vi: `${file}: ${source.why.vi}`, en: `${file}: ${source.why.en}` })
  return source.value
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

function versionGiven(text: string): number {
  return wholeNumber(text, '<version>', 1, 1_000_000)
}
