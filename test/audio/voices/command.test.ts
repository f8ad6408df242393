/** `loa voices`, as people type it, and the trial of a voice behind it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secondsOf } from '../../../src/audio/pcm.ts'
import { openVoice, tryVoice } from '../../../src/audio/voices/index.ts'
import { readWav } from '../../../src/audio/voices/wav.ts'
import { commandLine, type CommandLine } from '../../support/command-line.ts'
import { refusalOf } from '../../support/refusal.ts'
import { espeakEntry } from './stand-ins.ts'

let at: CommandLine
beforeAll(() => {
  at = commandLine()
})
afterAll(() => {
  at.close()
})

describe('loa voices', () => {
  it('lists every voice with its region and licence, and why those not usable are not', async () => {
    const secret = 'khoa-rat-bi-mat'
    const { stdout, json, code } = await at.loa(['voices', '--json'], {
      env: { LOA_VOICE_KEY_NETWORK: secret },
    })
    expect(code).toBe(0)
    expect(stdout).not.toContain(secret)
    const found = json as { name: string; state: string; region: string | null; why: { vi: string } | null }[]
    expect(found.map(({ name, state, region }) => `${name} ${region ?? '-'} ${state}`)).toEqual([
      'espeak-central central usable',
      'espeak-north north usable',
      'espeak-south south usable',
      'piper-vais1000 - down',
      'piper-server - server',
      'network-service - server',
    ])
    expect(found[3]!.why!.vi).toContain('rhasspy/piper-voices')
  })

  it('tries a voice: words in, a WAV file and its loudness out', async () => {
    const out = join(at.folder, 'thu.wav')
    const { stdout, code } = await at.loa(['voices', 'try', 'espeak-south', '--out', out], {
      input: 'Ngày 20/11 mời bà con đến họp.',
    })
    expect(code).toBe(0)
    expect(stdout).toContain('hai mươi tháng mười một')
    expect(stdout).toMatch(/-1[4-8](?:,\d+)? LUFS/)
    const wav = readWav(readFileSync(out))
    expect(wav.ok && secondsOf(wav.value)).toBeGreaterThan(2)
  })
})

const words = 'Mời bà con cùng nghe bản tin sau đây. Ai rủ đi xa thì hỏi già làng, hỏi trưởng thôn trước. '

describe('a trial of a voice', () => {
  it('names the gain that brings it to -16 LUFS, however wrong the list is', async () => {
    const voice = openVoice({ ...espeakEntry('vi'), gain: 10 })
    const { loudness, gainAdvised } = await tryVoice(voice, words.repeat(3))
    expect(loudness).toBeLessThan(-17.5)
    const again = await tryVoice({ ...voice, gainDecibels: gainAdvised! }, words)
    expect(Math.abs(again.loudness + 16)).toBeLessThanOrEqual(0.6)
    expect(again.gainAdvised).toBeUndefined()
  })

  it('refuses to try nothing, and a book', async () => {
    const voice = openVoice(espeakEntry('vi'))
    for (const text of ['', '…', words.repeat(100)]) {
      expect((await refusalOf(tryVoice(voice, text))).sentence.vi).toContain('8000 ký tự')
    }
  })
})
