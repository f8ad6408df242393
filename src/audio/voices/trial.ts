/** Trying a voice: hear it, and measure the gain it needs, before it is enabled. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { join, secondsOf, silence, type Sound } from '../pcm.ts'
import { sentencesOf } from '../spoken/index.ts'
import { masterAlone } from './mastered.ts'
import type { Voice } from './voice.ts'
import { writeWav } from './wav.ts'

export type Trial = {
  /** As the voice reads it, before mastering. */
  wav: Uint8Array
  seconds: number
  /** LUFS after mastering with the voice's gain: the mean of MP3 and Opus. */
  loudness: number
  /** Decibels that bring it to -16 LUFS; undefined for less than 20 s of words, which say too little. */
  gainAdvised: number | undefined
}

const pauseMs = 600
const sentenceDeadlineMs = 60_000
const charactersMax = 8000
const loudnessWanted = -16
const secondsToAdvise = 20
/** The chain takes back part of what is added, so a step is larger than what is missing. */
const stepFactor = 1.4
const roundsMax = 5

/** Reads spoken words aloud with the voice and masters them. Refuses words without a sentence, and what the voice refuses. */
export async function tryVoice(voice: Voice, spoken: string, signal?: AbortSignal): Promise<Trial> {
  const sentences = sentencesOf(spoken).flat()
  if (sentences.length === 0 || spoken.length > charactersMax) {
    throw new AppError('invalid', {
      vi: `Cần lời để đọc thử: ít nhất một câu, nhiều nhất ${charactersMax} ký tự, ở đầu vào chuẩn.`,
      en: `Words to try are needed: at least one sentence, at most ${charactersMax} characters, on standard input.`,
    })
  }
  const pieces: Int16Array[] = []
  let sampleRate = 0
  for (const sentence of sentences) {
    const sound = await voice.synthesise(sentence, { signal, deadlineMs: sentenceDeadlineMs })
    sampleRate = sound.sampleRate
    pieces.push(sound.samples, silence(pauseMs, sampleRate))
  }
  const sound = { samples: join(pieces), sampleRate }
  return { wav: writeWav(sound), seconds: secondsOf(sound), ...(await measured(voice, sound, signal)) }
}

async function measured(
  { gainDecibels }: Voice,
  sound: Sound,
  signal: AbortSignal | undefined,
): Promise<Pick<Trial, 'loudness' | 'gainAdvised'>> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'loa-voice-'))
  const loudnessWith = async (gain: number): Promise<number> => {
    const { mp3, opus } = (await masterAlone(sound, { gainDecibels: gain, folder, signal })).measured
    return (mp3.loudness + opus.loudness) / 2
  }
  try {
    const loudness = await loudnessWith(gainDecibels)
    if (secondsOf(sound) < secondsToAdvise) return { loudness, gainAdvised: undefined }
    let [gain, found] = [gainDecibels, loudness]
    for (let rounds = 0; rounds < roundsMax && Math.abs(loudnessWanted - found) > 0.15; rounds += 1) {
      gain = halfSteps(gain + stepFactor * (loudnessWanted - found))
      found = await loudnessWith(gain)
    }
    return { loudness, gainAdvised: gain }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Finer than half a decibel is nothing anybody hears. */
function halfSteps(gain: number): number {
  return Math.min(30, Math.max(-10, Math.round(gain * 2) / 2))
}
