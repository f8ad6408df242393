/** How far a run is, and how long the rest will take. */
import { monotonicMilliseconds } from '../base/time.ts'
import type { Desk, Rendering } from './rendering.ts'
import { sentencesOf } from './spoken/index.ts'

/** How far a run is. `secondsLeft` is undefined until something is done. */
export type RenderProgress = { done: number; total: number; failed: number; secondsLeft: number | undefined }

/** A recording that is only joined costs as much time as so many characters that are read and encoded. */
const joiningWeight = 4

/** Counts recordings, and tells how long the rest will take by the characters that are still to be read. */
export function createProgress(
  renderings: readonly Rendering[],
  onProgress: ((progress: RenderProgress) => void) | undefined,
): { made: () => number; sentence: Desk['toldOfSentence']; rendering: Desk['toldOfRendering'] } {
  const total = renderings.reduce((sum, { recordings }) => sum + recordings.length, 0)
  const began = monotonicMilliseconds()
  const known = new Set<string>()
  let [made, failed, done] = [0, 0, 0]
  let all = renderings.length * joiningWeight
  for (const text of new Set(renderings.flatMap(({ spoken }) => sentencesOf(spoken).flat())))
    all += text.length
  const tell = (): void => {
    const elapsed = (monotonicMilliseconds() - began) / 1000
    const left = Math.max(0, all - done)
    const isOver = made + failed === total
    const secondsLeft = isOver ? 0 : done === 0 ? undefined : Math.round((elapsed * left) / done)
    onProgress?.({ done: made, total, failed, secondsLeft })
  }
  tell()
  return {
    made: () => made,
    sentence({ source }, wasMade) {
      if (source.kind !== 'sentence' || known.has(source.text)) return
      known.add(source.text)
      if (wasMade) done += source.text.length
      else all -= source.text.length
      tell()
    },
    rendering({ recordings }, succeeded) {
      if (succeeded) made += recordings.length
      else failed += recordings.length
      done += joiningWeight
      tell()
    },
  }
}
