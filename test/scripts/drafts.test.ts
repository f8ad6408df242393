import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanText } from '../../src/base/text.ts'
import { deedsOf } from '../../src/people/index.ts'
import {
  DraftConflict,
  importScript,
  readScript,
  saveDraft,
  type ScriptHead,
  scriptMarkdown,
  type ScriptSource,
  scriptsOf,
  submitVersion,
  versionOf,
  withdrawVersion,
} from '../../src/scripts/index.ts'
import { type Desk, monday, openDesk, source } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const tuesday = '2026-11-24T01:00:00.000Z'
const script = 'tim-viec'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const headOf = ({ id: _id, body: _body, ...head }: ScriptSource): ScriptHead => head
const usual = headOf(source('x'))

const save = (body: string, more: Partial<Parameters<typeof saveDraft>[1]> = {}) =>
  saveDraft(desk.database, { script, basedOn: null, head: usual, body, by: 'an', now: monday, ...more })
const bodies = async () => {
  const versions = (await scriptsOf(desk.database))[0]?.versions ?? []
  return Promise.all(
    versions.map(
      async ({ version }) => (await versionOf(desk.database, { script, version }))?.source.body ?? '',
    ),
  )
}

describe('saving a draft', () => {
  it('makes the next version each time and leaves the earlier ones as they were', async () => {
    expect(await save('Một.')).toEqual({ script, version: 1, state: 'new' })
    expect(await save('Hai.', { basedOn: 1, by: 'binh', now: tuesday })).toMatchObject({ version: 2 })
    expect(await bodies()).toEqual(['Một.', 'Hai.'])
    const [deed] = await deedsOf(desk.database, { subject: `${script}/2` })
    expect(deed).toMatchObject({ at: tuesday, person: 'binh', what: 'script.saved', detail: { before: 1 } })
  })

  it('keeps all of the head, also what is never heard', async () => {
    const head = { ...usual, summaryEn: 'In short.', demo: true, sources: ['NĐ 162/2025'], titleEn: 'Other' }
    await save('Một.', { head })
    expect((await versionOf(desk.database, { script, version: 1 }))?.source).toEqual({
      ...head,
      id: script,
      body: 'Một.',
    })
    expect(await save('Một.', { head: { ...head, demo: false }, basedOn: 1 })).toMatchObject({ version: 2 })
  })

  it('of nothing new, as a double click does, makes no version', async () => {
    await save('Một.')
    await save('Hai.', { basedOn: 1 })
    expect(await save('Hai.', { basedOn: 1 })).toEqual({ script, version: 2, state: 'same' })
    expect(await save(' Hai.\u200B\n', { basedOn: 2 })).toEqual({ script, version: 2, state: 'same' })
    expect(await bodies()).toEqual(['Một.', 'Hai.'])
  })

  it('on top of what somebody else saved meanwhile is refused, and both texts come back', async () => {
    await save('Một.')
    await save('Hai của Bình.', { basedOn: 1, by: 'binh', now: tuesday })
    const refused = await refusalOf(
      save('Hai của An.', { basedOn: 1, head: { ...usual, title: 'Tên của An' }, now: tuesday }),
    )
    expect(refused.code).toBe('conflict')
    expect(refused.sentence.vi).toContain('“Trần Thị Bình” đã lưu bản 2')
    if (!(refused instanceof DraftConflict)) throw new Error('it carries no texts')
    expect(refused.yours).toMatchObject({ version: null, body: 'Hai của An.', head: { title: 'Tên của An' } })
    expect(refused.theirs).toMatchObject({ version: 2, body: 'Hai của Bình.', by: 'binh', at: tuesday })
    expect(refused.base).toMatchObject({ version: 1, body: 'Một.' })
    expect(await bodies()).toEqual(['Một.', 'Hai của Bình.'])
    // Put together and saved on top of the other's version, it is taken.
    expect(await save('Hai của hai người.', { basedOn: 2 })).toMatchObject({ version: 3, state: 'new' })
  })

  it('of one new script by two people is a conflict too', async () => {
    await save('Của An.')
    const refused = await refusalOf(save('Của Bình.', { by: 'binh' }))
    if (!(refused instanceof DraftConflict)) throw new Error('it carries no texts')
    expect([refused.base, refused.theirs.body]).toEqual([undefined, 'Của An.'])
  })

  it('never loses a text, whoever saves what on which version', async () => {
    const saving = fc.record({ on: fc.nat(6), by: fc.constantFrom('an', 'binh', 'lan'), text: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(saving, { minLength: 1, maxLength: 8 }), async (savings) => {
        const own = await openDesk()
        let kept: string[] = []
        for (const { on, by, text } of savings) {
          const body = `Bài ${text}.`
          const basedOn = Math.min(on, kept.length) || null
          const draft = { script, basedOn, head: usual, body, by, now: monday }
          const outcome = await saveDraft(own.database, draft).catch((error: unknown) => error)
          // Said the slow way: whoever began with the newest version goes on, and the same words are there already.
          if (kept.at(-1) === body) expect(outcome).toMatchObject({ state: 'same', version: kept.length })
          else if ((basedOn ?? 0) === kept.length) {
            kept = [...kept, body]
            expect(outcome).toEqual({ script, version: kept.length, state: 'new' })
          } else {
            if (!(outcome instanceof DraftConflict)) throw new Error('it was taken')
            expect(outcome.yours.body).toBe(body)
            expect(outcome.theirs.body).toBe(kept.at(-1))
          }
        }
        await own.close()
      }),
      { numRuns: 15 },
    )
  })

  it.each([
    ['a base that is not there', { basedOn: 7 }, 'not_found'],
    ['by an operator', { by: 'hoa' }, 'forbidden'],
    ['by nobody we know', { by: 'ai' }, 'not_found'],
    ['without text', { body: ' \u200B ' }, 'invalid'],
    ['without a title', { head: { ...usual, title: ' ' } }, 'invalid'],
    ['under a name that is none', { script: '../facts' }, 'invalid'],
    ['that ends before it begins', { head: { ...usual, validTo: '2025-12-31' } }, 'invalid'],
    ['of 200,001 characters', { body: 'x'.repeat(200_001) }, 'invalid'],
  ])('%s is refused, and nothing is kept', async (_said, more, code) => {
    expect((await refusalOf(save('Một.', more))).code).toBe(code)
    expect(await scriptsOf(desk.database)).toEqual([])
  })

  it('as another kind of script is refused', async () => {
    await save('Một.')
    const refused = await refusalOf(save('Hai.', { basedOn: 1, head: { ...usual, kind: 'greeting' } }))
    expect(refused.code).toBe('conflict')
    expect(refused.sentence.vi).toContain('loại bản tin khác')
  })
})

describe('exercises and real work', () => {
  it('never meet in one script: not by saving, importing, submitting or withdrawing', async () => {
    const submit = (script: string, version: number, by: string) =>
      submitVersion(desk.database, {
        ...{ script, version, by, now: monday, placeholders: desk.placeholders, speakUnconfirmed: false },
      })
    const sides = [
      ['that', 'an', 'soan-tap'],
      ['tap', 'soan-tap', 'an'],
    ] as const
    for (const [name, own, other] of sides) {
      const mine = { script: name, head: usual, by: own }
      await save('Một.', mine)
      const crossed = [
        save('Hai.', { ...mine, basedOn: 1, by: other }),
        importScript(desk.database, source('Hai.', { slug: name }), { author: other, now: monday }),
        submit(name, 1, other),
      ]
      for (const crossing of crossed) expect((await refusalOf(crossing)).code).toBe('forbidden')
      await submit(name, 1, own)
      const withdrawing = { script: name, version: 1, by: other, why: 'nhầm', now: monday }
      expect((await refusalOf(withdrawVersion(desk.database, withdrawing))).code).toBe('forbidden')
      const [summary] = (await scriptsOf(desk.database)).filter(({ id }) => id === name)
      expect(summary?.versions).toMatchObject([{ version: 1, state: 'submitted', author: own }])
    }
  })
})

describe('the same words on top of a submitted version', () => {
  const submit = (version: number) =>
    submitVersion(desk.database, {
      ...{ script, version, by: 'an', now: monday, placeholders: desk.placeholders, speakUnconfirmed: false },
    })

  it('add nothing while it stands', async () => {
    await save('Một.')
    await submit(1)
    expect(await save('Một.', { basedOn: 1 })).toMatchObject({ version: 1, state: 'same' })
  })

  it('are a new version once it was withdrawn or its days are over', async () => {
    await save('Một.', { head: { ...usual, validTo: '2026-12-01' } })
    await submit(1)
    const again = { basedOn: 1, head: { ...usual, validTo: '2026-12-01' } }
    expect(await save('Một.', { ...again, now: '2026-12-02T01:00:00.000Z' })).toMatchObject({ version: 2 })
    await save('Hai.', { basedOn: 2 })
    await submit(3)
    await withdrawVersion(desk.database, { script, version: 3, by: 'an', why: 'nhầm', now: monday })
    expect(await save('Hai.', { basedOn: 3 })).toMatchObject({ version: 4, state: 'new' })
  })
})

describe('a script as Markdown', () => {
  const scriptsFolder = fileURLToPath(new URL('../../content/scripts/', import.meta.url))
  const files = readdirSync(scriptsFolder).filter((name) => name.endsWith('.md'))

  const read = (markdown: string): ScriptSource => {
    const found = readScript(markdown)
    if (!found.ok) throw new Error(found.why.en)
    return found.value
  }

  it.each(files)('%s written again is the same script', (name) => {
    const script = read(readFileSync(`${scriptsFolder}${name}`, 'utf8'))
    expect(read(scriptMarkdown(script))).toEqual(script)
  })

  it('survives the database: every version written and brought in again is the same text and head', async () => {
    for (const name of files) {
      const before = read(readFileSync(`${scriptsFolder}${name}`, 'utf8'))
      await importScript(desk.database, before, { author: 'an', now: monday })
      const kept = await versionOf(desk.database, { script: before.id, version: 1 })
      const again = read(scriptMarkdown(kept!.source))
      expect(again).toEqual(before)
      expect(await importScript(desk.database, again, { author: 'binh', now: monday })).toMatchObject({
        state: 'same',
      })
    }
  })

  it('looks as staff write it', () => {
    const head = { valid_to: "'2027-01-01'", facts: '[hotline-111]', sources: '[NĐ 162/2025]' }
    expect(scriptMarkdown(source('Bà con ơi.\n\nGọi {{hotline.national}}.', head))).toBe(
      `---
title: Tìm việc trên mạng
title_en: Looking for work online
slug: tim-viec
audience:
  - mọi người
language: vi
valid_from: '2026-01-01'
valid_to: '2027-01-01'
priority: thong-thuong
demo: false
facts:
  - hotline-111
sources:
  - NĐ 162/2025
summary_en: ''
---

Bà con ơi.

Gọi {{hotline.national}}.
`,
    )
  })

  it('keeps whatever people write into it', () => {
    const awkward = fc.constantFrom(
      ...[
        '---',
        'yes',
        'null',
        '2026-01-01',
        '1e3',
        '0x1',
        '- a',
        '? b',
        'a: b',
        '# c',
        '&a',
        '*a',
        '!b',
        '|',
        '>',
      ],
      ...[
        '%',
        '@',
        '`',
        '"',
        "'",
        "''",
        '{{unit}}',
        '[a',
        '{a',
        'a #b',
        '~',
        '=',
        '<<',
        'Cộng hòa',
        'ơ\u0301i',
        '\\',
      ],
      ...['a\nb', 'a\n---\nb', '\n- x', 'é', '🔔', '0o7', '1_000', '12:30:45', 'on', 'y'],
    )
    const line = fc
      .array(fc.oneof(awkward, fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(' '))
    // As it is kept: without spaces at the ends and invisible marks.
    const text = line
      .map((written) => cleanText(written).trim())
      .filter((written) => /[\p{L}\p{N}]/u.test(written))
    const entry = fc.constantFrom('hotline-111', 'law-2024', '12', '1e3', 'null', 'true')
    const any = fc.record({
      title: text,
      titleEn: text,
      body: text,
      audience: fc.array(text, { maxLength: 3 }),
    })
    const rest = fc.record({
      sources: fc.array(text, { maxLength: 3 }),
      facts: fc.array(entry, { maxLength: 3 }),
      summaryEn: fc.oneof(fc.constant(''), text),
      demo: fc.boolean(),
      kind: fc.constantFrom('bulletin' as const, 'greeting' as const),
      validTo: fc.constantFrom(null, '2027-01-01'),
    })
    fc.assert(
      fc.property(any, rest, (said, more) => {
        const wanted: ScriptSource = { ...source('x'), ...said, ...more }
        expect(read(scriptMarkdown(wanted))).toEqual(wanted)
      }),
      { numRuns: 400 },
    )
  })
})
