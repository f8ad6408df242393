/** One controller: notes messages, works them off step by step, plays from its own disk. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { isDiskFull, reasonOf } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { fromMilliseconds, type Instant, monotonicMilliseconds, toMilliseconds } from '../base/time.ts'
import { readSigningKey } from '../wire/envelope.ts'
import { HubStateMessage, readMessage } from '../wire/messages.ts'
import { topics } from '../wire/topics.ts'
import { partsNeeded } from './agenda.ts'
import { Bell } from './bell.ts'
import { type Cache, openCache } from './cache.ts'
import type { Controller, ControllerOptions, ControllerStatus } from './contract.ts'
import { Download } from './download.ts'
import { HeldDocuments, type Taken } from './held.ts'
import { Inbox, type Noted } from './inbox.ts'
import { Outbox } from './outbox.ts'
import { Player } from './player.ts'
import { Reporter } from './report.ts'
import { Session } from './session.ts'
import { Speaker } from './speaker.ts'
import { forgetOldPlays, type Journal, keep, openJournal, recall, recallNumber } from './store.ts'
import { type Trouble, Troubles } from './troubles.ts'

/** A controller for one device's folder. Nothing happens before `start` or `run`. */
export function createController(options: ControllerOptions): Controller {
  return new DeviceController(options)
}

const cacheBytesDefault = 536_870_912
/** A step is never further away than this. */
const idleMsMax = 3_600_000
/** A timer does not notice that the machine's clock was set; so often the loop looks at it again. */
const lookMsMax = 60_000
/** Set back by more than this, the clock is another one: pauses counted by it begin anew. */
const setBackMs = 1000
/** After the disk was full for the journal itself. */
const diskFullPauseMs = 5000

type Parts = {
  journal: Journal
  cache: Cache
  held: HeldDocuments
  player: Player
  speaker: Speaker
  outbox: Outbox
  session: Session
  download: Download
  reporter: Reporter
  epoch: string
}

class DeviceController implements Controller {
  readonly #options: ControllerOptions
  readonly #device: string
  readonly #bell = new Bell()
  readonly #inbox: Inbox
  readonly #troubles: Troubles
  #parts: Parts | undefined
  #stepping = false
  #hubSeen = false
  #lastSequence = 0
  #lastNow = 0
  #needs = { held: 0, missing: 0 }
  #needsChange = 0
  #told = ''
  #last: ControllerStatus | undefined

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#device = options.credentials.device
    this.#troubles = new Troubles(this.#device, options.log)
    this.#inbox = new Inbox(this.#device, (approval) => this.#parts?.held.names(approval) ?? false)
  }

  async start(): Promise<void> {
    assert(this.#parts === undefined, 'a controller is started once')
    const { folder, ids, log } = this.#options
    const journal = await openJournal(folder, this.#device, ids, log)
    try {
      this.#parts = await this.#open(journal)
    } catch (error) {
      await journal.destroy()
      throw error
    }
  }

  async #open(journal: Journal): Promise<Parts> {
    const { credentials, folder, clock, ids, log } = this.#options
    const [device, troubles] = [this.#device, this.#troubles]
    const now = this.#now()
    const wake = (): void => this.#bell.ring()
    const key = readSigningKey(credentials.privateKey)
    const epoch = (await recall(journal, 'epoch')) ?? ''
    const birth = (await recallNumber(journal, 'birth')) + 1
    await keep(journal, 'birth', String(birth))
    await forgetOldPlays(journal, now)
    this.#lastSequence = await recallNumber(journal, 'last-sequence')
    const { rootPublicKey } = credentials
    const cache = await openCache(
      join(folder, 'parts'),
      journal,
      this.#options.cacheBytes ?? cacheBytesDefault,
    )
    const held = await HeldDocuments.open(journal, device, rootPublicKey)
    const speaker = new Speaker(this.#options.output, clock, wake)
    const publish = (topic: string, payload: Uint8Array): boolean => session.publish(topic, payload, false)
    const resendMs = this.#options.resendSeconds * 1000
    const outbox = await Outbox.open({ device, epoch, key, journal, resendMs, publish, log, troubles })
    const player = await Player.open({
      ...{ device, rootPublicKey, journal, held, cache, speaker, clock, ids, log, troubles },
      boot: ids.next('boot'),
      bootedAt: now,
      clockSource: this.#options.clockSource ?? (() => 'rtc'),
      monotonicMs: this.#options.monotonicMs ?? monotonicMilliseconds,
      told: (sequence) => {
        this.#lastSequence = sequence
        outbox.added()
      },
    })
    const connectData = this.#options.connectData
    const download = new Download({ device, cache, connect: connectData, publish, log, troubles, wake })
    const note = (topic: string, payload: Uint8Array): void => {
      if (this.#inbox.note(topic, payload)) wake()
    }
    // Last: from here on messages come.
    const connect = this.#options.connect
    const session = new Session({ device, birth, connect, clock, log, note, wake })
    this.#needsChange = 0
    return {
      journal,
      cache,
      held,
      player,
      speaker,
      outbox,
      session,
      download,
      reporter: new Reporter(key),
      epoch,
    }
  }

  async step(): Promise<Instant> {
    const parts = this.#parts
    assert(parts !== undefined, 'start first')
    assert(!this.#stepping, 'one step at a time')
    this.#stepping = true
    try {
      this.#bell.heard()
      const next = await this.#work(parts)
      if (this.#options.onChange !== undefined) this.#tellChange(this.#options.onChange)
      const now = this.#now()
      return fromMilliseconds(this.#bell.heard() ? now : Math.min(next, now + idleMsMax))
    } finally {
      this.#stepping = false
    }
  }

  async #work(parts: Parts): Promise<number> {
    const { player, session, outbox, reporter, download } = parts
    const now = this.#now()
    if (now < this.#lastNow - setBackMs) await this.#clockWasSetBack(parts, now)
    this.#lastNow = now
    if (session.cameUp()) {
      session.listen(this.#topics(parts, now))
      session.announce()
      outbox.again()
      reporter.again()
    }
    // First what the clock says by the plan that was held; a new plan must not change the past.
    const early = await player.step(now)
    for (let noted = this.#inbox.first(); noted !== undefined; noted = this.#inbox.first()) {
      await this.#take(parts, noted, now)
      this.#inbox.drop(noted)
    }
    if (early.ended || now >= this.#needsChange) this.#refreshNeeds(parts, now)
    const fetched = await download.step(now, session.connected)
    const late = await player.step(this.#now())
    if (fetched.changed || late.ended) this.#refreshNeeds(parts, now)
    const sent = await outbox.step(now)
    const reported = await this.#report(parts, now)
    return Math.min(late.next, fetched.next, sent, reported, this.#needsChange)
  }

  async #take(parts: Parts, noted: Noted, now: number): Promise<void> {
    const { held, outbox } = parts
    switch (noted.kind) {
      case 'ack':
        await outbox.acknowledge(noted.payload)
        return
      case 'hub':
        this.#takeHubState(parts, noted.payload)
        return
      case 'keys':
        this.#judge('keys-refused', await held.takeKeys(noted.payload, now))
        this.#planChanged(parts, now, await held.takePlanAhead(now))
        return
      case 'plan':
        this.#planChanged(parts, now, await held.takePlan(noted.payload, now))
        return
      case 'approval':
        this.#judge('approval-refused', await held.takeApproval(noted.approval, noted.payload, now))
        parts.session.forget(held.approvalsNamed(now).sound.map(topics.approval))
    }
  }

  async #clockWasSetBack(parts: Parts, now: number): Promise<void> {
    parts.outbox.again()
    parts.reporter.again()
    parts.download.clockWasSetBack(now)
    this.#planChanged(parts, now, await parts.held.takePlanAhead(now))
  }

  #takeHubState({ outbox, download }: Parts, payload: Uint8Array): void {
    const state = readMessage(HubStateMessage, payload)
    if (!state.ok) return
    const { on } = state.value
    // The first one seen is no news: the connection that brought it has just made us send everything.
    // Any later one is, also of the same epoch: after the broker lost everything we may have come back
    // before the hub, and told nobody.
    const news = on && this.#hubSeen
    if (on) this.#hubSeen = true
    outbox.hubIs(on)
    if (!news) return
    outbox.again()
    download.hurry()
  }

  #judge(trouble: Trouble, taken: Taken): void {
    if (typeof taken === 'object') this.#troubles.add(trouble, taken.why)
    else this.#troubles.clear(trouble)
  }

  #planChanged(parts: Parts, now: number, taken: Taken | undefined): void {
    if (taken === undefined) return
    this.#judge('plan-refused', taken)
    if (taken !== 'taken') return
    parts.session.listen(this.#topics(parts, now))
    this.#refreshNeeds(parts, now)
    parts.download.startAt(now + this.#jitter(parts, now))
  }

  /** The same for the same plan, so that a restart does not draw again; never more than a quarter of the time left. */
  #jitter({ held, player }: Parts, now: number): number {
    const generation = held.plan?.generation ?? 0
    const share = Number.parseInt(sha256(`${this.#device} ${generation}`).slice(0, 8), 16) / 0x1_0000_0000
    const first = partsNeeded(held.plan, player.plays, now)[0]?.at ?? Infinity
    return Math.floor(Math.min(this.#options.jitterSeconds * 1000 * share, Math.max(0, (first - now) / 4)))
  }

  #topics({ held }: Parts, now: number): string[] {
    const own = [topics.keys, topics.plan(this.#device), topics.ack(this.#device), topics.hub]
    return [...own, ...held.approvalsNamed(now).lacking.map(topics.approval)]
  }

  /** What the coming airings need, what of it is missing, and when that changes by the clock alone. */
  #refreshNeeds({ held, player, cache, download }: Parts, now: number): void {
    const needed = partsNeeded(held.plan, player.plays, now)
    const described = new Map(held.plan?.parts.map((part) => [part.sha256, part]))
    const wanted = needed.flatMap(({ sha256, until }) => {
      const part = described.get(sha256)
      return part === undefined || cache.holds(sha256) ? [] : [{ part, until }]
    })
    download.want(wanted, new Set(needed.map(({ sha256 }) => sha256)))
    this.#needs = { held: needed.length - wanted.length, missing: wanted.length }
    this.#needsChange = Math.min(Infinity, ...needed.map(({ until }) => until + 1))
  }

  async #report(parts: Parts, now: number): Promise<number> {
    const { session, reporter, outbox, cache, held } = parts
    if (!session.connected) return Infinity
    const report = {
      device: this.#device,
      epoch: parts.epoch,
      generation: held.plan?.generation ?? 0,
      ...this.#needs,
      lastSequence: this.#lastSequence,
      outbox: outbox.size,
      clock: (this.#options.clockSource ?? (() => 'rtc' as const))(),
    }
    const due = reporter.due(report, now)
    if ('next' in due) return due.next
    const payload = due.send(await cache.freeBytes())
    session.publish(topics.reported(this.#device), payload, true, () => reporter.again())
    return Infinity
  }

  status(): ControllerStatus {
    if (this.#last !== undefined) return this.#last
    const parts = this.#parts
    const outcomes = parts?.player.outcomes
    return {
      device: this.#device,
      connected: parts?.session.connected ?? false,
      generation: parts?.held.plan?.generation ?? 0,
      ...this.#needs,
      playing: parts?.speaker.playing?.airing ?? null,
      played: outcomes?.played ?? 0,
      partial: outcomes?.partial ?? 0,
      missed: outcomes?.missed ?? 0,
      refused: outcomes?.refused ?? 0,
      outbox: parts?.outbox.size ?? 0,
      lastSequence: this.#lastSequence,
      troubles: this.#troubles.list(),
    }
  }

  #tellChange(onChange: () => void): void {
    const text = JSON.stringify(this.status())
    if (text === this.#told) return
    this.#told = text
    onChange()
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.start()
    const { clock, log } = this.#options
    try {
      while (!signal.aborted) {
        let pause: number
        try {
          pause = toMilliseconds(await this.step()) - this.#now()
        } catch (error) {
          // What was being worked off is still noted; when there is room again it goes on.
          if (!isDiskFull(error)) throw error
          log.error(
            { device: this.#device, why: reasonOf(error) },
            'the disk is full: the journal cannot be written',
          )
          this.#troubles.add('disk-full', 'the journal cannot be written')
          pause = diskFullPauseMs
          this.#bell.heard()
        }
        await this.#bell.wait(clock, Math.min(pause, lookMsMax), signal)
      }
    } finally {
      await this.stop()
    }
  }

  async stop(): Promise<void> {
    const parts = this.#parts
    if (parts === undefined) return
    this.#last = { ...this.status(), connected: false, playing: null }
    this.#parts = undefined
    await parts.speaker.stop()
    await parts.download.stop()
    await parts.session.close()
    await parts.journal.destroy()
  }

  #now(): number {
    return toMilliseconds(this.#options.clock.now())
  }
}
