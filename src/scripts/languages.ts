/**
 * The languages a script, and so a recording, may be in: Vietnamese and those of the area, under the names that the
 * registry's priority areas give them. A tag is what a recording and a signed statement carry (at most 16 characters).
 *
 * ISO 639-3 where it has a code for exactly that language; a variety without one is a private part (-x-) of the
 * language it belongs to. Which Mnong language is spoken here is not in our sources: `mkh`, Mon-Khmer, says no more
 * than we know.
 */
import { AppError } from '../base/errors.ts'

const names: Readonly<Record<string, string>> = {
  vi: 'Tiếng Việt',
  ktv: 'Cơ Tu',
  cua: 'Co',
  sed: 'Xơ Đăng',
  'sed-x-cadong': 'Xơ Đăng (Ca Dong)',
  'jeh-x-bhnoong': 'Giẻ-Triêng (Bhnoong)',
  'jeh-x-ve': 'Giẻ-Triêng (Ve)',
  'stg-x-tarieng': 'Giẻ-Triêng (Tà Riềng)',
  'mkh-x-mnong': "M'Nông",
}

/** Tags and names of these languages, Vietnamese first. */
export const scriptLanguages: readonly { tag: string; name: string }[] = Object.entries(names).map(
  ([tag, name]) => ({ tag, name }),
)

/** The tags as a sentence lists them, each with its name. */
export const languageList = scriptLanguages.map(({ tag, name }) => `${tag} (${name})`).join(', ')

/** The tag as it is kept; undefined when no language has it. */
export function knownLanguage(given: string): string | undefined {
  const tag = given.trim().toLowerCase()
  return Object.hasOwn(names, tag) ? tag : undefined
}

/** The tag as it is kept; refuses (`invalid`) another, with the list of those there are. */
export function languageOf(given: string): string {
  const tag = knownLanguage(given)
  if (tag !== undefined) return tag
  throw new AppError('invalid', {
    vi: `Không có ngôn ngữ mang mã “${given.slice(0, 40)}”. Hãy dùng một trong các mã: ${languageList}.`,
    en: `There is no language with the tag “${given.slice(0, 40)}”. Use one of: ${languageList}.`,
  })
}
