/** Reading, mastering, checking and keeping the recordings of one batch. */
import assert from 'node:assert/strict'
import { AppError, isDiskFull, reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import { chunkDigests } from '../wire/chunks.ts'
import type { Rendering } from './batches.ts'
import { chimeSound } from './chime.ts'
import { keepAudio, withWorkFolder } from './folder.ts'
import { ceilings, master, type Mastered } from './mastering.ts'
import { type Fault, faultOf, loudnessWanted } from './measure.ts'
import { secondsOf, type Sound } from './pcm.ts'
import { asRefusal, diskFull, StandstillError } from './refusals.ts'
import { type Opening, readAloud } from './speech.ts'
import { keepFailure, keepRecording, type Rendition } from './store.ts'
import { recipeOf, type Studio } from './studio.ts'
import { type Voice, voiceFor } from './voices/index.ts'

type Place = { database: Database; audioFolder: string; clock: Clock; log: Log }

/** Told of each rendering as it succeeds or fails. */
type Told = (rendering: Rendering, succeeded: boolean) => void

/** Reads, masters, checks and keeps the renderings of one batch. Throws only at a standstill or when aborted. */
export async function renderBatch(
  batch: readonly Rendering[],
  studio: Studio,
  options: Place,
  signal: AbortSignal,
  told: Told,
): Promise<void> {
  const fail = async (rendering: Rendering, thrown: unknown): Promise<void> => {
    signal.throwIfAborted()
    const error = isDiskFull(thrown) ? diskFull(options.audioFolder, thrown) : thrown
    const counts = !(error instanceof StandstillError)
    const { sentence } = asRefusal(error)
    const first = rendering.recordings[0]
    options.log.warn(
      { script: first?.script, station: first?.station, why: reasonOf(error) },
      'a recording could not be made',
    )
    await keepFailure(options.database, rendering.recordings, {
      why: sentence,
      counts,
      now: options.clock.now(),
    })
    if (!counts) throw error
    told(rendering, false)
  }
  await withWorkFolder(options.audioFolder, async (folder) => {
    const read: { rendering: Rendering; voice: Voice; sound: Sound }[] = []
    for (const rendering of batch) {
      try {
        read.push({ rendering, ...(await readRendering(rendering, studio, signal)) })
      } catch (error) {
        await fail(rendering, error)
      }
    }
    const together = read.length > 1 ? await masterTogether(read, folder, signal) : undefined
    for (const [index, { rendering, voice, sound }] of read.entries()) {
      try {
        const mastered = await fit(together?.[index], { sound, voice }, folder, signal)
        await keep(rendering, { mastered, sound, voice, studio }, options)
        told(rendering, true)
      } catch (error) {
        await fail(rendering, error)
      }
    }
  }).catch(async (error: unknown) => {
    // The disk may fill while the sounds lie in the work folder, before any rendering is to blame.
    if (error instanceof StandstillError) {
      const recordings = batch.flatMap((rendering) => rendering.recordings)
      await keepFailure(options.database, recordings, {
        why: error.sentence,
        counts: false,
        now: options.clock.now(),
      })
    }
    throw error
  })
}

async function readRendering(
  rendering: Rendering,
  { voices, chime }: Studio,
  signal: AbortSignal,
): Promise<{ voice: Voice; sound: Sound }> {
  const voice = voiceFor(rendering.language, voices)
  if (voice === undefined) throw new Error(`no voice for ${rendering.language}`)
  const opening = (sampleRate: number): Opening => ({
    samples: chimeSound(chime, sampleRate, voice.gainDecibels).samples,
    pauseMs: chime.pause_after * 1000,
  })
  const sound = await readAloud(rendering.spoken, voice, {
    signal,
    opening: rendering.chime ? opening : undefined,
  })
  return { voice, sound }
}

/** All sounds of one voice in one run; when that fails each is tried alone, so that one cannot spoil the others. */
async function masterTogether(
  read: readonly { voice: Voice; sound: Sound }[],
  folder: string,
  signal: AbortSignal,
): Promise<Mastered[] | undefined> {
  const gains = new Set(read.map(({ voice }) => voice.gainDecibels))
  const [gainDecibels] = gains
  if (gains.size !== 1 || gainDecibels === undefined) return undefined
  try {
    return await master(
      read.map(({ sound }) => sound),
      { gainDecibels, folder, signal },
    )
  } catch (error) {
    if (error instanceof StandstillError || signal.aborted) throw error
    return undefined
  }
}

/** A fixed gain puts nearly every sound within a decibel; further off than this, something else is wrong with it. */
const offMax = 3
/** The limiter takes back part of what is added, so a correction is larger than what is missing. */
const correctionFactor = 1.5
const correctionsMax = 2

/**
 * The mastered sound if it is fit. Otherwise it is mastered again: at most once under the lower ceiling (its
 * peaks were too high) and twice with its gain corrected (too soft or loud by at most 3 dB, as very short
 * texts are). What is still unfit is refused in words.
 */
async function fit(
  done: Mastered | undefined,
  { sound, voice }: { sound: Sound; voice: Voice },
  folder: string,
  signal: AbortSignal,
): Promise<Mastered> {
  const expectedMs = secondsOf(sound) * 1000
  let { gainDecibels } = voice
  let ceiling: number = ceilings[0]
  let corrections = 0
  let mastered = done
  for (;;) {
    mastered ??= (await master([sound], { gainDecibels, ceiling, folder, signal }))[0]
    assert(mastered !== undefined, 'mastering one sound gives one recording')
    const { mp3, opus } = mastered.measured
    const fault = faultOf(mp3, expectedMs) ?? faultOf(opus, expectedMs)
    if (fault === undefined) return mastered
    const off = loudnessWanted - (mp3.loudness + opus.loudness) / 2
    if (fault.kind === 'peak' && ceiling === ceilings[0]) ceiling = ceilings[1]
    else if (isLevel(fault) && corrections < correctionsMax && Math.abs(off) <= offMax) {
      gainDecibels += off * correctionFactor
      corrections += 1
    } else throw new AppError('invalid', { vi: fault.vi, en: fault.en })
    mastered = undefined
  }
}

function isLevel({ kind }: Fault): boolean {
  return kind === 'soft' || kind === 'loud'
}

/** Files first, rows after: a row always has its files, and a file without a row is found again by its hash. */
async function keep(
  { recordings, spoken, chime }: Rendering,
  { mastered, sound, voice, studio }: { mastered: Mastered; sound: Sound; voice: Voice; studio: Studio },
  { database, audioFolder, clock }: Place,
): Promise<void> {
  const files = [
    { codec: 'mp3', bytes: mastered.mp3 },
    { codec: 'opus', bytes: mastered.opus },
  ] as const
  const kept: Omit<Rendition, 'recording'>[] = []
  for (const { codec, bytes } of files) {
    const hash = await keepAudio(audioFolder, bytes, codec)
    kept.push({ codec, sha256: hash, bytes: bytes.length, chunks: chunkDigests(bytes) })
  }
  const { mp3, opus } = mastered.measured
  for (const { id, script, version, language, station } of recordings) {
    const recording = {
      ...{ id, script, version, language, station, spoken },
      voice: voice.name,
      sentences: [],
      quality: {},
      remark: null,
      upload: null,
      recipe: recipeOf(studio, language, chime) ?? '',
      milliseconds: Math.round(secondsOf(sound) * 1000),
      loudness: mp3.loudness,
      truePeak: Math.max(mp3.truePeak, opus.truePeak),
    }
    await keepRecording(
      database,
      recording,
      kept.map((rendition) => ({ recording: id, ...rendition })),
      clock.now(),
    )
  }
}
