/** Real sound files for tests, made by the real ffmpeg: a tone of so many seconds. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../src/base/hash.ts'
import type { Codec } from '../../src/wire/messages.ts'

export type Tone = { path: string; bytes: Uint8Array; sha256: string; milliseconds: number; codec: Codec }

export function makeTone(folder: string, seconds: number, hertz: number, codec: Codec = 'mp3'): Tone {
  const path = join(folder, `${hertz}-${seconds}.${codec}`)
  const sine = `sine=frequency=${hertz}:duration=${seconds}:sample_rate=48000`
  const encoder = codec === 'mp3' ? ['-ar', '24000', '-b:a', '64k'] : ['-c:a', 'libopus', '-b:a', '24k']
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', sine, '-ac', '1', ...encoder, path]
  execFileSync('ffmpeg', args)
  const bytes = readFileSync(path)
  return { path, bytes, sha256: sha256(bytes), milliseconds: seconds * 1000, codec }
}
