/** `loa audio render` for those who run it from other programmes: what it says when not all could be made. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderFailures } from '../../src/audio/index.ts'
import { readConfig } from '../../src/config.ts'
import { addPerson } from '../../src/people/index.ts'
import { importScript, loadPlaceholders, submitVersion } from '../../src/scripts/index.ts'
import { openWork, type Work } from '../../src/work.ts'
import { commandLine, type CommandLine, type Ran } from '../support/command-line.ts'
import { source } from '../support/desk.ts'

let at: CommandLine
beforeAll(async () => {
  at = commandLine()
  await inWork((work) => putScripts(work))
}, 60_000)
afterAll(() => {
  at.close()
})

async function inWork<T>(work: (work: Work) => Promise<T>): Promise<T> {
  const opened = await openWork(readConfig({ LOA_DATA: join(at.folder, 'data') }))
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

/** A script that can be read, one with a word of several readings, and one in a language that no voice speaks. */
async function putScripts({ database, config, clock }: Work): Promise<void> {
  const now = clock.now()
  await addPerson(database, { id: 'soan', name: 'Người soạn', role: 'editor', training: false, now })
  const texts: [slug: string, body: string, language: string][] = [
    ['doc-duoc', 'Thấy lạ thì báo.', 'vi'],
    ['chua-ro', 'Đến TT xã hỏi.', 'vi'],
    ['co-tu', 'Bh’rợ.', 'ktv'],
  ]
  const placeholders = loadPlaceholders(config.content)
  for (const [slug, body, language] of texts) {
    const { script, version } = await importScript(database, source(body, { slug, language }), {
      author: 'soan',
      now,
    })
    // As it was submitted before the lexicon knew that a word has several readings.
    const what = { script, version, by: 'soan', now, placeholders, speakUnconfirmed: false }
    await submitVersion(database, what)
  }
}

describe('a run in which some recordings could not be made', () => {
  let ran: Ran
  beforeAll(async () => {
    ran = await at.loa(['audio', 'render', '--json'])
  }, 60_000)

  it('ends with exit code 7, which the help explains', async () => {
    expect(ran.code).toBe(7)
    expect((await at.loa(['--help'])).stdout).toContain('7 xong một phần · done in part')
  })

  it('names each with script, version, language, station and the reason in both languages', () => {
    expect(ran.json).toMatchObject({ rendered: 1, failed: 1, there: 0 })
    expect((ran.json as { failures: object[] }).failures).toEqual([
      {
        ...{ script: 'chua-ro', version: 1, language: 'vi', station: null },
        why: {
          vi: expect.stringContaining('Chưa rõ cách đọc “TT”') as string,
          en: expect.stringContaining('It is not decided how to say “TT”') as string,
        },
      },
    ])
  })

  it('says the same on standard error, for people', () => {
    expect(ran.stderr).toContain('✕ chua-ro 1 vi: Chưa rõ cách đọc “TT”')
    expect(ran.stderr).toContain('It is not decided how to say “TT”')
  })

  it('does not count as failed what waits for a person to read', async () => {
    expect(ran.json).toMatchObject({
      awaiting: [{ script: 'co-tu', version: 1, language: 'ktv', recordings: 1 }],
    })
    expect((await inWork(({ database }) => renderFailures(database))).map(({ script }) => script)).toEqual([
      'chua-ro',
    ])
    const { stdout, code } = await at.loa(['audio', 'render'])
    expect(code).toBe(7)
    expect(stdout).toContain('0 mới, 1 đã có, 1 hỏng')
    expect(stdout).toContain('1 bản tin chờ người đọc')
    expect(stdout).toContain('loa uploads add <tệp> --script co-tu --version 1 --language ktv')
  })
})

describe('a recording that failed three times, by a fault that is mended since,', () => {
  it('is tried again when somebody asks for it, as the command itself says', async () => {
    const here = commandLine()
    try {
      const work = await openWork(readConfig({ LOA_DATA: join(here.folder, 'data') }))
      const { database, clock, config } = work
      const now = clock.now()
      await addPerson(database, { id: 'soan', name: 'Người soạn', role: 'editor', training: false, now })
      const by = { author: 'soan', now }
      const { script, version } = await importScript(database, source('Thấy lạ thì báo.'), by)
      const placeholders = loadPlaceholders(config.content)
      await submitVersion(database, {
        ...{ script, version, by: 'soan', now, placeholders, speakUnconfirmed: false },
      })
      await work.close()
      const render = (...more: string[]): Promise<Ran> => here.loa(['audio', 'render', '--json', ...more])
      const broken = { env: { PATH: `${brokenVoices(here.folder)}:${process.env['PATH'] ?? ''}` } }
      for (let run = 0; run < 3; run += 1) expect((await here.loa(['audio', 'render'], broken)).code).toBe(7)

      const still = await render()
      expect(still.code).toBe(7)
      expect(still.stderr).toContain('loa audio render --again')
      expect((await here.loa(['audio', 'render', '--help'])).stdout).toContain('--again')
      const again = await render('--again')
      expect(again.code).toBe(0)
      expect(again.json).toMatchObject({ rendered: 1, failed: 0, failures: [] })
      expect((await render()).json).toMatchObject({ rendered: 0, there: 1 })
    } finally {
      here.close()
    }
  }, 60_000)
})

/** A folder with an espeak-ng that knows its voices and version, and cannot read. */
function brokenVoices(folder: string): string {
  const real = execFileSync('sh', ['-c', 'command -v espeak-ng'], { encoding: 'utf8' }).trim()
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  const lines = ['#!/bin/sh', 'case "$1" in -v) echo "no sound" >&2; exit 1;; esac', `exec ${real} "$@"`]
  writeFileSync(join(programs, 'espeak-ng'), `${lines.join('\n')}\n`, { mode: 0o755 })
  return programs
}
