/** What goes wrong in the province, drawn from the seed, and how it comes right again. */
import { timeOfDay } from '../../src/base/calendar.ts'
import type { Chance } from './simulation-chance.ts'
import type { Simulation } from './simulation.ts'

/** A device that is carried up the mountain when half of it is over. */
export const lateDevice = 'loa-20992'

/** How bad it is. Minutes between two faults while devices play, and otherwise. */
export type Weather = { busyMinutes: number; idleMinutes: number; attackers: boolean }

/** Draws faults, and sees to it that whoever went comes back. */
export class Faults {
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
      ...['hub', 'hub message', 'hub message', 'broker', 'broker away', 'cut', 'link', 'link'],
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
    // The last word is the broker's: whatever it held, real and forged, has to come from the others again.
    this.#step('the broker loses everything once more')
    broker.restart('nothing')
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
      const messages = this.#chance.whole(1, this.#chance.one([4, 30]))
      this.#step(`the hub dies at its message ${messages} from now`)
      hub.dieAfter(messages)
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
      const clients = broker
        .clients()
        .filter((client) => client !== 'attacker')
        .sort()
      if (clients.length === 0) return
      const client = this.#chance.one(clients)
      this.#step(`${client} is cut off`)
      broker.cut(client)
    } else {
      const bad = this.#chance.share()
      const faults = {
        cut: 0.03 * bad,
        lostAcknowledgement: 0.06 * bad,
        repeat: 0.15 * bad,
        reorder: 0.3 * bad,
      }
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
