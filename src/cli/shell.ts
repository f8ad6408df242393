/**
 * What every command has in common: `--json`, sentences on standard error, exit codes.
 * With `--json` the last line of standard output is one JSON value, also when a command is refused.
 */
import { existsSync, lstatSync, type Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { isMonth, monthOf } from '../base/calendar.ts'
import { AppError, reasonOf, type RefusalCode, type Sentence } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { readConfig } from '../config.ts'
import { actingFrom, personById } from '../people/index.ts'
import { openWork, type Work } from '../work.ts'
import { Cancelled, cancelledCode } from './stop.ts'

/** Exit codes, as the README lists them. */
export const exitCodes: Record<'done' | 'bug' | 'partly' | RefusalCode, number> = {
  done: 0,
  bug: 1,
  invalid: 2,
  unavailable: 3,
  not_found: 4,
  conflict: 5,
  forbidden: 6,
  partly: 7,
}

/**
 * What a command found: as JSON for programmes, as lines for people. `failures`: what it could not do of all that was
 * asked, as lines for standard error; when there are any the command exits with the code for that.
 */
export type Answer = { json: unknown; lines: readonly string[]; failures?: readonly string[] }

/** A command has given its answer and could not do all of its work. */
export class DonePartly extends Error {}

/** Options and arguments as commander gives them, read by each command with zod or by hand. */
export type Given = { args: string[]; options: Record<string, unknown> }

/** Adds a command that needs no data folder. A verb named `list` is what the bare noun means. */
export function command(
  parent: Command,
  usage: string,
  description: string,
  action: (given: Given) => Promise<Answer> | Answer,
): Command {
  return parent
    .command(usage, { isDefault: usage === 'list' })
    .description(description)
    .option('--json', 'kết quả là một dòng JSON · result as one line of JSON')
    .action(async (...given: unknown[]) => {
      const self = given.at(-1) as Command
      const answer = await action({ args: self.args, options: self.optsWithGlobals() })
      print(answer, self.optsWithGlobals()['json'] === true)
      if (answer.failures === undefined || answer.failures.length === 0) return
      process.stderr.write(`${answer.failures.join('\n')}\n`)
      throw new DonePartly()
    })
}

/** Adds a command that works on the data folder; it is opened before and closed after. */
export function workCommand(
  parent: Command,
  usage: string,
  description: string,
  action: (work: Work, given: Given) => Promise<Answer>,
): Command {
  return command(parent, usage, description, async (given) => {
    const work = await openWork(readConfig())
    try {
      // What is done by hand says so in the log; a process that runs on says for itself what it does.
      return await actingFrom({ via: 'cli', address: null }, () => action(work, given))
    } finally {
      await work.close()
    }
  })
}

/** Prints an answer: lines for people, or one line of JSON. */
export function print(answer: Answer, json: boolean): void {
  const text = json ? JSON.stringify(answer.json) : answer.lines.join('\n')
  if (text !== '') process.stdout.write(`${text}\n`)
}

/** A sentence for people, on standard error. */
export function say(sentence: Sentence): void {
  process.stderr.write(`${sentence.vi}\n${sentence.en}\n`)
}

/** A command that did all its work and found faults (`invalid`): its answer is printed all the same. */
export class FoundFaults extends AppError {
  readonly answer: Answer

  constructor(answer: Answer, sentence: Sentence) {
    super('invalid', sentence)
    this.answer = answer
  }
}

/** Says why a command failed and returns its exit code. A bug is shown whole, with its trace. */
export function refuse(error: unknown, json: boolean): number {
  if (error instanceof FoundFaults) {
    print(error.answer, json)
    say(error.sentence)
    return exitCodes[error.code]
  }
  if (error instanceof AppError) {
    say(error.sentence)
    if (json) process.stdout.write(`${JSON.stringify({ error: { code: error.code, ...error.sentence } })}\n`)
    return exitCodes[error.code]
  }
  if (error instanceof Cancelled) {
    say(error.sentence)
    if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'cancelled', ...error.sentence } })}\n`)
    return cancelledCode
  }
  say({
    vi: 'Lỗi của chương trình; xin gửi dòng dưới đây cho người phát triển.',
    en: 'A fault of the programme; please pass on the lines below.',
  })
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: 'bug', vi: 'Lỗi của chương trình', en: 'A fault of the programme' } })}\n`,
    )
  return exitCodes.bug
}

/** An option that must be given: refuses (`invalid`) with its name. */
export function required(given: Given, name: string): string {
  const value = given.options[name]
  if (typeof value === 'string' && value !== '') return value
  const flagName = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new AppError('invalid', { vi: `Thiếu --${flagName}.`, en: `--${flagName} is missing.` })
}

/** An option that may be left out. */
export function optional(given: Given, name: string): string | undefined {
  const value = given.options[name]
  return typeof value === 'string' ? value : undefined
}

/** A count with its English noun: "1 controller", "82 controllers". */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Who does it (`--by`), or null when that is left out; refuses (`not_found`) a person nobody has heard of. */
export async function personGiven(work: Work, given: Given): Promise<string | null> {
  const by = optional(given, 'by')
  return by === undefined ? null : (await personById(work.database, by)).id
}

/** The month of an option, checked; this month when it is left out. */
export function monthGiven(work: Work, given: Given, name: string): string {
  const month = optional(given, name) ?? monthOf(work.clock.now())
  if (!isMonth(month))
    throw new AppError('invalid', {
      vi: `“${month}” không phải là một tháng. Hãy viết năm và tháng, ví dụ 2026-11.`,
      en: `“${month}” is not a month. Write year and month, for example 2026-11.`,
    })
  return month
}

/** An argument by position; commander has already made sure that required ones are there. */
export function argument(given: Given, index: number): string {
  return given.args[index] ?? ''
}

/** A whole number within bounds, or a refusal (`invalid`). */
export function wholeNumber(text: string, name: string, from: number, to: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= from && value <= to && text.trim() !== '') return value
  throw new AppError('invalid', {
    vi: `${name} phải là số nguyên từ ${String(from)} đến ${String(to)}, không phải "${text}".`,
    en: `${name} must be a whole number from ${String(from)} to ${String(to)}, not "${text}".`,
  })
}

/**
 * Refuses (`conflict`) a file that is there already, and (`unavailable`) one in a folder that is not: a USB stick
 * that is not plugged in must not become a folder of this machine.
 */
export function refuseUnlessNew(file: string): void {
  if (foundAt(file) !== undefined) {
    throw new AppError('conflict', {
      vi: `${file} đã có; tệp khóa không bao giờ bị ghi đè. Hãy chọn tên khác.`,
      en: `${file} exists; a file with keys is never overwritten. Choose another name.`,
    })
  }
  const folder = dirname(resolve(file))
  if (existsSync(folder)) return
  throw new AppError('unavailable', {
    vi: `Không có thư mục ${folder}. Hãy cắm ổ rời hoặc tạo thư mục, rồi làm lại.`,
    en: `There is no folder ${folder}. Plug the drive in, or make the folder, then try again.`,
  })
}

/** What lies under that name itself, a link not followed; undefined when nothing does, or nobody may look. */
function foundAt(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/**
 * Refuses (`conflict`) a name under which something else lies than a file: a folder, a link, a device. A file is
 * written beside it and takes its place, so the device would be gone.
 */
export function refuseUnlessFile(file: string): void {
  const found = foundAt(file)
  if (found === undefined || found.isFile()) return
  throw new AppError('conflict', {
    vi: `${file} không phải là một tệp thường (là thư mục, liên kết hoặc thiết bị), nên không bị thay. Hãy chọn tên khác.`,
    en: `${file} is not a regular file (a folder, a link or a device), so it is not replaced. Choose another name.`,
  })
}

/**
 * Refuses (`conflict`) a file that is there already, unless the command was told to replace it (`--force`); what
 * is no file is never replaced.
 */
export function refuseToReplace(file: string, given: Given): void {
  refuseUnlessFile(file)
  if (given.options['force'] === true || foundAt(file) === undefined) return
  throw new AppError('conflict', {
    vi: `${file} đã có và không bị ghi đè. Hãy chọn tên khác, hoặc thêm --force để thay tệp ấy.`,
    en: `${file} exists and is not overwritten. Choose another name, or add --force to replace it.`,
  })
}

/** Writes a new file that only its owner may read, whole or not at all; refuses like `refuseUnlessNew`, or `unavailable`. */
export async function writeSecret(file: string, text: string): Promise<void> {
  refuseUnlessNew(file)
  try {
    await writeWhole(file, text, 0o600)
  } catch (error) {
    throw new AppError(
      'unavailable',
      {
        vi: `Không ghi được ${file} (${reasonOf(error)}). Hãy xem quyền ghi và chỗ trống, rồi làm lại.`,
        en: `${file} cannot be written (${reasonOf(error)}). See to the permissions and the free space, then try again.`,
      },
      { cause: error },
    )
  }
}

/** A list as a table, or the sentence that says why it is empty and what to do next. */
export function listing(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  empty: Sentence,
): string[] {
  return rows.length === 0 ? [empty.vi, empty.en] : table(head, rows)
}

/** Rows as aligned columns; figures (numbers) stand right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) => Math.max(...texts.map((row) => widthOf(row[column] ?? ''))))
  const pad = (text: string, column: number, right: boolean): string => {
    const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)))
    return right ? gap + text : text + gap
  }
  return texts.map((row, index) =>
    row
      .map((text, column) => pad(text, column, index > 0 && typeof rows[index - 1]?.[column] === 'number'))
      .join('  ')
      .trimEnd(),
  )
}

/** Columns a text takes on a terminal: NFC letters are one each, whatever their marks. */
function widthOf(text: string): number {
  return Array.from(text.normalize('NFC')).length
}
