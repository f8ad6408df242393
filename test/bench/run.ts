/**
 * `npm run bench -- <name> [--json]`: measures one thing against a baseline of the same run. The last
 * line with `--json` is `{"bench","results":[{"what","value","unit","baseline","ratio","goal","ok"}]}`.
 * Exit code 1 when a goal is not met, 2 when there is no such bench.
 */
import { e2e } from './e2e.ts'
import { render } from './render.ts'
import { web } from './web.ts'

/** One measured figure. `baseline` and `ratio` are null where there is nothing to compare with. */
export type BenchResult = {
  what: string
  value: number
  unit: string
  baseline: number | null
  ratio: number | null
  goal: string | null
  ok: boolean | null
}

const benches: Record<string, () => Promise<BenchResult[]>> = { e2e, render, web }

const [name = '', ...flags] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  process.stderr.write(
    `Không có phép đo "${name}". Có: ${Object.keys(benches).join(', ')}\nThere is no bench "${name}". There are: ${Object.keys(benches).join(', ')}\n`,
  )
  process.exitCode = 2
} else {
  const results = await bench()
  for (const result of results) {
    const compared =
      result.ratio === null ? '' : `  ratio ${String(result.ratio)} to ${String(result.baseline)}`
    const goal =
      result.goal === null ? '' : `  goal ${result.goal}: ${result.ok === true ? 'met' : 'NOT met'}`
    process.stderr.write(`${result.what}: ${String(result.value)} ${result.unit}${compared}${goal}\n`)
  }
  if (flags.includes('--json')) process.stdout.write(`${JSON.stringify({ bench: name, results })}\n`)
  process.exitCode = results.some((result) => result.ok === false) ? 1 : 0
}
