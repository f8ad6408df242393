/** The lexicon as it lies in the content folder: a file for the language, a file for the region over it. */
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { AppError, reasonOf, type Sentence } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import { type Lexicon, readLexicon } from './spoken/index.ts'

/** Far above any lexicon; keeps reading bounded. */
const fileCharactersMax = 2_000_000
const languageCode = /^[a-z]{2,3}(-(x-)?[a-z0-9]{2,8})?$/
const regionName = /^[a-z0-9](-?[a-z0-9]){0,63}$/

/**
 * Reads `<language>.yaml` and `<language>-<region>.yaml` of the speech folder and merges them; the region's
 * entries win. Refuses (`not_found`) a language or region without its file, (`invalid`) a name that is none and
 * a file that is wrong, with the file, the entry and what it must be.
 */
export async function loadLexicon(
  speechFolder: string,
  { language = 'vi', region = 'quang-nam' }: { language?: string; region?: string } = {},
): Promise<Lexicon> {
  if (!languageCode.test(language))
    throw noName(language, { vi: 'mã ngôn ngữ, ví dụ vi', en: 'a language code, for example vi' })
  if (!regionName.test(region))
    throw noName(region, { vi: 'tên vùng, ví dụ quang-nam', en: 'a name of a region, for example quang-nam' })
  const paths = [languageFile(speechFolder, language), join(speechFolder, `${language}-${region}.yaml`)]
  const raws: unknown[] = []
  for (const path of paths) raws.push(await readYaml(path))
  const lexicon = readLexicon(...raws)
  if (!lexicon.ok) throw refused(paths[lexicon.file] ?? speechFolder, lexicon.why)
  return lexicon.value
}

/** Whether the programme reads this language aloud at all; a text in any other is for a person to read. */
export async function hasLexicon(speechFolder: string, language: string): Promise<boolean> {
  if (!languageCode.test(language)) return false
  try {
    await access(languageFile(speechFolder, language))
    return true
  } catch {
    return false
  }
}

function languageFile(speechFolder: string, language: string): string {
  return join(speechFolder, `${language}.yaml`)
}

async function readYaml(path: string): Promise<unknown> {
  let text: string
  try {
    text = cleanText(await readFile(path, 'utf8'))
  } catch (error) {
    throw missing(path, error)
  }
  if (text.length > fileCharactersMax) {
    throw refused(path, {
      vi: `tệp dài quá ${String(fileCharactersMax)} ký tự`,
      en: `it has more than ${String(fileCharactersMax)} characters`,
    })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const [fault] = document.errors
  if (fault !== undefined) {
    const { line } = lines.linePos(fault.pos[0])
    const there = (text.split('\n')[line - 1] ?? '').trim().slice(0, 80)
    const twice = fault.code === 'DUPLICATE_KEY'
    throw refused(path, {
      vi: `dòng ${String(line)}, “${there}”: ${twice ? 'chữ này đã có trong mục, chỉ giữ một' : 'không đúng cách viết YAML'}`,
      en: `line ${String(line)}, “${there}”: ${twice ? 'this stands in the section already, keep one of them' : 'this is not valid YAML'}`,
    })
  }
  try {
    // Aliases could make a short text huge.
    return document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    const why = reasonOf(error).split('\n')[0] ?? ''
    throw refused(path, { vi: why, en: why }, error)
  }
}

function missing(path: string, cause: unknown): AppError {
  return new AppError(
    'not_found',
    {
      vi: `Không có từ điển cách đọc ${path}. Hãy chép lại tệp ấy vào chỗ cũ, hoặc chọn ngôn ngữ và vùng có từ điển.`,
      en: `There is no speech lexicon ${path}. Put the file back, or choose a language and a region that have one.`,
    },
    { cause },
  )
}

function noName(given: string, what: Sentence): AppError {
  return new AppError('invalid', {
    vi: `“${given.slice(0, 80)}” không phải là ${what.vi}. Hãy sửa lại.`,
    en: `“${given.slice(0, 80)}” is not ${what.en}. Correct it.`,
  })
}

function refused(path: string, why: Sentence, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    {
      vi: `Không đọc được từ điển cách đọc ${path}: ${why.vi}. Hãy sửa tệp này rồi thử lại.`,
      en: `The speech lexicon ${path} cannot be read: ${why.en}. Correct the file and try again.`,
    },
    cause === undefined ? {} : { cause },
  )
}
