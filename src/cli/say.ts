/** `loa say`: how a text will be said, and what an editor must decide first. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Lexicon, loadLexicon, looksForeign, speak, type Spoken } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import { cleanText, columnsOf, lineAndColumn } from '../base/text.ts'
import { readConfig } from '../config.ts'
import { type Answer, command, counted, optional, say, table } from './shell.ts'

/** Ten times the longest script; what is longer is no script. */
const charactersMax = 100_000
/** More questions than these are counted, not shown. */
const questionsShownMax = 50
/** Characters of the line that are shown on either side of a token. */
const contextMax = 40

export function sayCommand(program: Command): void {
  command(
    program,
    'say',
    'đọc văn bản từ đầu vào chuẩn, in lời sẽ đọc và chỗ phải hỏi · reads text on standard input, prints what will be spoken and what must be decided',
    async (given) => {
      const lexicon = await loadLexicon(join(readConfig().content, 'speech'), {
        language: optional(given, 'language') ?? 'vi',
        region: optional(given, 'region') ?? 'quang-nam',
      })
      if (process.stdin.isTTY)
        say({
          vi: 'Gõ văn bản, xong thì xuống dòng và bấm Ctrl+D.',
          en: 'Type the text, end with a new line and Ctrl+D.',
        })
      const text = textOf(await bytesOf(process.stdin))
      if (!/[\p{L}\p{N}]/u.test(cleanText(text)))
        say({
          vi: 'Không có chữ nào ở đầu vào. Ví dụ: echo "UBND xã họp lúc 7h30" | loa say',
          en: 'There is no text on standard input. For example: echo "UBND xã họp lúc 7h30" | loa say',
        })
      return sayingOf(text, lexicon, given.options['map'] === true)
    },
  )
    .option('--language <code>', 'ngôn ngữ, mặc định vi · language, vi if left out')
    .option('--region <name>', 'vùng, mặc định quang-nam · region, quang-nam if left out')
    .option('--map', 'in thêm bảng: đọc gì, từ chữ nào · also print which words stand for what')
}

/**
 * The answer for a text: as JSON `{spoken, questions: [{token, at, choices}], unlisted, words}`, places counted in
 * the text after Unicode NFC and without control marks; for people the spoken text, then each question with its
 * line, column and a caret under it.
 */
export function sayingOf(text: string, lexicon: Lexicon, withMap: boolean): Answer {
  const clean = cleanText(text)
  const spoken = speak(text, lexicon)
  const lines = spoken.spoken === '' ? [] : [spoken.spoken]
  if (withMap && spoken.words.length > 0) lines.push('', ...mapOf(spoken, clean))
  const count = spoken.questions.length + spoken.unlisted
  if (count > 0) {
    lines.push('', `${String(count)} chỗ phải hỏi · ${counted(count, 'place')} to decide`)
    for (const question of spoken.questions.slice(0, questionsShownMax))
      lines.push(...shownIn(clean, question))
    if (count > questionsShownMax)
      lines.push(
        `… và ${String(count - questionsShownMax)} chỗ nữa · and ${String(count - questionsShownMax)} more`,
      )
  }
  if (looksForeign(spoken))
    lines.push(
      'Phần lớn chữ không đọc được bằng từ điển này: văn bản có phải tiếng Việt không? · Most of it is not in this lexicon: is the text Vietnamese?',
    )
  return { json: spoken, lines }
}

/** All bytes of an input, as far as a text within the limit can need; refuses (`invalid`) more without reading on. */
export async function bytesOf(input: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    chunks.push(bytes)
    size += bytes.length
    // A character takes at most four bytes.
    if (size > 4 * charactersMax) throw tooLong()
  }
  return Buffer.concat(chunks)
}

/** The text of the bytes; refuses (`invalid`) what is not UTF-8, with the line, and what is too long. */
export function textOf(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const readable = new TextDecoder().decode(bytes)
    const { line } = lineAndColumn(readable, Math.max(0, readable.indexOf('\uFFFD')))
    throw new AppError(
      'invalid',
      {
        vi: `Dòng ${String(line)} có chữ không phải UTF-8. Hãy lưu văn bản ở dạng Unicode UTF-8 rồi làm lại.`,
        en: `Line ${String(line)} is not UTF-8. Save the text as Unicode UTF-8 and try again.`,
      },
      { cause: error },
    )
  }
  if (Array.from(text).length > charactersMax) throw tooLong()
  return text
}

function tooLong(): AppError {
  const most = String(charactersMax)
  return new AppError('invalid', {
    vi: `Văn bản dài quá ${most} ký tự. Hãy chia thành nhiều phần.`,
    en: `The text has more than ${most} characters. Divide it.`,
  })
}

/** One question: its place and readings, the line around it, a caret under the token. */
function shownIn(text: string, { token, at, choices }: Spoken['questions'][number]): string[] {
  const { line, column } = lineAndColumn(text, at)
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
  const from = Math.max(lineStart, at - contextMax)
  const shown = Math.min(token.length, contextMax)
  const to = Math.min(lineEnd, at + shown + contextMax)
  const before = `${from > lineStart ? '…' : ''}${text.slice(from, at)}`
  const name = `${token.slice(0, shown)}${shown < token.length ? '…' : ''}`
  const readings =
    choices.length > 0 ? choices.join(' / ') : 'chưa có trong từ điển cách đọc · not in the speech lexicon'
  return [
    `${String(line)}:${String(column)} ${name}: ${readings}`,
    `  ${before}${text.slice(at, to)}${to < lineEnd ? '…' : ''}`,
    `  ${' '.repeat(columnsOf(before))}${'^'.repeat(Math.max(1, columnsOf(text.slice(at, Math.min(at + shown, to)))))}`,
  ]
}

/** A row for each token of the source: where it is, what is written, what is said. */
function mapOf({ words }: Spoken, text: string): string[] {
  const rows: [string, string, string][] = []
  let before = -1
  let [line, lineStart] = [1, 0]
  for (const { word, from, to } of words) {
    const last = rows.at(-1)
    if (from === before && last !== undefined) last[2] += ` ${word}`
    else {
      for (
        let end = text.indexOf('\n', lineStart);
        end >= 0 && end < from;
        end = text.indexOf('\n', lineStart)
      ) {
        line += 1
        lineStart = end + 1
      }
      rows.push([
        `${String(line)}:${String(columnsOf(text.slice(lineStart, from)) + 1)}`,
        text.slice(from, to),
        word,
      ])
    }
    before = from
  }
  return table(['dòng:cột · line:column', 'viết · written', 'đọc · said'], rows)
}
