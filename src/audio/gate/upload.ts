/** The gate for what a person recorded: the files made of it, and whether the original was worth treating. */
import { secondsOf, type Sound } from '../pcm.ts'
import { decodeFile, type DecodeLimits } from './decode.ts'
import { type Fault, type FaultKind, faultsOf, finding, type Finding, number, seconds } from './faults.ts'
import { clippedShareOf } from './peaks.ts'
import { type Measurement, measureSound } from './measurement.ts'
import { gateAll, type GateItem, type GateResult } from './rendered.ts'
import { framesPerSecond, lowShare, type Spectrum, spectrumOf } from './spectrum.ts'

/** `expected`: the treated sound that went into the encoders. `original`: what was brought, decoded, where it is to be judged too. */
export type UploadItem = Omit<GateItem, 'paths' | 'extent'> & { original?: Sound | undefined }

/** `faults` forbid its use, of the original too; `warnings` are for whoever listens to it before approving. */
export type UploadResult = GateResult & { warnings: Fault[] }

/** The full gate for the two files of an upload. Throws as `gateRendered` does. */
export async function gateUpload(
  paths: GateItem['paths'],
  { original, ...item }: UploadItem,
  limits: DecodeLimits,
): Promise<UploadResult> {
  const [result] = await gateAll([{ ...item, paths, extent: 'whole' }], 'person', limits)
  if (result === undefined) throw new Error('one item gives one result')
  const { faults, warnings } = original === undefined ? { faults: [], warnings: [] } : judgeOriginal(original)
  return { ...result, faults: [...faults, ...result.faults], warnings }
}

/** What is measured of any files, in order, at 24 kHz. Refuses (`unavailable`) what cannot be decoded. */
export async function measureFiles(paths: readonly string[], limits: DecodeLimits): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const path of paths) measured.push(measureSound(await decodeFile(path, 24_000, limits)))
  return measured
}

const shortestMs = 3000
/** Softer than this there is nothing to be heard, in LUFS; and this is too far from the microphone. */
const [silentBelow, softBelow] = [-60, -40]
/** How far the voice band rises above its own floor, in dB: speech 20 to 60, a steady sound 1 to 4. */
const [liveMin, liveGood] = [8, 20]
/** Share of samples on a cut-off top: above it words are lost, and no repair brings them back. */
const [clippedMax, clippedGood] = [0.1, 0.002]
const [humMax, humGood] = [0.95, 0.5]

/** Faults and warnings of a sound as it was brought, before any treatment. */
export function judgeOriginal(original: Sound): { faults: Fault[]; warnings: Fault[] } {
  const faults: Finding[] = []
  const warnings: Finding[] = []
  const say = (list: Finding[], kind: FaultKind, vi: string, en: string): void => {
    list.push(finding(kind, 0, { vi, en }, { maker: 'person', what: kind === 'clipped' ? 'level' : 'text' }))
  }
  const milliseconds = secondsOf(original) * 1000
  if (milliseconds < shortestMs) {
    const [is, least] = [seconds(milliseconds), seconds(shortestMs)]
    say(
      faults,
      'short',
      `Bản ghi âm quá ngắn: ${is.vi}, ít nhất phải ${least.vi}.`,
      `The recording is too short: ${is.en}, at least ${least.en} is needed.`,
    )
  }
  const spectrum = spectrumOf(original)
  const { loudness } = measureSound(original, { spectrum })
  if (loudness < silentBelow) {
    say(faults, 'silent', 'Bản ghi âm không có tiếng.', 'The recording is silent.')
    return { faults: bare(faults), warnings: [] }
  }
  if (loudness < softBelow) {
    const is = number(loudness)
    say(warnings, 'soft', `Bản ghi âm rất nhỏ: ${is.vi} LUFS.`, `The recording is very soft: ${is.en} LUFS.`)
  }
  judgeVoice(spectrum, (isFault, kind, vi, en) => say(isFault ? faults : warnings, kind, vi, en))
  // A hum lingers at its peaks as a cut-off voice does.
  const clipped = faults.length > 0 ? 0 : clippedShareOf(original)
  if (clipped > clippedGood) {
    const share = number(clipped * 100)
    const vi = `Bản ghi âm bị vỡ tiếng vì thu quá to: ${share.vi} % số mẫu bị cắt đỉnh.`
    const en = `The recording is clipped, it was recorded too loud: ${share.en} % of its samples are cut off.`
    say(clipped > clippedMax ? faults : warnings, 'clipped', vi, en)
  }
  return { faults: bare(faults), warnings: bare(warnings) }
}

/** Is it speech at all, and how clean? */
function judgeVoice(
  spectrum: Spectrum,
  say: (isFault: boolean, kind: FaultKind, vi: string, en: string) => void,
): void {
  const live = liveliness(spectrum)
  const low = lowShare(spectrum)
  if (low > humGood && (live < liveMin || low > humMax)) {
    const share = Math.round(low * 100)
    say(
      live < liveMin,
      'hum',
      `Bản ghi âm có tiếng ù: ${share} % năng lượng nằm dưới 250 Hz.`,
      `The recording hums: ${share} % of its energy is below 250 Hz.`,
    )
  } else if (live < liveGood) {
    const is = number(live)
    say(
      live < liveMin,
      'noise',
      `Bản ghi âm có nhiều tiếng ồn, lời nói chỉ nổi hơn ${is.vi} dB.`,
      `The recording is noisy: the voice rises only ${is.en} dB above the noise.`,
    )
  }
}

/** By how many dB the loud frames of the voice band rise above the soft ones; the ends are not looked at. */
function liveliness({ levels, frames }: Spectrum): number {
  const edge = Math.min(framesPerSecond / 2, Math.floor(frames / 4))
  const sorted = levels.slice(edge, frames - edge).sort()
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return 10 * Math.log10((at(0.9) + 1e-12) / (at(0.1) + 1e-12))
}

/** Faults that are of no file. */
function bare(findings: readonly Finding[]): Fault[] {
  return faultsOf({ mp3: findings, opus: findings }).map((fault) => ({ ...fault, codecs: [] }))
}
