/** What a measurement and a comparison mean: the limits of the gate and the words for what lies beyond them. Pure. */
import { finding, type Finding, type Maker, number, place, seconds } from './faults.ts'
import { type Likeness, similarityMin } from './likeness.ts'
import type { Measurement } from './measurement.ts'

/** What every recording is made to, in LUFS. */
export const loudnessWanted = -16

/** A sentence alone may differ more than a whole: a question is softer than a warning. */
export type Extent = 'sentence' | 'whole'
const toleranceOf: Readonly<Record<Extent, number>> = { sentence: 4, whole: 1 }
/** Above it a cheap amplifier distorts, in dBTP. */
const truePeakMax = -1
/** Whole sounds measure below 1, cut-off peaks above 10. */
const flatFactorMax = 5
/**
 * How far peaks stand above loudness, in dB; ours 11 to 15. Below the first it is distorted, unless it was meant to be
 * so (a bell); below the second distortion is why it is unlike, as long as it is not another sound altogether.
 */
const [crestMin, crestLow, crestLossMax, distortedSimilarityMin] = [9, 11, 1.5, 0.6]
const silenceShareMax = 0.35
const longestSilenceMsMax = 2500
/** Energy of 300 to 4000 Hz against all; ours -1 to -4 dB, noise -6, hum -38. Short sentences may be mostly hissing. */
const voiceBandMin: Readonly<Record<Extent, number>> = { sentence: -7, whole: -5 }
/** A round trip loses no more of it than this, in dB. */
const voiceBandLossMax = 2
/** Share of the energy below 250 Hz that no voice has behind our band-pass. */
const lowShareMax = 0.25
/** Speech rises and falls by two units and more; below this length the range says nothing. */
const [loudnessRangeMin, loudnessRangeFromMs] = [0.5, 20_000]
/** Characters a second; ours 10 to 18. A short sentence is mostly its own ends. */
const [paceMin, paceMax, paceSlackMs] = [6, 25, 1000]
/** An encoder adds up to three frames of 24 ms. */
const lengthToleranceMs = 100
/** Level of the stillest moment against the voice, and how far a round trip may raise it, in dB. */
const [noiseMax, noiseRiseMax] = [-25, 6]
/** Softer than this there is nothing to be heard, in LUFS. */
const silentBelow = -50

/** What is to be judged. `letters`: of the text that it speaks, where that is known. `openingMs`: chime before the words. */
export type Judged = {
  measured: Measurement
  likeness: Likeness
  /** Of the expected sound (`crest`: peak above loudness, in dB); and the share of energy below 250 Hz in what is heard. */
  expected: { milliseconds: number; voiceBandDecibels: number; crest: () => number }
  lowShare: number
  letters: number | undefined
  openingMs: number
  extent: Extent
  maker: Maker
}

/** Everything that is wrong with one decoded file; nothing when it is fit. */
export function findingsOf(judged: Judged): Finding[] {
  const { measured, maker } = judged
  if (measured.loudness < silentBelow) {
    const [vi, en] = ['Bản ghi không có tiếng.', 'The recording is silent.']
    return [finding('silent', 0, { vi, en }, { maker, what: 'again' })]
  }
  const found = [
    ...lengthFindings(judged),
    ...levelFindings(judged),
    ...silenceFindings(judged),
    ...toneFindings(judged),
  ]
  // These change every moment of a recording, so that no more can be said of its words.
  const isDrowned = found.some(({ kind }) => kind === 'noise' || kind === 'hum' || kind === 'clipped')
  return isDrowned ? found : [...found, ...lossFindings(judged), ...wordFindings(judged)]
}

function lengthFindings({ measured, expected, letters, openingMs, maker }: Judged): Finding[] {
  const remedy = { maker, what: 'again' } as const
  const off = measured.milliseconds - expected.milliseconds
  const [is, should] = [seconds(measured.milliseconds), seconds(expected.milliseconds)]
  const found: Finding[] = []
  if (off < -lengthToleranceMs) {
    const vi = `Bản ghi bị cắt: chỉ dài ${is.vi} trong khi phải là ${should.vi}.`
    const en = `The recording is cut off: ${is.en} long instead of ${should.en}.`
    found.push(finding('cut', -off, { vi, en }, remedy))
  }
  if (off > lengthToleranceMs) {
    const vi = `Bản ghi dài hơn lời đọc: ${is.vi} trong khi phải là ${should.vi}.`
    const en = `The recording is longer than its words: ${is.en} instead of ${should.en}.`
    found.push(finding('long', off, { vi, en }, remedy))
  }
  if (letters !== undefined) {
    const spoken = measured.milliseconds - openingMs
    const pace = (1000 * letters) / spoken
    if (pace > paceMax || ((1000 * letters) / (spoken - paceSlackMs) < paceMin && spoken > paceSlackMs)) {
      const vi = `Bản ghi không khớp với độ dài của lời: ${number(pace).vi} chữ cái mỗi giây, bình thường từ ${paceMin} đến ${paceMax}.`
      const en = `The recording does not fit the length of its text: ${number(pace).en} letters a second, usual are ${paceMin} to ${paceMax}.`
      found.push(finding('pace', pace, { vi, en }, { maker, what: 'text' }))
    }
  }
  return found
}

function levelFindings(judged: Judged): Finding[] {
  const { measured, extent, maker } = judged
  const remedy = { maker, what: 'level' } as const
  const { loudness, truePeak, flatFactor } = measured
  const [least, most] = [loudnessWanted - toleranceOf[extent], loudnessWanted + toleranceOf[extent]]
  const found: Finding[] = []
  const is = number(loudness)
  if (loudness < least) {
    const vi = `Bản ghi quá nhỏ: ${is.vi} LUFS, phải từ ${number(least).vi} trở lên.`
    const en = `The recording is too soft: ${is.en} LUFS, at least ${number(least).en} is needed.`
    found.push(finding('soft', least - loudness, { vi, en }, remedy))
  }
  if (loudness > most) {
    const vi = `Bản ghi quá to: ${is.vi} LUFS, không được quá ${number(most).vi}.`
    const en = `The recording is too loud: ${is.en} LUFS, at most ${number(most).en} is allowed.`
    found.push(finding('loud', loudness - most, { vi, en }, remedy))
  }
  if (truePeak > truePeakMax) {
    const vi = `Bản ghi bị rè: đỉnh ${number(truePeak).vi} dBTP, không được quá ${number(truePeakMax).vi}.`
    const en = `The recording distorts: its peak is ${number(truePeak).en} dBTP, at most ${number(truePeakMax).en} is allowed.`
    found.push(finding('peak', truePeak, { vi, en }, remedy))
  }
  if (isClipped(judged)) {
    const crest = number(truePeak - loudness)
    const vi = `Bản ghi bị vỡ tiếng: các đỉnh âm bị cắt bằng (đỉnh chỉ cao hơn tiếng ${crest.vi} dB, tiếng tốt từ ${crestLow}).`
    const en = `The recording is clipped: its peaks are cut off (they stand ${crest.en} dB above the voice, of a good one at least ${crestLow}).`
    found.push(finding('clipped', flatFactor, { vi, en }, remedy))
  }
  return found
}

function isClipped({ measured, expected, likeness: { similarity, otherwise } }: Judged): boolean {
  const { loudness, truePeak, flatFactor } = measured
  const crest = truePeak - loudness
  if (flatFactor >= flatFactorMax) return true
  if (crest < crestMin && crest < expected.crest() - crestLossMax) return true
  return otherwise !== undefined && crest < crestLow && similarity > distortedSimilarityMin
}

function silenceFindings({ measured, maker }: Judged): Finding[] {
  const { longestSilenceMs, silenceShare } = measured
  const found: Finding[] = []
  if (longestSilenceMs > longestSilenceMsMax) {
    const [is, most] = [seconds(longestSilenceMs), seconds(longestSilenceMsMax)]
    const vi = `Bản ghi có đoạn lặng dài ${is.vi}, không được quá ${most.vi}.`
    const en = `The recording has a silence of ${is.en}, at most ${most.en} is allowed.`
    found.push(finding('gap', longestSilenceMs, { vi, en }, { maker, what: 'text' }))
  }
  if (silenceShare > silenceShareMax) {
    const [is, most] = [Math.round(silenceShare * 100), silenceShareMax * 100]
    const vi = `Bản ghi có quá nhiều khoảng lặng: ${is} %, không được quá ${most} %.`
    const en = `Too much of the recording is silence: ${is} %, at most ${most} % is allowed.`
    found.push(finding('pauses', silenceShare, { vi, en }, { maker, what: 'text' }))
  }
  return found
}

function toneFindings({ measured, expected, likeness, lowShare, extent, maker }: Judged): Finding[] {
  const { voiceBandDecibels: band, loudnessRange, milliseconds } = measured
  const remedy = { maker, what: 'text' } as const
  const found: Finding[] = []
  const least = Math.min(voiceBandMin[extent], expected.voiceBandDecibels - voiceBandLossMax)
  const isPoor = band < voiceBandMin[extent] || band < expected.voiceBandDecibels - voiceBandLossMax
  if (isPoor && lowShare > lowShareMax) {
    const share = Math.round(lowShare * 100)
    const vi = `Bản ghi có tiếng ù: ${share} % năng lượng nằm dưới 250 Hz.`
    const en = `The recording hums: ${share} % of its energy is below 250 Hz.`
    found.push(finding('hum', lowShare, { vi, en }, remedy))
  } else if (isPoor) {
    const vi = `Tiếng nói trong bản ghi không rõ: dải giọng nói thấp hơn toàn bộ ${number(-band).vi} dB, không được quá ${number(-least).vi}.`
    const en = `The voice is not clear: its band is ${number(-band).en} dB below the whole, at most ${number(-least).en} is allowed.`
    found.push(finding('band', -band, { vi, en }, remedy))
  }
  if (extent === 'whole' && loudnessRange <= loudnessRangeMin && milliseconds >= loudnessRangeFromMs) {
    const is = number(loudnessRange)
    const vi = `Bản ghi đều đều như tiếng máy, không phải lời nói: độ chênh to nhỏ ${is.vi} LU, phải hơn ${number(loudnessRangeMin).vi}.`
    const en = `The recording is as even as a machine, not speech: its loudness range is ${is.en} LU, more than ${number(loudnessRangeMin).en} is needed.`
    found.push(finding('flat', -loudnessRange, { vi, en }, remedy))
  }
  const { floor } = likeness
  if (floor.heard > noiseMax && floor.heard > floor.expected + noiseRiseMax) {
    const vi = `Bản ghi có tiếng ồn: quãng nghỉ chỉ nhỏ hơn lời nói ${number(-floor.heard).vi} dB, phải từ ${-noiseMax}.`
    const en = `The recording is noisy: its pauses are only ${number(-floor.heard).en} dB softer than the voice, at least ${-noiseMax} is needed.`
    found.push(finding('noise', floor.heard, { vi, en }, remedy))
  }
  return found
}

/** A loss so near to the first or the last word is of the beginning or the end. */
const edgeMs = 100

/** Speech that is not there, by where it is missing, and sound that should not be there. */
function lossFindings({ likeness: { missing, added, speech }, maker }: Judged): Finding[] {
  const remedy = { maker, what: 'again' } as const
  const found = missing.map((lost) => {
    const long = seconds(lost.to - lost.from)
    const weight = lost.to - lost.from
    if (lost.from <= speech.from + edgeMs) {
      const vi = `Bản ghi bị cắt ở đầu: mất ${long.vi} lời nói.`
      const en = `The recording is cut off at its beginning: ${long.en} of speech are missing.`
      return finding('cut', weight, { vi, en }, remedy)
    }
    if (lost.to >= speech.to - edgeMs) {
      const vi = `Bản ghi bị cắt ở cuối: mất ${long.vi} lời nói.`
      const en = `The recording is cut off at its end: ${long.en} of speech are missing.`
      return finding('cut', weight, { vi, en }, remedy)
    }
    const vi = `Bản ghi có đoạn lặng ${long.vi} ở giữa (${place(lost).vi}), chỗ đó phải có lời.`
    const en = `The recording has a gap of ${long.en} (${place(lost).en}) where there should be speech.`
    return finding('gap', weight, { vi, en }, remedy)
  })
  const [most] = added.toSorted((one, other) => other.to - other.from - (one.to - one.from))
  if (most === undefined) return found
  const vi = `Bản ghi có tiếng lạ ${place(most).vi}, chỗ đó phải lặng.`
  const en = `The recording has a sound ${place(most).en} where it should be still.`
  return [...found, finding('noise', most.to - most.from, { vi, en }, remedy)]
}

/** Other words, or words at another time. */
function wordFindings({ likeness: { similarity, otherwise }, maker }: Judged): Finding[] {
  if (otherwise === undefined) return []
  const where = place(otherwise)
  const [is, least] = [`${Math.round(similarity * 100)} %`, `${similarityMin * 100} %`]
  if (maker === 'person') {
    // What a person brought is compared with itself: its words are its own, but noise and music do not survive.
    const vi = `Tiếng trong bản ghi không giữ được nguyên (${where.vi}): chỉ giống ${is} so với bản đã gửi, phải từ ${least}, thường vì có tiếng ồn hoặc nhạc nền.`
    const en = `The sound cannot be kept as it is (${where.en}): only ${is} like what was sent, at least ${least} is needed, mostly because of noise or music behind the voice.`
    return [finding('other-words', 1 - similarity, { vi, en }, { maker, what: 'text' })]
  }
  const vi = `Bản ghi không đúng lời (${where.vi}): chỉ giống ${is} so với tiếng phải có, phải từ ${least}.`
  const en = `The recording does not say what it should (${where.en}): only ${is} like the sound it should be, at least ${least} is needed.`
  return [finding('other-words', 1 - similarity, { vi, en }, { maker, what: 'again' })]
}
