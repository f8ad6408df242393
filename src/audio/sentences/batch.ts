/** A batch of pieces from sound to store: encoded together, checked together, kept one by one. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import { withWorkFolder } from '../folder.ts'
import { ceilings, master } from '../mastering.ts'
import type { Sound } from '../pcm.ts'
import { StandstillError } from '../refusals.ts'
import type { Codec } from '../store.ts'
import { type Checked, checkPieces } from './check.ts'
import { type Entry, writeEntry } from './entry.ts'
import { framed } from './framing.ts'
import type { Source } from './key.ts'

/** A piece to make: `sound` gets what is heard in it, without silence at its ends. */
export type Task = { key: string; source: Source; sound: (signal: AbortSignal) => Promise<Sound> }

type Ready = { task: Task; sound: Sound; slots: number }
type Encoded = Ready & { files: Record<Codec, Uint8Array>; checked: Checked; ceiling: number }
type Place = { audioFolder: string; signal: AbortSignal }

/**
 * Makes the pieces, in order. What cannot be made is an error in its place: a sentence the voice refuses, a sound
 * that is not fit. Throws only at a standstill (a full disk, no ffmpeg) and when the signal aborts.
 */
export async function makeBatch(tasks: readonly Task[], place: Place): Promise<(Entry | Error)[]> {
  const results = new Map<Task, Entry | Error>()
  const ready: Ready[] = []
  const read = await Promise.allSettled(tasks.map((task) => task.sound(place.signal)))
  for (const [index, task] of tasks.entries()) {
    const end = read[index]
    if (end?.status === 'fulfilled') ready.push({ task, ...framed(task.source.kind, end.value) })
    else results.set(task, ownFault(end?.reason, place.signal))
  }
  await withWorkFolder(place.audioFolder, async (folder) => {
    for (const [task, encoded] of await encodeFitting(ready, folder, place.signal)) {
      results.set(task, encoded instanceof Error ? encoded : await keep(encoded, place.audioFolder))
    }
  })
  return tasks.map((task) => results.get(task) ?? new Error(`nothing was made of ${task.key}`))
}

/** Under the usual ceiling, and those whose peaks a codec raised too far under the lower one. */
async function encodeFitting(
  ready: readonly Ready[],
  folder: string,
  signal: AbortSignal,
): Promise<Map<Task, Encoded | Error>> {
  const results = new Map<Task, Encoded | Error>()
  let left = ready
  for (const ceiling of ceilings) {
    if (left.length === 0) break
    const within = join(folder, String(ceiling))
    await mkdir(within)
    const encoded = await encodeAll(left, { folder: within, ceiling, signal })
    for (const [index, each] of encoded.entries()) {
      const task = left[index]?.task
      if (task !== undefined) results.set(task, each)
    }
    left = encoded.flatMap((each) =>
      !(each instanceof Error) && each.checked.faults.some(({ kind }) => kind === 'peak') ? [each] : [],
    )
  }
  return results
}

/** All in one run; when that fails each alone, so that one cannot spoil the others. */
async function encodeAll(
  ready: readonly Ready[],
  how: { folder: string; ceiling: number; signal: AbortSignal },
): Promise<(Encoded | Error)[]> {
  try {
    return await encode(ready, how)
  } catch (error) {
    const fault = ownFault(error, how.signal)
    if (ready.length === 1) return [fault]
  }
  const results: (Encoded | Error)[] = []
  for (const each of ready) results.push(...(await encodeAll([each], how)))
  return results
}

async function encode(
  ready: readonly Ready[],
  { folder, ceiling, signal }: { folder: string; ceiling: number; signal: AbortSignal },
): Promise<Encoded[]> {
  const sounds = ready.map(({ task: { source }, sound, slots }) => ({
    ...{ sound, slots, ceiling },
    gainDecibels: source.kind === 'sentence' ? source.gainDecibels : undefined,
  }))
  const paths = await master(sounds, { folder, signal })
  const encoded = ready.map((each, index) => {
    const path = paths[index]
    if (path === undefined) throw new Error('a piece was not encoded')
    return { ...each, paths: path }
  })
  const checked = await checkPieces(
    encoded.map(({ task: { source }, sound, slots, paths }) => ({ source, sound, slots, paths })),
    { folder, signal },
  )
  return Promise.all(
    encoded.map(async ({ paths, ...each }, index) => {
      const found = checked[index]
      if (found === undefined) throw new Error('a piece was not checked')
      const files = { mp3: await readFile(paths.mp3), opus: await readFile(paths.opus) }
      return { ...each, files, checked: found, ceiling }
    }),
  )
}

async function keep(
  { task: { key, source }, slots, files, checked, ceiling }: Encoded,
  audioFolder: string,
): Promise<Entry | Error> {
  const { faults, measured, similarity } = checked
  const [fault] = faults
  if (fault !== undefined) return new AppError('invalid', inSentence(source, fault))
  const spoken = source.kind === 'sentence'
  const fileNote = (codec: Codec) => ({ sha256: sha256(files[codec]), ...measured[codec] })
  return writeEntry(audioFolder, key, files, {
    kind: source.kind,
    text: spoken ? source.text : '',
    voice: spoken ? source.voice : '',
    recipe: spoken ? source.recipe : '',
    gain: spoken ? source.gainDecibels : 0,
    ...{ ceiling, slots, similarity },
    mp3: fileNote('mp3'),
    opus: fileNote('opus'),
  })
}

/** The fault with the words it was found in. */
function inSentence(source: Source, fault: { vi: string; en: string }): { vi: string; en: string } {
  if (source.kind !== 'sentence') return { vi: fault.vi, en: fault.en }
  const excerpt = source.text.length > 60 ? `${source.text.slice(0, 60)}…` : source.text
  return { vi: `Câu “${excerpt}”: ${fault.vi}`, en: `The sentence “${excerpt}”: ${fault.en}` }
}

/** The error as the piece's own; thrown on when it is everybody's. */
function ownFault(error: unknown, signal: AbortSignal): Error {
  signal.throwIfAborted()
  if (error instanceof StandstillError) throw error
  return error instanceof Error ? error : new Error(String(error))
}
