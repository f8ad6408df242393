/** Keeping what was made, and why something was not. */
import { type AppError, isDiskFull, reasonOf, type Sentence } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import { chunkDigests } from '../wire/chunks.ts'
import { keepAudio } from './folder.ts'
import type { Plan } from './joining.ts'
import { asRefusal, diskFull, StandstillError } from './refusals.ts'
import { type Codec, keepFailure, keepRecording, type Quality, type Rendition } from './store.ts'
import { isDown, type Voice, type VoiceErrorCode } from './voices/index.ts'
import { recordingIdOf, type Wanted } from './wanted.ts'

/** `id`: the name it has if the first voice reads it, under which failures are kept. */
export type Todo = Wanted & { id: string }

export type Place = { database: Database; audioFolder: string; clock: Clock; log: Log }

export type Finished = {
  plan: Plan
  files: Record<Codec, Uint8Array>
  voice: Voice
  /** All that the bytes depend on besides the words. */
  recipe: string
  quality: Quality
  loudness: number
  truePeak: number
  remark: Sentence | null
}

/** What may be over at the next run, whatever the text: these tries do not count. */
const passing: readonly VoiceErrorCode[] = ['unavailable', 'bad-voice', 'timeout', 'quota', 'auth']

/** Files first, rows after: a row always has its files, and a file without a row is found again by its hash. */
export async function keepFinished(
  recordings: readonly Todo[],
  { plan, files, voice, recipe, quality, loudness, truePeak, remark }: Finished,
  { database, audioFolder, clock }: Place,
): Promise<void> {
  const kept: Omit<Rendition, 'recording'>[] = []
  for (const codec of ['mp3', 'opus'] as const) {
    const bytes = files[codec]
    const hash = await keepAudio(audioFolder, bytes, codec)
    kept.push({ codec, sha256: hash, bytes: bytes.length, chunks: chunkDigests(bytes) })
  }
  for (const wanted of recordings) {
    const { script, version, language, station, spoken } = wanted
    const id = recordingIdOf(wanted, recipe)
    const recording = {
      ...{ id, script, version, language, station, spoken, recipe, quality, remark },
      voice: voice.name,
      sentences: plan.sentences,
      upload: null,
      milliseconds: plan.milliseconds,
      loudness: Math.round(loudness * 10) / 10,
      truePeak: Math.round(truePeak * 10) / 10,
    }
    await keepRecording(
      database,
      recording,
      kept.map((rendition) => ({ recording: id, ...rendition })),
      clock.now(),
      [wanted.id],
    )
  }
}

/**
 * Notes why recordings could not be made. Returns the standstill when it is one: then nothing else can be made
 * either, and the try does not count; nor does it when the voice was at fault.
 */
export async function keepFault(
  recordings: readonly Todo[],
  thrown: unknown,
  { database, audioFolder, clock, log }: Place,
): Promise<AppError | undefined> {
  const error = isDiskFull(thrown) ? diskFull(audioFolder, thrown) : thrown
  const isStandstill = error instanceof StandstillError
  const counts = !isStandstill && !(isDown(error) && passing.includes(error.reason))
  const [first] = recordings
  log.warn(
    { script: first?.script, station: first?.station, why: reasonOf(error) },
    'a recording could not be made',
  )
  await keepFailure(database, recordings, { why: asRefusal(error).sentence, counts, now: clock.now() })
  return isStandstill ? error : undefined
}
