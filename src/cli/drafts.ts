/** `loa scripts` lint, return, export, difference: what is looked at, or sent back, before a script is approved. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { returnVersion } from '../approval/index.ts'
import { readingOf } from '../audio/index.ts'
import { dayOf } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { cleanText, lineAndColumn } from '../base/text.ts'
import {
  differenceOf,
  factsOf,
  type Finding,
  lint,
  loadPlaceholders,
  placeNames,
  scriptMarkdown,
  type ScriptSource,
  type ScriptVersion,
  versionOf,
} from '../scripts/index.ts'
import type { Work } from '../work.ts'
import { contentFiles, sourceOf, versionGiven } from './scripts.ts'
import { argument, FoundFaults, required, workCommand } from './shell.ts'

/** What was linted: its name for people, and on which line its text begins. */
type Linted = { name: string; source: ScriptSource; linesBefore: number }

const levelWord: Record<Finding['level'], string> = { error: '✕ lỗi · error', warning: '◐ nhắc · warning' }

export function draftCommands(scripts: Command): void {
  workCommand(
    scripts,
    'lint [what]',
    'soi lỗi một tệp, một bản (<bản tin>@<số>), hoặc mọi tệp trong content/scripts · look for faults',
    async (work, given) => lintAll(work, given.args),
  ).addHelpText(
    'after',
    '\nMã thoát: 0 không có lỗi (có thể có lời nhắc), 2 có lỗi hoặc tệp không đọc được, 4 không có bản ấy.\nExit codes: 0 no error (there may be warnings), 2 an error or an unreadable file, 4 no such version.',
  )
  workCommand(
    scripts,
    'return <script> <version>',
    'trả lại cho người soạn · return to the author',
    async (work, given) => {
      const [script, version] = [argument(given, 0), versionGiven(argument(given, 1))]
      await returnVersion(work.database, {
        ...{ script, version, by: required(given, 'by'), why: required(given, 'why') },
        now: work.clock.now(),
      })
      return { json: { script, version }, lines: ['Đã trả lại; người soạn sửa thành bản mới · returned'] }
    },
  )
    .requiredOption('--by <person>', 'người phê duyệt · approver')
    .requiredOption('--why <reason>', 'cần sửa gì · what to correct')
  workCommand(
    scripts,
    'export <script> <version>',
    'in ra dưới dạng Markdown của content/ · write as the Markdown of content/',
    async (work, given) => {
      const { script, version, source } = await versionAsked(work, argument(given, 0), argument(given, 1))
      const markdown = scriptMarkdown(source)
      return { json: { script, version, markdown }, lines: [markdown.trimEnd()] }
    },
  )
  workCommand(
    scripts,
    'difference <script> <before> <after>',
    'hai bản khác nhau chỗ nào · what changed between two versions',
    async (work, given) => {
      const [before, after] = await Promise.all(
        [1, 2].map((index) => versionAsked(work, argument(given, 0), argument(given, index))),
      )
      const sentences = differenceOf(before?.source.body ?? '', after?.source.body ?? '')
      const changed = sentences.filter(({ same }) => !same)
      const shown = changed.map(({ runs }) => {
        const marks = { same: ['', ''], removed: ['[-', '-]'], added: ['{+', '+}'] } as const
        return runs
          .map(({ how, text }) => `${marks[how][0]}${text.replaceAll('\n', '↵')}${marks[how][1]}`)
          .join('')
      })
      return {
        json: sentences,
        lines: shown.length === 0 ? ['Hai bản giống hệt nhau · no difference'] : shown,
      }
    },
  )
}

async function lintAll(work: Work, args: readonly string[]) {
  const [what] = args
  const linted = what === undefined ? contentFiles(work).map(fileToLint) : [await toLint(work, what)]
  const day = dayOf(work.clock.now())
  const base = {
    placeholders: loadPlaceholders(work.config.content),
    facts: new Map((await factsOf(work.database)).map((fact) => [fact.id, fact])),
    ...{ day, speakUnconfirmed: work.config.speakUnconfirmed },
    places: await placeNames(work.database, day),
  }
  const results = []
  for (const { name, source, linesBefore } of linted) {
    const spokenOf = await readingOf(work.speechFolder, source.language)
    const findings = lint(source, spokenOf === undefined ? base : { ...base, spokenOf }).map((finding) => {
      const { line, column } = lineAndColumn(source.body, finding.at)
      return { ...finding, line: line + linesBefore, column }
    })
    results.push({ name, script: source.id, findings })
  }
  const all = results.flatMap(({ name, findings }) => findings.map((finding) => ({ name, ...finding })))
  const errors = all.filter(({ level }) => level === 'error').length
  const lines = all.map(({ name, line, column, level, rule, vi }) => {
    return `${name}:${String(line)}:${String(column)} ${levelWord[level]} ${rule} — ${vi}`
  })
  const counts = `${String(linted.length)} bản tin, ${String(errors)} lỗi, ${String(all.length - errors)} lời nhắc`
  const english = `${String(linted.length)} scripts, ${String(errors)} errors, ${String(all.length - errors)} warnings`
  const answer = { json: results, lines: [...lines, `${counts} · ${english}`] }
  if (errors === 0) return answer
  throw new FoundFaults(answer, {
    vi: `Có ${String(errors)} lỗi phải sửa trước khi trình.`,
    en: `There are ${String(errors)} errors to correct before submitting.`,
  })
}

async function toLint(work: Work, what: string): Promise<Linted> {
  const [, script, version] = /^([a-z0-9-]+)@(\d+)$/.exec(what) ?? []
  if (script === undefined || version === undefined) return fileToLint(what)
  const { source } = await versionAsked(work, script, version)
  return { name: what, source, linesBefore: 0 }
}

function fileToLint(file: string): Linted {
  const source = sourceOf(file)
  const text = cleanText(readFileSync(file, 'utf8'))
  const linesBefore = text.slice(0, Math.max(0, text.lastIndexOf(source.body))).split('\n').length - 1
  return { name: file, source, linesBefore }
}

async function versionAsked(work: Work, script: string, version: string): Promise<ScriptVersion> {
  const number = versionGiven(version)
  const found = await versionOf(work.database, { script, version: number })
  if (found !== undefined) return found
  throw new AppError('not_found', {
    vi: `Không có bản tin “${script.slice(0, 80)}” bản ${String(number)}. Xem danh sách: loa scripts list`,
    en: `There is no version ${String(number)} of a script “${script.slice(0, 80)}”. See the list: loa scripts list`,
  })
}
