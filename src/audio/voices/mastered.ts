/** One sound through the whole chain, and what it measures then: how a voice is tried and a machine tested. */
import { master } from '../mastering.ts'
import { measure, type Measurement } from '../measure.ts'
import { secondsOf, type Sound } from '../pcm.ts'
import { slotMilliseconds } from '../stitch/index.ts'
import type { Codec } from '../store.ts'

/** The files, which lie in `folder` and are the caller's to remove, and what each measures once decoded. */
export type MasteredAlone = { paths: Record<Codec, string>; measured: Record<Codec, Measurement> }

/** Masters the sound with this gain and measures both files. Throws when aborted, or when ffmpeg cannot. */
export async function masterAlone(
  sound: Sound,
  {
    gainDecibels,
    folder,
    signal,
  }: { gainDecibels: number; folder: string; signal?: AbortSignal | undefined },
): Promise<MasteredAlone> {
  const slots = Math.ceil((secondsOf(sound) * 1000) / slotMilliseconds) + 1
  const [paths] = await master([{ sound, slots, gainDecibels }], { folder, signal })
  if (paths === undefined) throw new Error('mastering gave no sound')
  const deadlineMs = 30_000 + slots * slotMilliseconds
  const [mp3, opus] = await measure([paths.mp3, paths.opus], { deadlineMs, signal })
  if (mp3 === undefined || opus === undefined) throw new Error('a measurement is missing')
  return { paths, measured: { mp3, opus } }
}
