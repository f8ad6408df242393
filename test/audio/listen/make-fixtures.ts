/**
 * Makes the fixtures again: two bulletins and four clips, from the corpus' own code. Only when the corpus changes:
 * `node test/audio/listen/make-fixtures.ts`. What they are is in fixtures/README.md.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runFfmpeg } from '../../../src/audio/ffmpeg.ts'
import { join, silence, type Sound, toBytes } from '../../../src/audio/pcm.ts'
import { soundOfNotes } from '../../../src/wire/notes.ts'
import { type Planned, recordClips } from './corpus.ts'
import { rawAt, readBulletins, worldRate } from './corpus-scripts.ts'

const seed = 11
const notes = '417063'
const folder = fileURLToPath(new URL('fixtures', import.meta.url))
const bulletins = await readBulletins(seed, 2, 31)
const played = bulletins.map(({ played: { samples, sampleRate } }) => ({
  played: { samples: join([samples, soundOfNotes(notes, sampleRate), silence(800, sampleRate)]), sampleRate },
}))
const lengthMs = (bulletins[1]!.played.samples.length * 1000) / worldRate
const plan: Record<string, Planned> = {
  'mot-gan': { ...at(0, 9000, 20), place: 'near', decibels: 10, noise: 'talk', drift: 0.005 },
  'hai-nhieu-loa': {
    ...at(1, 10_000, 20),
    place: 'several horns',
    decibels: 10,
    noise: 'pink',
    drift: -0.005,
  },
  'mot-loi-chao': { ...at(0, 0, 11), place: 'near', decibels: 20, noise: 'pink', drift: 0 },
  'hai-cuoi': {
    ...at(1, lengthMs + 2600 - 24_000, 24),
    place: 'yard',
    decibels: 10,
    noise: 'traffic',
    drift: 0,
  },
}

function at(bulletin: number, startMs: number, seconds: number) {
  return { bulletin, startMs, seconds, codec: 'opus' } as const
}

async function keep(name: string, { samples, sampleRate }: Sound, bits: string): Promise<void> {
  const work = await mkdtemp(joinPath(tmpdir(), 'loa-fixture-'))
  try {
    const raw = joinPath(work, 'raw.s16')
    await writeFile(raw, toBytes(samples))
    const options = [
      '-c:a',
      'libopus',
      '-b:a',
      bits,
      '-frame_duration',
      '60',
      '-application',
      'voip',
      '-ar',
      '8000',
      '-fflags',
      '+bitexact',
    ]
    await runFfmpeg(
      {
        inputs: [{ path: raw, options: rawAt(sampleRate) }],
        graph: '[0:a]anull[out]',
        outputs: [
          {
            from: '[out]',
            path: joinPath(folder, `${name}.opus`),
            options: [...options, '-map_metadata', '-1'],
          },
        ],
      },
      { deadlineMs: 60_000 },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

for (const [index, { reference }] of bulletins.entries())
  await keep(`ban-tin-${['mot', 'hai'][index]}`, reference, '3500')
const names = Object.keys(plan)
for await (const { sound } of recordClips(seed, played, Object.values(plan)))
  await keep(names.shift()!, sound, '7k')
const told = {
  shared: bulletins.map(({ shared }) =>
    shared.map(({ from, to }) => ({ from: Math.round(from), to: Math.round(to) })),
  ),
  notes,
  clips: Object.fromEntries(
    Object.entries(plan).map(([name, { bulletin, startMs, seconds }]) => [
      name,
      { bulletin, startMs: Math.round(startMs), seconds },
    ]),
  ),
}
await writeFile(joinPath(folder, 'fixtures.json'), `${JSON.stringify(told, undefined, 1)}\n`)
