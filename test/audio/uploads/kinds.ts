/** Sound files of every kind that is taken, as phones, recorders and computers make them, and what it is to hear one whole. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { hear, lookInto } from '../../../src/audio/uploads/hear.ts'
import { ffmpeg, source } from './place.ts'

/** How long the speech is, and the AMR made by hand. */
const seconds = { speech: 5.05, rustle: 7 }

export type Kind = { name: string; extension: string; codec: string; length: number; often: boolean }

const kind = (name: string, extension: string, codec: string, often: boolean): Kind => {
  const length = extension === 'amr' ? seconds.rustle : seconds.speech
  return { name, extension, codec, length, often }
}

/** Of each kind a file that `everyKind` makes, and what it is found to be; `often`: heard in every run of the tests. */
export const kinds: readonly Kind[] = [
  kind('speech.wav', 'wav', 'pcm_s16le', false),
  kind('speech.mp3', 'mp3', 'mp3', false),
  kind('speech.m4a', 'm4a', 'aac', true),
  kind('speech.ogg', 'ogg', 'vorbis', true),
  kind('speech.opus', 'ogg', 'opus', false),
  kind('speech.flac', 'flac', 'flac', true),
  kind('speech.3gp', 'm4a', 'aac', false),
  kind('speech.webm', 'webm', 'opus', true),
  kind('speech.aac', 'aac', 'aac', true),
  kind('speech.amr', 'amr', 'amr_nb', true),
  kind('recorder.wav', 'wav', 'adpcm_ima_wav', true),
  kind('lossless.m4a', 'm4a', 'alac', false),
  kind('cover.mp3', 'mp3', 'mp3', true),
]

/** Holds against the file of that kind that it is known for what it is and heard from beginning to end. */
export async function heardWhole(folder: string, { name, extension, codec, length }: Kind): Promise<void> {
  const known = await lookInto(join(folder, name), name, {})
  expect(known).toMatchObject({ extension, probe: { codec } })
  const { wave, clipped } = await hear(known, join(folder, `${name}.heard.wav`), {})
  expect(wave.samples.length / wave.sampleRate).toBeCloseTo(length, 0)
  expect(Math.sqrt(wave.samples.reduce((sum, x) => sum + x * x, 0) / wave.samples.length)).toBeGreaterThan(
    0.02,
  )
  expect(clipped).toBe(false)
}

/** The same speech in every kind of file that is taken, by name. */
export function everyKind(folder: string): void {
  const outputs: string[][] = [
    ['speech.mp3'],
    ['-c:a', 'aac', 'speech.m4a'],
    ['-c:a', 'libvorbis', 'speech.ogg'],
    ['-c:a', 'libopus', '-ar', '48000', 'speech.opus'],
    ['speech.flac'],
    ['-c:a', 'aac', '-ar', '8000', '-ac', '1', 'speech.3gp'],
    ['-c:a', 'libopus', '-ar', '48000', 'speech.webm'],
    ['-c:a', 'aac', 'speech.aac'],
    ['-c:a', 'adpcm_ima_wav', '-ac', '1', 'recorder.wav'],
    ['-c:a', 'alac', 'lossless.m4a'],
  ]
  ffmpeg(folder, '-i', 'speech.wav', ...outputs.flat())
  ffmpeg(folder, ...source('color=s=64x64:d=1'), '-frames:v', '1', 'cover.png')
  const cover = ['-i', 'cover.png', '-map', '0', '-map', '1', '-disposition:v', 'attached_pic']
  ffmpeg(folder, '-i', 'speech.wav', ...cover, 'cover.mp3')
  writeFileSync(join(folder, 'speech.amr'), amr(350))
}

/**
 * An AMR file of so many frames of 20 ms. Debian's ffmpeg reads AMR and cannot write it, so the frames are made by
 * hand: mode 7 (12.2 kbit/s) with bits drawn by lot, which decode to a loud rustle.
 */
function amr(frames: number): Uint8Array {
  let lot = 1
  const bytes: number[] = []
  for (let frame = 0; frame < frames; frame += 1) {
    bytes.push(0x3c)
    for (let at = 0; at < 31; at += 1) {
      lot = (lot * 1_103_515_245 + 12_345) % 2_147_483_648
      bytes.push((lot >> 16) & 0xff)
    }
  }
  return Buffer.concat([Buffer.from('#!AMR\n'), Buffer.from(bytes)])
}
