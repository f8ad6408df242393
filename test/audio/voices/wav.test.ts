/** Reading WAV: the shapes that engines and servers really send, and those that are refused in words. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWav, writeWav } from '../../../src/audio/voices/wav.ts'

const sampleRate = 22_050

/** A WAV file with a description of its own. */
function wav(format: Buffer, data: Buffer, { size = data.length, before = Buffer.alloc(0) } = {}): Buffer {
  const chunk = (name: string, length: number, bytes: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.write(name)
    head.writeUInt32LE(length, 4)
    return Buffer.concat([head, bytes])
  }
  const whole = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format.length, format),
    before,
    chunk('data', size, data),
  ])
  return chunk('RIFF', whole.length, whole)
}

function format({ kind = 1, channels = 1, rate = sampleRate, bits = 16, extended = false } = {}): Buffer {
  const bytes = Buffer.alloc(extended ? 40 : 16)
  bytes.writeUInt16LE(extended ? 0xff_fe : kind)
  bytes.writeUInt16LE(channels, 2)
  bytes.writeUInt32LE(rate, 4)
  bytes.writeUInt16LE(bits, 14)
  if (extended) bytes.writeUInt16LE(kind, 24)
  return bytes
}

const data = Buffer.from(Int16Array.of(1, -2, 300, -32_768).buffer)

describe('a WAV file', () => {
  it('gives back the samples that were written, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 200 }),
        fc.integer({ min: 8000, max: 48_000 }),
        (samples, rate) => {
          expect(readWav(writeWav({ samples, sampleRate: rate }))).toEqual({
            ok: true,
            value: { samples, sampleRate: rate },
          })
        },
      ),
    )
  })

  it.each([
    { what: 'with the size of a pipe', bytes: wav(format(), data, { size: 0xff_ff_ff_ff }) },
    { what: 'with espeak-ng’s placeholder', bytes: wav(format(), data, { size: 0x7f_ff_f0_00 }) },
    { what: 'with no size', bytes: wav(format(), data, { size: 0 }) },
    { what: 'in the extended form', bytes: wav(format({ extended: true }), data) },
    {
      what: 'with a comment of odd length before its sound',
      bytes: wav(format(), data, { before: Buffer.from('LIST\u0003\0\0\0abc\0', 'latin1') }),
    },
    {
      what: 'with something after its sound',
      bytes: Buffer.concat([wav(format(), data), Buffer.from('LIST\u0002\0\0\0ab', 'latin1')]),
    },
  ])('$what is read', ({ bytes }) => {
    expect(readWav(bytes)).toEqual({
      ok: true,
      value: { samples: Int16Array.of(1, -2, 300, -32_768), sampleRate },
    })
  })

  it('of two channels becomes one', () => {
    const read = readWav(wav(format({ channels: 2 }), data))
    expect(read).toEqual({ ok: true, value: { samples: Int16Array.of(0, -16_234), sampleRate } })
  })

  it.each([
    { what: 'that was cut in the middle', bytes: wav(format(), data).subarray(0, -2), says: 'cắt' },
    { what: 'of floating point', bytes: wav(format({ kind: 3, bits: 32 }), data), says: '16 bit' },
    {
      what: 'of floating point in the extended form',
      bytes: wav(format({ kind: 3, bits: 32, extended: true }), data),
      says: '16 bit',
    },
    { what: 'of 24 bits', bytes: wav(format({ bits: 24 }), data), says: '24 bit' },
    { what: 'of six channels', bytes: wav(format({ channels: 6 }), data), says: '6' },
    { what: 'of an impossible rate', bytes: wav(format({ rate: 0 }), data), says: '0 Hz' },
    {
      what: 'without a description',
      bytes: Buffer.from('RIFF\0\0\0\0WAVEdata\u0002\0\0\0ab', 'latin1'),
      says: 'mô tả',
    },
    { what: 'without sound', bytes: wav(format(), data).subarray(0, 36), says: 'âm thanh' },
    { what: 'that is none', bytes: Buffer.from('<html>'), says: 'WAV' },
  ])('$what is refused in words', ({ bytes, says }) => {
    const read = readWav(bytes)
    expect(read).toMatchObject({ ok: false, why: { vi: expect.stringContaining(says) as string } })
  })

  it('never throws, however it is damaged', () => {
    const whole = wav(format({ extended: true }), data)
    fc.assert(
      fc.property(
        fc.nat({ max: whole.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: whole.length }),
        (at, byte, length) => {
          const damaged = Buffer.from(whole)
          damaged[at] = byte
          const read = readWav(damaged.subarray(0, length))
          if (read.ok) expect(read.value.samples.length).toBeLessThanOrEqual(damaged.length / 2)
        },
      ),
    )
  })
})
