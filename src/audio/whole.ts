/** Whole recordings decoded and held against what they should be. */
import { writeFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { sampleRate } from './encoders.ts'
import { withWorkFolder } from './folder.ts'
import { decodeFile, type GateResult, gateRendered } from './gate/index.ts'
import type { Plan } from './joining.ts'
import { join, type Sound } from './pcm.ts'
import type { Made, Sentences } from './sentences/index.ts'
import { repeated, slotMilliseconds, stitch } from './stitch/index.ts'
import type { Codec } from './store.ts'

/** A recording's files, and the plan they were joined by. */
export type Whole = { plan: Plan; files: Record<Codec, Uint8Array> }

const slotSamples = (slotMilliseconds * sampleRate) / 1000

/**
 * Decodes and judges the recordings, in order. What each should be is put together from its pieces, decoded one by
 * one: those were held against the voice itself when they were made.
 */
export async function checkWhole(
  wholes: readonly Whole[],
  { sentences, audioFolder, signal }: { sentences: Sentences; audioFolder: string; signal: AbortSignal },
): Promise<GateResult[]> {
  return withWorkFolder(audioFolder, async (folder) => {
    const seconds = wholes.reduce((sum, { plan }) => sum + plan.milliseconds / 1000, 0)
    const limits = { deadlineMs: 30_000 + 1000 * seconds, signal, folder }
    const sounds = await soundsOf(wholes, sentences, limits)
    const items = wholes.map(async ({ plan, files }, index) => {
      const paths = { mp3: joinPath(folder, `${index}.mp3`), opus: joinPath(folder, `${index}.opus`) }
      await writeFile(paths.mp3, files.mp3)
      await writeFile(paths.opus, files.opus)
      const { milliseconds, letters, openingMs } = plan
      return {
        paths,
        expected: expectedOf(plan, sounds),
        milliseconds,
        letters,
        openingMs,
        extent: 'whole' as const,
      }
    })
    return gateRendered(await Promise.all(items), limits)
  })
}

/** The sounds of all pieces that occur, decoded from one reel with stillness between them. */
async function soundsOf(
  wholes: readonly Whole[],
  sentences: Sentences,
  limits: { deadlineMs: number; signal: AbortSignal; folder: string },
): Promise<ReadonlyMap<string, Int16Array>> {
  const stretches = wholes.flatMap(({ plan }) => plan.stretches)
  const spoken = new Map<string, Made>()
  for (const { part, made } of stretches) if (part.kind !== 'silence') spoken.set(made.key, made)
  const silent = stretches.find(({ part }) => part.kind === 'silence')
  if (silent === undefined) throw new Error('a recording has no pause')
  const { mp3: slot } = await sentences.piecesOf(silent.made.key)
  const reel = []
  for (const key of spoken.keys()) reel.push((await sentences.piecesOf(key)).mp3, repeated(slot, 2))
  const path = joinPath(limits.folder, 'reel.mp3')
  await writeFile(path, stitch('mp3', reel))
  const { samples } = await decodeFile(path, sampleRate, limits)
  const sounds = new Map<string, Int16Array>()
  let at = 0
  for (const [key, { note }] of spoken) {
    sounds.set(key, samples.subarray(at * slotSamples, (at + note.slots) * slotSamples))
    at += note.slots + 2
  }
  return sounds
}

function expectedOf({ stretches }: Plan, sounds: ReadonlyMap<string, Int16Array>): Sound {
  const pieces = stretches.map(
    ({ made, slots }) => sounds.get(made.key) ?? new Int16Array(slots * slotSamples),
  )
  return { samples: join(pieces), sampleRate }
}
