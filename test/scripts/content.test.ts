import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addPerson, deedsOf } from '../../src/people/index.ts'
import {
  factsOf,
  importFacts,
  importScript,
  loadFacts,
  loadPlaceholders,
  readScript,
  submitVersion,
  submittedVersions,
} from '../../src/scripts/index.ts'
import { closeDatabase, openMemoryDatabase } from '../../src/db/index.ts'
import { type Desk, monday, openDesk } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const contentFolder = fileURLToPath(new URL('../../content/', import.meta.url))
const later = '2026-12-01T01:00:00.000Z'

describe('the project’s own content', () => {
  it('every placeholder that names a fact names one that is there', () => {
    const facts = new Set(loadFacts(contentFolder).map(({ id }) => id))
    const named = loadPlaceholders(contentFolder).flatMap(({ from }) => ('fact' in from ? [from.fact] : []))
    expect(named.filter((fact) => !facts.has(fact))).toEqual([])
    expect(named.length).toBeGreaterThan(5)
  })

  it('every script can be submitted today as it stands, and none speaks what is not confirmed', async () => {
    const database = openMemoryDatabase()
    await addPerson(database, { id: 'an', name: 'An', role: 'editor', training: false, now: monday })
    await importFacts(database, contentFolder, monday)
    const placeholders = loadPlaceholders(contentFolder)
    const unconfirmed = new Set(
      loadFacts(contentFolder)
        .filter(({ status }) => status !== 'confirmed')
        .map(({ id }) => id),
    )
    for (const name of readdirSync(join(contentFolder, 'scripts')).filter((file) => file.endsWith('.md'))) {
      const read = readScript(readFileSync(join(contentFolder, 'scripts', name), 'utf8'))
      if (!read.ok) throw new Error(`${name}: ${read.why.en}`)
      const { script, version } = await importScript(database, read.value, { author: 'an', now: monday })
      await submitVersion(database, {
        script,
        version,
        by: 'an',
        now: monday,
        placeholders,
        speakUnconfirmed: false,
      })
    }
    const versions = await submittedVersions(database)
    expect(versions.length).toBeGreaterThanOrEqual(13)
    for (const { kind, text, facts } of versions) {
      expect(facts.filter((fact) => unconfirmed.has(fact))).toEqual([])
      const own = text.replaceAll(/\{\{(unit|station)\}\}/g, 'xã Trà Leng')
      if (kind === 'bulletin') expect(own).not.toMatch(/[{}]| {2}|18001581/)
    }
    await closeDatabase(database)
  })
})

describe('the register of facts', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = await openDesk()
  })
  afterEach(() => desk.close())

  const factsFile = () => join(desk.contentFolder, 'facts', 'facts.yaml')

  it('is brought in once; again changes nothing', async () => {
    const before = await factsOf(desk.database)
    expect(before.map(({ id }) => id)).toEqual([
      'figure-open',
      'hotline-111',
      'hotline-province',
      'law-coming',
      'law-old',
      'loan-2026',
    ])
    expect(await importFacts(desk.database, desk.contentFolder, later)).toEqual({ facts: 6, changed: 0 })
    expect(await factsOf(desk.database)).toEqual(before)
  })

  it('keeps what a fact said before and after a change', async () => {
    const text = readFileSync(factsFile(), 'utf8')
    writeFileSync(
      factsFile(),
      text.replace(
        "status: needs-confirmation, valid_from: '2021-07-09'",
        "status: confirmed, valid_from: '2021-07-09'",
      ),
    )
    expect(await importFacts(desk.database, desk.contentFolder, later)).toEqual({ facts: 6, changed: 1 })
    const [deed] = await deedsOf(desk.database, { subject: 'hotline-province' })
    expect(deed).toMatchObject({
      at: later,
      what: 'fact.changed',
      detail: { before: { status: 'needs-confirmation' }, after: { status: 'confirmed' } },
    })
  })

  it('keeps a fact that its files no longer name, because scripts may rest on it', async () => {
    writeFileSync(factsFile(), 'facts: []\n')
    expect(await importFacts(desk.database, desk.contentFolder, later)).toEqual({ facts: 0, changed: 0 })
    expect((await factsOf(desk.database)).length).toBe(6)
  })

  it.each([
    ['a field is missing', (text: string) => text.replace("value: '111', ", ''), 'facts.0.value'],
    [
      'a field is unknown',
      (text: string) => text.replace("value: '111'", "value: '111', phone: '111'"),
      'phone',
    ],
    ['a day is none', (text: string) => text.replace('2025-09-19', '2025-09-31'), 'facts.0.valid_from'],
    [
      'it ends before it begins',
      (text: string) => text.replace("valid_to: '2025-07-01'", "valid_to: '2011-07-01'"),
      'law-old',
    ],
    [
      'a value holds braces',
      (text: string) => text.replace("value: '111'", "value: '{{unit}}'"),
      'facts.0.value',
    ],
    ['an id stands twice', (text: string) => text.replace('id: law-old', 'id: hotline-111'), 'hotline-111'],
    ['it is no YAML', (text: string) => `${text}\n  - {`, 'facts.yaml'],
  ])('is refused whole when %s, and the sentence says where', async (_name, spoil, where) => {
    const before = await factsOf(desk.database)
    writeFileSync(factsFile(), spoil(readFileSync(factsFile(), 'utf8')))
    const { code, sentence } = await refusalOf(importFacts(desk.database, desk.contentFolder, later))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain(where)
    expect(await factsOf(desk.database)).toEqual(before)
  })

  it('that is not there is refused', async () => {
    rmSync(join(desk.contentFolder, 'facts'), { recursive: true })
    expect((await refusalOf(importFacts(desk.database, desk.contentFolder, later))).sentence.vi).toContain(
      'facts',
    )
  })
})

describe('the list of placeholders', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'loa-placeholders-'))
    mkdirSync(join(folder, 'facts'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const entry = 'where: script, meaning_vi: một, meaning_en: one'

  it.each([
    ['a name with capitals', `- { name: Unit, fact: a, ${entry} }`],
    ['neither fact nor source', `- { name: unit, ${entry} }`],
    ['both fact and source', `- { name: unit, fact: a, source: registry.unit, ${entry} }`],
    ['a name twice', `- { name: unit, fact: a, ${entry} }\n  - { name: unit, fact: b, ${entry} }`],
    ['a source nobody knows', `- { name: unit, source: clock.now, ${entry} }`],
  ])('with %s is refused', (_name, entries) => {
    writeFileSync(join(folder, 'placeholders.yaml'), `placeholders:\n  ${entries}\n`)
    expect(() => loadPlaceholders(folder)).toThrow('placeholders.yaml')
  })
})
