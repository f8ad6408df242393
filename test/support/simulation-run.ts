/** One run under one seed, from the opening of the office to the judgement. */
import { type Judgement, judge } from './simulation-judge.ts'
import { wrongNow, wrongOnBroker } from './simulation-present.ts'
import { Simulation } from './simulation.ts'
import type { Weather } from './simulation-faults.ts'
import { live } from './simulation-story.ts'

export type Run = Judgement & { trace: string; messages: number }

/** What goes wrong about every three minutes while devices play. */
export const storm: Weather = { busyMinutes: 3, idleMinutes: 40, attackers: true }
/** The same without anybody who means ill. */
export const badLuck: Weather = { ...storm, attackers: false }

/**
 * Lives through the days and judges them. Throws with the seed and the last steps when anything is not as it
 * must be: that and the commit are all that is needed to see it again.
 */
export async function run(seed: number, days: number, weather: Weather): Promise<Run> {
  const simulation = await Simulation.open(seed)
  try {
    await live(simulation, days, weather)
    const wrong = await wrongNow(simulation)
    wrong.push(...(await wrongOnBroker(simulation)))
    await simulation.end()
    const judgement = await judge(simulation)
    wrong.push(...judgement.wrong)
    if (wrong.length > 0) throw new Error(wrong.slice(0, 20).join('\n'))
    return { ...judgement, trace: simulation.trace(), messages: simulation.messages }
  } catch (error) {
    const why = [error instanceof Error ? error.message : String(error), ...simulation.violations.slice(0, 5)]
    throw new Error(`${why.join('\n')}\n\n${simulation.story()}`, { cause: error })
  } finally {
    await simulation.close()
  }
}

/** The seeds to run: LOA_SEED (one, or several with commas) when it is set, else those given. */
export function seeds(usual: readonly number[]): number[] {
  const asked = process.env['LOA_SEED']
  if (asked === undefined || asked === '') return [...usual]
  const read = asked.split(',').map(Number)
  if (read.some((seed) => !Number.isSafeInteger(seed)))
    throw new RangeError(`LOA_SEED is no list of whole numbers: ${asked}`)
  return read
}
