import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approve, isOwnWork, returnVersion } from '../../src/approval/index.ts'
import { hasPart } from '../../src/approval/own-work.ts'
import { revokePersonKey, suspend } from '../../src/people/index.ts'
import { importScript, submitVersion, withdrawVersion } from '../../src/scripts/index.ts'
import { type Desk, monday, openDesk, source, submitted } from '../support/desk.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

const tuesday = '2026-11-24T01:00:00.000Z'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const approves = (who: 'lan' | 'minh', version: number) =>
  approve(desk.database, {
    ...{ script: 'tim-viec', version, approver: who, key: desk.keys[who], now: tuesday },
  })

async function recorded(body: string, author: string): Promise<void> {
  await putRecording(desk.database, await submitted(desk, body, { author }))
}

describe('a comma put in by somebody else does not make a text another’s', () => {
  beforeEach(async () => {
    await recorded('Bà con ơi lời của Lan.', 'lan')
    await recorded('Bà con ơi, lời của Lan.', 'an')
  })

  it('who wrote the version before may neither approve nor return it; another approver may', async () => {
    const { code, sentence } = await refusalOf(approves('lan', 2))
    expect(code).toBe('forbidden')
    expect(sentence.en).toContain('earlier version')
    const given = { script: 'tim-viec', version: 2, by: 'lan', why: 'thôi', now: tuesday }
    expect((await refusalOf(returnVersion(desk.database, given))).code).toBe('forbidden')
    await expect(approves('minh', 2)).resolves.toMatchObject({ renditions: 2 })
  })

  it('since others approved a version they wrote, that version still counts, and no later one is theirs', async () => {
    await approves('minh', 1)
    expect((await refusalOf(approves('lan', 2))).code).toBe('forbidden')
    await approves('minh', 2)
    await recorded('Bà con ơi, lời của Lan và An.', 'an')
    await expect(approves('lan', 3)).resolves.toMatchObject({ renditions: 2 })
  })

  it('an approval counts no more when its key was revoked or its version withdrawn', async () => {
    const asked = { script: 'tim-viec', version: 3, person: 'lan' }
    await approves('minh', 2)
    await recorded('Bà con ơi, lời của Lan và An.', 'an')
    expect(await isOwnWork(desk.database, asked)).toBe(false)
    await withdrawVersion(desk.database, {
      ...{ script: 'tim-viec', version: 2, by: 'an', why: 'nhầm', now: tuesday },
    })
    expect(await isOwnWork(desk.database, asked)).toBe(true)
    await approves('minh', 3)
    expect(await isOwnWork(desk.database, asked)).toBe(false)
    await revokePersonKey(desk.database, { kid: desk.keys.minh.kid, why: 'mất', now: tuesday })
    expect(await isOwnWork(desk.database, asked)).toBe(true)
  })
})

it('a draft that somebody else submits with their comma is its writer’s work as well', async () => {
  await importScript(desk.database, source('Bà con ơi lời của Lan.'), { author: 'lan', now: monday })
  await recorded('Bà con ơi, lời của Lan.', 'an')
  expect((await refusalOf(approves('lan', 2))).code).toBe('forbidden')
})

describe('one’s own words under another name', () => {
  const words = 'Bà con ơi, chậm lại: đọc kỹ rồi hãy ký.'
  const under = (slug: string, body: string, author: string) =>
    submitted(desk, body, { author, head: { slug } }).then(async (version) => {
      await putRecording(desk.database, version)
      return version
    })
  const signs = (who: 'lan' | 'minh', version: { script: string; version: number }) =>
    approve(desk.database, { ...version, approver: who, key: desk.keys[who], now: tuesday })

  it('that somebody else brings, with other spaces and commas, are not for their writer to approve', async () => {
    await importScript(desk.database, source(words, { slug: 'goc' }), { author: 'lan', now: monday })
    const copy = await under('ban-sao', 'Bà con ơi – chậm lại,  đọc kỹ\nrồi hãy ký!', 'an')
    const { code, sentence } = await refusalOf(signs('lan', copy))
    expect(code).toBe('forbidden')
    expect(sentence.en).toContain('under another name')
    await expect(signs('minh', copy)).resolves.toMatchObject({ renditions: 2 })
  })

  it('are theirs as well when they only submitted them there', async () => {
    await importScript(desk.database, source(words, { slug: 'goc' }), { author: 'an', now: monday })
    await submitVersion(desk.database, {
      ...{ script: 'goc', version: 1, by: 'lan', now: monday },
      ...{ placeholders: desk.placeholders, speakUnconfirmed: false },
    })
    expect((await refusalOf(signs('lan', await under('ban-sao', words, 'an')))).code).toBe('forbidden')
  })

  it('are other words when they differ in a letter or its marks', async () => {
    await importScript(desk.database, source(words, { slug: 'goc' }), { author: 'lan', now: monday })
    const other = await under('khac', words.replace('ký', 'kỳ'), 'an')
    await expect(signs('lan', other)).resolves.toMatchObject({ renditions: 2 })
  })
})

it('who wrote a later version only has no part in an earlier one', async () => {
  await recorded('Bà con ơi.', 'an')
  await importScript(desk.database, source('Bà con ơi, thêm.'), { author: 'lan', now: monday })
  await expect(approves('lan', 1)).resolves.toMatchObject({ renditions: 2 })
})

it('whoever is suspended is told so, and not that their role may not', async () => {
  await recorded('Bà con ơi.', 'an')
  await suspend(desk.database, { person: 'lan', by: 'quan-tri', now: monday })
  const given = { script: 'tim-viec', version: 1, by: 'lan', why: 'thôi', now: tuesday }
  for (const work of [
    approves('lan', 1),
    returnVersion(desk.database, given),
    importScript(desk.database, source('Một.', { slug: 'khac' }), { author: 'lan', now: tuesday }),
  ]) {
    expect((await refusalOf(work)).sentence.en).toContain('is suspended')
  }
})

/** Person 0 asks. Each version: who wrote it, who submitted it (none: a draft), whether others approved it. */
const version = fc.record({
  author: fc.nat(2).map(String),
  submittedBy: fc.option(fc.nat(2).map(String)),
  approved: fc.boolean(),
})

it('whatever the history: one has a part where something one wrote was never followed by what others approved', () => {
  fc.assert(
    fc.property(fc.array(version, { minLength: 1, maxLength: 7 }), fc.nat(6), (history, at) => {
      const versions = history.map((one, index) => ({ ...one, version: index + 1 }))
      const asked = Math.min(at + 1, versions.length)
      const approved = new Set(versions.filter((one) => one.approved).map((one) => one.version))
      const slow = versions.some(
        (own) =>
          own.version <= asked &&
          [own.author, own.submittedBy].includes('0') &&
          !versions.some((later) => later.approved && later.version > own.version && later.version <= asked),
      )
      expect(hasPart('0', asked, { writers: versions, approved })).toBe(slow)
    }),
  )
})
