/** Titles of script versions in the reader's language. */
import { scriptsOf } from '../scripts/index.ts'
import type { Language } from './formats.ts'
import type { Web } from './visit.ts'

/** Finds the title of a version; its name where there is none. */
export async function titlesOf(
  web: Web,
  language: Language,
): Promise<(script: string, version: number) => string> {
  const titles = new Map<string, string>()
  for (const { id, versions } of await scriptsOf(web.database)) {
    for (const { version, title, titleEn } of versions) {
      titles.set(`${id}/${version}`, language === 'vi' ? title : titleEn)
    }
  }
  return (script, version) => titles.get(`${script}/${version}`) ?? script
}
