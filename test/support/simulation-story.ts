/** What happens in the province: what staff do day by day, and what goes wrong, drawn from the seed. */
import { instantAt, plusDays } from '../../src/base/calendar.ts'
import { toMilliseconds } from '../../src/base/time.ts'
import { recordingsOf } from '../../src/audio/index.ts'
import { attest, countersign } from '../../src/evidence/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { withdrawVersion } from '../../src/scripts/index.ts'
import { month, type Simulation } from './simulation.ts'
import { Chance } from './simulation-chance.ts'
import { Faults, lateDevice, type Weather } from './simulation-faults.ts'
import {
  approveVersion,
  campaign,
  editor,
  type Office,
  operators,
  recordBulletin,
  recordGreetings,
} from './simulation-office.ts'

const bulletinSeconds = 240
const greetingSeconds = 12
type Planned = { at: number; what: string; act: () => Promise<void> }

/** Staff's doings of so many days (at least three), and the late device, in the order of time. */
export function doings(simulation: Simulation, days: number): Planned[] {
  const at = (day: number, time: string): number =>
    toMilliseconds(instantAt(plusDays('2026-11-03', day - 1), time))
  const office = (work: (office: Office) => Promise<void>): (() => Promise<void>) => {
    return () => simulation.office(work)
  }
  const newCampaign = (slug: string, approves: boolean): (() => Promise<void>) =>
    office(async (desk) => {
      const version = await recordBulletin(desk, slug, bulletinSeconds)
      if (approves) await approveAll(simulation, desk, slug, version)
      await campaign(desk, `dot-${slug}`, [slug], month)
    })
  const approves = (slug: string, version: number): (() => Promise<void>) =>
    office((desk) => approveAll(simulation, desk, slug, version))
  const list: Planned[] = [
    {
      at: at(1, '03:00'),
      what: 'greetings and three campaigns',
      act: async () => {
        await office(async (desk) =>
          approveAll(simulation, desk, 'loi-chao', await recordGreetings(desk, greetingSeconds)),
        )()
        for (const slug of ['mot', 'hai', 'ba']) await newCampaign(slug, true)()
      },
    },
    {
      at: at(1, '04:00'),
      what: 'two campaigns that wait for approval',
      act: async () => {
        await newCampaign('bon', false)()
        await newCampaign('nam', false)()
        // Never approved: it must never be heard.
        await newCampaign('cam', false)()
      },
    },
    { at: at(1, '12:00'), what: 'bon is approved', act: approves('bon', 1) },
    { at: at(1, '20:00'), what: 'a campaign for tomorrow', act: newCampaign('sau', true) },
    {
      at: at(2, '01:00'),
      what: 'sau is withdrawn',
      act: office(async (desk) => {
        await withdrawVersion(desk.database, {
          script: 'sau',
          version: 1,
          by: editor,
          why: 'Sai số điện thoại',
          now: desk.now,
        })
        await recordBulletin(desk, 'sau', bulletinSeconds)
      }),
    },
    { at: at(2, '09:00'), what: 'sau is approved again', act: approves('sau', 2) },
    { at: at(2, '13:00'), what: 'nam is approved', act: approves('nam', 1) },
    {
      at: at(2, '17:10'),
      what: `${lateDevice} comes`,
      act: () => simulation.devices.get(lateDevice)!.switchOn(),
    },
    ...Array.from({ length: days - 2 }, (_, index): Planned => ({
      at: at(index + 2, '21:00'),
      what: `a campaign for day ${index + 3}`,
      act: newCampaign(`ngay-${index + 3}`, true),
    })),
    ...Array.from({ length: days }, (_, index): Planned => ({
      at: at(index + 1, '18:30'),
      what: 'operators attest',
      act: office((desk) => operatorsAttest(simulation, desk, index)),
    })),
  ]
  return list.sort((a, b) => a.at - b.at)
}

async function approveAll(
  simulation: Simulation,
  desk: Office,
  slug: string,
  version: number,
): Promise<void> {
  await approveVersion(desk, slug, version)
  for (const recording of await recordingsOf(desk.database, { script: slug, version })) {
    for (const { sha256 } of recording.renditions) simulation.approved.add(sha256)
  }
}

/** Stations played by hand: some airings are attested, some of those countersigned, some told as missed. */
async function operatorsAttest(simulation: Simulation, desk: Office, day: number): Promise<void> {
  const chance = new Chance(simulation.seed, `operators ${day}`)
  const ids = { next: (kind: string) => `${kind}-${simulation.seed}-${day}-${chance.whole(1, 1e9)}` }
  const { database, now } = desk
  const [first, second] = operators
  for (const { id, devices, plannedAt, cancelled } of await airingsOf(database, { month })) {
    if (devices.length > 0 || cancelled !== null || plannedAt > now || simulation.attested.has(id)) continue
    const word = chance.one(['nothing', 'waits', 'played', 'missed'] as const)
    simulation.attested.set(id, word)
    if (word === 'nothing') continue
    const outcome = word === 'missed' ? 'missed' : 'played'
    const playedAt = outcome === 'played' ? plannedAt : null
    const { id: attestation } = await attest(database, {
      airing: id,
      by: first,
      outcome,
      playedAt,
      note: 'Đã nghe',
      now,
      ids,
    })
    if (word !== 'waits') await countersign(database, { attestation, by: second, now })
  }
}

/** Lives through so many days with everything going wrong, then lets it be right again for some hours. */
export async function live(simulation: Simulation, days: number, weather: Weather): Promise<void> {
  const chance = new Chance(simulation.seed, 'faults')
  const faults = new Faults(simulation, chance, weather)
  const todo = doings(simulation, days)
  simulation.hub.start()
  for (const device of simulation.devices.values()) {
    if (device.id !== lateDevice) await device.switchOn()
  }
  const end = toMilliseconds(instantAt(plusDays('2026-11-03', days - 1), '20:00'))
  let nextFault = faults.after()
  while (simulation.now < end) {
    const nextTodo = todo[0]?.at ?? Infinity
    const next = Math.min(end, nextTodo, nextFault, faults.nextReturn)
    await simulation.passUntil(next)
    while (todo[0] !== undefined && todo[0].at <= simulation.now) {
      const { what, act } = todo.shift()!
      simulation.step(what)
      await act()
    }
    await faults.returns()
    if (simulation.now >= nextFault) {
      await faults.happen()
      nextFault = faults.after()
    }
  }
  await faults.end()
  await simulation.pass(4 * 3_600_000)
}
