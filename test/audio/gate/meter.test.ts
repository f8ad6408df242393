import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Measurement, measureFiles, measureSound } from '../../../src/audio/gate/index.ts'
import { join, type Sound, toBytes } from '../../../src/audio/pcm.ts'
import * as damage from './damages.ts'
import { record, testFolder } from './recordings.ts'

const { folder, remove } = testFolder()
afterAll(remove)

/** A pure tone: seconds, hertz, dB below full scale, sample rate, degrees. It swells and fades in 10 ms: a hard edge has a peak of its own. */
function tone(seconds: number, hertz: number, decibels: number, sampleRate = 24_000, degrees = 0): Sound {
  const length = Math.round(seconds * sampleRate)
  const top = 32_767 * 10 ** (decibels / 20)
  const samples = Int16Array.from({ length }, (_, index) => {
    const swell = Math.min(1, (100 * Math.min(index, length - index)) / sampleRate)
    return Math.round(top * swell * Math.sin(2 * Math.PI * ((hertz * index) / sampleRate + degrees / 360)))
  })
  return { samples, sampleRate }
}

const inARow = (...sounds: Sound[]): Sound => ({
  samples: join(sounds.map(({ samples }) => samples)),
  sampleRate: sounds[0]!.sampleRate,
})

describe('loudness, by the cases of the broadcasters’ standard (EBU Tech 3341 and 3342, for one channel)', () => {
  it('of a steady tone is its level, 3 dB less for one channel, at any sample rate', () => {
    for (const sampleRate of [16_000, 22_050, 24_000, 48_000]) {
      expect(measureSound(tone(5, 1000, -23, sampleRate)).loudness).toBeCloseTo(-26, 0.9)
      expect(measureSound(tone(5, 1000, -33, sampleRate)).loudness).toBeCloseTo(-36, 0.9)
    }
  })

  it('does not count what is much softer than the rest', () => {
    const sound = inARow(tone(10, 1000, -36), tone(30, 1000, -23), tone(10, 1000, -36))
    expect(Math.abs(measureSound(sound).loudness + 26)).toBeLessThanOrEqual(0.1)
    const withSilence = inARow(tone(10, 1000, -72), tone(60, 1000, -23), tone(10, 1000, -72))
    expect(Math.abs(measureSound(withSilence).loudness + 26)).toBeLessThanOrEqual(0.1)
  })

  it('ranges over what it ranges over', () => {
    const cases = [
      [[-20, -30], 10],
      [[-20, -15], 5],
      [[-40, -20], 20],
      [[-50, -35, -20, -35, -50], 15],
    ] as const
    for (const [levels, range] of cases) {
      const sound = inARow(...levels.map((level) => tone(20, 1000, level, 16_000)))
      expect(Math.abs(measureSound(sound).loudnessRange - range)).toBeLessThanOrEqual(1)
    }
  })

  it('has true peaks between its samples', () => {
    for (const [share, degrees] of [
      [4, 0],
      [4, 45],
      [6, 60],
      [8, 67.5],
      [3, 30],
    ] as const) {
      const { truePeak } = measureSound(tone(1, 24_000 / share, -6, 24_000, degrees))
      expect(truePeak, `a ${share}th of the rate`).toBeGreaterThanOrEqual(-6.4)
      expect(truePeak, `a ${share}th of the rate`).toBeLessThanOrEqual(-5.8)
    }
  })

  it('is nothing for silence and for no sound', () => {
    for (const length of [0, 100, 48_000]) {
      const measured = measureSound({ samples: new Int16Array(length), sampleRate: 24_000 })
      expect(measured).toMatchObject({
        loudness: -Infinity,
        truePeak: -Infinity,
        flatFactor: 0,
        loudnessRange: 0,
      })
    }
  })
})

describe('beside ffmpeg’s meters', () => {
  const sounds = new Map<string, Sound>()
  const measured = new Map<string, { ours: Measurement; theirs: ReturnType<typeof theirsOf> }>()

  beforeAll(async () => {
    const [short, one, other] = await record(
      [
        'Xin đừng im lặng.',
        'Việc nhẹ lương cao mà giục đi gấp, thì đừng đi; hãy gọi hỏi trước đã.',
        'Người bị mua bán không có lỗi, và được đưa về nhà, được giúp học nghề.',
      ],
      folder,
    )
    const whole = inARow(...[one!, other!, short!, other!, one!].map(({ mastered }) => mastered))
    sounds.set('a sentence', one!.mastered)
    sounds.set('a short sentence', short!.mastered)
    sounds.set('as the voice gave it', other!.raw)
    sounds.set('half a minute', whole)
    sounds.set('clipped', damage.amplified(24)(one!.mastered))
    sounds.set('in noise', damage.noisy(3)(one!.mastered))
    sounds.set('humming', damage.humming(damage.amplified(-6)(one!.mastered)))
    sounds.set('soft', damage.amplified(-25)(one!.mastered))
    sounds.set('with a gap', damage.interrupted(30)(one!.mastered))
    for (const [name, sound] of sounds)
      measured.set(name, { ours: measureSound(sound), theirs: theirsOf(sound) })
  })

  it.each([
    'a sentence',
    'a short sentence',
    'as the voice gave it',
    'half a minute',
    'clipped',
    'in noise',
    'humming',
    'soft',
    'with a gap',
  ])('%s measures the same', (name) => {
    const { ours, theirs } = measured.get(name)!
    // Theirs have one decimal, and their true peak is taken at 192 kHz.
    expect(Math.abs(ours.loudness - theirs.loudness), 'loudness').toBeLessThanOrEqual(0.1)
    expect(Math.abs(ours.truePeak - theirs.truePeak), 'true peak').toBeLessThanOrEqual(0.2)
    // Of a short sound theirs takes in windows that are not yet full.
    if (ours.milliseconds > 15_000)
      expect(Math.abs(ours.loudnessRange - theirs.range), 'range').toBeLessThanOrEqual(0.3)
    expect(Math.abs(ours.flatFactor - theirs.flatFactor), 'flat factor').toBeLessThanOrEqual(0.1)
    expect(Math.abs(ours.voiceBandDecibels - theirs.voiceBand), 'voice band').toBeLessThanOrEqual(0.3)
    expect(Math.abs(ours.longestSilenceMs - theirs.longestSilenceMs), 'silence').toBeLessThanOrEqual(15)
  })

  it('a file is measured as its sound is', async () => {
    const path = joinPath(folder, 'sentence.wav')
    const sound = sounds.get('a sentence')!
    const options = ['-v', 'error', '-f', 's16le', '-ar', '24000', '-ac', '1', '-i', '-']
    execFileSync('ffmpeg', [...options, path], { input: toBytes(sound.samples) })
    expect(await measureFiles([path, path], { deadlineMs: 30_000 })).toEqual([
      measured.get('a sentence')!.ours,
      measured.get('a sentence')!.ours,
    ])
  })

  /** The same figures by ffmpeg. */
  function theirsOf({ samples, sampleRate }: Sound) {
    const path = joinPath(folder, 'measured.s16')
    writeFileSync(path, toBytes(samples))
    const graph = [
      '[0:a]asplit=4[a][b][c][d]',
      '[a]ebur128@loudness=peak=true:framelog=verbose,anullsink',
      '[b]silencedetect=n=-45dB:d=0.5,astats@whole=measure_perchannel=none,anullsink',
      '[c]aformat=sample_fmts=flt,highpass=f=300,highpass=f=300,lowpass=f=4000,lowpass=f=4000,astats@band=measure_perchannel=none,anullsink',
      '[d]anull[out]',
    ]
    const input = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', path]
    const { stderr } = spawnSync(
      'ffmpeg',
      [
        '-hide_banner',
        '-nostdin',
        ...input,
        '-filter_complex',
        graph.join(';'),
        '-map',
        '[out]',
        '-f',
        'null',
        '-',
      ],
      { encoding: 'utf8' },
    )
    // The last one counts: ffmpeg sets the graph up twice, and an empty summary comes first.
    const of = (part: RegExp, what: RegExp): number =>
      Number(stderr.split(part).at(-1)?.match(what)?.[1]?.replace('-inf', '-Infinity'))
    const rms = (name: string): number =>
      of(new RegExp(`astats@${name} @[^\\]]*\\] Overall`), /RMS level dB: (\S+)/)
    const silences = [...stderr.matchAll(/silence_duration: ([\d.]+)/g)].map(
      ([, seconds]) => Number(seconds) * 1000,
    )
    return {
      loudness: of(/ebur128@loudness @[^\]]*\] Summary/, /I:\s+(\S+) LUFS/),
      range: of(/ebur128@loudness @[^\]]*\] Summary/, /LRA:\s+(\S+) LU/),
      truePeak: of(/ebur128@loudness @[^\]]*\] Summary/, /Peak:\s+(\S+) dBFS/),
      flatFactor: of(/astats@whole @[^\]]*\] Overall/, /Flat factor: (\S+)/),
      voiceBand: rms('band') - rms('whole'),
      longestSilenceMs: Math.max(0, ...silences),
    }
  }
})
