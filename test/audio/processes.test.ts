import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/base/time.ts'
import { closeDatabase, type Database, openDatabase } from '../../src/db/index.ts'
import { addPerson } from '../../src/people/index.ts'
import { importScript, submitVersion } from '../../src/scripts/index.ts'
import { readAudio, recordingsOf, renderWanted } from '../../src/audio/index.ts'
import { readEntry } from '../../src/audio/sentences/index.ts'
import { monday, source } from '../support/desk.ts'
import { filesBelow, speechFolder } from './studio.ts'

let folder: string
let audioFolder: string
let databaseFile: string
let database: Database
const slugs = ['mot', 'hai', 'ba']

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loa-processes-'))
  audioFolder = join(folder, 'audio')
  databaseFile = join(folder, 'hub.db')
  database = openDatabase(databaseFile)
  await addPerson(database, { id: 'an', name: 'Nguyễn Văn An', role: 'editor', training: false, now: monday })
  for (const slug of slugs) {
    const text = `Đây là bản tin ${slug}. ${'Bà con nhớ giúp một câu, việc nhẹ lương cao thì đừng đi. '.repeat(3)}`
    const { script, version } = await importScript(database, source(text, { slug }), {
      author: 'an',
      now: monday,
    })
    await submitVersion(database, {
      script,
      version,
      by: 'an',
      now: monday,
      placeholders: [],
      speakUnconfirmed: false,
    })
  }
})
afterEach(async () => {
  await closeDatabase(database)
  rmSync(folder, { recursive: true, force: true })
})

/** Renders in a process of its own; `done` resolves with the lines it printed. */
function renderElsewhere(): { child: ChildProcess; done: Promise<string[]> } {
  const file = fileURLToPath(new URL('render-process.ts', import.meta.url))
  const child = spawn(process.execPath, [file, databaseFile, audioFolder, speechFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let lines = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (lines += part))
  return { child, done: once(child, 'close').then(() => lines.trim().split('\n')) }
}

const render = (): ReturnType<typeof renderWanted> =>
  renderWanted({ database, audioFolder, speechFolder, clock: systemClock, log: silentLog })

async function expectAllWhole(): Promise<void> {
  for (const slug of slugs) {
    const recordings = await recordingsOf(database, { script: slug, version: 1 })
    expect(recordings).toHaveLength(1)
    for (const { sha256, codec } of recordings[0]!.renditions) await readAudio(audioFolder, sha256, codec)
  }
}

describe('rendering in several processes', () => {
  it('at once gives each recording once', async () => {
    const [one, two] = [renderElsewhere(), renderElsewhere()]
    for (const lines of [await one.done, await two.done]) {
      const { rendered, failed, there } = JSON.parse(lines.at(-1)!) as Record<string, number>
      expect(failed).toBe(0)
      expect(rendered! + there!).toBe(slugs.length)
    }
    await expectAllWhole()
    const isSentence = (file: string): boolean => file.includes('/sentences/')
    expect(filesBelow(audioFolder).filter((file) => !isSentence(file))).toHaveLength(2 * slugs.length)
  })

  it('goes on after kill -9 where it was, with nothing damaged', async () => {
    const { child, done } = renderElsewhere()
    // Killed when the first recording is done and others are on their way.
    child.stdout?.on('data', (line: string) => {
      if (Number(line) > 0) child.kill('SIGKILL')
    })
    await done
    for (const file of filesBelow(audioFolder).filter((name) => name.endsWith('.json')))
      expect(await readEntry(audioFolder, basename(file, '.json'))).toBeDefined()
    const { rendered, failed, there } = await render()
    expect(failed).toBe(0)
    expect(there).toBeGreaterThan(0)
    expect(rendered + there).toBe(slugs.length)
    await expectAllWhole()
  })
})
