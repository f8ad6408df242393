/** Drafts that are read to their writers: bounded, alone in their folder, and gone with the process. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DraftStudio } from '../../src/audio/index.ts'
import { refusalOf } from '../support/refusal.ts'
import { speechFolder } from './studio.ts'

let folder: string
let closing: AbortController
let studio: DraftStudio
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-drafts-'))
  closing = new AbortController()
  studio = new DraftStudio({ folder: join(folder, 'drafts'), speechFolder, closing: closing.signal })
})
afterEach(() => {
  closing.abort()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

const words = (spoken: string) => ({ spoken, language: 'vi', chime: false })

describe('a draft', () => {
  it('is made once for the same words, and what an earlier process left is gone', async () => {
    const left = join(folder, 'drafts', 'draft-of-yesterday.mp3')
    mkdirSync(join(folder, 'drafts'))
    writeFileSync(left, 'x')
    const [one, other] = await Promise.all([studio.make(words('Gọi ngay.')), studio.make(words('Gọi ngay.'))])
    expect(one).toBe(other)
    expect(one.milliseconds).toBeGreaterThan(500)
    expect(existsSync((await studio.pathOf(one.id))!)).toBe(true)
    expect(existsSync(left)).toBe(false)
    expect(await studio.pathOf('draft-00000000000000000000')).toBeUndefined()
  })

  it('of a language without a voice is refused, and so is the sixth that is asked for at once', async () => {
    expect(await refusalOf(studio.make({ ...words('Gọi.'), language: 'ktv' }))).toMatchObject({
      code: 'unavailable',
    })
    const five = ['một', 'hai', 'ba', 'bốn', 'năm'].map((spoken) => studio.make(words(spoken)))
    const ends = Promise.allSettled(five)
    const refused = await refusalOf(studio.make(words('sáu')))
    expect([refused.code, refused.sentence.vi]).toEqual([
      'unavailable',
      expect.stringContaining('chờ một phút'),
    ])
    closing.abort()
    await ends
  })
})
