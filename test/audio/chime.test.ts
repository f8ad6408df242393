import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chimePauseSlots, chimeSound, loadChime } from '../../src/audio/chime.ts'
import { decodeFile, measureSound } from '../../src/audio/gate/index.ts'
import { master } from '../../src/audio/mastering.ts'
import { secondsOf } from '../../src/audio/pcm.ts'
import { framed, leadMs } from '../../src/audio/sentences/index.ts'
import { refusalOf } from '../support/refusal.ts'
import { speechFolder } from './studio.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-chime-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('the chime', () => {
  it('is made of its recipe alone, the same samples every time, without clipping or a click', async () => {
    const chime = await loadChime(speechFolder)
    const made = chimeSound(chime)
    expect(chimeSound(chime)).toEqual(made)
    expect(secondsOf(made)).toBeCloseTo(chime.seconds, 3)
    expect(Math.max(...made.samples.map(Math.abs))).toBeLessThan(0.7 * 32_767)
    expect(Math.max(...made.samples.subarray(0, 3).map(Math.abs))).toBeLessThan(300)
    expect(Math.abs(made.samples.at(-1)!)).toBeLessThan(100)
  })

  it('is about as loud as speech, and lets four seconds pass from its first tone to the first word', async () => {
    const chime = await loadChime(speechFolder)
    const { sound, slots } = framed('chime', chimeSound(chime))
    expect((slots + chimePauseSlots(chime)) * 120 + leadMs).toBeGreaterThanOrEqual(4000)
    const [files] = await master([{ sound, slots }], { folder })
    for (const path of [files!.mp3, files!.opus]) {
      const { loudness, truePeak } = measureSound(await decodeFile(path, 24_000, { deadlineMs: 10_000 }))
      expect(loudness).toBeGreaterThan(-18)
      expect(loudness).toBeLessThan(-14)
      expect(truePeak).toBeLessThan(-1)
    }
  })
})

describe('a recipe', () => {
  const tones = 'tones: [{ hertz: 523, at: 0, decay: 2, level: 0.3 }]'
  const refusal = (text: string) => {
    writeFileSync(join(folder, 'chime.yaml'), text)
    return refusalOf(loadChime(folder))
  }

  it('that gives amplifiers no time to switch on is refused, with how long it is and must be', async () => {
    const { code, sentence } = await refusal(`seconds: 2\npause_after: 0.5\n${tones}`)
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain('2,5 giây; phải từ 4 giây')
    expect(sentence.en).toContain('2.5 s; 4 s are needed')
  })

  it('that is missing or malformed is refused with what is wrong', async () => {
    expect(
      (await refusal(`seconds: 4\npause_after: 1\n${tones.replace('level: 0.3', 'level: 3')}`)).sentence.vi,
    ).toContain('level')
    rmSync(join(folder, 'chime.yaml'))
    expect((await refusalOf(loadChime(folder))).sentence.vi).toContain('chime.yaml')
  })
})
