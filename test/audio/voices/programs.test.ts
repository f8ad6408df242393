/** Programmes that are missing, hang, fall over or skip words: espeak-ng and Piper on this machine. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { espeakNgVoice } from '../../../src/audio/voices/espeak.ts'
import { openVoice, type Voice } from '../../../src/audio/voices/index.ts'
import { createPiperWorker } from '../../../src/audio/voices/piper-worker.ts'
import { espeakEntry, standInPiper, type StandInPiper } from './stand-ins.ts'
import { until, voiceErrorOf } from './support.ts'

const limits = { deadlineMs: 10_000 }
const central = espeakEntry('vi-vn-x-central')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-voice-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A programme that tells its version and voices as espeak-ng does, and else does this. */
function program(name: string, lines: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\ncase "$1" in --vo*|--ve*) exec espeak-ng "$@";; esac\n${lines}\n`)
  chmodSync(path, 0o755)
  return path
}

describe('espeak-ng that is not well', () => {
  it('is missing: the refusal says which package to install', async () => {
    const voice = espeakNgVoice(central, join(folder, 'nowhere'))
    for (const ask of [() => voice.recipe(), () => voice.synthesise('Xin chào.', limits)]) {
      const error = await voiceErrorOf(ask())
      expect(error.reason).toBe('unavailable')
      expect(error.sentence.vi).toContain('apt-get install espeak-ng')
    }
  })

  it('hangs: it is killed at the time limit, the list’s when that is the shorter one', async () => {
    const hangs = program('hangs', 'exec sleep 60')
    const byCaller = espeakNgVoice(central, hangs).synthesise('Xin chào.', { deadlineMs: 100 })
    expect((await voiceErrorOf(byCaller)).sentence.en).toContain('was stopped')
    const byList = espeakNgVoice({ ...central, time_limit: 0.1 }, hangs).synthesise('Xin chào.', limits)
    expect((await voiceErrorOf(byList)).reason).toBe('timeout')
  })

  it('fails: its last words are in the refusal', async () => {
    const voice = espeakNgVoice(central, program('fails', 'echo "no data" >&2; exit 2'))
    const error = await voiceErrorOf(voice.synthesise('Xin chào.', limits))
    expect(error.reason).toBe('internal')
    expect(error.sentence.en).toContain('no data')
  })

  it('does not have the voice', async () => {
    // Asked for the first name, espeak-ng itself would silently read in another accent.
    for (const name of ['vi-vn-x-west', 'zz']) {
      const voice = espeakNgVoice(espeakEntry(name))
      for (const ask of [() => voice.recipe(), () => voice.synthesise('Xin chào.', limits)]) {
        const error = await voiceErrorOf(ask())
        expect(error.reason).toBe('bad-voice')
        expect(error.sentence.vi).toContain(name)
      }
    }
  })

  it.each([
    { what: 'skips words: a pace nobody reads at', lines: 'exec espeak-ng -v vi -a 60 -s 135 --stdout năm' },
    { what: 'is silent', lines: 'exec espeak-ng -v vi -a 0 -s 135 --stdin --stdout' },
  ])('$what is refused, with the sentence', async ({ lines }) => {
    const voice = espeakNgVoice(central, program('skips', lines))
    const reading = voice.synthesise('Mời bà con cùng nghe bản tin sau đây, rất dài.', limits)
    const error = await voiceErrorOf(reading)
    expect(error).toMatchObject({ code: 'invalid', reason: 'empty-audio' })
    expect(error.sentence.vi).toContain('Mời bà con')
  })
})

describe('sentences that espeak-ng reads in one go', () => {
  const texts = Array.from(
    { length: 20 },
    (_, index) => `Thôn ${'một hai ba bốn năm'.split(' ')[index % 5]!} nghe rõ.`,
  )

  it('sound as each does alone, whatever stands in them', async () => {
    const voice = espeakNgVoice(central)
    const odd = [
      "Bà con 'nghe' $(exit 1) cho rõ, `chưa`?",
      'Mời bà con nghe "ba" \\ bốn | năm & sáu > bảy.',
      'Có người nghe rõ %s, %d và \\n.',
      '--help năm',
    ]
    const all = [...texts, ...odd]
    // One of them is refused, whether alone or in company: nobody says so many signs at that pace.
    const ask = (text: string) => Promise.allSettled([voice.synthesise(text, limits)])
    const together = await Promise.all(all.map(ask))
    for (const [index, text] of all.entries()) expect(await ask(text), text).toEqual(together[index])
    expect(together.filter(([end]) => end.status === 'rejected')).toHaveLength(1)
  })

  // One sentence in the middle goes wrong; the others are read all the same.
  const odd = 'Câu này thì không.'
  const only = (doing: string): string =>
    `read -r line; case "$line" in *không*) ${doing};; esac; printf %s "$line" | espeak-ng "$@"`
  it.each([
    { what: 'fails', doing: 'echo "no data" >&2; exit 2', reason: 'internal' },
    { what: 'hangs', doing: 'exec sleep 60', reason: 'timeout' },
    { what: 'never ends', doing: 'exec cat /dev/zero', reason: 'internal' },
  ])('do not suffer when one of them $what', async ({ what, doing, reason }) => {
    const voice = espeakNgVoice(central, program(`one-${what}`, only(doing)))
    const all = [...texts.slice(0, 4), odd, ...texts.slice(4, 12)]
    const ends = await Promise.allSettled(
      all.map((text) => voice.synthesise(text, { deadlineMs: text === odd ? 1500 : 20_000 })),
    )
    for (const [index, end] of ends.entries()) {
      if (all[index] === odd) expect(end).toMatchObject({ status: 'rejected', reason: { reason } })
      else expect(end.status, all[index]).toBe('fulfilled')
    }
  })

  it('have each their own last words, whatever is said of the others', async () => {
    const says = only('(echo "no data"; echo "no data") >&2; exit 2;; *hai*) echo "so so" >&2')
    const voice = espeakNgVoice(central, program('says', says))
    const refusals = await Promise.all(
      [odd, ...texts.slice(0, 4), odd].map((text) =>
        voice.synthesise(text, limits).then(
          () => 'read',
          (error: unknown) => (error as { sentence: { en: string } }).sentence.en,
        ),
      ),
    )
    const [first, ...others] = refusals
    expect(first).toContain('no data')
    expect(first).not.toMatch(/so so|no data.*no data/s)
    expect(others).toEqual(['read', 'read', 'read', 'read', first])
  })

  it('end together when called off, with all that was started', async () => {
    const pids = join(folder, 'pids')
    const voice = espeakNgVoice(central, program('slow', `echo $$ >> ${pids}; exec sleep 60`))
    const abort = new AbortController()
    const readings = texts.map((text) => voice.synthesise(text, { ...limits, signal: abort.signal }))
    const ends = Promise.allSettled(readings)
    await until(() => existsSync(pids))
    abort.abort(new Error('enough'))
    for (const end of await ends) expect(end).toMatchObject({ reason: { message: 'enough' } })
    const started = readFileSync(pids, 'utf8').trim().split('\n')
    await until(() => started.every((pid) => !existsSync(`/proc/${pid}`)))
  })
})

describe('Piper as one lasting process', () => {
  let piper: StandInPiper
  let voice: Voice
  beforeEach(() => {
    piper = standInPiper()
    voice = openVoice(piper.entry)
  })
  afterEach(async () => {
    await voice.close()
    const leftovers = piper.leftovers()
    await until(() => piper.alive().length === 0).finally(() => piper.close())
    expect(leftovers).toEqual([])
  })

  it('loads its model once for many sentences, and again after it was closed', async () => {
    for (const text of ['Một là hỏi.', 'Hai là gọi.', 'Ba là chờ.']) await voice.synthesise(text, limits)
    expect(piper.loads()).toBe(1)
    expect(piper.alive()).toHaveLength(1)
    await voice.close()
    await until(() => piper.alive().length === 0)
    await voice.synthesise('Bốn là báo.', limits)
    expect(piper.loads()).toBe(2)
  })

  it('falls over once: the sentence is read by a new one', async () => {
    const sound = await voice.synthesise('Ai cũng có lúc vấp.', limits)
    expect(sound.samples.length).toBeGreaterThan(10_000)
    expect(piper.loads()).toBe(2)
  })

  it('falls over again and again: it is given up after three times, with its last words', async () => {
    for (const text of ['Ai cũng có lúc ngã.', 'Lại ngã.', 'Đứng yên.']) {
      const error = await voiceErrorOf(voice.synthesise(text, limits))
      expect(error.reason).toBe('unavailable')
      expect(error.sentence.vi).toContain('out of memory')
    }
    expect(piper.loads()).toBe(3)
  })

  it('hangs: it and what it started are killed, and the next sentence has a new one', async () => {
    const error = await voiceErrorOf(voice.synthesise('Máy bị treo.', { deadlineMs: 400 }))
    expect(error.reason).toBe('timeout')
    await until(() => piper.alive().length === 0)
    await voice.synthesise('Máy chạy lại.', limits)
  })

  it('is killed in the middle of a sentence when called off', async () => {
    const abort = new AbortController()
    const reading = voice.synthesise('Máy bị treo.', { ...limits, signal: abort.signal })
    await until(() => piper.alive().length === 1)
    abort.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await until(() => piper.alive().length === 0)
  })

  it('was killed by somebody between two sentences: a new one reads on', async () => {
    await voice.synthesise('Một là hỏi.', limits)
    process.kill(piper.alive()[0]!, 'SIGKILL')
    await voice.synthesise('Hai là gọi.', limits)
    expect(piper.loads()).toBe(2)
  })

  it('ends by itself when nothing is asked of it', async () => {
    const { program: file, model } = piper.entry
    const worker = createPiperWorker(file, ['--model', model, '--json-input', '--length_scale', '1'], 20)
    await worker.say('Một là hỏi.', limits)
    await until(() => piper.alive().length === 0)
  })

  it('writes silence: the refusal names the sentence', async () => {
    const error = await voiceErrorOf(voice.synthesise('Máy bị câm rồi bà con ơi.', limits))
    expect(error.reason).toBe('empty-audio')
  })

  it('has another model: that is another recipe', async () => {
    const before = await voice.recipe()
    writeFileSync(piper.entry.model, 'a newer model')
    const after = await openVoice(piper.entry).recipe()
    expect(after).not.toBe(before)
    expect(after).toMatch(
      /^piper 1\.2\.0 model [0-9a-f]{16} --length_scale 1\.1 --noise_scale 0 --noise_w 0$/,
    )
  })

  it('is missing, or its model is: the refusal says what to fetch and where to put it', async () => {
    const nowhere = join(folder, 'nowhere')
    const noProgram = openVoice({ ...piper.entry, program: nowhere })
    for (const ask of [() => noProgram.recipe(), () => noProgram.synthesise('Xin chào.', limits)]) {
      const { reason, sentence } = await voiceErrorOf(ask())
      expect(reason).toBe('unavailable')
      expect(sentence.vi).toContain('rhasspy/piper')
      expect(sentence.vi).toContain(nowhere)
    }
    rmSync(`${piper.entry.model}.json`)
    for (const ask of [() => voice.recipe(), () => voice.synthesise('Xin chào.', limits)]) {
      const { reason, sentence } = await voiceErrorOf(ask())
      expect(reason).toBe('unavailable')
      expect(sentence.vi).toContain(`${piper.entry.model}.json`)
    }
  })

  it('is the Python edition, which would read our options aloud: the refusal says what to use', async () => {
    const python = join(folder, 'piper')
    writeFileSync(python, '#!/bin/sh\necho "usage: piper [-h] -m MODEL" >&2\nexit 2\n', { mode: 0o755 })
    const error = await voiceErrorOf(openVoice({ ...piper.entry, program: python }).recipe())
    expect(error.sentence.en).toContain('piper-server')
  })
})
