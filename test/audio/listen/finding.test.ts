import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { type Finding, listenFor } from '../../../src/audio/listen/finding.ts'
import { joined, sharedSentences } from '../../../src/audio/listen/reference.ts'
import { loadThresholds, type Thresholds } from '../../../src/audio/listen/thresholds.ts'
import { wordsOf } from '../../../src/audio/listen/words.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import { speechFolder } from '../studio.ts'
import { heard, told } from './fixtures.ts'

describe('a clip held against a bulletin', () => {
  let thresholds: Thresholds
  const sounds = new Map<string, Sound>()
  beforeAll(async () => {
    thresholds = await loadThresholds(speechFolder)
    for (const name of ['ban-tin-mot', 'ban-tin-hai', ...Object.keys(told.clips)])
      sounds.set(name, await heard(name))
  })

  function listen(clip: string, bulletin: 'mot' | 'hai', notes: string | null = null, change = {}): Finding {
    return listenFor({
      clip: sounds.get(clip)!,
      reference: sounds.get(`ban-tin-${bulletin}`)!,
      shared: joined(told.shared[bulletin === 'mot' ? 0 : 1]!),
      thresholds: { ...thresholds, ...change },
      notes,
    })
  }
  const say = (finding: Finding, notesWanted = true): string =>
    wordsOf(finding, { greetingMs: 0, notesWanted }).vi

  it.each([
    ['mot-gan', 'mot'],
    ['hai-nhieu-loa', 'hai'],
  ] as const)('is verified where it is that bulletin, and placed: %s', (clip, bulletin) => {
    const finding = listen(clip, bulletin)
    expect(finding.verdict).toBe('verified')
    expect(finding.proves).toBe('bulletin')
    const { startMs, seconds } = told.clips[clip]!
    expect(Math.abs(finding.place!.from - startMs)).toBeLessThan(120)
    expect(Math.abs(finding.place!.to - finding.place!.from - seconds * 1000)).toBeLessThan(200)
  })

  it.each([
    ['mot-gan', 'hai'],
    ['hai-nhieu-loa', 'mot'],
    ['hai-cuoi', 'mot'],
  ] as const)(
    'is not taken for a bulletin by the same voice that shares words with it: %s',
    (clip, bulletin) => {
      const finding = listen(clip, bulletin)
      expect(['not-found', 'inconclusive']).toContain(finding.verdict)
      expect(finding.proves).toBe('nothing')
      expect(finding.uniqueChunks === 0 || finding.unique < thresholds.review.unique).toBe(true)
    },
  )

  it('proves nothing by words that other bulletins have too, however well it is heard', () => {
    const finding = listen('mot-loi-chao', 'mot')
    expect(finding.mean).toBeGreaterThan(0.5)
    expect(finding.verdict).toBe('inconclusive')
    expect(say(finding)).toBe(
      'Chưa đủ để kết luận, vì chỉ nghe được những câu mà bản tin khác cũng có: hãy ghi thêm 40 giây ở giữa bản tin.',
    )
  })

  it('needs both the whole and what is its own to be alike', () => {
    const { mean, unique } = listen('mot-gan', 'mot')
    const verdict = (verified: { mean: number; unique: number }): string =>
      listen('mot-gan', 'mot', null, { verified }).verdict
    expect(verdict({ mean: mean - 0.01, unique: unique - 0.01 })).toBe('verified')
    expect(verdict({ mean: mean + 0.01, unique: unique - 0.01 })).toBe('review')
    expect(verdict({ mean: mean - 0.01, unique: unique + 0.01 })).toBe('review')
    const review = { mean: 0.2, unique: unique + 0.01 }
    expect(listen('mot-gan', 'mot', null, { verified: { mean: 0.9, unique: 0.95 }, review }).verdict).toBe(
      'not-found',
    )
  })

  it('proves this very airing by its notes, one of which may be misheard', () => {
    const finding = listen('hai-cuoi', 'hai', told.notes)
    expect(finding).toMatchObject({ verdict: 'verified', proves: 'airing', notes: { state: 'matched' } })
    expect(say(finding)).toMatch(/^Đúng bản tin này, .* Sáu nốt ở cuối đúng là của lượt phát này\.$/)
    const misheard = listen('hai-cuoi', 'hai', told.notes.replace(/^./, '7'))
    expect(misheard).toMatchObject({ proves: 'airing', notes: { wrong: 1 } })
  })

  it('is for a person to review when the notes are those of another airing', () => {
    const finding = listen('hai-cuoi', 'hai', '052741')
    expect(finding).toMatchObject({ verdict: 'review', proves: 'nothing', notes: { state: 'other' } })
    expect(say(finding)).toContain('không phải của lượt phát này')
  })

  it('says which notes it heard where no airing was asked about', () => {
    expect(listen('hai-cuoi', 'hai').notes).toMatchObject({ state: 'heard', digits: told.notes })
  })

  it('loses nothing by ending before the notes', () => {
    const finding = listen('mot-gan', 'mot', '052741')
    expect(finding).toMatchObject({
      verdict: 'verified',
      proves: 'bulletin',
      notes: { state: 'not-reached' },
    })
  })

  it('is worth a review when only the end with its notes was recorded', () => {
    const end = sounds.get('hai-cuoi')!
    const clip = { ...end, samples: end.samples.subarray(end.samples.length - 8 * 7000) }
    const ask = { clip, reference: sounds.get('ban-tin-hai')!, shared: told.shared[1]!, thresholds }
    expect(listenFor({ ...ask, notes: told.notes })).toMatchObject({
      verdict: 'review',
      notes: { state: 'matched' },
    })
    expect(listenFor({ ...ask, notes: '052741' })).toMatchObject({
      verdict: 'inconclusive',
      notes: { state: 'other' },
    })
  })

  it('says nothing of a clip that is too short, and finds nothing in silence', () => {
    const ask = { reference: sounds.get('ban-tin-mot')!, shared: [], thresholds }
    const short = listenFor({ ...ask, clip: { samples: new Int16Array(8000), sampleRate: 8000 } })
    expect(short.verdict).toBe('inconclusive')
    expect(say(short)).toContain('quá ngắn')
    const silent = listenFor({ ...ask, clip: { samples: new Int16Array(160_000), sampleRate: 8000 } })
    expect(silent).toMatchObject({ verdict: 'not-found', mean: 0, place: null })
  })
})

describe('sentences that prove nothing', () => {
  const sentence = (key: string, text: string) => ({ key, text, at: 0, milliseconds: 1000 })

  it('are those another recording has too, by sound or by words however they are set', () => {
    const own = [
      sentence('a', 'Kính chào bà con.'),
      sentence('b', 'Chuyện riêng.'),
      sentence('c', 'Gọi một một một!'),
    ]
    const others = [sentence('a', 'khác'), sentence('x', 'gọi  MỘT một, một')]
    expect(sharedSentences(own, others).map(({ key }) => key)).toEqual(['a', 'c'])
    expect(sharedSentences(own, [])).toEqual([])
  })

  it('make one stretch where only a pause is between them', () => {
    const stretches = [
      { from: 5000, to: 8000 },
      { from: 0, to: 3000 },
      { from: 3900, to: 4500 },
      { from: 12_000, to: 13_000 },
    ]
    expect(joined(stretches)).toEqual([
      { from: 0, to: 8000 },
      { from: 12_000, to: 13_000 },
    ])
  })
})

describe('the thresholds of listening', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loa-thresholds-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const original = readFileSync(join(speechFolder, 'listening.yaml'), 'utf8')

  async function refusal(text: string): Promise<AppError> {
    writeFileSync(join(folder, 'listening.yaml'), text)
    return loadThresholds(folder).then(
      () => {
        throw new Error('they were taken')
      },
      (error: unknown) => error as AppError,
    )
  }

  it.each([
    [
      'below what chance reaches',
      'verified: { mean: 0.33, unique: 0.30 }',
      'verified: { mean: 0.33, unique: 0.1 }',
    ],
    [
      'a review above verified',
      'review: { mean: 0.22, unique: 0.22 }',
      'review: { mean: 0.22, unique: 0.5 }',
    ],
    ['one chunk as proof', 'unique_chunks: 3', 'unique_chunks: 1'],
    ['whole chunks of shared words', 'shared_seconds: 1.5', 'shared_seconds: 5'],
    ['no days', 'days: 60', 'days: 0'],
    ['half of the notes wrong', 'wrong_max: 1', 'wrong_max: 3'],
    ['a line nobody knows', 'days: 60', 'days: 60\ndayz: 3'],
    ['a line left out', 'days: 60', ''],
    ['no figure', 'days: 60', 'days: nhiều'],
    ['less clarity where notes are searched for', 'clarity_anywhere: 0.6', 'clarity_anywhere: 0.3'],
  ])('are refused with %s', async (_what, right, wrong) => {
    expect(original).toContain(right)
    const error = await refusal(original.replace(right, wrong))
    expect(error).toBeInstanceOf(AppError)
    expect(error.code).toBe('invalid')
    expect(error.sentence.vi).toContain('listening.yaml')
  })

  it('are refused when they are not there', async () => {
    await expect(loadThresholds(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'invalid' })
  })
})
