/** Whether this machine can make audio at all: asked at the hub's start and by the doctor. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../base/errors.ts'
import { ffmpegAbilities, probeAudio } from './ffmpeg.ts'
import { inOrder, masterAlone, type Voice, voices as installedVoices, withFallback } from './voices/index.ts'

const needed = {
  encoders: ['libopus', 'libmp3lame'],
  filters: ['alimiter', 'ebur128', 'acompressor', 'allpass', 'highpass', 'lowpass', 'astats', 'aresample'],
}

/** What was found: versions for the log, and what one spoken sentence came to. */
export type SelfTest = { ffmpeg: string; voice: string; loudness: number; milliseconds: number }

/**
 * Speaks one short sentence with the first of the voices that can, masters it, measures and probes it: the whole
 * way with the real programmes, in about a second. Refuses (unavailable) with what is missing and which package
 * brings it; when no voice can speak, with what the first one lacks.
 */
export async function audioSelfTest(voices: readonly Voice[] = installedVoices): Promise<SelfTest> {
  const { version, lacks } = await ffmpegAbilities(needed)
  if (lacks.length > 0) {
    throw new AppError('unavailable', {
      vi: `Bản ffmpeg ${version} trên máy này thiếu ${lacks.join(', ')}. Hãy cài ffmpeg của Debian (lệnh: apt-get install ffmpeg).`,
      en: `The ffmpeg ${version} on this machine lacks ${lacks.join(', ')}. Install Debian's ffmpeg (apt-get install ffmpeg).`,
    })
  }
  const { voice, result } = await withFallback(inOrder(voices, 'vi'), async (each) => ({
    recipe: await each.recipe(),
    sound: await each.synthesise('Xin chào bà con trong xã.', { deadlineMs: 10_000 }),
  }))
  const { recipe, sound } = result
  const folder = await mkdtemp(join(tmpdir(), 'loa-audio-'))
  try {
    const { paths, measured } = await masterAlone(sound, { gainDecibels: voice.gainDecibels, folder })
    for (const codec of ['mp3', 'opus'] as const) await expectCodec(paths[codec], codec)
    const { loudness, milliseconds } = measured.mp3
    return { ffmpeg: version, voice: recipe, loudness, milliseconds }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function expectCodec(path: string, codec: string): Promise<void> {
  const probe = await probeAudio(path)
  if (probe?.codec === codec && probe.channels === 1) return
  throw new AppError('unavailable', {
    vi: `ffmpeg trên máy này không tạo được tệp ${codec} đúng chuẩn (nhận ra: ${probe?.codec ?? 'không có âm thanh'}). Hãy cài lại gói ffmpeg.`,
    en: `The ffmpeg on this machine does not make proper ${codec} files (found: ${probe?.codec ?? 'no audio'}). Install the package ffmpeg again.`,
  })
}
