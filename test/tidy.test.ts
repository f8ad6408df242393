import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  TOP,
  tooLong,
  wrongImports,
  wrongPackages,
  wrongReading,
  wrongSetupImports,
  wrongTop,
  wrongClimbs,
  wrongWords,
  type Source,
} from './support/tidy.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Read as text; sounds and pictures are not. Larger files are data. */
const TEXT =
  /\.(?:ts|mjs|js|json|yaml|yml|md|sql|hbs|css|html|csv|service|timer|conf|example|ignore|txt)$|\/(?:run|LICENSE|\.gitignore|\.editorconfig)$/
const TEXT_BYTES_MAX = 1_000_000

describe('the checkout', () => {
  const sources = TOP.map((name) => join(root, name))
    .filter((place) => existsSync(place))
    .flatMap(filesUnder)
    .filter((file) => TEXT.test(file) && !/\.min\.\w+$/.test(file))
    .flatMap(read)
  // These two hold the bad words themselves: the rules, and the samples that prove them.
  const ours = sources.filter(({ path }) => !/^test\/(?:support\/tidy|tidy\.test)\.ts$/.test(path))

  it('was found at all', () => {
    expect(sources.filter(({ path }) => path.startsWith('src/base/')).length).toBeGreaterThan(5)
  })

  it('imports along the way of the data only, and through front doors', () => {
    expect(wrongImports(sources)).toEqual([])
  })

  it('sets itself up with nothing but Node', () => {
    expect(wrongSetupImports(sources)).toEqual([])
  })

  it('names files after the package they know', () => {
    expect(wrongPackages(sources)).toEqual([])
  })

  it('reads clock, chance and environment in one place each', () => {
    expect(wrongReading(sources)).toEqual([])
  })

  it('has no file too long to read at once', () => {
    expect(tooLong(sources)).toEqual([])
  })

  it('keeps to itself whose machine it was written on, and leaves nothing undone', () => {
    expect(wrongWords(ours)).toEqual([])
  })

  it('points at nothing outside itself', () => {
    expect(wrongClimbs(ours)).toEqual([])
  })

  it('has at its top what belongs there and nothing else', () => {
    expect(wrongTop(readdirSync(root), readFileSync(join(root, '.gitignore'), 'utf8'))).toEqual([])
  })

  function filesUnder(place: string): string[] {
    if (statSync(place).isFile()) return [place]
    const names = readdirSync(place, { recursive: true, encoding: 'utf8' })
    return names.map((name) => join(place, name)).filter((file) => statSync(file).isFile())
  }

  function read(file: string): Source[] {
    if (statSync(file).size > TEXT_BYTES_MAX) return []
    return [{ path: relative(root, file), text: readFileSync(file, 'utf8') }]
  }
})

describe('the rule of imports', () => {
  const at = (path: string, text: string): string[] => wrongImports([{ path, text }])

  it.each([
    ['to the right', 'src/audio/job.ts', `import { plan } from '../schedule/index.ts'`],
    ['from base to anything of ours', 'src/base/log.ts', `import { openDatabase } from '../db/index.ts'`],
    ['of a type just the same', 'src/scripts/store.ts', `import type { Plan } from '../delivery/index.ts'`],
    ['by export', 'src/people/index.ts', `export { units } from '../registry/index.ts'`],
    ['while running', 'src/registry/store.ts', `const reports = await import('../reports/index.ts')`],
    ['inside a type', 'src/registry/units.ts', `type Line = import('../reports/index.ts').Line`],
    ['of the hub into playback', 'src/playback/player.ts', `import { unitOf } from '../registry/index.ts'`],
    ['of people into playback', 'src/playback/player.ts', `import { can } from '../people/index.ts'`],
    ['of playback into the hub', 'src/evidence/store.ts', `import { play } from '../playback/index.ts'`],
    [
      'of the wire into the schedule',
      'src/schedule/plan.ts',
      `import { PlanMessage } from '../wire/messages.ts'`,
    ],
    ['of the bus into approval', 'src/approval/approve.ts', `import { Bus } from '../wire/bus.ts'`],
    ['of the topics into audio', 'src/audio/job.ts', `import { topics } from '../wire/topics.ts'`],
    ['of the configuration into a module', 'src/delivery/job.ts', `import { config } from '../config.ts'`],
    [
      'of the registry into the controller',
      'src/controller.ts',
      `import { units } from './registry/index.ts'`,
    ],
    ['of a process into a module', 'src/web/app.ts', `import { hub } from '../hub.ts'`],
    ['of a module nobody knows', 'src/helpers/misc.ts', `import { log } from '../base/log.ts'`],
  ])('refuses an import %s', (_said, path, text) => {
    expect(at(path, text)).toEqual([expect.stringMatching(/^src\/.*:1 imports \w+: \w+ may not$/)])
  })

  it('refuses a way past the front door', () => {
    expect(at('src/reports/coverage.ts', `\nimport { keepReceipt } from '../evidence/store.ts'`)).toEqual([
      'src/reports/coverage.ts:2 imports "../evidence/store.ts": only evidence/index.ts is for others',
    ])
    expect(at('src/hub.ts', `import { brokerConfig } from './delivery/broker.ts'`)).toHaveLength(1)
    expect(at('src/people/index.ts', `import { tables } from '../db/tables.ts'`)).toHaveLength(1)
    expect(at('src/hub.ts', `import { routes } from './registry/routes.ts'`)).toHaveLength(1)
  })

  it('refuses a name that Node cannot run as it is', () => {
    expect(at('src/audio/job.ts', `import { a } from './voice'`)).toHaveLength(1)
    expect(at('src/audio/job.ts', `import { a } from './voice.js'`)).toHaveLength(1)
  })

  it.each([
    ['src/evidence/mqtt.ts', `import { topics } from '../wire/topics.ts'`],
    ['src/approval/approve.ts', `import { sealEnvelope } from '../wire/envelope.ts'`],
    ['src/evidence/job.ts', `import { settle } from '../schedule/index.ts'`],
    ['src/reports/job.ts', `import { receiptsOf } from '../evidence/index.ts'\nimport './lines.ts'`],
    [
      'src/playback/player.ts',
      `import { Plan } from '../wire/messages.ts'\nimport { now } from '../base/time.ts'`,
    ],
    ['src/web/app.ts', `import { routes } from '../scripts/routes.ts'\nimport express from 'express'`],
    ['src/cli/month.ts', `import { close } from '../reports/index.ts'\nimport { ask } from '../cli.ts'`],
    ['src/hub.ts', `import { config } from './config.ts'\nimport { play } from './playback/index.ts'`],
    [
      'src/audio/voices/espeak.ts',
      `import type { Voice } from '../voice.ts'\nimport { log } from '../../base/log.ts'`,
    ],
  ])('lets %s import what is its own', (path, text) => {
    expect(at(path, text)).toEqual([])
  })

  it('is not misled by words in texts and comments', () => {
    expect(
      at(
        'src/base/log.ts',
        `// import x from '../web/app.ts'\nconst glob = '**/*' /* import('../hub.ts') */`,
      ),
    ).toEqual([])
  })
})

describe('the rule of names', () => {
  const at = (path: string, text: string): string[] => wrongPackages([{ path, text }])

  it.each([
    ['src/registry/units.ts', `import { sql } from 'kysely'`],
    ['src/registry/store.ts', `import Database from 'better-sqlite3'`],
    ['src/scripts/index.ts', `import type { Request } from 'express'`],
    ['src/delivery/job.ts', `import { connectAsync } from 'mqtt'`],
    ['src/audio/job.ts', `import ffmpeg from 'fluent-ffmpeg'`],
    ['src/hub.ts', `import { schedule } from 'node-cron'`],
    ['src/registry/index.ts', `import Handlebars from 'handlebars/dist/handlebars.js'`],
    ['src/hub.ts', `import pino from 'pino'`],
  ])('refuses in %s: %s', (path, text) => {
    expect(at(path, text)).toHaveLength(1)
  })

  it.each([
    ['src/registry/store.ts', `import { sql } from 'kysely'`],
    ['src/db/migrations/001.ts', `import { sql } from 'kysely'`],
    ['src/scripts/routes.ts', `import { Router } from 'express'`],
    ['src/web/errors.ts', `import type { Response } from 'express'`],
    ['src/wire/bus.ts', `import { connectAsync } from 'mqtt'`],
    ['src/audio/ffmpeg.ts', `import ffmpeg from 'fluent-ffmpeg'`],
    ['src/base/job.ts', `import { schedule } from 'node-cron'`],
  ])('lets %s: %s', (path, text) => {
    expect(at(path, text)).toEqual([])
  })

  it('gives the first run nothing but Node', () => {
    const setup = (text: string): string[] => wrongSetupImports([{ path: 'src/setup/cli.mjs', text }])
    expect(setup(`import { z } from 'zod'`)).toHaveLength(1)
    expect(setup(`import { AppError } from '../base/errors.ts'`)).toHaveLength(1)
    expect(setup(`import fs from 'node:fs'\nimport { npm } from './npm.mjs'`)).toEqual([])
  })
})

describe('the rule of clock, chance and environment', () => {
  const at = (path: string, text: string): string[] => wrongReading([{ path, text }])

  it.each([
    'const now = new Date()',
    'const now = new Date',
    'const now = Date.now()',
    'const read = Date.now',
    'const said = Date()',
    'const now = Temporal.Now.instant()',
    'const dice = Math.random()',
    'const port = process.env.LOA_PORT',
    `import { env } from 'node:process'`,
  ])('refuses: %s', (text) => {
    expect(at('src/schedule/plan.ts', text)).toHaveLength(1)
  })

  it('gives each its one file', () => {
    expect(at('src/base/time.ts', 'const now = new Date()')).toEqual([])
    expect(at('src/config.ts', 'const raw = process.env')).toEqual([])
    expect(at('src/setup/cli.mjs', 'const raw = process.env')).toEqual([])
    expect(at('src/config.ts', 'const now = new Date()')).toHaveLength(1)
    expect(at('src/base/ids.ts', 'const now = Date.now()')).toHaveLength(1)
    expect(at('src/base/time.ts', 'const raw = process.env')).toHaveLength(1)
  })

  it('lets anyone turn a written instant into a date', () => {
    expect(at('src/base/calendar.ts', `const day = new Date('2026-11-01T00:00:00Z')`)).toEqual([])
  })
})

describe('the rules of length, words and the top', () => {
  it('refuses a file of 401 lines', () => {
    const lines = (count: number): Source => ({ path: 'src/web/app.ts', text: 'let a\n'.repeat(count) })
    expect(tooLong([lines(400)])).toEqual([])
    expect(tooLong([lines(401)])).toEqual(['src/web/app.ts has 401 lines, over 400'])
  })

  it.each([
    // Put together, so that this file does not itself say what it refuses.
    ['see ', 'work', 'main', 'src'].join('/'),
    ['"', 'tmp', 'x', 'y"'].join('/'),
    'in /root/notes',
    'at /home/minh/loa',
    'https://registry.example.org/zod/-/zod-4.6.7.tgz',
    'as issue 2 asks',
    '// TODO later',
  ])('refuses: %s', (text) => {
    expect(wrongWords([{ path: 'README.md', text }])).toHaveLength(1)
  })

  it('refuses a relative path that leaves the repository', () => {
    expect(wrongClimbs([{ path: 'README.md', text: 'read ../elsewhere/data' }])).toHaveLength(1)
    expect(wrongClimbs([{ path: 'src/web/a.ts', text: "from '../../../b.ts'" }])).toHaveLength(1)
    expect(wrongClimbs([{ path: 'src/web/a.ts', text: "from '../../b.ts'" }])).toEqual([])
  })

  it('lets ordinary sentences be', () => {
    const text =
      'data in /var/lib/loa, work/life, src/web/root/a, session of a user, user agent, /home/loa/audio'
    expect(wrongWords([{ path: 'README.md', text }])).toEqual([])
  })

  it('refuses what does not belong at the top, and misses what does', () => {
    const ignored = '/node_modules/\n/data/\n*.log\n'
    const all = [
      '.ci',
      '.editorconfig',
      '.gitignore',
      'LICENSE',
      'README.md',
      'content',
      'devices',
      'package.json',
    ]
    const rest = [
      'package-lock.json',
      'schema.sql',
      'src',
      'systemd',
      'test',
      'tsconfig.json',
      '.git',
      'data',
    ]
    expect(wrongTop([...all, ...rest, 'node_modules', 'npm-debug.log'], ignored)).toEqual([])
    expect(wrongTop([...all, ...rest, 'scripts'], ignored)).toEqual(['scripts does not belong at the top'])
    expect(wrongTop([...all.slice(1), ...rest], ignored)).toEqual(['.ci is missing at the top'])
  })
})
