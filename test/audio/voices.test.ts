import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secondsOf } from '../../src/audio/pcm.ts'
import { StandstillError } from '../../src/audio/refusals.ts'
import { espeakVoice } from '../../src/audio/voices/espeak.ts'
import { voiceFor, voices } from '../../src/audio/voices/index.ts'
import { refusalOf } from '../support/refusal.ts'

const limits = { deadlineMs: 10_000 }

describe.each(voices.map((voice) => ({ voice })))('the voice $voice.name', ({ voice }) => {
  it('reads the same sentence as the same sound', async () => {
    const [first, second] = [
      await voice.synthesise('Xin chào bà con.', limits),
      await voice.synthesise('Xin chào bà con.', limits),
    ]
    expect(first).toEqual(second)
    expect(secondsOf(first)).toBeGreaterThan(0.5)
    expect(secondsOf(first)).toBeLessThan(3)
  })

  it('leaves no silence at the ends, so that pauses are ours', async () => {
    const { samples, sampleRate } = await voice.synthesise('Bà con nhớ giúp một câu.', limits)
    const firstHeard = samples.findIndex((sample) => Math.abs(sample) > 104)
    const lastHeard = samples.findLastIndex((sample) => Math.abs(sample) > 104)
    expect(firstHeard / sampleRate).toBeLessThan(0.02)
    expect((samples.length - lastHeard) / sampleRate).toBeLessThan(0.02)
  })

  it('does not clip', async () => {
    const { samples } = await voice.synthesise('Mời bà con cùng nghe bản tin sau đây.', limits)
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    expect(peak).toBeLessThan(32_000)
    expect(peak).toBeGreaterThan(3000)
  })

  it('reads decomposed letters as it reads composed ones', async () => {
    const text = 'Tới ủy ban mà hỏi.'
    expect(await voice.synthesise(text.normalize('NFD'), limits)).toEqual(
      await voice.synthesise(text, limits),
    )
  })

  it('takes text for text, never for an option or a command', async () => {
    const plain = secondsOf(await voice.synthesise('năm', limits))
    for (const text of ['--help năm', '-5 năm', '$(sleep 60) năm', '`reboot` năm']) {
      expect(secondsOf(await voice.synthesise(text, limits))).toBeGreaterThan(plain)
    }
  })

  it('refuses a sentence with nothing to hear', async () => {
    const refusal = await refusalOf(voice.synthesise('…', limits))
    expect(refusal.code).toBe('invalid')
  })

  it('names its engine and version, for they make the sound', async () => {
    expect(await voice.recipe()).toMatch(/\d+\.\d+/)
  })

  it('stops when asked', async () => {
    const abort = new AbortController()
    const reading = voice.synthesise('Bà con nhớ giúp một câu. '.repeat(200), {
      ...limits,
      signal: abort.signal,
    })
    abort.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})

describe('an engine that is not well', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loa-voice-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const engine = (name: string, lines: string): string => {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\n${lines}\n`)
    chmodSync(path, 0o755)
    return path
  }

  it('is missing: the refusal says which package to install', async () => {
    const voice = espeakVoice(join(folder, 'nowhere'))
    for (const work of [voice.recipe(), voice.synthesise('Xin chào.', limits)]) {
      const refusal = await refusalOf(work)
      expect(refusal).toBeInstanceOf(StandstillError)
      expect(refusal.sentence.vi).toContain('apt-get install espeak-ng')
    }
  })

  it('hangs: it is killed at the deadline', async () => {
    const voice = espeakVoice(engine('hangs', 'exec sleep 60'))
    const began = performance.now()
    const refusal = await refusalOf(voice.synthesise('Xin chào.', { deadlineMs: 300 }))
    expect(refusal.sentence.en).toContain('was stopped')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('fails: its last words are in the refusal', async () => {
    const voice = espeakVoice(engine('fails', 'echo "no such voice" >&2; exit 2'))
    expect((await refusalOf(voice.synthesise('Xin chào.', limits))).sentence.en).toContain('no such voice')
  })

  it('skips words: a pace nobody reads at is refused', async () => {
    const voice = espeakVoice(engine('skips', 'exec espeak-ng -v vi-vn-x-central -a 60 -s 135 --stdout năm'))
    const refusal = await refusalOf(
      voice.synthesise('Mời bà con cùng nghe bản tin sau đây, rất dài.', limits),
    )
    expect(refusal.sentence.vi).toContain('Mời bà con')
  })
})

describe('choosing a voice', () => {
  it('has none for a language that no engine speaks', () => {
    expect(voiceFor('ktu')).toBeUndefined()
  })
})
