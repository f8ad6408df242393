/** Random kill -9 of hub, broker and fleet under one seed, and each started again. */
import { systemClock } from '../../src/base/time.ts'
import { airingOutcomes } from '../../src/evidence/index.ts'
import { monthOf } from '../../src/base/calendar.ts'
import { Chance } from './simulation-chance.ts'
import { type Evidence, evidenceOf, receiptsKept } from './simulation-evidence.ts'
import {
  type Airings,
  enrolSome,
  OfficeProcesses,
  openProvince,
  planClosely,
  until,
} from './simulation-processes.ts'

export type Chaos = Airings & { seed: number; kills: number; secondsMax: number }
export type AfterChaos = Evidence & { kills: Record<string, number> }

/** Runs an office through its airings while it is killed again and again; throws with seed and deeds when it ends badly. */
export async function chaos(given: Chaos): Promise<AfterChaos> {
  const office = new OfficeProcesses()
  const deeds: string[] = []
  try {
    const devices = await office.work(async (work) => {
      await openProvince(work)
      return enrolSome(work, given.devices)
    })
    await office.work((work) => planClosely(work, given))
    const began = performance.now()
    office.startHub()
    office.startFleet()
    const kills = await killAround(office, given, began, deeds)
    const wanted = given.devices * given.each
    await until(
      `${wanted} receipts in the hub`,
      () => receiptsKept(office.folder) >= wanted,
      given.secondsMax,
    )
    // The last acknowledgements are still on their way.
    await until('empty outboxes', () => office.fleetStatus?.outbox === 0, given.secondsMax)
    await office.fleet?.stop()
    await office.hub?.stop()
    const evidence = evidenceOf(office.folder, devices, given.each)
    const outcomes = await office.work(({ database, clock }) => {
      const now = clock.now()
      return airingOutcomes(database, { month: monthOf(now), now })
    })
    const met = outcomes.filter(({ state }) => state === 'met').length
    const { wrong, airings, played } = evidence
    if (outcomes.length !== airings) wrong.push(`the hub counts ${outcomes.length} airings of ${airings}`)
    if (met !== played) wrong.push(`the hub counts ${met} airings as met, and ${played} were played`)
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    return { ...evidence, kills }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error([why, `seed ${given.seed}`, ...deeds, office.words].join('\n'), { cause: error })
  } finally {
    await office.close()
  }
}

/** The hub comes last: its new start makes every device send what it still holds, whoever heard it before. */
const victims = ['fleet', 'broker', 'hub'] as const
const brokerUpSeconds = 30

/** Kills one of the three after the other, from shortly before the first airing to shortly after the last one's start. */
async function killAround(
  office: OfficeProcesses,
  given: Chaos,
  began: number,
  deeds: string[],
): Promise<Record<(typeof victims)[number], number>> {
  const chance = new Chance(given.seed, 'kills')
  const from = given.firstSeconds * 800
  const slot = ((given.firstSeconds + given.each * given.everySeconds) * 1000 - from) / given.kills
  const kills = { hub: 0, broker: 0, fleet: 0 }
  for (let index = 0; index < given.kills; index += 1) {
    const moment = from + (index + chance.share()) * slot
    await systemClock.wait(moment - (performance.now() - began))
    const victim = victims[index % victims.length]!
    const pause = Math.round(chance.share() * 1500)
    deeds.push(`${Math.round(performance.now() - began)} ms: kill -9 ${victim}, back after ${pause} ms`)
    kills[victim] += 1
    if (victim === 'broker') {
      // The hub that was killed before may still be bringing it up. It also starts it again.
      await until('a broker to kill', () => office.killBroker(), brokerUpSeconds)
      continue
    }
    if (office[victim]?.alive !== true) throw new Error(`the ${victim} has ended by itself`)
    await office[victim].kill()
    await systemClock.wait(pause)
    if (victim === 'hub') office.startHub()
    else office.startFleet()
  }
  return kills
}
