/** Speech servers: what they are asked, and that none of their moods is believed, waited for or obeyed for ever. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openVoice, type Voice } from '../../../src/audio/voices/index.ts'
import type { VoiceEntry } from '../../../src/audio/voices/list.ts'
import type { Clock } from '../../../src/base/time.ts'
import { environment, key, type Manner, standInServer, type StandInServer } from './stand-ins.ts'
import { voiceErrorOf } from './support.ts'

const limits = { deadlineMs: 10_000 }
const greeting = 'Xin chào bà con trong xã.'

let server: StandInServer
let elsewhere: StandInServer
/** Waits that were asked for; none is really waited. */
let waits: number[]
const clock: Clock = {
  now: () => '2026-11-23T10:00:00.000Z',
  wait: (milliseconds) => {
    waits.push(milliseconds)
    return Promise.resolve()
  },
}
beforeAll(async () => {
  server = await standInServer()
  elsewhere = await standInServer()
})
afterAll(async () => {
  await server.close()
  await elsewhere.close()
})
beforeEach(() => {
  waits = []
  server.asked.length = 0
  elsewhere.asked.length = 0
  server.misbehave()
})

function open(entry: VoiceEntry = server.openai, keys: Record<string, string> = environment): Voice {
  return openVoice(entry, keys, clock)
}

const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Manner =>
  (response) =>
    void response.writeHead(code, headers).end(body)

describe('what a server is asked', () => {
  it('Piper’s: text, voice and length as JSON, to the url as it stands, with no key', async () => {
    await open(server.piper).synthesise(greeting, limits)
    expect(server.asked).toHaveLength(1)
    const { method, path, headers, body } = server.asked[0]!
    expect({ method, path, body }).toEqual({
      method: 'POST',
      path: '/synthesize',
      body: { text: greeting, voice: 'giong-thu', length_scale: 1.1 },
    })
    expect(headers['content-type']).toBe('application/json')
    expect(headers.authorization).toBeUndefined()
  })

  it('one like OpenAI’s: model, voice, WAV and speed, below the url, with the key from the environment', async () => {
    const url = `http://${server.host}/noi-nao-do/`
    await open({ ...server.openai, url }).synthesise(greeting, limits)
    const { method, path, headers, body } = server.asked[0]!
    expect({ method, path, body }).toEqual({
      method: 'POST',
      path: '/noi-nao-do/v1/audio/speech',
      body: { model: 'tts-thu', input: greeting, voice: 'an', response_format: 'wav', speed: 1 },
    })
    expect(headers.authorization).toBe(`Bearer ${key}`)
  })

  it('nothing, when its host is not on the list', async () => {
    const error = await voiceErrorOf(
      open({ ...server.piper, hosts: ['speech.example.org'] }).synthesise(greeting, limits),
    )
    expect(error.sentence.vi).toContain(server.host)
    expect(server.asked).toEqual([])
  })

  it.each([
    { keys: {} },
    { keys: { LOA_VOICE_KEY_TEST: '  ' } },
    { keys: { LOA_VOICE_KEY_TEST: 'bi mat\nHost: x' } },
  ])('nothing without a key that can be one: $keys', async ({ keys }) => {
    for (const ask of [
      () => open(server.openai, keys).recipe(),
      () => open(server.openai, keys).synthesise(greeting, limits),
    ]) {
      const error = await voiceErrorOf(ask())
      expect(error.reason).toBe('auth')
      expect(error.sentence.vi).toContain('LOA_VOICE_KEY_TEST')
      expect(inspect(error, { depth: 9 })).not.toContain('bi mat')
    }
    expect(server.asked).toEqual([])
  })
})

describe('a server that refuses', () => {
  it.each([
    { code: 400, reason: 'bad-voice' },
    { code: 401, reason: 'auth' },
    { code: 402, reason: 'quota' },
    { code: 403, reason: 'auth' },
    { code: 404, reason: 'bad-voice' },
    { code: 413, reason: 'too-long' },
    { code: 500, reason: 'internal' },
  ])('with $code is asked once: $reason', async ({ code, reason }) => {
    server.misbehave(status(code))
    const error = await voiceErrorOf(open().synthesise(greeting, limits))
    expect(error).toMatchObject({ reason, retryable: false })
    expect(error.sentence.vi).toContain(String(code))
    expect(server.asked).toHaveLength(1)
  })

  it('the text and not the settings: that is the text’s fault', async () => {
    server.misbehave(status(400, {}, JSON.stringify({ error: { message: 'no', param: 'input' } })))
    expect((await voiceErrorOf(open().synthesise(greeting, limits))).reason).toBe('bad-text')
  })

  it('and repeats the key: nobody sees it', async () => {
    const echo: Manner = (response, _sound, { headers }) =>
      void response.writeHead(401, { 'X-Key': headers.authorization ?? '' }).end(
        JSON.stringify({
          error: { message: `bad key ${headers.authorization ?? ''}`, param: headers.authorization },
        }),
      )
    for (const manner of [
      echo,
      status(500, {}, key),
      status(200, {}, key),
      (response: { destroy(): void }) => response.destroy(),
    ]) {
      server.misbehave(manner, manner, manner)
      const error = await voiceErrorOf(open().synthesise(greeting, limits))
      expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(key)
    }
  })
})

describe('a server that is busy', () => {
  it('for a moment is asked again, at most twice, after half a second and a second', async () => {
    server.misbehave(status(503), status(503))
    await open().synthesise(greeting, limits)
    expect(server.asked).toHaveLength(3)
    expect(waits).toEqual([500, 1000])
  })

  it('for longer is given up after three questions', async () => {
    server.misbehave(status(503), status(503), status(503), status(503))
    expect(await voiceErrorOf(open().synthesise(greeting, limits))).toMatchObject({
      reason: 'unavailable',
      retryable: true,
    })
    expect(server.asked).toHaveLength(3)
  })

  it.each([
    { said: 'in seconds', after: '3' },
    { said: 'as a date', after: 'Mon, 23 Nov 2026 10:00:03 GMT' },
  ])('and says for how long, $said: we wait as long', async ({ after }) => {
    server.misbehave(status(429, { 'Retry-After': after }))
    await open().synthesise(greeting, limits)
    expect(waits).toEqual([3000])
  })

  it.each([
    { said: 'longer than ten seconds', after: '11', deadlineMs: 60_000 },
    { said: 'longer than the time limit leaves', after: '9', deadlineMs: 5000 },
  ])('and asks for $said: nobody waits', async ({ after, deadlineMs }) => {
    server.misbehave(status(429, { 'Retry-After': after }))
    const error = await voiceErrorOf(open().synthesise(greeting, { deadlineMs }))
    expect(error).toMatchObject({ reason: 'quota', retryable: true })
    expect(waits).toEqual([])
    expect(server.asked).toHaveLength(1)
  })

  it('is not asked again by somebody who has called it off', async () => {
    const abort = new AbortController()
    const leaving: Clock = {
      ...clock,
      wait: () => {
        abort.abort(new Error('enough'))
        return Promise.resolve()
      },
    }
    server.misbehave(status(503))
    const voice = openVoice(server.openai, environment, leaving)
    await expect(voice.synthesise(greeting, { ...limits, signal: abort.signal })).rejects.toThrow('enough')
    expect(server.asked).toHaveLength(1)
  })
})

describe('a server that is not to be trusted', () => {
  const wavHead = Buffer.from(
    'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0data\xff\xff\xff\xff',
    'latin1',
  )

  it('cuts the line: it is asked again', async () => {
    server.misbehave(
      (response) => void response.destroy(),
      (response, sound) => {
        response.writeHead(200, { 'Content-Length': sound.length }).write(sound.subarray(0, 1000))
        setImmediate(() => response.destroy())
      },
    )
    await open().synthesise(greeting, limits)
    expect(server.asked).toHaveLength(3)
  })

  it('is not there at all: asked once, with what to look at', async () => {
    const gone = await standInServer()
    await gone.close()
    const error = await voiceErrorOf(open(gone.piper).synthesise(greeting, limits))
    expect(error).toMatchObject({ reason: 'unavailable', retryable: false })
    expect(error.sentence.en).toContain('ECONNREFUSED')
    expect(waits).toEqual([])
  })

  it('sends us elsewhere: nobody goes there', async () => {
    for (const code of [301, 302, 307, 308]) {
      server.misbehave(status(code, { Location: `http://${elsewhere.host}/v1/audio/speech` }))
      expect((await voiceErrorOf(open().synthesise(greeting, limits))).reason).toBe('unavailable')
    }
    expect(elsewhere.asked).toEqual([])
    expect(server.asked).toHaveLength(4)
  })

  it('never stops sending: it is cut off at 16 MB', async () => {
    let sent = 0
    server.misbehave(async (response) => {
      response.writeHead(200).write(wavHead)
      const piece = Buffer.alloc(1024 * 1024, 7)
      while (!response.destroyed && sent < 64) {
        sent += 1
        if (!response.write(piece))
          await Promise.race([
            new Promise((resolve) => response.once('drain', resolve)),
            new Promise((resolve) => response.once('close', resolve)),
          ])
      }
    })
    const error = await voiceErrorOf(open().synthesise(greeting, limits))
    expect(error.reason).toBe('internal')
    expect(error.sentence.en).toContain('16 MB')
    await server.quiet()
    expect(sent).toBeLessThan(40)
  })

  it.each([
    { what: 'does not answer', manner: () => undefined },
    {
      what: 'stops in the middle',
      manner: (response: Parameters<Manner>[0], sound: Buffer) =>
        void response.writeHead(200).write(sound.subarray(0, 100)),
    },
  ])('$what: the time limit ends it and the line is closed', async ({ manner }) => {
    server.misbehave(manner)
    const error = await voiceErrorOf(open().synthesise(greeting, { deadlineMs: 100 }))
    expect(error.reason).toBe('timeout')
    await server.quiet()
  })

  it.each([
    { what: 'a page', body: '<html>It works</html>', reason: 'internal' },
    { what: 'an MP3', body: 'ID3\u0004', reason: 'internal' },
    { what: 'nothing', body: '', reason: 'empty-audio' },
    { what: 'a WAV without a sample', body: wavHead, reason: 'empty-audio' },
    { what: 'silence', body: Buffer.concat([wavHead, Buffer.alloc(44_100)]), reason: 'empty-audio' },
    {
      what: 'a tenth of the words',
      body: Buffer.concat([wavHead, Buffer.alloc(10_000, 30)]),
      reason: 'empty-audio',
    },
  ])('sends $what for sound: $reason', async ({ body, reason }) => {
    server.misbehave((response) => void response.writeHead(200, { 'Content-Type': 'audio/wav' }).end(body))
    expect((await voiceErrorOf(open().synthesise(greeting, limits))).reason).toBe(reason)
  })
})
