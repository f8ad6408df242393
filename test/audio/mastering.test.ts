import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chimeSound, loadChime } from '../../src/audio/chime.ts'
import { master, type Mastered } from '../../src/audio/mastering.ts'
import { faultOf } from '../../src/audio/measure.ts'
import { join, secondsOf, silence, type Sound, trim } from '../../src/audio/pcm.ts'
import { readAloud } from '../../src/audio/speech.ts'
import { voices } from '../../src/audio/voices/index.ts'
import { refusalOf } from '../support/refusal.ts'
import { speechFolder } from './studio.ts'

const voice = voices[0]!
const { gainDecibels } = voice
const words = 'Việc nhẹ lương cao mà giục đi gấp, thì đừng đi. Hãy gọi một một một hỏi trước đã.'

let folder: string
let sound: Sound
let alone: Mastered
beforeAll(async () => {
  folder = mkdtempSync(joinPath(tmpdir(), 'loa-mastering-'))
  sound = await readAloud(words, voice)
  alone = (await master([sound], { gainDecibels, folder }))[0]!
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('mastering', () => {
  it('gives the same bytes again, alone or beside others', async () => {
    const other = await readAloud('Xin nhắc lại.', voice)
    const [, again] = await master([other, sound], { gainDecibels, folder })
    expect(again!.mp3).toEqual(alone.mp3)
    expect(again!.opus).toEqual(alone.opus)
  })

  it('comes out at -16 LUFS, one up or down, with peaks below -1 dBTP and at full length, in both codecs', () => {
    for (const measured of [alone.measured.mp3, alone.measured.opus]) {
      expect(faultOf(measured, secondsOf(sound) * 1000)).toBeUndefined()
      expect(measured.loudness).toBeGreaterThanOrEqual(-17)
      expect(measured.loudness).toBeLessThanOrEqual(-15)
      expect(measured.truePeak).toBeLessThanOrEqual(-1)
    }
  })

  it('keeps to 64 kb/s MP3 and 24 kb/s Opus, so that a minute is half a megabyte or a fifth of one', () => {
    expect((alone.mp3.length * 8) / secondsOf(sound) / 1000).toBeCloseTo(64, -0.5)
    expect((alone.opus.length * 8) / secondsOf(sound) / 1000).toBeLessThan(30)
  })

  it('names the faults of a sound that is too soft, distorted, cut or longer than its words', async () => {
    const [soft, loud] = [
      (
        await master([{ ...sound, samples: sound.samples.map((sample) => sample / 20) }], {
          gainDecibels,
          folder,
        })
      )[0]!,
      (await master([sound], { gainDecibels: 40, ceiling: 1, folder }))[0]!,
    ]
    const length = secondsOf(sound) * 1000
    expect(faultOf(soft.measured.mp3, length)).toMatchObject({
      kind: 'soft',
      vi: expect.stringContaining('quá nhỏ') as string,
    })
    expect(faultOf(loud.measured.mp3, length)).toMatchObject({
      kind: 'loud',
      vi: expect.stringContaining('quá to') as string,
    })
    expect(faultOf({ ...loud.measured.mp3, loudness: -16 }, length)).toMatchObject({
      kind: 'peak',
      vi: expect.stringContaining('bị rè') as string,
    })
    expect(faultOf(alone.measured.mp3, length + 1000)).toMatchObject({
      kind: 'cut',
      vi: expect.stringContaining('bị cắt') as string,
    })
    expect(faultOf(alone.measured.mp3, length - 1000)).toMatchObject({ kind: 'long' })
  })
})

describe('reading aloud', () => {
  it('pauses 0.6 s after a sentence and almost a second after a paragraph', async () => {
    const [one, two] = [
      await voice.synthesise('Một là hỏi.', { deadlineMs: 5000 }),
      await voice.synthesise('Hai là gọi.', { deadlineMs: 5000 }),
    ]
    const words = secondsOf(one) + secondsOf(two)
    expect(secondsOf(await readAloud('Một là hỏi. Hai là gọi.', voice))).toBeCloseTo(
      words + 0.24 + 0.6 + 0.48,
      2,
    )
    expect(secondsOf(await readAloud('Một là hỏi.\n\nHai là gọi.', voice))).toBeCloseTo(
      words + 0.24 + 0.96 + 0.48,
      2,
    )
  })

  it('refuses a text without words and a text nobody would listen to', async () => {
    expect((await refusalOf(readAloud('…', voice))).sentence.vi).toContain('không có lời')
    expect(
      (await refusalOf(readAloud('Bà con nhớ giúp một câu. '.repeat(400), voice))).sentence.vi,
    ).toContain('quá')
  })
})

describe('the chime', () => {
  it('is made of its recipe alone, at the recipe’s level after the chain', async () => {
    const chime = await loadChime(speechFolder)
    const made = chimeSound(chime, 22_050, gainDecibels)
    expect(chimeSound(chime, 22_050, gainDecibels)).toEqual(made)
    expect(secondsOf(made)).toBe(chime.seconds)
    const peak = made.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 32_767
    const loudest = Math.max(...chime.tones.map(({ level }) => level))
    expect(peak * 10 ** (gainDecibels / 20)).toBeGreaterThan(loudest * 0.9)
    expect(peak * 10 ** (gainDecibels / 20)).toBeLessThan(1)
    expect(Math.abs(made.samples.at(-1)!)).toBeLessThan(100)
  })

  it('is refused with the field that is wrong', async () => {
    const refusal = await refusalOf(loadChime(folder))
    expect(refusal.code).toBe('invalid')
    expect(refusal.sentence.vi).toContain('chime.yaml')
  })
})

describe('sounds in memory', () => {
  it('lose the silence at their ends, and all of it when there is nothing else', () => {
    const samples = join([silence(500, 1000), Int16Array.of(5000, -5000), silence(500, 1000)])
    expect(trim({ samples, sampleRate: 1000 }).samples.length).toBe(22)
    expect(trim({ samples: silence(500, 1000), sampleRate: 1000 }).samples.length).toBe(0)
  })
})
