import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gateUpload, judgeOriginal } from '../../../src/audio/gate/index.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import * as damage from './damages.ts'
import { encode, keep, record, type Recorded, testFolder } from './recordings.ts'

const { folder, remove } = testFolder()
afterAll(remove)
const limits = { deadlineMs: 60_000, folder }

let recorded: Recorded
let original: Sound
beforeAll(async () => {
  recorded = (
    await record(
      ['Việc nhẹ lương cao mà giục đi gấp, thì đừng đi; hãy gọi một một một hỏi trước đã.'],
      folder,
    )
  )[0]!
  original = recorded.raw
})

const steady = (change: (sound: Sound) => Sound): Sound =>
  change({ samples: new Int16Array(120_000).fill(3000), sampleRate: 24_000 })

describe('the original that somebody brought', () => {
  it('is fit when it is a voice, recorded properly', () => {
    expect(judgeOriginal(original)).toEqual({ faults: [], warnings: [] })
    expect(judgeOriginal(damage.noisy(25)(original))).toEqual({ faults: [], warnings: [] })
  })

  it.each([
    {
      name: 'silence',
      sound: () => steady(damage.silenced),
      kind: 'silent',
      says: 'không có tiếng',
    },
    {
      name: 'white noise',
      sound: () => steady(damage.noisy(0)),
      kind: 'noise',
      says: 'nhiều tiếng ồn',
    },
    {
      name: 'mains hum',
      sound: () => steady(damage.humming),
      kind: 'hum',
      says: 'tiếng ù: 100 %',
    },
    {
      name: 'a voice drowned in noise',
      sound: () => damage.noisy(-6)(damage.amplified(-12)(original)),
      kind: 'noise',
      says: 'chỉ nổi hơn',
    },
    {
      name: 'two seconds and a half',
      sound: () => ({ ...original, samples: original.samples.slice(0, 2.5 * original.sampleRate) }),
      kind: 'short',
      says: 'quá ngắn: 2,5 giây',
    },
    {
      name: 'a voice recorded 30 dB too loud',
      sound: () => damage.amplified(34)(original),
      kind: 'clipped',
      says: 'vỡ tiếng',
    },
  ])('is hopeless: $name', ({ sound, kind, says }) => {
    const { faults } = judgeOriginal(sound())
    expect(faults.map((fault) => fault.kind)).toEqual([kind])
    expect(faults[0]!.vi).toContain(says)
    expect(faults[0]!.codecs).toEqual([])
    expect(faults[0]!.en).toMatch(/record|original/i)
  })

  it.each([
    { name: 'noise 10 dB below the voice', harm: damage.noisy(10), kind: 'noise' },
    { name: 'a voice recorded 10 dB too loud', harm: damage.amplified(14), kind: 'clipped' },
    { name: 'a voice far from the microphone', harm: damage.amplified(-30), kind: 'soft' },
  ])('is to be listened to first: $name', ({ harm, kind }) => {
    const { faults, warnings } = judgeOriginal(harm(original))
    expect(faults).toEqual([])
    expect(warnings.map((warning) => warning.kind)).toEqual([kind])
  })
})

describe('the files made of an upload', () => {
  const item = () => ({
    expected: recorded.mastered,
    milliseconds: recorded.slots * 120,
    original,
  })
  const filesOf = async (sound: Sound) => keep((await encode([sound], folder))[0]!, folder)

  it('pass when they are what was treated, whether its text is known or not', async () => {
    const paths = await filesOf(recorded.mastered)
    const { faults, warnings, similarity, measured } = await gateUpload(paths, item(), limits)
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    expect(similarity).toBeGreaterThan(0.95)
    expect(measured.opus.milliseconds).toBe(recorded.slots * 120)
    const slow = await gateUpload(paths, { ...item(), letters: 5 }, limits)
    expect(slow.faults.map(({ kind }) => kind)).toEqual(['pace'])
  })

  it('never pass when they are something else, or the original was hopeless', async () => {
    const short = { ...original, samples: original.samples.slice(0, 20_000) }
    const paths = await filesOf(damage.reversed(recorded.mastered))
    const { faults } = await gateUpload(paths, { ...item(), original: short }, limits)
    expect(faults.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['short', 'other-words']))
    // A person is told what a person can do.
    const unlike = faults.find(({ kind }) => kind === 'other-words')!.vi
    expect(unlike).toContain(
      'thường vì có tiếng ồn hoặc nhạc nền. Hãy nghe lại chỗ đó và thu lại nơi yên tĩnh.',
    )
    expect(unlike).not.toContain('không đúng lời')
  })
})
