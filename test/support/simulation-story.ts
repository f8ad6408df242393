/** What happens in the province: what staff do day by day, and what goes wrong, drawn from the seed. */
import { instantAt, plusDays, timeOfDay } from '../../src/base/calendar.ts'
import { toMilliseconds } from '../../src/base/time.ts'
import { recordingsOf } from '../../src/audio/index.ts'
import { attest, countersign } from '../../src/evidence/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { withdrawVersion } from '../../src/scripts/index.ts'
import { month, type Simulation } from './simulation.ts'
import { Chance } from './simulation-chance.ts'
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
/** A device that is carried up the mountain when half of it is over. */
export const lateDevice = 'loa-20992'

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
    { at: at(1, '03:00'), what: 'greetings and three campaigns', act: async () => {
      await office(async (desk) => approveAll(simulation, desk, 'loi-chao', await recordGreetings(desk, greetingSeconds)))()
      for (const slug of ['mot', 'hai', 'ba']) await newCampaign(slug, true)()
    } },
    { at: at(1, '04:00'), what: 'two campaigns that wait for approval', act: async () => {
      await newCampaign('bon', false)()
      await newCampaign('nam', false)()
      // Never approved: it must never be heard.
      await newCampaign('cam', false)()
    } },
    { at: at(1, '12:00'), what: 'bon is approved', act: approves('bon', 1) },
    { at: at(1, '20:00'), what: 'a campaign for tomorrow', act: newCampaign('sau', true) },
    { at: at(2, '01:00'), what: 'sau is withdrawn', act: office(async (desk) => {
      await withdrawVersion(desk.database, { script: 'sau', version: 1, by: editor, why: 'Sai số điện thoại', now: desk.now })
      await recordBulletin(desk, 'sau', bulletinSeconds)
    }) },
    { at: at(2, '09:00'), what: 'sau is approved again', act: approves('sau', 2) },
    { at: at(2, '13:00'), what: 'nam is approved', act: approves('nam', 1) },
    { at: at(2, '17:10'), what: `${lateDevice} comes`, act: () => simulation.devices.get(lateDevice)!.switchOn() },
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

async function approveAll(simulation: Simulation, desk: Office, slug: string, version: number): Promise<void> {
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
    const { id: attestation } = await attest(database, { airing: id, by: first, outcome, playedAt, note: 'Đã nghe', now, ids })
    if (word !== 'waits') await countersign(database, { attestation, by: second, now })
  }
}

/** How bad it is. Minutes between two faults while devices play, and otherwise. */
export type Weather = { busyMinutes: number; idleMinutes: number; attackers: boolean }

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

class Faults {
  readonly #simulation: Simulation
  readonly #chance: Chance
  readonly #weather: Weather
  #returns: { at: number; what: string; act: () => Promise<void> | void }[] = []

  constructor(simulation: Simulation, chance: Chance, weather: Weather) {
    this.#simulation = simulation
    this.#chance = chance
    this.#weather = weather
  }

  get nextReturn(): number {
    return Math.min(Infinity, ...this.#returns.map(({ at }) => at))
  }

  /** When the next one happens: often while devices play, and never so late that it misses their hours. */
  after(): number {
    const { busyMinutes, idleMinutes } = this.#weather
    const time = timeOfDay(this.#simulation.clock.now())
    const busy = /^(?:05|17):[0-4]/.test(time)
    const minutes = this.#chance.share() * 2 * (busy ? busyMinutes : idleMinutes)
    const wish = this.#simulation.now + Math.ceil(minutes * 60_000)
    const hour = 3_600_000
    const nextHour = Math.ceil((this.#simulation.now + 1) / hour) * hour
    return busy ? wish : Math.min(wish, nextHour)
  }

  async happen(): Promise<void> {
    const kinds = [
      ...['hub', 'hub message', 'broker', 'broker away', 'cut', 'link', 'link'],
      ...['device', 'device', 'device call', 'device call', 'device call', 'sound', 'card'],
      ...(this.#weather.attackers ? ['attack', 'attack', 'attack'] : []),
    ] as const
    const kind = this.#chance.one(kinds)
    if (kind === 'attack') this.#step(`attack: ${this.#simulation.attacker.attack(this.#simulation.now)}`)
    else if (kind.startsWith('hub')) await this.#hub(kind === 'hub')
    else if (kind.startsWith('broker') || kind === 'cut' || kind === 'link') this.#network(kind)
    else await this.#device(kind)
    await this.#simulation.settle()
  }

  /** Whoever is due back comes back; also whoever died by itself. */
  async returns(): Promise<void> {
    const { hub, devices, now } = this.#simulation
    const due = this.#returns.filter(({ at }) => at <= now)
    this.#returns = this.#returns.filter(({ at }) => at > now)
    for (const { what, act } of due) {
      this.#step(what)
      await act()
    }
    if (!hub.alive) this.#later('the hub comes back', 600, () => this.#startHub())
    for (const device of devices.values()) {
      if (device.on || (device.id === lateDevice && device.powerCuts === 0)) continue
      this.#later(`${device.id} comes back`, 900, () => this.#switchOn(device.id))
    }
    await this.#simulation.settle()
  }

  /** Everything is right again, and everybody is there. */
  async end(): Promise<void> {
    const { broker, hub, devices } = this.#simulation
    this.#step('all is well again')
    broker.faults({})
    broker.accepting(true)
    this.#returns = []
    if (!hub.alive) hub.start()
    for (const device of devices.values()) {
      device.failures.length = 0
      device.dieAfter(Infinity)
      if (!device.on) await device.switchOn()
    }
    hub.dieAfter(Infinity)
    await this.#simulation.settle()
  }

  async #hub(whole: boolean): Promise<void> {
    const { hub } = this.#simulation
    if (!hub.alive) return
    if (whole) {
      this.#step('the hub is killed')
      await hub.kill()
      await this.returns()
    } else {
      const messages = this.#chance.whole(1, 25)
      this.#step(`the hub dies at its message ${messages} from now`)
      hub.dieAfter(messages)
      hub.wake()
    }
  }

  #network(kind: string): void {
    const { broker } = this.#simulation
    if (kind === 'broker') {
      const keeps = this.#chance.happens(0.7) ? 'nothing' : 'everything'
      this.#step(`the broker starts again and keeps ${keeps}`)
      broker.restart(keeps)
    } else if (kind === 'broker away') {
      this.#step('the broker goes away')
      broker.restart('nothing')
      broker.accepting(false)
      this.#later('the broker is back', 600, () => broker.accepting(true))
    } else if (kind === 'cut') {
      const clients = broker.clients().filter((client) => client !== 'attacker').sort()
      if (clients.length === 0) return
      const client = this.#chance.one(clients)
      this.#step(`${client} is cut off`)
      broker.cut(client)
    } else {
      const bad = this.#chance.share()
      const faults = { cut: 0.03 * bad, lostAcknowledgement: 0.06 * bad, repeat: 0.15 * bad, reorder: 0.3 * bad }
      this.#step(`the links are ${Math.round(bad * 100)} % bad`)
      broker.faults(faults)
    }
  }

  async #device(kind: string): Promise<void> {
    const on = [...this.#simulation.devices.values()].filter((device) => device.on)
    if (on.length === 0) return
    const playing = on.filter(({ status }) => status?.playing !== null)
    // Power cuts in a play are what the journal is for: half of all faults look for one.
    const device = this.#chance.one(playing.length > 0 && this.#chance.happens(0.5) ? playing : on)
    if (kind === 'device') {
      this.#step(`${device.id} loses its power`)
      await device.powerCut()
      await this.returns()
    } else if (kind === 'device call') {
      const calls = this.#chance.whole(1, 40)
      this.#step(`${device.id} loses its power at its call ${calls} from now`)
      device.dieAfter(calls)
    } else if (kind === 'sound') {
      const failure = this.#chance.one(['silent', 'half'] as const)
      this.#step(`the sound system of ${device.id} will fail: ${failure}`)
      device.failures.push(failure)
    } else if (this.#chance.happens(0.3)) {
      if (device.spoilRecording()) this.#step(`a recording on the card of ${device.id} changes`)
    }
  }

  async #startHub(): Promise<void> {
    const { hub } = this.#simulation
    if (hub.alive) return
    hub.start(this.#chance.happens(0.3) ? this.#chance.whole(1, 40) : Infinity)
    await this.#simulation.settle()
  }

  async #switchOn(id: string): Promise<void> {
    const device = this.#simulation.devices.get(id)
    if (device === undefined || device.on) return
    await device.switchOn(this.#chance.happens(0.3) ? this.#chance.whole(1, 60) : Infinity)
    await this.#simulation.settle()
  }

  #later(what: string, secondsMax: number, act: () => Promise<void> | void): void {
    if (this.#returns.some((other) => other.what === what)) return
    this.#returns.push({ at: this.#simulation.now + this.#chance.whole(1, secondsMax) * 1000, what, act })
  }

  #step(what: string): void {
    this.#simulation.step(what)
  }
}
