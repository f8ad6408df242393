// @ts-check
// The first thing anyone runs, from a bare clone: Node's own modules only, on Node 18 and later.
import { doctor } from './doctor.mjs'
import { NEEDS } from './programs.mjs'
import { EXIT_FAILED, Refusal, tellError } from './refusal.mjs'
import { bench, check, loa, setup, test } from './verbs.mjs'

/** @type {Record<string, (args: string[]) => number | Promise<number>>} */
const VERBS = {
  setup,
  doctor,
  demo: (args) => loa(['demo', ...args], NEEDS.run),
  start: (args) => loa(['hub', ...args], NEEDS.run),
  test: (args) => test(args, 'test'),
  check,
  bench,
  soak: (args) => test(args, 'soak'),
}

const [verb = '', ...args] = process.argv.slice(2)

try {
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (run === undefined) {
    const known = Object.keys(VERBS).join(', ')
    throw new Refusal({
      vi: `Không có lệnh «${verb}». Các lệnh: ${known}.`,
      en: `There is no command "${verb}". The commands are: ${known}.`,
    })
  }
  process.exitCode = await run(args)
} catch (error) {
  process.stderr.write(`${tellError(error)}\n`)
  process.exitCode = error instanceof Refusal ? error.exit : EXIT_FAILED
}
