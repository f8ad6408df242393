/** The Fourier transform behind the spectra. Pure. */
// Every index is within its array by the bounds of its loop; a value put in its place would hide a fault.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import assert from 'node:assert/strict'

/**
 * A complex transform of one size, in place on its two arrays. They are filled in the order of `places`: sample
 * `index` goes to `places[index]`.
 */
export type Transform = { places: Uint16Array; real: Float64Array; imaginary: Float64Array; run(): void }

/** Tables made once; `size` is a power of two, 16 to 32,768. Two rounds of halving are done in one pass over the arrays. */
export function transformOf(size: number): Transform {
  assert(size >= 16 && size <= 32_768 && Number.isInteger(Math.log2(size)), 'a power of two')
  const real = new Float64Array(size)
  const imaginary = new Float64Array(size)
  const cosine = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size))
  const sine = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size))
  const isOdd = Math.log2(size) % 2 === 1
  const run = (): void => {
    if (isOdd) pairs(real, imaginary)
    for (let width = isOdd ? 2 : 1; width < size; width *= 4) quarters(real, imaginary, cosine, sine, width)
  }
  return { places: reversed(size), real, imaginary, run }
}

/** The place of each index with its bits the other way round. */
function reversed(size: number): Uint16Array {
  const bits = Math.log2(size)
  return Uint16Array.from({ length: size }, (_, index) => {
    let place = 0
    for (let bit = 0; bit < bits; bit += 1) place |= ((index >> bit) & 1) << (bits - 1 - bit)
    return place
  })
}

function pairs(real: Float64Array, imaginary: Float64Array): void {
  for (let at = 0; at < real.length; at += 2) {
    const re = real[at + 1]!
    const im = imaginary[at + 1]!
    real[at + 1] = real[at]! - re
    imaginary[at + 1] = imaginary[at]! - im
    real[at] = real[at]! + re
    imaginary[at] = imaginary[at]! + im
  }
}

/** Four transforms of `width` become one, everywhere: twice what halving does at a time. */
function quarters(
  real: Float64Array,
  imaginary: Float64Array,
  cosine: Float64Array,
  sine: Float64Array,
  width: number,
): void {
  const size = real.length
  const stride = size / (4 * width)
  for (let offset = 0; offset < width; offset += 1) {
    const c1 = cosine[offset * stride]!
    const s1 = sine[offset * stride]!
    const c2 = cosine[2 * offset * stride]!
    const s2 = sine[2 * offset * stride]!
    const c3 = c1 * c2 - s1 * s2
    const s3 = c1 * s2 + s1 * c2
    for (let a = offset; a < size; a += 4 * width) {
      const b = a + width
      const c = b + width
      const d = c + width
      // In reversed order the second quarter belongs to twice the angle.
      const bRe = real[b]! * c2 - imaginary[b]! * s2
      const bIm = real[b]! * s2 + imaginary[b]! * c2
      const cRe = real[c]! * c1 - imaginary[c]! * s1
      const cIm = real[c]! * s1 + imaginary[c]! * c1
      const dRe = real[d]! * c3 - imaginary[d]! * s3
      const dIm = real[d]! * s3 + imaginary[d]! * c3
      const sumRe = real[a]! + bRe
      const sumIm = imaginary[a]! + bIm
      const gapRe = real[a]! - bRe
      const gapIm = imaginary[a]! - bIm
      const endRe = cRe + dRe
      const endIm = cIm + dIm
      const turnRe = cIm - dIm
      const turnIm = dRe - cRe
      real[a] = sumRe + endRe
      imaginary[a] = sumIm + endIm
      real[c] = sumRe - endRe
      imaginary[c] = sumIm - endIm
      real[b] = gapRe + turnRe
      imaginary[b] = gapIm + turnIm
      real[d] = gapRe - turnRe
      imaginary[d] = gapIm - turnIm
    }
  }
}
