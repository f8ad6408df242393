/** `loa scripts`: from a text to what waits for approval. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { versionStates } from '../approval/index.ts'
import { submitToBeRead } from '../audio/index.ts'
import {
  importScript,
  loadPlaceholders,
  readScript,
  scriptLanguages,
  scriptsOf,
  type ScriptSource,
  withdrawVersion,
} from '../scripts/index.ts'
import type { Work } from '../work.ts'
import { draftCommands } from './drafts.ts'
import { argument, listing, required, table, wholeNumber, workCommand } from './shell.ts'
import { importedWord, stateWord } from './words.ts'

export function scriptCommands(program: Command): void {
  const scripts = program.command('scripts').description('bản tin · scripts')
  workCommand(scripts, 'list', 'mọi bản tin · all scripts', async (work) => {
    const states = await versionStates(work.database, work.clock.now())
    const all = (await scriptsOf(work.database)).map((script) => ({
      ...script,
      versions: script.versions.map((version) => {
        return { ...version, stands: states.get(`${script.id}/${String(version.version)}`) ?? 'draft' }
      }),
    }))
    const rows = all.flatMap((script) =>
      script.versions.map(
        (version) => [script.id, version.version, stateWord[version.stands], version.title] as const,
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
    'trình bản tin · submit for approval',
    async (work, given) => {
      const what = { script: argument(given, 0), version: versionGiven(argument(given, 1)) }
      const { language, readBy } = await submitScript(work, { ...what, by: required(given, 'by') })
      return {
        json: { ...what, readBy },
        lines: readBy === 'voice' ? madeByItself : broughtBy(what, language),
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
  draftCommands(scripts)
}

const madeByItself = [
  'Đã trình. Trung tâm (loa hub) tự tạo bản ghi; không chạy trung tâm thì: loa audio render',
  'Submitted. The hub (loa hub) makes the recordings; without a hub: loa audio render',
]

/** Who reads what no voice speaks, and how it comes in. */
function broughtBy({ script, version }: { script: string; version: number }, tag: string): string[] {
  const name = scriptLanguages.find((language) => language.tag === tag)?.name ?? tag
  const how = `loa uploads add <tệp> --script ${script} --version ${String(version)} --language ${tag} …`
  return [
    `Đã trình. Chưa có giọng máy đọc được tiếng ${name}: bản tin chờ người đọc, thu âm rồi đưa lên: ${how}`,
    `Submitted. No voice speaks ${name}: the script waits for a person to read and record it: ${how}`,
  ]
}

/** Submits a version with this folder's registers and voices; as `submitToBeRead`. */
export async function submitScript(
  work: Work,
  given: { script: string; version: number; by: string; speakUnconfirmed?: boolean },
): Promise<{ language: string; readBy: 'voice' | 'person' }> {
  return submitToBeRead(work.database, {
    ...{ script: given.script, version: given.version, by: given.by },
    now: work.clock.now(),
    speechFolder: work.speechFolder,
    speakUnconfirmed: given.speakUnconfirmed ?? work.config.speakUnconfirmed,
    placeholders: loadPlaceholders(work.config.content),
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
      {
        vi: `Không đọc được tệp ${file}. Hãy xem lại tên tệp và quyền đọc.`,
        en: `The file ${file} cannot be read. Check its name and who may read it.`,
      },
      { cause: error },
    )
  }
  const source = readScript(text)
  if (!source.ok)
    throw new AppError('invalid', { vi: `${file}: ${source.why.vi}`, en: `${file}: ${source.why.en}` })
  return source.value
}

/** The number of a version, as it was typed. */
export function versionGiven(text: string): number {
  return wholeNumber(text, '<version>', 1, 1_000_000)
}
