// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runForeground } from './child.mjs'
import { closingLine, countsIn } from './counts.mjs'
import { prepare, ROOT } from './prepare.mjs'
import { NEEDS } from './programs.mjs'
import { EXIT_FAILED, Refusal } from './refusal.mjs'

/**
 * Runs the product's own command line with the right Node.
 *
 * @param {readonly string[]} args of `loa`
 * @param {readonly string[]} programs
 * @param {string} [cwd] where the person is
 */
export async function loa(args, programs, cwd = process.cwd()) {
  const { node, env } = await prepare({ programs })
  return runForeground(node, [join(ROOT, 'src', 'cli.ts'), ...args], { cwd, env })
}

/**
 * Sets up and says that all is ready.
 *
 * @param {readonly string[]} args `tests` asks for what the tests need, too
 */
export async function setup(args) {
  await prepare({ programs: args.includes('tests') ? NEEDS.tests : NEEDS.run })
  process.stderr.write('Sẵn sàng. Chạy thử: npm run demo · Ready. Try: npm run demo\n')
  return 0
}

/**
 * Runs the tests, and ends with the closing line.
 *
 * @param {readonly string[]} args for vitest: files, `-t name`
 * @param {'test' | 'soak'} kind the long soak has a folder and a command of its own
 */
export async function test(args, kind) {
  const { node, env } = await prepare({ programs: NEEDS.tests })
  const folder = mkdtempSync(join(tmpdir(), 'loa-lang-counts-'))
  try {
    const file = join(folder, 'notes')
    writeFileSync(file, '')
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    const exit = await runForeground(node, [vitest, ...vitestArguments(args)], {
      cwd: ROOT,
      env: { ...env, LOA_COUNTS: file, ...(kind === 'soak' ? { LOA_SOAK: '1' } : {}) },
    })
    return closeTests(countsIn(readFileSync(file, 'utf8'), exit), exit)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Our reporter is named on the command line, because a `--reporter` of the person's would push out one in the
 * configuration.
 *
 * @param {readonly string[]} args
 */
export function vitestArguments(args) {
  const counting = `--reporter=${fileURLToPath(new URL('counts.mjs', import.meta.url))}`
  const reporters = args.some((arg) => arg.startsWith('--reporter'))
    ? [counting]
    : ['--reporter=default', counting]
  return ['run', '--config', 'test/vitest.config.ts', ...reporters, ...args]
}

/**
 * @param {import('./counts.mjs').Counts} counts
 * @param {number} exit
 */
function closeTests(counts, exit) {
  if (counts.passed + counts.failed === 0) {
    process.stderr.write('Không có bài kiểm tra nào được chạy · no test was run\n')
  }
  process.stdout.write(`${closingLine(counts)}\n`)
  if (exit !== 0) return exit
  return counts.failed > 0 || counts.passed === 0 ? EXIT_FAILED : 0
}

/** What `npm run check` looks at, each with our configuration under test/. */
const CHECKS = {
  tsc: ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  eslint: ['eslint/bin/eslint.js', '--config', 'test/eslint.config.js', '--max-warnings', '0', 'src', 'test'],
  prettier: [
    ...['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '--config', 'test/prettier.json'],
    ...['--ignore-path', 'test/prettier.ignore', '{src,test}/**/*.{ts,mjs,js,css}', '*.json'],
  ],
}

/**
 * Checks the source without running it, and ends with the closing line.
 *
 * @param {readonly string[]} args names of checks; none means all
 */
export async function check(args) {
  const unknown = args.filter((name) => !Object.hasOwn(CHECKS, name))
  if (unknown.length > 0) {
    throw new Refusal({
      vi: `Không có bước kiểm tra «${unknown.join(', ')}». Các bước: ${Object.keys(CHECKS).join(', ')}.`,
      en: `There is no check "${unknown.join(', ')}". The checks are: ${Object.keys(CHECKS).join(', ')}.`,
    })
  }
  const { node, env } = await prepare({ programs: NEEDS.none })
  const counts = { passed: 0, failed: 0 }
  for (const [name, [program = '', ...rest]] of Object.entries(CHECKS)) {
    if (args.length > 0 && !args.includes(name)) continue
    const from = performance.now()
    const exit = await runForeground(node, [join(ROOT, 'node_modules', program), ...rest], { cwd: ROOT, env })
    if (exit > 128) return exit
    counts[exit === 0 ? 'passed' : 'failed'] += 1
    process.stdout.write(
      `${exit === 0 ? '✓' : '✗'} ${name} (${((performance.now() - from) / 1000).toFixed(1)} s)\n`,
    )
  }
  process.stdout.write(`${closingLine(counts)}\n`)
  return counts.failed === 0 ? 0 : EXIT_FAILED
}

/**
 * Measures: `npm run bench -- <name>`.
 *
 * @param {readonly string[]} args
 */
export async function bench(args) {
  const file = join(ROOT, 'test', 'bench', 'run.ts')
  if (!existsSync(file)) {
    throw new Refusal({ vi: 'Chưa có phép đo nào (test/bench).', en: 'There is no bench yet (test/bench).' })
  }
  const { node, env } = await prepare({ programs: NEEDS.run })
  return runForeground(node, [file, ...args], { cwd: ROOT, env })
}
