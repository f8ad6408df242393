/**
 * What a loudspeaker plays, as the ear compares it: the recordings of an airing one after another, and which
 * stretches of it may be heard in other bulletins too.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { runFfmpeg } from '../ffmpeg.ts'
import { readAudio } from '../folder.ts'
import { fromBytes, join, type Sound } from '../pcm.ts'
import type { RecordedSentence, Recording } from '../store.ts'
import { listenRate } from './features.ts'
import type { Stretch } from './finding.ts'

/** Decoding goes at a hundred times the speed of sound. */
const deadlineMs = 60_000

export type ListeningReference = { sound: Sound; shared: Stretch[]; greetingMs: number }

/**
 * The reference of a bulletin's recording, after the greeting when one is played before it. All of the greeting
 * is shared: it opens every airing of the station. Of the recording those sentences are shared whose text or
 * sound also occurs in `others`. A recording without sentences (an upload, an old one) counts as unique as a
 * whole, and as one of the `others` it shares nothing: there is no way to know. Refuses (`unavailable`) a
 * missing or damaged file. `folder` is for files in between.
 */
export async function referenceFor({
  recording,
  greeting,
  others,
  audioFolder,
  folder,
}: {
  recording: Recording
  greeting: Recording | undefined
  others: readonly RecordedSentence[]
  audioFolder: string
  folder: string
}): Promise<ListeningReference> {
  const parts = greeting === undefined ? [recording] : [greeting, recording]
  const sounds = await decoded(parts, audioFolder, folder)
  const greetingMs = greeting === undefined ? 0 : ((sounds[0]?.samples.length ?? 0) * 1000) / listenRate
  const sound = { samples: join(sounds.map(({ samples }) => samples)), sampleRate: listenRate }
  const ofBulletin = sharedSentences(recording.sentences, others).map(({ at, milliseconds }) => ({
    from: greetingMs + at,
    to: greetingMs + at + milliseconds,
  }))
  const ofGreeting = greeting === undefined ? [] : [{ from: 0, to: greetingMs }]
  return { sound, shared: joined([...ofGreeting, ...ofBulletin]), greetingMs }
}

/** The sentences that are among the others, by key or by text however it is set. */
export function sharedSentences(
  sentences: readonly RecordedSentence[],
  others: readonly RecordedSentence[],
): RecordedSentence[] {
  const keys = new Set(others.map(({ key }) => key))
  const texts = new Set(others.map(({ text }) => plain(text)))
  return sentences.filter(({ key, text }) => keys.has(key) || texts.has(plain(text)))
}

function plain(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Stretches in order, those that touch made one: a chunk between two shared sentences hears nothing of its own. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = []
  for (const { from, to } of [...stretches].sort((one, other) => one.from - other.from)) {
    const last = all.at(-1)
    if (last !== undefined && from <= last.to + pauseMs) last.to = Math.max(last.to, to)
    else all.push({ from, to })
  }
  return all
}

/** The longest pause between two sentences. */
const pauseMs = 1200

async function decoded(parts: readonly Recording[], audioFolder: string, folder: string): Promise<Sound[]> {
  const path = (index: number, ending: string): string => joinPath(folder, `part-${index}.${ending}`)
  for (const [index, part] of parts.entries()) {
    const mp3 = part.renditions.find(({ codec }) => codec === 'mp3')
    if (mp3 === undefined) throw withoutFile(part.id)
    await writeFile(path(index, 'mp3'), await readAudio(audioFolder, mp3.sha256, 'mp3'))
  }
  await runFfmpeg(
    {
      inputs: parts.map((_, index) => ({ path: path(index, 'mp3'), options: ['-f', 'mp3'] })),
      graph: parts.map((_, index) => `[${index}:a]aresample=${listenRate}[part${index}]`).join(';'),
      outputs: parts.map((_, index) => ({
        from: `[part${index}]`,
        path: path(index, 's16'),
        options: ['-f', 's16le', '-ac', '1'],
      })),
    },
    { deadlineMs },
  )
  return Promise.all(
    parts.map(async (_, index) => ({
      samples: fromBytes(await readFile(path(index, 's16'))),
      sampleRate: listenRate,
    })),
  )
}

function withoutFile(id: string): AppError {
  return new AppError('unavailable', {
    vi: `Bản ghi ${id} không có tệp MP3 để so. Hãy chạy lại việc tạo bản ghi.`,
    en: `The recording ${id} has no MP3 file to compare with. Run the rendering again.`,
  })
}
