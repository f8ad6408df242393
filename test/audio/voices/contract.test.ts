/** What holds for every voice, whatever the engine: one list of expectations, run against each kind. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openVoice, type Voice } from '../../../src/audio/voices/index.ts'
import { secondsOf } from '../../../src/audio/pcm.ts'
import {
  environment,
  espeakEntry,
  standInPiper,
  type StandInPiper,
  standInServer,
  type StandInServer,
} from './stand-ins.ts'
import { until, voiceErrorOf } from './support.ts'

const limits = { deadlineMs: 10_000 }
const greeting = 'Xin chào bà con trong xã.'

let piper: StandInPiper
let server: StandInServer
beforeAll(async () => {
  piper = standInPiper()
  server = await standInServer()
})
afterAll(async () => {
  piper.close()
  await server.close()
})

describe.each([
  { kind: 'espeak-ng, central', open: () => openVoice(espeakEntry('vi-vn-x-central')) },
  { kind: 'espeak-ng, north', open: () => openVoice(espeakEntry('vi')) },
  { kind: 'espeak-ng, south', open: () => openVoice(espeakEntry('vi-vn-x-south')) },
  { kind: 'the Piper programme', open: () => openVoice(piper.entry) },
  { kind: "Piper's server", open: () => openVoice(server.piper) },
  { kind: 'a server that speaks as OpenAI’s does', open: () => openVoice(server.openai, environment) },
])('a voice of $kind', ({ open }) => {
  let voice: Voice
  beforeAll(() => {
    voice = open()
  })
  afterAll(() => voice.close())

  it('reads a sentence at the pace of people, the same again and again', async () => {
    const [first, second] = [
      await voice.synthesise(greeting, limits),
      await voice.synthesise(greeting, limits),
    ]
    expect(first).toEqual(second)
    const pace = greeting.length / secondsOf(first)
    expect(pace).toBeGreaterThan(6)
    expect(pace).toBeLessThan(25)
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

  it('reads decomposed letters and broken lines as it reads composed ones on one line', async () => {
    const text = 'Tới ủy ban mà hỏi.'
    const plain = await voice.synthesise(text, limits)
    expect(await voice.synthesise(text.normalize('NFD'), limits)).toEqual(plain)
    expect(await voice.synthesise(text.replace('ban ', 'ban\n'), limits)).toEqual(plain)
  })

  it('takes text for text, never for an option, a command or another line of input', async () => {
    const plain = secondsOf(await voice.synthesise('năm', limits))
    for (const text of ['--help năm', '$(sleep 60) năm', 'năm", "output_file": "x', '</speak> năm\n{} năm']) {
      expect(secondsOf(await voice.synthesise(text, limits))).toBeGreaterThan(plain)
    }
  })

  it.each([
    { what: 'nothing', text: '', reason: 'bad-text' },
    { what: 'only signs', text: '… ?! — \u0000', reason: 'bad-text' },
    { what: '20,000 characters', text: 'Bà con nhớ. '.repeat(1700), reason: 'too-long' },
  ])('refuses a sentence of $what without asking the engine', async ({ text, reason }) => {
    const before = server.asked.length
    const error = await voiceErrorOf(voice.synthesise(text, limits))
    expect(error).toMatchObject({ code: 'invalid', reason, retryable: false })
    expect(server.asked).toHaveLength(before)
  })

  it('stops at once when called off, and leaves no process and no connection', async () => {
    const gone = AbortSignal.abort(new Error('too late'))
    await expect(voice.synthesise(greeting, { ...limits, signal: gone })).rejects.toThrow('too late')
    await voice.close()
    const abort = new AbortController()
    server.misbehave(() => undefined)
    const reading = voice.synthesise('Bà con nhớ giúp một câu. '.repeat(39), {
      ...limits,
      signal: abort.signal,
    })
    setTimeout(() => abort.abort(new Error('enough')), 5)
    await expect(reading).rejects.toThrow('enough')
    server.misbehave()
    expect(childrenOfOurs()).toEqual([])
    await until(() => piper.alive().length === 0)
    expect(piper.leftovers()).toEqual([])
    await server.quiet()
    expect(secondsOf(await voice.synthesise(greeting, limits))).toBeGreaterThan(0.5)
  })

  it('is stopped at the time limit', async () => {
    await voice.close()
    const error = await voiceErrorOf(
      voice.synthesise('Bà con nhớ giúp một câu. '.repeat(39), { deadlineMs: 2 }),
    )
    expect(error.reason).toBe('timeout')
    expect(childrenOfOurs()).toEqual([])
  })

  it('reads several sentences at a time as it reads them one by one', async () => {
    const texts = ['Một là hỏi.', 'Hai là gọi.', 'Ba là chờ.', 'Bốn là báo.']
    const alone = []
    for (const text of texts) alone.push(await voice.synthesise(text, limits))
    expect(await Promise.all(texts.map((text) => voice.synthesise(text, limits)))).toEqual(alone)
    expect(voice.concurrency).toBeGreaterThan(0)
  })

  it('names engine and settings, the same each time and without a secret', async () => {
    const recipe = await voice.recipe()
    expect(recipe).toMatch(
      /^(?:espeak-ng \d+\.\d+|piper \d+\.\d+.* model [0-9a-f]{16}|piper server|speech server) /,
    )
    expect(await open().recipe()).toBe(recipe)
    expect(recipe).not.toContain(environment.LOA_VOICE_KEY_TEST)
  })
})

/** Children this worker had before a voice was asked: other test files' own. */
const others = new Set(children())

function children(): string[] {
  return readFileSync(`/proc/${String(process.pid)}/task/${String(process.pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
}

function childrenOfOurs(): string[] {
  // The stand-in server reads with espeak-ng too; those are not the voice's. What has ended and only waits for
  // this process to look at its end is no process any more.
  return children().filter((pid) => !others.has(pid) && !hasEnded(pid) && !isServersOwn(pid))
}

function hasEnded(pid: string): boolean {
  return /^State:\s+[ZX]/m.test(ofProcess(pid, 'status') || 'State:\tX')
}

function isServersOwn(pid: string): boolean {
  return ofProcess(pid, 'cmdline').includes('-s\u0000135\u0000-a\u000060\u0000--stdin\u0000--stdout')
}

function ofProcess(pid: string, what: string): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8')
  } catch {
    return ''
  }
}
