/** Our own content, read as it is heard: facts filled in, no question left, a number to call at the end. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { loadLexicon } from '../../../src/audio/lexicon-file.ts'
import { speak } from '../../../src/audio/spoken/index.ts'
import {
  estimatedSeconds,
  loadFacts,
  loadPlaceholders,
  readScript,
  wordingOf,
} from '../../../src/scripts/index.ts'

const folder = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const content = folder('content')
const lexicon = await loadLexicon(`${content}/speech`)
const facts = loadFacts(content)
const placeholders = loadPlaceholders(content)

/** A script's words as they are rendered; with facts that nobody has confirmed yet too, or without. */
function wordsOf(file: string, speakUnconfirmed: boolean): string {
  const read = readScript(readFileSync(`${content}/scripts/${file}`, 'utf8'))
  if (!read.ok) throw new Error(`${file}: ${read.why.en}`)
  const wording = wordingOf(read.value, {
    placeholders,
    facts: new Map(facts.map((fact) => [fact.id, fact])),
    day: '2026-12-01',
    speakUnconfirmed,
  })
  if (!wording.ok) throw new Error(`${file}: ${wording.why.en}`)
  return wording.text
    .replaceAll('{{unit}}', 'xã Trà Leng')
    .replaceAll('{{station}}', 'đài truyền thanh xã Trà Leng')
}

const scripts = readdirSync(`${content}/scripts`).filter((name) => name.endsWith('.md'))
const bulletins = scripts.filter((name) => name !== 'greeting.md')

describe('the scripts we ship', () => {
  it.each(scripts)('%s is said without a question', (file) => {
    for (const unconfirmed of [true, false]) {
      expect(speak(wordsOf(file, unconfirmed), lexicon).questions).toEqual([])
    }
  })

  it.each(bulletins)('%s closes with a number that is in service', (file) => {
    const closing = wordsOf(file, false).split('\n').at(-1) ?? ''
    const numbers = facts
      .filter(({ kind, status }) => kind === 'hotline' && status === 'confirmed')
      .map(({ spoken, value }) => spoken ?? value)
    expect(
      numbers.some((number) => closing.includes(number)),
      closing,
    ).toBe(true)
  })

  it.each(bulletins)('%s lasts 60 to 150 seconds by our own estimate', (file) => {
    const seconds = estimatedSeconds(speak(wordsOf(file, false), lexicon).spoken)
    expect(seconds).toBeGreaterThan(55)
    expect(seconds).toBeLessThan(155)
  })
})

describe('the table of who edits what', () => {
  it('has a row for every file that is not a bulletin', () => {
    const rows = readFileSync(`${content}/README.md`, 'utf8').matchAll(/^\| `([\w./*-]+)`/gm)
    const named = new Set(Array.from(rows, ([, name]) => name))
    const files = readdirSync(content, { recursive: true, encoding: 'utf8' })
    const wanted = files.filter((file) => file.endsWith('.yaml') || file.endsWith('greeting.md'))
    expect(wanted.length).toBeGreaterThan(6)
    expect(wanted.filter((file) => !named.has(file))).toEqual([])
    expect(named).toContain('scripts/*.md')
  })
})

describe('the facts we ship', () => {
  it('are said without a question wherever they stand in a sentence, as they are put into scripts', () => {
    const asked = facts.flatMap(({ id, kind, spoken, value }) => {
      const lead = kind === 'hotline' ? 'Gọi số' : 'Bà con biết'
      return speak(`${lead} ${spoken ?? value}.`, lexicon).questions.map(({ token }) => `${id}: ${token}`)
    })
    expect(asked).toEqual([])
  })

  it('and the rule that reads telephone numbers agree on every hotline', () => {
    const hotlines = facts.filter(({ kind }) => kind === 'hotline')
    expect(hotlines.length).toBeGreaterThanOrEqual(3)
    for (const { spoken, value } of hotlines) {
      expect(speak(`Gọi số ${value}.`, lexicon).spoken).toBe(`Gọi số ${spoken ?? ''}.`)
    }
  })
})

describe('the names of the register', () => {
  it.each([
    ['units.csv', ['name', 'full_name']],
    ['stations.csv', ['name']],
    ['villages.csv', ['name']],
    ['name-variants.csv', ['variant']],
  ])('of %s are said without a question', (file, columns) => {
    const names = new Set<string>()
    const rows: Record<string, string>[] = parse(readFileSync(folder(`devices/${file}`)), { columns: true })
    for (const row of rows) for (const column of columns) names.add(row[column] ?? '')
    expect(names.size).toBeGreaterThan(20)
    const asked = [...names].filter(
      (name) => speak(`Kính chào bà con ${name}.`, lexicon).questions.length > 0,
    )
    expect(asked).toEqual([])
  })
})
