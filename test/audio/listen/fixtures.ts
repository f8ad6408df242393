/** The fixtures as sounds and as a small archive: a greeting and two bulletins that share words. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encoderOptions } from '../../../src/audio/encoders.ts'
import { runFfmpeg } from '../../../src/audio/ffmpeg.ts'
import { keepAudio } from '../../../src/audio/folder.ts'
import { fromBytes, type Sound, toBytes } from '../../../src/audio/pcm.ts'
import { keepRecording, type RecordedSentence } from '../../../src/audio/store.ts'
import type { Database } from '../../../src/db/index.ts'
import { chunkDigests } from '../../../src/wire/chunks.ts'
import { monday } from '../../support/desk.ts'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('fixtures', import.meta.url))

export type Told = {
  shared: { from: number; to: number }[][]
  notes: string
  clips: Record<string, { bulletin: number; startMs: number; seconds: number }>
}
export const told = JSON.parse(await readFile(join(folder, 'fixtures.json'), 'utf8')) as Told

/** Where a fixture lies. */
export function fixture(name: string): string {
  return join(folder, `${name}.opus`)
}

/** A fixture as the ear gets it. */
export async function heard(name: string): Promise<Sound> {
  const options = ['-v', 'error', '-i', fixture(name), '-f', 's16le', '-ar', '8000', '-ac', '1', '-']
  const { stdout } = await run('ffmpeg', options, { encoding: 'buffer', maxBuffer: 16_777_216 })
  return { samples: fromBytes(stdout), sampleRate: 8000 }
}

/** Where the greeting ends in both bulletins, and where the opening words after it do. */
const [greetingEnd, openingEnd] = [told.shared[0]![1]!.to, told.shared[0]![2]!.to]

export type Archive = { greeting: string; bulletins: [one: string, two: string] }
export type ArchiveFiles = { greeting: Uint8Array; bulletins: Uint8Array[]; milliseconds: number[] }

/** The MP3 files of the archive: the greeting on its own, and both bulletins without it. */
export async function archiveFiles(): Promise<ArchiveFiles> {
  const sounds = [await heard('ban-tin-mot'), await heard('ban-tin-hai')]
  const cut = ({ samples }: Sound, from: number, to: number): Int16Array =>
    samples.subarray(Math.round(from * 8), Math.round(to * 8))
  const parts = [cut(sounds[0]!, 0, greetingEnd), ...sounds.map((sound) => cut(sound, greetingEnd, Infinity))]
  const work = await mkdtemp(join(tmpdir(), 'loa-archive-'))
  try {
    for (const [index, part] of parts.entries()) await writeFile(join(work, `${index}.s16`), toBytes(part))
    await runFfmpeg(
      {
        inputs: parts.map((_, index) => ({
          path: join(work, `${index}.s16`),
          options: ['-f', 's16le', '-ar', '8000', '-ac', '1'],
        })),
        graph: parts.map((_, index) => `[${index}:a]aresample=24000[out${index}]`).join(';'),
        outputs: parts.map((_, index) => ({
          from: `[out${index}]`,
          path: join(work, `${index}.mp3`),
          options: encoderOptions.mp3,
        })),
      },
      { deadlineMs: 30_000 },
    )
    const [greeting, ...bulletins] = await Promise.all(
      parts.map((_, index) => readFile(join(work, `${index}.mp3`))),
    )
    return { greeting: greeting!, bulletins, milliseconds: parts.map(({ length }) => length / 8) }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Puts the archive into a database and an audio folder, as recordings of these script versions. */
export async function putArchive(
  database: Database,
  audioFolder: string,
  files: ArchiveFiles,
  versions: readonly { script: string; version: number }[],
): Promise<Archive> {
  const ids = ['rec-greeting', 'rec-one', 'rec-two']
  const texts = (index: number): RecordedSentence[] => (index === 0 ? [] : sentencesOf(index - 1))
  for (const [index, mp3] of [files.greeting, ...files.bulletins].entries()) {
    const rendition = {
      recording: ids[index]!,
      codec: 'mp3' as const,
      sha256: await keepAudio(audioFolder, mp3, 'mp3'),
      bytes: mp3.length,
      chunks: chunkDigests(mp3),
    }
    await keepRecording(
      database,
      {
        ...versions[index]!,
        ...{
          id: ids[index]!,
          language: 'vi',
          station: null,
          spoken: ids[index]!,
          voice: 'espeak',
          recipe: 'test',
        },
        ...{ milliseconds: files.milliseconds[index]!, loudness: -16, truePeak: -1.5, quality: {} },
        ...{ sentences: texts(index), remark: null, upload: null },
      },
      [rendition],
      monday,
    )
  }
  return { greeting: ids[0]!, bulletins: [ids[1]!, ids[2]!] }
}

/** The opening and closing words are in both, set a little otherwise in the second; between them each says its own. */
function sentencesOf(bulletin: number): RecordedSentence[] {
  const closing = told.shared[bulletin]!.slice(3)
  const own = { from: openingEnd, to: closing[0]!.from }
  const opening = ['Bản tin do đài thực hiện.', 'bản tin do đài thực hiện'][bulletin]!
  const last = ['Thấy chuyện lạ thì báo.', 'Thấy chuyện lạ, thì báo!'][bulletin]!
  const stretches = [
    { text: opening, from: greetingEnd, to: openingEnd },
    { text: `Lời riêng của bản tin ${['một', 'hai'][bulletin]!}.`, ...own },
    { text: last, ...closing[0]! },
    { text: 'Xin cảm ơn bà con.', ...closing[1]! },
  ]
  return stretches.map(({ text, from, to }, index) => ({
    key: `${bulletin}-${index}`,
    text,
    at: from - greetingEnd,
    milliseconds: to - from,
  }))
}
