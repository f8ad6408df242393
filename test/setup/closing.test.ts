import { execFile } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closingLine, countsIn } from '../../src/setup/counts.mjs'
import { vitestArguments } from '../../src/setup/verbs.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the closing line', () => {
  it('is plain', () => {
    expect(closingLine({ passed: 12, failed: 0 })).toBe('12 passed, 0 failed')
  })

  it.each([
    ['all is well', 'passed\npassed\nend\n', 0, '2 passed, 0 failed'],
    ['a test failed', 'passed\nfailed\nend\n', 1, '1 passed, 1 failed'],
    ['a file could not be read', 'passed\nerror\nend\n', 1, '1 passed, 1 failed'],
    ['vitest crashed before the first test', '', 1, '0 passed, 1 failed'],
    ['vitest was killed in the middle', 'passed\npassed\n', 137, '2 passed, 1 failed'],
    ['vitest stopped in the middle and called it success', 'passed\n', 0, '1 passed, 1 failed'],
    ['something else than a test failed', 'passed\nend\n', 1, '1 passed, 1 failed'],
    ['there was no test', 'end\n', 1, '0 passed, 0 failed'],
  ])('when %s', (_said, notes, exit, line) => {
    expect(closingLine(countsIn(notes, exit))).toBe(line)
  })

  it('is counted whatever reporter a person asks for', () => {
    expect(vitestArguments([]).join(' ')).toMatch(/--reporter=default --reporter=\S+counts\.mjs$/)
    expect(vitestArguments(['--reporter=dot']).join(' ')).toMatch(
      / --reporter=\S+counts\.mjs --reporter=dot$/,
    )
  })
})

describe('counting a real run of vitest', () => {
  let folder = ''
  beforeAll(() => {
    // Inside node_modules, so that the samples find vitest and no other run finds the samples.
    mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true })
    folder = mkdtempSync(join(root, 'node_modules', '.cache', 'loa-lang-closing-'))
    writeFileSync(
      join(folder, 'vitest.config.mjs'),
      `export default { test: { include: ['*.case.mjs'], exclude: [] } }\n`,
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function run(name: string, sample: string): Promise<{ line: string; exit: number }> {
    const own = join(folder, name)
    mkdirSync(own)
    writeFileSync(
      join(own, 'a.case.mjs'),
      `import { afterAll, beforeAll, describe, it } from 'vitest'\n${sample}`,
    )
    const notes = join(own, 'notes')
    writeFileSync(notes, '')
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const counting = `--reporter=${join(root, 'src', 'setup', 'counts.mjs')}`
    const config = join(folder, 'vitest.config.mjs')
    const exit = await new Promise<number>((resolve) => {
      const child = execFile(
        process.execPath,
        [vitest, 'run', '--root', own, '--config', config, counting],
        { cwd: own, env: { ...process.env, LOA_COUNTS: notes }, timeout: 60_000 },
        () => resolve(child.exitCode ?? 137),
      )
    })
    return { line: closingLine(countsIn(readFileSync(notes, 'utf8'), exit)), exit }
  }

  it.each([
    ['passes', `it('a', () => {}); it('b', () => {}); it.skip('c', () => {})`, '2 passed, 0 failed', 0],
    ['fails', `it('a', () => {}); it('b', () => { throw new Error('no') })`, '1 passed, 1 failed', 1],
    ['unreadable', `it('a', () => {}); throw new Error('cannot load')`, '0 passed, 1 failed', 1],
    [
      'unready',
      `describe('d', () => { beforeAll(() => { throw new Error('no') }); it('a', () => {}) }); it('b', () => {})`,
      '1 passed, 1 failed',
      1,
    ],
    [
      'untidy',
      `it('a', () => { setTimeout(() => { throw new Error('late') }, 1) }); it('b', () => new Promise((r) => setTimeout(r, 50)))`,
      '2 passed, 1 failed',
      1,
    ],
    [
      'dies',
      `it('a', () => {}); it('b', () => { process.kill(process.pid, 'SIGKILL') })`,
      /^[01] passed, [1-9] failed$/,
      1,
    ],
  ])('that %s', async (name, sample, line, exit) => {
    const found = await run(name, sample)
    expect(found.line).toMatch(line)
    expect(found.exit).toBe(exit)
  })
})
