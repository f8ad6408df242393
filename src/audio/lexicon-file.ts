/** The lexicon as it lies in the content folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { AppError, reasonOf } from '../base/errors.ts'
import { type Lexicon, readLexicon } from './spoken/index.ts'

/** Reads `lexicon.yaml` of the speech folder; refuses a missing or malformed file with what is wrong in it. */
export async function loadLexicon(speechFolder: string): Promise<Lexicon> {
  const path = join(speechFolder, 'lexicon.yaml')
  let raw: unknown
  try {
    raw = parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw refused(path, reasonOf(error), error)
  }
  const lexicon = readLexicon(raw)
  if (!lexicon.ok) throw refused(path, lexicon.why)
  return lexicon.value
}

function refused(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    {
      vi: `Không đọc được từ điển cách đọc ${path}: ${why}. Hãy sửa tệp này rồi thử lại.`,
      en: `The speech lexicon ${path} cannot be read: ${why}. Correct the file and try again.`,
    },
    { cause },
  )
}
