/** From plan and clock to plays and receipts: what is due is checked, played, and told exactly once. */
import type { Ids } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { PlannedAiring, Receipt } from '../wire/messages.ts'
import { type Agenda, agendaOf, type Play, triesMax } from './agenda.ts'
import type { Cache } from './cache.ts'
import { checkAiring, type CheckResult } from './check.ts'
import type { HeldDocuments } from './held.ts'
import { type Reason, reasonText } from './reasons.ts'
import { type Finished, judge, type Speaker } from './speaker.ts'
import { endPlay, type Journal, keepPlay, outcomesKept, playsKept } from './store.ts'
import type { Troubles } from './troubles.ts'

/** Pause before the sound system is tried again. */
const againMs = 5000

export type PlayerOptions = {
  device: string
  rootPublicKey: string
  journal: Journal
  held: HeldDocuments
  cache: Cache
  speaker: Speaker
  clock: Clock
  ids: Ids
  /** This run of the process, and when it began (milliseconds). */
  boot: string
  bootedAt: number
  clockSource: () => Receipt['clock']
  monotonicMs: () => number
  log: Log
  troubles: Troubles
  /** A receipt has been written with this sequence. */
  told: (sequence: number) => void
}

export class Player {
  readonly #options: PlayerOptions
  readonly #plays: Map<string, Play>
  readonly #outcomes: Record<Receipt['outcome'], number>
  readonly #notBefore = new Map<string, number>()

  private constructor(options: PlayerOptions, plays: Play[], outcomes: Record<Receipt['outcome'], number>) {
    this.#options = options
    this.#plays = new Map(plays.map((play) => [play.airing, play]))
    this.#outcomes = outcomes
  }

  /** Reads the journal. A play that it has as going on was cut by the power: it waits to be played again. */
  static async open(options: PlayerOptions): Promise<Player> {
    const { journal } = options
    const plays: Play[] = []
    for (const play of await playsKept(journal)) {
      if (play.state === 'playing') {
        play.state = 'waiting'
        play.interruptions += 1
        await keepPlay(journal, play)
      }
      plays.push(play)
    }
    return new Player(options, plays, await outcomesKept(journal))
  }

  get plays(): ReadonlyMap<string, Play> {
    return this.#plays
  }

  /** How many airings ended with each outcome, ever. */
  get outcomes(): Readonly<Record<Receipt['outcome'], number>> {
    return this.#outcomes
  }

  /** Does what is due. `ended`: whether an airing came to its end; `next`: when to come again. */
  async step(now: number): Promise<{ ended: boolean; next: number }> {
    const before = this.#ended()
    await this.#writeDownFinished()
    await this.#endAbandoned()
    let agenda = this.#agenda(now)
    for (const { airing, reason } of agenda.over) await this.#endOver(airing, reason)
    // Each round starts a play or ends an airing, so it ends.
    while (agenda.start !== undefined) {
      await this.#start(agenda.start)
      agenda = this.#agenda(now)
    }
    return { ended: this.#ended() > before, next: agenda.next }
  }

  #ended(): number {
    return Object.values(this.#outcomes).reduce((sum, count) => sum + count, 0)
  }

  #agenda(now: number): Agenda {
    const { held, bootedAt, speaker } = this.#options
    return agendaOf({
      plan: held.plan,
      plays: this.#plays,
      now,
      bootedAt,
      planReceivedAt: held.planReceivedAt,
      busyUntil: speaker.busyUntil,
      lacks: (airing) => this.#lacks(airing),
      notBefore: (airing) => {
        const at = this.#notBefore.get(airing) ?? 0
        // Further away than the pause is long: the clock was set back meanwhile.
        return at > now + againMs ? 0 : at
      },
    })
  }

  #lacks(airing: PlannedAiring): 'audio-missing' | 'approval-missing' | undefined {
    const { held, cache } = this.#options
    const described = (sha256: string): boolean =>
      held.plan?.parts.some((part) => part.sha256 === sha256) ?? false
    // A part that the plan does not describe can never come: the check refuses the airing at once.
    if (!airing.parts.every((sha256) => cache.holds(sha256) || !described(sha256))) return 'audio-missing'
    return held.hasApprovalsFor(airing) ? undefined : 'approval-missing'
  }

  async #start(airing: PlannedAiring): Promise<void> {
    const { cache, clock, journal, speaker } = this.#options
    const measured = new Map<string, string | undefined>()
    for (const sha256 of airing.parts) measured.set(sha256, await cache.measure(sha256))
    const now = toMilliseconds(clock.now())
    const checked = this.#check(airing, measured, now)
    const heldNow = airing.parts.flatMap((sha256) => measured.get(sha256) ?? [])
    const play: Play = { ...this.#playOf(airing), held: heldNow }
    if (!checked.ok) {
      await this.#refuse(play, airing, checked, measured)
      return
    }
    const parts = checked.parts.map((part) => ({ part, path: cache.path(part.sha256) ?? '' }))
    play.state = 'playing'
    play.startedAt = now
    play.tries += 1
    // Written before the first sound: after a power cut this row is all there is.
    await keepPlay(journal, play)
    this.#plays.set(play.airing, play)
    speaker.start(play, parts, checked.airing.notes)
  }

  #check(airing: PlannedAiring, measured: ReadonlyMap<string, string | undefined>, now: number): CheckResult {
    const { device, rootPublicKey, held } = this.#options
    return checkAiring({ airing: airing.airing, device, rootPublicKey, now, measured, ...held.forCheck })
  }

  async #refuse(
    play: Play,
    airing: PlannedAiring,
    refused: Extract<CheckResult, { ok: false }>,
    measured: ReadonlyMap<string, string | undefined>,
  ): Promise<void> {
    const { cache, device, log } = this.#options
    log.warn({ device, airing: airing.airing, reason: refused.reason, why: refused.detail }, 'not played')
    await this.#end(play, 'refused', reasonText(refused.reason, refused.detail))
    for (const [sha256, found] of measured) {
      // The next airing that needs it fetches it anew.
      if (found !== sha256) await cache.discard(sha256)
    }
  }

  async #writeDownFinished(): Promise<void> {
    const { speaker, journal, troubles } = this.#options
    const { finished } = speaker
    if (finished === undefined) return
    const { outcome, reason } = judge(finished)
    if (reason !== null) troubles.add('output-failed', finished.heard.error ?? 'it ended too soon')
    else troubles.clear('output-failed')
    const { play } = finished
    if (outcome === 'again' && play.tries < triesMax && finished.endedAt + againMs <= play.latestAt) {
      const waiting: Play = { ...play, state: 'waiting' }
      await keepPlay(journal, waiting)
      this.#plays.set(play.airing, waiting)
      this.#notBefore.set(play.airing, finished.endedAt + againMs)
    } else {
      await this.#end(play, outcome === 'again' ? 'missed' : outcome, reason, finished)
    }
    speaker.writtenDown()
  }

  /** Airings that were begun, and that the plan does not name any more, are over as they are. */
  async #endAbandoned(): Promise<void> {
    const named = new Set(this.#options.held.plan?.airings.map(({ airing }) => airing))
    for (const play of this.#plays.values()) {
      if (play.state !== 'waiting' || named.has(play.airing)) continue
      await this.#end(play, 'missed', reasonText(play.interruptions > 0 ? 'power-cut' : 'output-failed'))
    }
  }

  async #endOver(airing: PlannedAiring, reason: Reason): Promise<void> {
    const { device, log } = this.#options
    log.warn({ device, airing: airing.airing, reason }, 'missed')
    await this.#end(this.#playOf(airing), 'missed', reasonText(reason))
  }

  #playOf(airing: PlannedAiring): Play {
    const known = this.#plays.get(airing.airing)
    if (known !== undefined) return { ...known, latestAt: airing.latest }
    return {
      airing: airing.airing,
      state: 'waiting',
      held: [],
      startedAt: null,
      tries: 0,
      interruptions: 0,
      latestAt: airing.latest,
    }
  }

  /** Ends an airing, once and for all, with its receipt. */
  async #end(
    play: Play,
    said: Receipt['outcome'],
    reason: string | null,
    finished?: Finished,
  ): Promise<void> {
    const { journal, clock, ids, boot, clockSource, monotonicMs, told } = this.#options
    // Something was heard before the power went: that is not nothing.
    const interrupted = play.interruptions > 0 && said !== 'played'
    const outcome = interrupted ? 'partial' : said
    const why =
      interrupted && !reason?.startsWith('power-cut')
        ? reasonText('power-cut', `then ${reason ?? ''}`)
        : reason
    const now = toMilliseconds(clock.now())
    const sequence = await endPlay(
      journal,
      play,
      {
        id: ids.next('receipt'),
        airing: play.airing,
        outcome,
        held: play.held.slice(0, 4),
        started: play.startedAt,
        ended: finished?.endedAt ?? null,
        heardMs: Math.max(0, Math.floor(finished?.heard.heardMs ?? 0)),
        boot,
        monotonicMs: Math.max(0, Math.floor(monotonicMs())),
        clock: clockSource(),
        reason: why,
      },
      now,
    )
    this.#plays.set(play.airing, { ...play, state: 'ended' })
    this.#notBefore.delete(play.airing)
    this.#outcomes[outcome] += 1
    told(sequence)
  }
}
