/** How far a run is, and how long the rest will take. */
import { monotonicMilliseconds } from '../base/time.ts'
import type { Desk, Rendering } from './rendering.ts'
import { sentencesOf } from './spoken/index.ts'

/** How far a run is. `secondsLeft` is undefined until so much is done that it can be told, and 0 at the end. */
export type RenderProgress = { done: number; total: number; failed: number; secondsLeft: number | undefined }

/** A recording that is only joined costs as much time as so many characters that are read and encoded. */
const joiningWeight = 8

/** Nothing is foretold from less: this share of the work and these seconds, or of a long run its first minute. */
const [shareLeast, secondsLeast] = [0.1, 3]
const [longShareLeast, longSecondsLeast] = [0.02, 60]
/** Pieces come in batches, so each one shifts the estimate by its share of so much of the work. */
const smoothingShare = 0.05
/** However smooth, the estimate stays within this factor of what the run so far says. */
const strayMax = 2

/** Counts recordings, and tells how long the rest will take by the characters still to be read and the joins. */
export function createProgress(
  renderings: readonly Rendering[],
  onProgress: ((progress: RenderProgress) => void) | undefined,
  now: () => number = monotonicMilliseconds,
): { made: () => number; sentence: Desk['toldOfSentence']; rendering: Desk['toldOfRendering'] } {
  const total = renderings.reduce((sum, { recordings }) => sum + recordings.length, 0)
  const texts = new Set(renderings.flatMap(({ spoken }) => sentencesOf(spoken).flat()))
  const characters = [...texts].reduce((sum, text) => sum + text.length, 0)
  const known = new Set<string>()
  const secondsLeftOf = createEstimate(now)
  let [made, failed] = [0, 0]
  let [looked, read, joined] = [0, 0, 0]
  const tell = (): void => {
    const done = read + joined * joiningWeight
    // Of the sentences that nobody looked at yet as many will have to be made as of those before.
    const toRead = looked === 0 ? characters : ((characters - looked) * read) / looked
    const left = Math.max(0, toRead) + (renderings.length - joined) * joiningWeight
    const secondsLeft = made + failed === total ? 0 : secondsLeftOf({ done, left })
    onProgress?.({ done: made, total, failed, secondsLeft })
  }
  tell()
  return {
    made: () => made,
    sentence({ source }, wasMade) {
      if (source.kind !== 'sentence' || known.has(source.text)) return
      known.add(source.text)
      looked += source.text.length
      if (wasMade) read += source.text.length
      tell()
    },
    rendering({ recordings }, succeeded) {
      if (succeeded) made += recordings.length
      else failed += recordings.length
      joined += 1
      tell()
    },
  }
}

/**
 * From work done and left to seconds, in any unit: the rate so far, smoothed. What is smoothed is the length of the
 * whole run, which stays the same while the rest gets shorter.
 */
function createEstimate(now: () => number): (work: { done: number; left: number }) => number | undefined {
  const began = now()
  let whole: number | undefined
  let doneBefore = 0
  return ({ done, left }) => {
    const elapsed = (now() - began) / 1000
    const all = done + left
    const enough =
      (done >= all * shareLeast && elapsed >= secondsLeast) ||
      (done >= all * longShareLeast && elapsed >= longSecondsLeast)
    if (done <= 0 || !(enough || whole !== undefined)) return undefined
    const leftByRate = (elapsed * left) / done
    const weight = whole === undefined ? 1 : Math.min(1, (done - doneBefore) / (all * smoothingShare))
    whole = (whole ?? 0) * (1 - weight) + (elapsed + leftByRate) * weight
    doneBefore = done
    const smooth = Math.min(leftByRate * strayMax, Math.max(leftByRate / strayMax, whole - elapsed))
    return Math.round(smooth)
  }
}
