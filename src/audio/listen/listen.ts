/** One clip held against one recording, as a fact. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayForPeople, dayOf, timeOfDay } from '../../base/calendar.ts'
import { AppError, type Sentence } from '../../base/errors.ts'
import { sha256OfFile } from '../../base/hash.ts'
import type { Clock } from '../../base/time.ts'
import type { Database } from '../../db/index.ts'
import { recordingById } from '../store.ts'
import { decodeClip, expectClip } from './clip-file.ts'
import { listenFor } from './finding.ts'
import { referenceFor } from './reference.ts'
import { type ClipFact, clipByHash, keepClip, sentencesOfRecordings } from './store.ts'
import { loadThresholds } from './thresholds.ts'
import { wordsOf } from './words.ts'

/** The airing that a clip is said to be of: what was played before the recording, and the notes after it. */
export type ListenedAiring = { id: string; greeting: string | null; notes: string | null }

export type ListenOptions = {
  database: Database
  audioFolder: string
  /** Holds listening.yaml. */
  speechFolder: string
  clock: Clock
  /** The file somebody recorded. */
  clip: string
  /** The recording that should be heard in it. */
  recording: string
  airing?: ListenedAiring
  /**
   * Recordings that people may have heard at that station lately (see `listeningDays`), this one among them or
   * not: what they say too proves nothing.
   */
  lately: readonly string[]
  by: string | null
  signal?: AbortSignal
}

/** What came of it. `sentence` is for whoever made the clip. */
export type Heard = ClipFact & { sentence: Sentence }

/** How many days back other recordings count as heard lately. Refuses (`invalid`) a listening.yaml that is wrong. */
export async function listeningDays(speechFolder: string): Promise<number> {
  return (await loadThresholds(speechFolder)).days
}

/**
 * Listens for a recording (or an airing: greeting, recording, notes) in a clip, and keeps what was found as a
 * fact. Every verdict is an answer, not an error. Refuses (`invalid`) a file that is no audio, is longer than 5
 * minutes or larger than 50 MB; (`conflict`) a file that was used before, for whatever it was; (`not_found`) an
 * unknown recording or a missing file; (`unavailable`) when the recording's file or ffmpeg is not there. Nothing
 * is kept of what is refused. A clip is known by its bytes: the same sound saved anew is another file.
 */
export async function listen(options: ListenOptions): Promise<Heard> {
  const { database, airing } = options
  const thresholds = await loadThresholds(options.speechFolder)
  const recording = await recordingById(database, options.recording)
  const greeting =
    airing === undefined || airing.greeting === null
      ? undefined
      : await recordingById(database, airing.greeting)
  await expectClip(options.clip)
  const sha256 = await sha256OfFile(options.clip)
  await refuseUsed(database, sha256)
  const folder = await mkdtemp(join(tmpdir(), 'loa-listen-'))
  try {
    const clip = await decodeClip(options.clip, folder, options.signal)
    const others = await sentencesOfRecordings(database, options.lately, recording)
    const { audioFolder } = options
    const reference = await referenceFor({ recording, greeting, others, audioFolder, folder })
    const finding = listenFor({
      clip,
      reference: reference.sound,
      shared: reference.shared,
      thresholds,
      notes: airing?.notes ?? null,
    })
    const fact: ClipFact = {
      ...{ sha256, recording: recording.id, airing: airing?.id ?? null },
      ...{ verdict: finding.verdict, finding, person: options.by, at: options.clock.now() },
    }
    if ((await keepClip(database, fact)) === 'known') await refuseUsed(database, sha256)
    const notesWanted = (airing?.notes ?? null) !== null
    return { ...fact, sentence: wordsOf(finding, { greetingMs: reference.greetingMs, notesWanted }) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A clip counts once: otherwise one good recording would prove a whole year. */
async function refuseUsed(database: Database, sha256: string): Promise<void> {
  const used = await clipByHash(database, sha256)
  if (used === undefined) return
  const when = `${timeOfDay(used.at).slice(0, 5)} ${dayForPeople(dayOf(used.at))}`
  const what =
    used.airing === null
      ? { vi: `bản ghi ${used.recording}`, en: `the recording ${used.recording}` }
      : { vi: `lượt phát ${used.airing}`, en: `the airing ${used.airing}` }
  throw new AppError('conflict', {
    vi: `Đoạn ghi này đã được dùng lúc ${when} cho ${what.vi}; mỗi đoạn ghi chỉ được tính một lần. Hãy ghi một đoạn mới.`,
    en: `This clip was used at ${when} for ${what.en}; a clip counts once. Record a new one.`,
  })
}
