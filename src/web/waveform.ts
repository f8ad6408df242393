/** The picture of a sound's course: made here, so that it shows without any script. Pure. */

const width = 200
const middle = 20

/**
 * The outline of a sound as the path of an SVG, 200 wide and 40 high, the same above and below the middle. `peaks` are
 * the largest samples of equal parts, 0 to 1; silence is a thin line.
 */
export function waveOf(peaks: readonly number[]): string {
  const heights = Array.from({ length: width }, (_, at) => {
    const from = Math.floor((at * peaks.length) / width)
    const to = Math.max(from + 1, Math.floor(((at + 1) * peaks.length) / width))
    const peak = Math.max(0, ...peaks.slice(from, to))
    return Math.round(Math.max(0.5, Math.min(1, peak) * (middle - 1)) * 10) / 10
  })
  const above = heights.map((height, at) => `L${at} ${rounded(middle - height)}`)
  const below = heights.map((height, at) => `L${at} ${rounded(middle + height)}`).reverse()
  return `M0 ${middle}${above.join('')}${below.join('')}Z`
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10)
}
