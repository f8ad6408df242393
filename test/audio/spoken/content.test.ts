import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadLexicon, speak } from '../../../src/audio/index.ts'

const folder = (name: string): string => fileURLToPath(new URL(`../../../content/${name}`, import.meta.url))
const lexicon = await loadLexicon(folder('speech'))

/** The body with every slot filled by an example of its kind: numbers where hotlines stand. */
function bodyOf(file: string): string {
  const body = readFileSync(`${folder('scripts')}/${file}`, 'utf8')
    .split(/^---$/m)
    .slice(2)
    .join('---')
  const examples: [RegExp, string][] = [
    [/\{\{[#/]if[^}]*\}\}/g, ''],
    [/\{\{hotline\.national\}\}/g, '111'],
    [/\{\{hotline\.province\}\}/g, '18001581'],
    [/\{\{hotline\.police\}\}/g, '113'],
    [/\{\{day\.national\}\}/g, '30/7'],
    [/\{\{unit\}\}/g, 'xã Trà Leng'],
    [/\{\{[^}]*\}\}/g, 'cơ quan'],
  ]
  return examples.reduce((text, [slot, value]) => text.replaceAll(slot, value), body)
}

describe('the scripts we ship', () => {
  it.each(readdirSync(folder('scripts')).filter((name) => name.endsWith('.md')))(
    '%s is said without a question',
    (file) => {
      expect(speak(bodyOf(file), lexicon).questions).toEqual([])
    },
  )
})
