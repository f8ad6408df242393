/** A desk with a submitted bulletin, an audio folder, and sound files as people's phones and computers make them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../src/base/log.ts'
import { type Clock, plusMilliseconds } from '../../../src/base/time.ts'
import { takeUpload, type Upload, type UploadOptions } from '../../../src/audio/uploads/index.ts'
import { type Desk, monday, openDesk, submitted } from '../../support/desk.ts'

export type Place = Desk & {
  audioFolder: string
  /** A file of this content, as it was received. */
  received(name: string, bytes: Uint8Array | string): string
  /** Brings a file for the submitted bulletin, by an editor, with consent, unless told otherwise. */
  bring(file: string, more?: Partial<UploadOptions>): Promise<Upload>
  /** Every file below the audio folder. */
  files(): string[]
}

export async function openPlace(): Promise<Place> {
  const desk = await openDesk()
  const folder = mkdtempSync(join(tmpdir(), 'loa-uploads-'))
  const audioFolder = join(folder, 'audio')
  mkdirSync(audioFolder)
  let ticks = 0
  const clock: Clock = {
    now: () => plusMilliseconds(monday, (ticks += 1)),
    wait: () => Promise.resolve(),
  }
  const { script, version } = await submitted(
    desk,
    'Kính thưa bà con, ai cũng có thể bị lừa bán. Hãy gọi công an.',
  )
  return {
    ...desk,
    audioFolder,
    received(name, bytes) {
      const path = join(folder, name)
      writeFileSync(path, bytes)
      return path
    },
    bring: (file, more = {}) =>
      takeUpload({
        ...{ database: desk.database, audioFolder, clock, log: silentLog, file, script, version },
        ...{ name: file, language: 'ktv', speaker: 'Bling Thị Nhung', by: 'an' },
        consent: 'ký giấy đồng ý ngày 20/11/2026',
        ...more,
      }),
    files: () =>
      readdirSync(audioFolder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort(),
    async close() {
      await desk.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const words = 'Kính thưa bà con trong xã. Ai hứa việc nhẹ lương cao thì hãy nghi ngờ.'

/** Runs ffmpeg in a folder; `lavfi` names sources. */
export function ffmpeg(folder: string, ...args: string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { cwd: folder })
}

export const source = (graph: string): string[] => ['-f', 'lavfi', '-i', graph]

/** Speech of about 5 s, as `speech.wav` (44.1 kHz stereo), in a folder of its own. */
export function speechFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loa-speech-'))
  execFileSync('espeak-ng', ['-v', 'vi', '-s', '150', '-a', '60', '--stdin', '-w', 'raw.wav'], {
    cwd: folder,
    input: words,
  })
  ffmpeg(folder, '-i', 'raw.wav', '-ar', '44100', '-ac', '2', 'speech.wav')
  return folder
}

/** The beginning of a file: a copy that stopped. */
export function beginning(path: string, share: number): Uint8Array {
  const bytes = readFileSync(path)
  return bytes.subarray(0, Math.floor(bytes.length * share))
}

/** The file's sound as 16-bit samples, mono, 24 kHz. */
export function decoded(folder: string, name: string, bytes: Uint8Array): Uint8Array {
  writeFileSync(join(folder, name), bytes)
  ffmpeg(folder, '-i', name, '-f', 's16le', '-ac', '1', '-ar', '24000', `${name}.s16`)
  return readFileSync(join(folder, `${name}.s16`))
}
