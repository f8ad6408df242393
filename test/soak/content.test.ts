/** Every bulletin of content/scripts as it will be heard: long enough to say it, short enough to be listened to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordingsOf, renderWanted } from '../../src/audio/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { contentFiles, sourceOf, submitScript } from '../../src/cli/scripts.ts'
import { readConfig } from '../../src/config.ts'
import { addPerson } from '../../src/people/index.ts'
import { importScript } from '../../src/scripts/index.ts'
import { openWork, type Work } from '../../src/work.ts'

const folder = mkdtempSync(join(tmpdir(), 'loa-content-'))
let works: Work[] = []
afterAll(async () => {
  for (const work of works) await work.close()
  rmSync(folder, { recursive: true, force: true })
})

/** All bulletins rendered, with or without the facts that nobody has confirmed yet. */
async function rendered(
  speakUnconfirmed: boolean,
): Promise<{ script: string; seconds: number; lufs: number; peak: number }[]> {
  const work = await openWork({ ...readConfig({}), data: join(folder, String(speakUnconfirmed)) })
  works = [...works, work]
  const { database, clock } = work
  await addPerson(database, {
    id: 'soan',
    name: 'Người soạn',
    role: 'editor',
    training: false,
    now: clock.now(),
  })
  const bulletins = contentFiles(work)
    .map(sourceOf)
    .filter((source) => source.kind === 'bulletin')
  for (const source of bulletins) {
    await importScript(database, source, { author: 'soan', now: clock.now() })
    await submitScript(work, { script: source.id, version: 1, by: 'soan', speakUnconfirmed })
  }
  const { audioFolder, speechFolder } = work
  await renderWanted({ database, audioFolder, speechFolder, clock, log: silentLog })
  const lists = await Promise.all(
    bulletins.map(({ id }) => recordingsOf(database, { script: id, version: 1 })),
  )
  return lists.flat().map(({ script, milliseconds, loudness, truePeak }) => ({
    script,
    seconds: milliseconds / 1000,
    lufs: loudness,
    peak: truePeak,
  }))
}

describe.each([
  { speakUnconfirmed: false, name: 'as it is heard today' },
  { speakUnconfirmed: true, name: 'with the provincial line' },
])('every bulletin $name', ({ speakUnconfirmed }) => {
  let all: Awaited<ReturnType<typeof rendered>> = []
  beforeAll(async () => {
    all = await rendered(speakUnconfirmed)
  }, 300_000)

  it('is one of at least twelve', () => {
    expect(all.length).toBeGreaterThanOrEqual(12)
  })

  it('lasts between 60 and 150 seconds', () => {
    expect(all.filter(({ seconds }) => seconds < 60 || seconds > 150)).toEqual([])
  })

  it('is as loud as the others: −16 LUFS, one up or down, true peak at most −1 dBTP', () => {
    expect(all.filter(({ lufs, peak }) => Math.abs(lufs + 16) > 1 || peak > -1)).toEqual([])
  })
})
