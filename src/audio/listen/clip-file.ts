/** A clip from outside: what it may be, and its sound. */
import { readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { probeAudio, runFfmpeg } from '../ffmpeg.ts'
import { fromBytes, type Sound } from '../pcm.ts'
import { StandstillError } from '../refusals.ts'
import { listenRate } from './features.ts'

/** A minute is what we ask for; five leave room for those who let the telephone run. */
export const clipSecondsMax = 300
export const clipBytesMax = 50_000_000
/** Kinds of files that hold sound themselves, by ffmpeg's names: what telephones and messengers make. */
const formats = ['wav', 'mp3', 'ogg', 'mov', 'matroska', 'amr', 'aac', 'flac', 'caf', 'aiff'] as const
const deadlineMs = 60_000

/** Refuses (`not_found`, `invalid`) a clip that is not there, is no file, is empty or larger than 50 MB. */
export async function expectClip(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  const name = basename(path)
  if (found === undefined) {
    throw new AppError('not_found', {
      vi: `Không có tệp ${name}. Hãy xem lại tên tệp và thư mục.`,
      en: `There is no file ${name}. Check its name and folder.`,
    })
  }
  if (!found.isFile() || found.size === 0) throw noAudio(name)
  if (found.size > clipBytesMax) {
    throw new AppError('invalid', {
      vi: `Tệp ${name} lớn quá 50 MB. Chỉ cần đoạn ghi âm (không quay phim) dài 40 đến 60 giây.`,
      en: `The file ${name} is larger than 50 MB. A sound clip (no film) of 40 to 60 seconds is enough.`,
    })
  }
}

/**
 * The clip as mono sound at 8 kHz, decoded by ffmpeg, which may open this file only and only as a sound file.
 * Refuses (`invalid`) what is no audio and what is longer than five minutes. `folder` is for files in between.
 */
export async function decodeClip(path: string, folder: string, signal?: AbortSignal): Promise<Sound> {
  const name = basename(path)
  const raw = join(folder, 'clip.s16')
  const file = resolve(path)
  const refused = (error: unknown): never => {
    signal?.throwIfAborted()
    throw error instanceof StandstillError ? error : noAudio(name, error)
  }
  const probe = await probeAudio(file, { formats, signal }).catch(refused)
  if (probe === undefined) throw noAudio(name)
  if ((probe.seconds ?? 0) > clipSecondsMax) throw tooLong(name)
  await runFfmpeg(
    {
      inputs: [{ path: file, formats, options: ['-t', String(clipSecondsMax + 1), '-vn', '-sn', '-dn'] }],
      graph: `[0:a:0]aresample=${listenRate}[clip]`,
      outputs: [{ from: '[clip]', path: raw, options: ['-f', 's16le', '-ac', '1'] }],
    },
    { deadlineMs, signal },
  ).catch(refused)
  const samples = fromBytes(await readFile(raw))
  if (samples.length > clipSecondsMax * listenRate) throw tooLong(name)
  if (samples.every((sample) => sample === 0)) throw silent(name)
  return { samples, sampleRate: listenRate }
}

function noAudio(name: string, cause?: unknown): AppError {
  const sentence = {
    vi: `Tệp ${name} không phải tệp âm thanh đọc được. Hãy gửi đoạn ghi âm của điện thoại (M4A, MP3, WAV, OGG, AMR).`,
    en: `The file ${name} is no sound file that can be read. Give the telephone's recording (M4A, MP3, WAV, OGG, AMR).`,
  }
  return new AppError('invalid', sentence, { cause })
}

function tooLong(name: string): AppError {
  return new AppError('invalid', {
    vi: `Đoạn ghi ${name} dài quá 5 phút. Hãy cắt lấy 40 đến 60 giây ở giữa bản tin.`,
    en: `The clip ${name} is longer than 5 minutes. Cut 40 to 60 seconds out of the middle of the bulletin.`,
  })
}

function silent(name: string): AppError {
  return new AppError('invalid', {
    vi: `Đoạn ghi ${name} không có tiếng gì. Hãy xem quyền dùng micrô của điện thoại rồi ghi lại.`,
    en: `There is no sound in the clip ${name}. See that the telephone may use its microphone, and record again.`,
  })
}
