/** Who reads when the first voice cannot. */
import { describe, expect, it } from 'vitest'
import {
  type DownVoices,
  inOrder,
  isDown,
  type Voice,
  VoiceError,
  type VoiceErrorCode,
  withFallback,
} from '../../../src/audio/voices/index.ts'
import { openVoice } from '../../../src/audio/voices/index.ts'
import { refusalOf } from '../../support/refusal.ts'
import { espeakEntry } from './stand-ins.ts'

const voice = (name: string, more: Partial<Voice> = {}): Voice => ({
  ...openVoice({ ...espeakEntry('vi'), name }),
  ...more,
})
const [first, second, third] = [voice('first'), voice('second'), voice('third')]
const all = [first, second, third]

/** Work that fails for some voices, and who was asked for it. */
function work(failures: Partial<Record<string, Error>>): {
  asked: string[]
  read: (voice: Voice) => Promise<string>
} {
  const asked: string[] = []
  return {
    asked,
    read({ name }) {
      asked.push(name)
      const failure = failures[name]
      return failure === undefined ? Promise.resolve(`read by ${name}`) : Promise.reject(failure)
    },
  }
}

const refusing = (reason: VoiceErrorCode): VoiceError =>
  new VoiceError(reason, { vi: `hỏng vì ${reason}`, en: `failed for ${reason}` })

describe('the order of voices', () => {
  const [north, central, south, rhade] = [
    voice('north', { region: 'north' }),
    voice('central', { region: 'central' }),
    voice('south', { region: 'south' }),
    voice('rhade', { language: 'rad' }),
  ]
  const list = [north, rhade, central, south]

  it('is that of the list, among those who speak the language', () => {
    expect(inOrder(list, 'vi')).toEqual([north, central, south])
    expect(inOrder(list, 'rad')).toEqual([rhade])
    expect(inOrder(list, 'ktu')).toEqual([])
  })

  it('puts those of the region first', () => {
    expect(inOrder(list, 'vi', 'south')).toEqual([south, north, central])
  })
})

describe('the fallback', () => {
  it('leaves the work to the first voice when it can', async () => {
    const { asked, read } = work({})
    expect(await withFallback(all, read)).toEqual({ voice: first, result: 'read by first', remark: null })
    expect(asked).toEqual(['first'])
  })

  it.each(['unavailable', 'timeout', 'quota', 'auth', 'bad-voice', 'empty-audio', 'internal'] as const)(
    'asks the next, in order, when a voice fails for %s, and says so',
    async (reason) => {
      const { asked, read } = work({ first: refusing(reason), second: refusing(reason) })
      const { voice: reader, remark } = await withFallback(all, read)
      expect(reader).toBe(third)
      expect(asked).toEqual(['first', 'second', 'third'])
      expect(remark!.vi).toContain(`thay cho first: hỏng vì ${reason}`)
      expect(remark!.en).toContain(`third instead of first: failed for ${reason}`)
    },
  )

  it.each([
    { what: 'a text without words', thrown: refusing('bad-text') },
    { what: 'a text that is too long', thrown: refusing('too-long') },
    { what: 'being called off', thrown: new Error('enough') },
  ])('asks nobody else after $what', async ({ thrown }) => {
    const { asked, read } = work({ first: thrown })
    await expect(withFallback(all, read)).rejects.toBe(thrown)
    expect(asked).toEqual(['first'])
    expect(isDown(thrown)).toBe(false)
  })

  it('asks a voice that is down once a run, and remarks it for each recording', async () => {
    const down: DownVoices = new Map()
    const { asked, read } = work({ first: refusing('timeout') })
    const remarks = []
    for (let recording = 0; recording < 3; recording += 1) {
      remarks.push((await withFallback(all, read, down)).remark!.vi)
    }
    expect(asked).toEqual(['first', 'second', 'second', 'second'])
    expect(new Set(remarks).size).toBe(1)
  })

  it('keeps a voice in the run that stumbled over one text', async () => {
    const down: DownVoices = new Map()
    await withFallback(all, work({ first: refusing('empty-audio') }).read, down)
    expect((await withFallback(all, work({}).read, down)).voice).toBe(first)
  })

  it('ends with what the first voice lacks when all are down', async () => {
    const failures = { first: refusing('auth'), second: refusing('quota'), third: refusing('timeout') }
    await expect(withFallback(all, work(failures).read)).rejects.toBe(failures.first)
  })

  it('refuses a language nobody speaks', async () => {
    const refusal = await refusalOf(withFallback([], work({}).read))
    expect(refusal.code).toBe('unavailable')
    expect(refusal.sentence.vi).toContain('voices.yaml')
  })
})
