/** How much of one pitch is in a stretch of sound, without a whole spectrum. Pure. */
/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is within its array; a value in its place would hide a fault */

/**
 * The power (mean square) of one pitch in `length` samples from `start`: for a pure tone of that pitch the power
 * of the tone, near 0 for noise and for other pitches. 0 for a stretch that is not all inside the samples.
 */
export function powerOfPitch(
  samples: ArrayLike<number>,
  { start, length, hertz, sampleRate }: { start: number; length: number; hertz: number; sampleRate: number },
): number {
  if (start < 0 || start + length > samples.length) return 0
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate)
  let [before, last] = [0, 0]
  for (let index = start; index < start + length; index += 1) {
    const next = samples[index]! + turn * last - before
    before = last
    last = next
  }
  return (2 * (last * last + before * before - turn * last * before)) / (length * length)
}
