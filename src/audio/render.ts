/** The job of audio: make the recordings that are wanted and not there. */
import { availableParallelism } from 'node:os'
import { dayOf } from '../base/calendar.ts'
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import { stationsOf, stationUnitsOn } from '../registry/index.ts'
import { submittedVersions } from '../scripts/index.ts'
import { createReading, recipeOf } from './cast.ts'
import { ffmpegVersion } from './ffmpeg.ts'
import { areFilesThere, tidyAudioFolder } from './folder.ts'
import type { Todo } from './keeping.ts'
import { createProgress, type RenderProgress } from './progress.ts'
import { type Desk, type Rendering, renderScript, type ScriptWork } from './rendering.ts'
import { boundStore, Sentences, storeBytesMax } from './sentences/index.ts'
import { createSlots, type Slots } from './slots.ts'
import {
  broughtRecordings,
  dropOtherFailures,
  keepFailure,
  type Recording,
  recordingsOfScripts,
  type RenderFailure,
  renderFailures,
  triesSoFar,
} from './store.ts'
import { firstVoice, openStudio, recipeFor, type Studio, voicesFor, type VoiceKeys } from './studio.ts'
import type { Voice } from './voices/index.ts'
import { type Awaiting, awaitingPerson, recordingIdOf, type Wanted, wantedRecordings } from './wanted.ts'

/** A recording whose own fault it is (its words, its sound) is tried so often; then it waits for another text, lexicon or engine. */
const triesMax = 3

export type RenderOptions = {
  database: Database
  audioFolder: string
  /** Holds the lexicons, chime.yaml and voices.yaml. */
  speechFolder: string
  clock: Clock
  log: Log
  signal?: AbortSignal
  onProgress?: (progress: RenderProgress) => void
  /** Batches of sentences at a time; as many as there are cores unless told otherwise. */
  concurrency?: number
  /** Instead of those that voices.yaml names; they stay open. */
  voices?: readonly Voice[]
  /** Keys of the speech services that voices.yaml names. */
  voiceKeys?: VoiceKeys
  /** Bytes that finished sentences may take; 4 GiB unless told otherwise. */
  sentenceBytesMax?: number
}

/**
 * What a run did: recordings made, not to be had, and there already; versions that wait for a person to read them,
 * because no voice can, which is no failure; sentences used, and encoded for it.
 */
export type RenderResult = {
  rendered: number
  failed: number
  there: number
  awaiting: Awaiting[]
  sentences: { used: number; encoded: number }
}

/**
 * Renders what is wanted and not there, and says how many recordings were made, are not to be had, and were
 * there already. Safe to repeat and to run in several processes at once: the same words give the same bytes,
 * kept under their hash. A recording is there when its words are those wanted today, whatever engine made
 * them, and its files are on the disk: a new engine does not make approved recordings new, a new unit name
 * does. What fails keeps its reason. When no recording could succeed (a programme missing, the disk full) the
 * run ends with that refusal; when the signal aborts it ends within a second with the signal's reason. What is
 * done stays, finished sentences too.
 */
export async function renderWanted(options: RenderOptions): Promise<RenderResult> {
  const { database, log, speechFolder, voices, voiceKeys } = options
  await tidyAudioFolder(options.audioFolder)
  const studio = await openStudio(speechFolder, { voices, voiceKeys })
  try {
    const all = await wantedNow(options, studio)
    const wanted = all.filter(({ byPerson }) => !byPerson)
    const failuresBefore = await renderFailures(database)
    const recorded = await recordingsOfScripts(
      database,
      wanted.map(({ script }) => script),
    )
    const missing = await withoutThoseThere(wanted, recorded, options)
    const there = wanted.length - missing.length
    const { made, sentences } = await makeMissing(missing, recorded, studio, options)
    const awaiting = awaitingPerson(all)
    const result = { rendered: made, failed: missing.length - made, there, awaiting, sentences }
    // A hub looks every few seconds: the same failures once more are no news.
    const isNews = made > 0 || !areSame(failuresBefore, await renderFailures(database))
    if (isNews) log.info({ ...result, awaiting: awaiting.length }, 'rendering ended')
    return result
  } finally {
    if (voices === undefined) await studio.close()
  }
}

/** The same recordings for the same reasons, whenever they were tried last. */
function areSame(before: readonly RenderFailure[], after: readonly RenderFailure[]): boolean {
  const namesOf = (failures: readonly RenderFailure[]): string[] =>
    failures.map(({ recording, why }) => JSON.stringify([recording, why.vi])).sort()
  return JSON.stringify(namesOf(before)) === JSON.stringify(namesOf(after))
}

async function wantedNow({ database, clock }: RenderOptions, studio: Studio): Promise<Wanted[]> {
  const readable = [...studio.lexicons].filter(([language]) => voicesFor(studio, language).length > 0)
  return wantedRecordings({
    versions: await submittedVersions(database),
    stations: await stationsOf(database),
    units: await stationUnitsOn(database, dayOf(clock.now())),
    lexicons: new Map(readable),
    brought: await broughtRecordings(database),
  })
}

const keyOf = (each: Wanted | Recording): string =>
  JSON.stringify([each.script, each.version, each.language, each.station, each.spoken])

/** What people brought is no voice's recording: both may be there. */
async function withoutThoseThere(
  wanted: readonly Wanted[],
  recorded: readonly Recording[],
  { audioFolder }: RenderOptions,
): Promise<Wanted[]> {
  const there = new Set<string>()
  for (const recording of recorded) {
    if (recording.upload !== null) continue
    if (await areFilesThere(audioFolder, recording.renditions)) there.add(keyOf(recording))
  }
  return wanted.filter((each) => !there.has(keyOf(each)))
}

/** Makes what can be made; every failure is kept, and those of other texts are forgotten. */
async function makeMissing(
  missing: readonly Wanted[],
  recorded: readonly Recording[],
  studio: Studio,
  options: RenderOptions,
): Promise<{ made: number; sentences: RenderResult['sentences'] }> {
  const { database, clock } = options
  const readable = missing.some(({ refused }) => refused === undefined)
  const ffmpeg = readable ? await ffmpegVersion() : ''
  const named: Todo[] = []
  for (const wanted of missing) {
    const voice = wanted.refused === undefined ? await firstVoice(studio, wanted.language) : undefined
    const chime = wanted.chime ? studio.chime : undefined
    const own = voice && (await recipeFor(studio, voice))
    const recipe = voice && own !== undefined ? recipeOf({ voice, recipe: own, chime, ffmpeg }) : ''
    named.push({ ...wanted, id: recordingIdOf(wanted, recipe) })
  }
  // No voice at all: that is not about any recording.
  const [why] = studio.down.values()
  if (why !== undefined && studio.recipes.size === 0) throw why
  await dropOtherFailures(database, new Set(named.map(({ id }) => id)))
  const tries = await triesSoFar(database)
  for (const each of named) {
    const now = clock.now()
    if (each.refused !== undefined)
      await keepFailure(database, [each], { why: each.refused, counts: false, now })
  }
  const todo = named.filter((each) => each.refused === undefined && (tries.get(each.id) ?? 0) < triesMax)
  if (todo.length === 0) return { made: 0, sentences: { used: 0, encoded: 0 } }
  return work(scriptsOf(todo, recorded), { studio, ffmpeg }, options)
}

/** The work by script version and language; stations in the same unit share one sound. */
function scriptsOf(todo: readonly Todo[], recorded: readonly Recording[]): ScriptWork[] {
  const before = Map.groupBy(recorded, ({ script, version, language }) =>
    JSON.stringify([script, version, language]),
  )
  const scripts = Map.groupBy(todo, ({ script, version, language }) =>
    JSON.stringify([script, version, language]),
  )
  return [...scripts].map(([key, wanted]) => {
    const renderings = Map.groupBy(wanted, ({ spoken, chime }) => JSON.stringify([spoken, chime]))
    const known = before.get(key) ?? []
    return {
      language: wanted[0]?.language ?? '',
      renderings: [...renderings.values()].map((recordings): Rendering => {
        const [first] = recordings
        return { spoken: first?.spoken ?? '', chime: first?.chime ?? false, recordings }
      }),
      gainBefore: ({ recordings }, { name }) => {
        const read = known.filter(({ voice, upload }) => voice === name && upload === null)
        const same = new Set(recordings.map(keyOf))
        const one = read.find((each) => same.has(keyOf(each))) ?? read[0]
        return one?.quality.gainDecibels
      },
    }
  })
}

/** Works the list off, some scripts at a time; returns how many recordings were made. */
async function work(
  scripts: readonly ScriptWork[],
  { studio, ffmpeg }: Pick<Desk, 'studio' | 'ffmpeg'>,
  options: RenderOptions,
): Promise<{ made: number; sentences: RenderResult['sentences'] }> {
  const { audioFolder, concurrency = availableParallelism() } = options
  const standstill = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, standstill.signal]) : standstill.signal
  const progress = createProgress(
    scripts.flatMap((script) => script.renderings),
    options.onProgress,
  )
  const sentences = new Sentences({ audioFolder, ffmpeg, signal, workers: concurrency })
  const slots = new Map<Voice, Slots>()
  const slotsOf = (voice: Voice): Slots => {
    const own = slots.get(voice) ?? createSlots(voice.concurrency)
    slots.set(voice, own)
    return own
  }
  const desk: Desk = {
    ...options,
    ...{ studio, ffmpeg, sentences, signal },
    ...{ toldOfSentence: progress.sentence, toldOfRendering: progress.rendering },
    read: createReading(studio.down, slotsOf),
  }
  const waiting = [...scripts]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift())
      await renderScript(next, desk)
  }
  const workers = Array.from({ length: Math.min(concurrency, scripts.length) }, async () => {
    try {
      await worker()
    } catch (error) {
      standstill.abort(error)
      throw error
    }
  })
  // All workers have stopped before the run ends: no process and no file is left behind it.
  const ends = await Promise.allSettled(workers)
  const counts = sentences.counts()
  if (counts.encoded > 0) {
    const bytesMax = options.sentenceBytesMax ?? storeBytesMax
    await boundStore(audioFolder, { bytesMax, needed: sentences.needed() })
  }
  options.signal?.throwIfAborted()
  const broken = ends.find((end) => end.status === 'rejected')
  if (broken !== undefined) throw standstill.signal.reason
  return { made: progress.made(), sentences: counts }
}
