/** What is said of a recording that somebody brought: does it fit its text, and what is really wrong with it. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lengthFault } from '../../../src/audio/uploads/verdict.ts'
import type { Upload } from '../../../src/audio/uploads/index.ts'
import { awaitingApproval } from '../../../src/approval/index.ts'
import { loadLexicon, speak } from '../../../src/audio/index.ts'
import { charactersPerSecond, estimatedSeconds, readingSeconds } from '../../../src/scripts/wording.ts'
import { monday, submitted } from '../../support/desk.ts'
import { ffmpeg, openPlace, type Place, source, speechFolder } from './place.ts'

const speechContent = fileURLToPath(new URL('../../../content/speech', import.meta.url))

let place: Place
let folder: string
beforeAll(async () => {
  place = await openPlace()
  folder = speechFolder()
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await place.close()
})

const file = (name: string): string => join(folder, name)
const faultsOf = ({ faults }: Upload): string[] => faults.map(({ vi }) => vi)

describe('how long a person takes to read a text', () => {
  it('is what it says in letters, each figure being a word', () => {
    expect(readingSeconds('x'.repeat(120))).toBe(10)
    expect(readingSeconds('1022')).toBeGreaterThan(1)
    expect(readingSeconds('1022')).toBeLessThan(2.5)
    expect(readingSeconds('Đây là {{unit}}.')).toBeGreaterThan(readingSeconds('Đây là xã.'))
  })

  it.each([
    'Vay 100.000.000 đồng, trả 20.000.000 đồng mỗi tháng, sau 5 tháng nợ 300.000.000 đồng.',
    'Phạt tiền từ 40.000.000 đồng đến 50.000.000 đồng; trước là 1.500.000 đồng.',
    'Lương 30.000.000 đồng, cọc 500.000 đồng, phí 2.750.000 đồng.',
    'Phạt từ 100000000 đồng đến 1000000000 đồng.',
    'Ngày 01/7/2026, gọi 1022 hoặc 0912 345 678 lúc 7 giờ 30.',
    'Có 241 xã, 78 đơn vị, 1.234.567 người.',
  ])(
    'is about that of its spoken form: people who read fast or slowly are believed for “%s”',
    async (text) => {
      const { spoken } = speak(text, await loadLexicon(speechContent))
      const letters = estimatedSeconds(spoken) * charactersPerSecond
      const textSeconds = readingSeconds(text)
      for (const pace of [9, 12, 16, 20]) {
        expect(lengthFault({ speechSeconds: letters / pace, textSeconds, language: 'vi' })).toBeUndefined()
      }
      expect(textSeconds / estimatedSeconds(spoken)).toBeGreaterThan(0.6)
    },
  )
})

describe('a recording beside its text', () => {
  const letters = 720
  const fault = (charactersPerSecond: number, language = 'vi') =>
    lengthFault({ speechSeconds: letters / charactersPerSecond, textSeconds: letters / 12, language })

  it.each([9, 12, 16, 20])('is believed at %i characters a second, in any language', (pace) => {
    expect(fault(pace)).toBeUndefined()
    expect(fault(pace, 'ktv')).toBeUndefined()
  })

  it('read by the slowest reader of a mountain language is believed', () => {
    expect(fault(3.5, 'ktv')).toBeUndefined()
  })

  it('that is not half as long as its reading is told so, with both lengths and what to do', () => {
    expect(fault(30)).toMatchObject({
      kind: 'short',
      vi: 'Bản ghi âm quá ngắn so với bản tin: chỉ có 24 giây tiếng, trong khi đọc hết bản tin mất khoảng 60 giây. Hãy xem có đúng tệp, đúng bản tin không, rồi ghi lại cho trọn bản tin.',
    })
  })

  it('that is more than two and a half times as long is told so, with both lengths and what to do', () => {
    expect(fault(3)).toMatchObject({
      kind: 'long',
      en: 'The recording is too long for its script: it has 4 minutes of speech, while reading the script takes about 60 s. See whether it is the right file for the right script, and record the words of the script only.',
    })
  })

  it('of a few words may have a greeting before and after', () => {
    expect(lengthFault({ speechSeconds: 11, textSeconds: 1, language: 'vi' })).toBeUndefined()
  })
})

describe('a recording that cannot be of its text', () => {
  const long = 'Kính thưa bà con, ai cũng có thể bị lừa bán sang bên kia biên giới làm việc. '.repeat(6)

  it('is not fit, says why, and never waits for approval', async () => {
    const version = await submitted(place, long, { head: { slug: 'dai' } })
    const upload = await place.bring(file('speech.wav'), { ...version, language: 'vi' })
    expect(upload.recording).toBeNull()
    expect(faultsOf(upload)).toEqual([
      expect.stringContaining('quá ngắn so với bản tin: chỉ có 5 giây tiếng'),
    ])
    expect(await awaitingApproval(place.database, monday)).toEqual([])
  })

  it('in another language than the text is not compared with it', async () => {
    const version = await submitted(place, long, { head: { slug: 'dich' } })
    expect(faultsOf(await place.bring(file('speech.wav'), { ...version, language: 'ktv' }))).toEqual([])
  })

  it('is fit where it reads its own words', async () => {
    expect(faultsOf(await place.bring(file('speech.wav'), { language: 'vi' }))).toEqual([])
  })
})

describe('a recording with strong noise behind the voice', () => {
  beforeAll(() => {
    const noise = source('anoisesrc=r=44100:a=0.15:c=white:seed=1')
    const graph = '[0:a]adelay=1000:all=1,apad=pad_dur=1[a];[a][1:a]amix=2:duration=first:normalize=0'
    ffmpeg(folder, '-i', 'speech.wav', ...noise, '-filter_complex', graph, 'noisy.wav')
  })

  it('is told of the noise and of what helps, not of its words or its level', async () => {
    expect(faultsOf(await place.bring(file('noisy.wav')))).toEqual([
      'Tiếng ồn nền quá lớn, lấn lời đọc. Hãy ghi lại ở nơi yên tĩnh hơn, hoặc gửi lại tệp này và bật giảm tiếng ồn nền.',
    ])
  })

  it('may be sent again with noise reduction on, as it was told', async () => {
    expect(faultsOf(await place.bring(file('noisy.wav'), { noiseReduction: true }))).toEqual([])
  })
})
