/** The Fourier transform of real signals, radix 2, for spectra and fast correlation. Pure. */
/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is within its array; a value in its place would hide a fault */
import assert from 'node:assert/strict'

/** A spectrum of a real signal of `size` samples: bins 0 to size/2. */
export type Spectrum = { real: Float64Array; imaginary: Float64Array }

/** A transform of one size, with its tables made once. `size` is a power of two, 8 or more. */
export class RealFft {
  readonly size: number
  readonly bins: number
  readonly #half: number
  readonly #cosine: Float64Array
  readonly #sine: Float64Array
  readonly #reversed: Uint32Array
  readonly #real: Float64Array
  readonly #imaginary: Float64Array

  constructor(size: number) {
    assert(size >= 8 && Number.isInteger(Math.log2(size)), 'a power of two')
    this.size = size
    this.#half = size / 2
    this.bins = this.#half + 1
    this.#cosine = Float64Array.from({ length: this.bins }, (_, k) => Math.cos((2 * Math.PI * k) / size))
    this.#sine = Float64Array.from({ length: this.bins }, (_, k) => -Math.sin((2 * Math.PI * k) / size))
    const bits = Math.log2(this.#half)
    this.#reversed = Uint32Array.from({ length: this.#half }, (_, index) => {
      let place = 0
      for (let bit = 0; bit < bits; bit += 1) place |= ((index >> bit) & 1) << (bits - 1 - bit)
      return place
    })
    this.#real = new Float64Array(this.#half)
    this.#imaginary = new Float64Array(this.#half)
  }

  /** An empty spectrum to write into. */
  spectrum(): Spectrum {
    return { real: new Float64Array(this.bins), imaginary: new Float64Array(this.bins) }
  }

  /** The spectrum of `signal` into `out`; a signal shorter than `size` is taken as followed by zeros. */
  forward(signal: ArrayLike<number>, out: Spectrum): void {
    const [re, im, half] = [this.#real, this.#imaginary, this.#half]
    // Even samples as the real part and odd ones as the imaginary part: half the work.
    for (let index = 0; index < half; index += 1) {
      const to = this.#reversed[index]!
      re[to] = signal[2 * index] ?? 0
      im[to] = signal[2 * index + 1] ?? 0
    }
    this.#transform()
    for (let k = 0; k <= half; k += 1) {
      const [a, b] = [k % half, (half - k) % half]
      const evenRe = (re[a]! + re[b]!) / 2
      const evenIm = (im[a]! - im[b]!) / 2
      const oddRe = (im[a]! + im[b]!) / 2
      const oddIm = (re[b]! - re[a]!) / 2
      const [c, s] = [this.#cosine[k]!, this.#sine[k]!]
      out.real[k] = evenRe + oddRe * c - oddIm * s
      out.imaginary[k] = evenIm + oddRe * s + oddIm * c
    }
  }

  /** The signal of `size` samples that has this spectrum, into `out`. */
  inverse({ real, imaginary }: Spectrum, out: Float64Array): void {
    const [re, im, half] = [this.#real, this.#imaginary, this.#half]
    for (let k = 0; k < half; k += 1) {
      const mirror = half - k
      const evenRe = (real[k]! + real[mirror]!) / 2
      const evenIm = (imaginary[k]! - imaginary[mirror]!) / 2
      const differenceRe = (real[k]! - real[mirror]!) / 2
      const differenceIm = (imaginary[k]! + imaginary[mirror]!) / 2
      const [c, s] = [this.#cosine[k]!, -this.#sine[k]!]
      const oddRe = differenceRe * c - differenceIm * s
      const oddIm = differenceRe * s + differenceIm * c
      // The inverse is the forward transform of the conjugate, conjugated.
      const to = this.#reversed[k]!
      re[to] = evenRe - oddIm
      im[to] = -(evenIm + oddRe)
    }
    this.#transform()
    for (let index = 0; index < half; index += 1) {
      out[2 * index] = re[index]! / half
      out[2 * index + 1] = -im[index]! / half
    }
  }

  /** The complex transform of half the size, in place, on samples in bit-reversed order. */
  #transform(): void {
    const [re, im, half] = [this.#real, this.#imaginary, this.#half]
    for (let width = 1; width < half; width *= 2) {
      const stride = half / width
      for (let offset = 0; offset < width; offset += 1) {
        const [c, s] = [this.#cosine[offset * stride]!, this.#sine[offset * stride]!]
        for (let even = offset; even < half; even += 2 * width) {
          const odd = even + width
          const [oddRe, oddIm] = [re[odd]!, im[odd]!]
          const turnedRe = oddRe * c - oddIm * s
          const turnedIm = oddRe * s + oddIm * c
          re[odd] = re[even]! - turnedRe
          im[odd] = im[even]! - turnedIm
          re[even] = re[even]! + turnedRe
          im[even] = im[even]! + turnedIm
        }
      }
    }
  }
}
