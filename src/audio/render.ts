/** The job of audio: make the recordings that are wanted and not there. */
import { availableParallelism } from 'node:os'
import { dayOf } from '../base/calendar.ts'
import type { Log } from '../base/log.ts'
import { type Clock, monotonicMilliseconds } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import { stationsOf, stationUnitsOn } from '../registry/index.ts'
import { submittedVersions } from '../scripts/index.ts'
import { batchesOf } from './batches.ts'
import { areFilesThere, tidyAudioFolder } from './folder.ts'
import { renderBatch } from './rendering.ts'
import { dropOtherFailures, keepFailure, type Recording, recordingsOfScripts, triesSoFar } from './store.ts'
import { openStudio, recipeOf, type Studio } from './studio.ts'
import type { Voice } from './voices/index.ts'
import { type Wanted, wantedRecordings } from './wanted.ts'

/** A recording whose own fault it is (its words, its sound) is tried so often; then it waits for another text, lexicon or engine. */
const triesMax = 3

/** How far a run is. `secondsLeft` is undefined until something is done. */
export type RenderProgress = { done: number; total: number; failed: number; secondsLeft: number | undefined }

export type RenderOptions = {
  database: Database
  audioFolder: string
  /** Holds lexicon.yaml and chime.yaml. */
  speechFolder: string
  clock: Clock
  log: Log
  signal?: AbortSignal
  onProgress?: (progress: RenderProgress) => void
  /** Renderings at a time; as many as there are cores unless told otherwise. */
  concurrency?: number
  voices?: readonly Voice[]
}

/**
 * Renders what is wanted and not there, and says how many recordings were made, are not to be had, and were
 * there already. Safe to repeat and to run in several processes at once: the same words give the same bytes,
 * kept under their hash. A recording is there when its words are those wanted today, whatever engine made
 * them, and its files are on the disk: a new engine does not make approved recordings new, a new unit name
 * does. What fails keeps its reason. When no recording could succeed (a programme missing, the disk full) the
 * run ends with that refusal; when the signal aborts it ends with the signal's reason. What is done stays.
 */
export async function renderWanted(
  options: RenderOptions,
): Promise<{ rendered: number; failed: number; there: number }> {
  const { database, log, clock } = options
  await tidyAudioFolder(options.audioFolder)
  const studio = await openStudio(options.speechFolder, options.voices)
  const wanted = await wantedNow(options, studio)
  await dropOtherFailures(database, new Set(wanted.map(({ id }) => id)))
  const missing = await withoutThoseThere(wanted, options)
  const tries = await triesSoFar(database)
  const refused = missing.filter(({ refused: why }) => why !== undefined)
  for (const each of refused) {
    if (each.refused !== undefined && !tries.has(each.id)) {
      await keepFailure(database, [each], { why: each.refused, counts: true, now: clock.now() })
    }
  }
  const todo = missing.filter((each) => each.refused === undefined && (tries.get(each.id) ?? 0) < triesMax)
  const made = await work(todo, studio, options)
  const result = { rendered: made, failed: missing.length - made, there: wanted.length - missing.length }
  if (missing.length > 0) log.info(result, 'rendering ended')
  return result
}

async function wantedNow({ database, clock }: RenderOptions, studio: Studio): Promise<Wanted[]> {
  return wantedRecordings({
    versions: await submittedVersions(database),
    stations: await stationsOf(database),
    units: await stationUnitsOn(database, dayOf(clock.now())),
    lexicon: studio.lexicon,
    recipeFor: (language, chime) => recipeOf(studio, language, chime),
  })
}

async function withoutThoseThere(
  wanted: readonly Wanted[],
  { database, audioFolder }: RenderOptions,
): Promise<Wanted[]> {
  const key = (each: Wanted | Recording): string =>
    JSON.stringify([each.script, each.version, each.language, each.station, each.spoken])
  const there = new Set<string>()
  for (const recording of await recordingsOfScripts(
    database,
    wanted.map(({ script }) => script),
  )) {
    if (await areFilesThere(audioFolder, recording.renditions)) there.add(key(recording))
  }
  return wanted.filter((each) => !there.has(key(each)))
}

/** Works the list off with some workers; returns how many recordings were made. */
async function work(todo: readonly Wanted[], studio: Studio, options: RenderOptions): Promise<number> {
  const { concurrency = availableParallelism(), onProgress } = options
  const batches = batchesOf(todo, concurrency)
  const standstill = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, standstill.signal]) : standstill.signal
  const began = monotonicMilliseconds()
  const weights = { done: 0, all: batches.flat().reduce((sum, { spoken }) => sum + spoken.length, 0) }
  let [made, failed] = [0, 0]
  const tell = (): void => {
    const elapsed = (monotonicMilliseconds() - began) / 1000
    const secondsLeft =
      weights.done === 0 ? undefined : Math.round((elapsed * (weights.all - weights.done)) / weights.done)
    onProgress?.({ done: made, total: todo.length, failed, secondsLeft })
  }
  const worker = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined && !signal.aborted; batch = batches.shift()) {
      await renderBatch(batch, studio, options, signal, ({ recordings, spoken }, succeeded) => {
        if (succeeded) made += recordings.length
        else failed += recordings.length
        weights.done += spoken.length
        tell()
      })
    }
  }
  tell()
  const workers = Array.from({ length: Math.min(concurrency, batches.length) }, async () => {
    try {
      await worker()
    } catch (error) {
      standstill.abort(error)
      throw error
    }
  })
  // All workers have stopped before the run ends: no process and no file is left behind it.
  const ends = await Promise.allSettled(workers)
  options.signal?.throwIfAborted()
  const broken = ends.find((end) => end.status === 'rejected')
  if (broken !== undefined) throw standstill.signal.reason
  return made
}
