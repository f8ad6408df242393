/**
 * Fetches what the plan names and the cache lacks, chunk by chunk, over a second connection that is
 * open only while something is missing: audio never stands in the way of a plan.
 *
 * Bounds: 16 chunks under way, 3 files open; a silent hub is asked with doubling pauses 6 times, then
 * the connection is closed for 5 minutes; a file that came damaged rests 10 minutes, doubling to 6 hours.
 */
import { isDiskFull, reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { chunkCount, isChunk, writeRanges } from '../wire/chunks.ts'
import type { Bus, ConnectBus } from '../wire/bus.ts'
import { dataUser } from '../wire/credentials.ts'
import { chunkBytes, type PlanPart, WantMessage, writeMessage } from '../wire/messages.ts'
import { topics } from '../wire/topics.ts'
import type { Cache, PartFile } from './cache.ts'
import type { Troubles } from './troubles.ts'

/** A part to fetch, and until when it is needed. */
export type Wanted = { part: PlanPart; until: number }

export type DownloadOptions = {
  device: string
  cache: Cache
  connect: ConnectBus
  /** Publishes on the control connection; says whether it could. */
  publish: (topic: string, payload: Uint8Array) => boolean
  log: Log
  troubles: Troubles
  /** Asks for the next step soon. */
  wake: () => void
}

const chunksUnderWayMax = 16
const filesOpenMax = 3
const silenceMs = 8000
const silenceMsMax = 120_000
const asksMax = 6
const restMs = 300_000
const unconnectedMs = 60_000
const damagedRestMs = 600_000
const damagedRestMsMax = 21_600_000
const diskFullRestMs = 600_000
const chunkTriesMax = 3
/** Ranges that surely fit into a `want` (1,000 characters, at most 12 each). */
const rangesMax = 80

export class Download {
  readonly #options: DownloadOptions
  #wanted: Wanted[] = []
  #needed: ReadonlySet<string> = new Set()
  #notBefore = 0
  #restUntil = 0
  #bus: Bus | undefined
  #connectedAnew = false
  #lastProgress = 0
  #asks = 0
  #changed = false
  readonly #open = new Map<string, PartFile>()
  /** Topics under way, with the file and chunk they stand for. */
  readonly #underWay = new Map<string, { sha256: string; index: number }>()
  #arrived: string[] = []
  readonly #noted = new Map<string, Uint8Array>()
  readonly #badChunks = new Map<string, number>()
  readonly #resting = new Map<string, { until: number; times: number }>()

  constructor(options: DownloadOptions) {
    this.#options = options
  }

  /** What is wanted from now on, most urgent first, and what must not be evicted for it. */
  want(wanted: Wanted[], needed: ReadonlySet<string>): void {
    this.#wanted = wanted
    this.#needed = needed
  }

  /** The next connection is not opened before this instant. A download under way goes on. */
  startAt(notBefore: number): void {
    if (this.#bus === undefined) this.#notBefore = notBefore
  }

  /** The hub is new or has new things: no reason to rest any longer. */
  hurry(): void {
    this.#restUntil = 0
    this.#asks = 0
  }

  /** The clock was set back: no pause that was counted by the old one lasts longer than it was meant to. */
  clockWasSetBack(now: number): void {
    this.hurry()
    this.#notBefore = Math.min(this.#notBefore, now)
    this.#lastProgress = Math.min(this.#lastProgress, now)
    for (const rest of this.#resting.values()) rest.until = Math.min(rest.until, now + damagedRestMs)
  }

  get fetching(): boolean {
    return this.#bus !== undefined
  }

  /** Takes the step that is due. True when the set of held parts has changed. `next`: when to come again. */
  async step(now: number, online: boolean): Promise<{ changed: boolean; next: number }> {
    await this.#takeChunks(now)
    this.#dropUnwanted()
    const next = await this.#stepConnection(now, online)
    const changed = this.#changed
    this.#changed = false
    return { changed, next }
  }

  async #stepConnection(now: number, online: boolean): Promise<number> {
    const wanted = this.#wanted.filter(({ part }) => this.#mayFetch(part.sha256, now))
    if (wanted.length === 0) {
      await this.stop()
      return this.#earliestRest(now)
    }
    if (this.#bus === undefined) {
      const from = Math.max(this.#notBefore, this.#restUntil)
      if (now < from) return from
      if (!online) return Infinity
      this.#connect()
      this.#lastProgress = now
      return now + unconnectedMs
    }
    if (!this.#bus.connected) return this.#sayWhenUnconnected(now)
    if (this.#connectedAnew) this.#beginConnection(now)
    await this.#fill(wanted, now)
    return Math.min(await this.#askWhenSilent(now), this.#earliestRest(now))
  }

  /** Closes the data connection and the open files; what has come stays. */
  async stop(): Promise<void> {
    const bus = this.#bus
    this.#bus = undefined
    this.#underWay.clear()
    this.#noted.clear()
    this.#arrived = []
    const files = [...this.#open.values()]
    this.#open.clear()
    for (const file of files) await file.close()
    // Nobody waits for the goodbye: a broker that does not answer must not hold up a play.
    void bus?.close()
  }

  #connect(): void {
    const { device, connect, log, wake } = this.#options
    this.#connectedAnew = false
    const bus = connect({
      clientId: dataUser(device),
      clean: true,
      sessionExpirySeconds: 0,
      receiveMaximum: 4,
      keepaliveSeconds: 60,
      onMessage: (topic, payload) => {
        // An empty payload takes back a retained chunk; and only what was asked for is taken.
        if (payload.length === 0 || !this.#underWay.has(topic)) return
        this.#noted.set(topic, payload.length > chunkBytes ? payload.subarray(0, chunkBytes + 1) : payload)
        wake()
      },
      onConnect: () => {
        this.#connectedAnew = true
        wake()
      },
      onDisconnect: (why) => log.debug({ device, why }, 'data connection lost'),
    })
    this.#bus = bus
  }

  /** The control connection stands and this one does not: somebody should know. */
  #sayWhenUnconnected(now: number): number {
    if (now < this.#lastProgress + unconnectedMs) return this.#lastProgress + unconnectedMs
    this.#options.troubles.add('audio-not-coming', 'the broker does not accept the data connection')
    return Infinity
  }

  #beginConnection(now: number): void {
    this.#connectedAnew = false
    // A new connection knows nothing of the subscriptions of the old one.
    this.#underWay.clear()
    this.#arrived = []
    this.#lastProgress = now
  }

  async #takeChunks(now: number): Promise<void> {
    for (const [topic, payload] of [...this.#noted]) {
      this.#noted.delete(topic)
      const chunk = this.#underWay.get(topic)
      const file = chunk && this.#open.get(chunk.sha256)
      if (chunk === undefined || file === undefined || !file.missing.has(chunk.index)) continue
      await this.#takeChunk(file, chunk.index, topic, payload, now)
    }
  }

  async #takeChunk(
    file: PartFile,
    index: number,
    topic: string,
    payload: Uint8Array,
    now: number,
  ): Promise<void> {
    if (!isChunk(file.part.chunks, index, payload)) {
      this.#refuseChunk(file, index, topic, now)
      return
    }
    try {
      await file.write(index, payload)
      this.#lastProgress = now
      this.#asks = 0
      this.#arrived.push(topic)
      this.#underWay.delete(topic)
      this.#options.troubles.clear('audio-not-coming')
      if (file.missing.size === 0) await this.#finish(file, now)
    } catch (error) {
      if (!isDiskFull(error)) throw error
      await this.#diskIsFull(file, now)
    }
  }

  async #finish(file: PartFile, now: number): Promise<void> {
    const { sha256 } = file.part
    this.#open.delete(sha256)
    const until = this.#wanted.find(({ part }) => part.sha256 === sha256)?.until ?? now
    if ((await file.finish(until)) === 'damaged') {
      this.#rest(sha256, now, 'audio-damaged', 'the chunks do not make the recording that the plan names')
      return
    }
    this.#resting.delete(sha256)
    this.#changed = true
  }

  #refuseChunk(file: PartFile, index: number, topic: string, now: number): void {
    const { sha256 } = file.part
    const bad = (this.#badChunks.get(topic) ?? 0) + 1
    this.#badChunks.set(topic, bad)
    this.#options.log.warn({ device: this.#options.device, sha256, index, bad }, 'damaged chunk thrown away')
    if (bad < chunkTriesMax) {
      this.#ask(sha256, [index])
      return
    }
    this.#badChunks.delete(topic)
    this.#rest(
      sha256,
      now,
      'chunk-damaged',
      `chunk ${index} of ${sha256.slice(0, 12)} came damaged ${bad} times`,
    )
    this.#setAside(sha256)
  }

  /** The file rests, twice as long each time. */
  #rest(sha256: string, now: number, trouble: 'chunk-damaged' | 'audio-damaged', detail: string): void {
    const times = (this.#resting.get(sha256)?.times ?? 0) + 1
    const rest = Math.min(damagedRestMsMax, damagedRestMs * 2 ** (times - 1))
    this.#resting.set(sha256, { until: now + rest, times })
    this.#options.troubles.add(trouble, detail)
  }

  async #diskIsFull(file: PartFile, now: number): Promise<void> {
    const { sha256 } = file.part
    this.#open.delete(sha256)
    this.#forgetTopics(sha256)
    await file.remove()
    this.#resting.set(sha256, { until: now + diskFullRestMs, times: 0 })
    this.#options.troubles.add('disk-full', `no room for ${sha256.slice(0, 12)}`)
  }

  #mayFetch(sha256: string, now: number): boolean {
    return !this.#options.cache.holds(sha256) && now >= (this.#resting.get(sha256)?.until ?? 0)
  }

  /** When the first of the resting files has rested enough; those that have are no reason to come again. */
  #earliestRest(now: number): number {
    const rests = this.#wanted.flatMap(({ part }) =>
      this.#mayFetch(part.sha256, now) ? [] : (this.#resting.get(part.sha256)?.until ?? []),
    )
    return Math.min(Infinity, ...rests.filter((until) => until > now))
  }

  /** Closes files that the plan no longer wants, and forgets what was said about them. */
  #dropUnwanted(): void {
    const wanted = new Set(this.#wanted.map(({ part }) => part.sha256))
    for (const sha256 of this.#open.keys()) if (!wanted.has(sha256)) this.#setAside(sha256)
    for (const sha256 of this.#resting.keys()) if (!wanted.has(sha256)) this.#resting.delete(sha256)
    if (wanted.size === 0) this.#badChunks.clear()
    if (this.#resting.size > 0) return
    this.#options.troubles.clear('disk-full', 'cache-full', 'chunk-damaged', 'audio-damaged')
  }

  #setAside(sha256: string): void {
    const file = this.#open.get(sha256)
    this.#open.delete(sha256)
    this.#forgetTopics(sha256)
    void file?.close()
  }

  #forgetTopics(sha256: string): void {
    for (const [topic, chunk] of this.#underWay) {
      if (chunk.sha256 !== sha256) continue
      this.#underWay.delete(topic)
      this.#arrived.push(topic)
    }
  }

  /** Keeps chunks under way: opens files in order of need and subscribes to what they lack, in batches. */
  async #fill(wanted: readonly Wanted[], now: number): Promise<void> {
    if (this.#underWay.size > chunksUnderWayMax / 2) return
    const batch: string[] = []
    for (const { part } of wanted) {
      const room = chunksUnderWayMax - this.#underWay.size
      if (room <= 0) break
      const file = this.#open.get(part.sha256) ?? (await this.#begin(part, now))
      for (const index of [...(file?.missing ?? [])].sort((a, b) => a - b)) {
        const topic = topics.chunk(part.sha256, index)
        if (this.#underWay.has(topic)) continue
        if (this.#underWay.size >= chunksUnderWayMax) break
        this.#underWay.set(topic, { sha256: part.sha256, index })
        batch.push(topic)
      }
    }
    if (batch.length === 0) return
    // Let go of what has come: when the hub seeds it again for others, it need not come here again.
    const arrived = this.#arrived.splice(0).filter((topic) => !this.#underWay.has(topic))
    this.#send(this.#bus?.subscribe(batch))
    if (arrived.length > 0) this.#send(this.#bus?.unsubscribe(arrived))
  }

  async #begin(part: PlanPart, now: number): Promise<PartFile | undefined> {
    const { cache, troubles } = this.#options
    if (this.#open.size >= filesOpenMax) return undefined
    if (part.chunks.length !== Math.ceil((chunkCount(part.bytes) * 8 * 4) / 3)) {
      this.#rest(part.sha256, now, 'audio-damaged', 'the plan does not name all chunks')
      return undefined
    }
    try {
      const promised = [...this.#open.values()].reduce((sum, file) => sum + file.missing.size * chunkBytes, 0)
      if (!(await cache.makeRoom(promised + part.bytes, this.#needed))) {
        this.#resting.set(part.sha256, { until: now + diskFullRestMs, times: 0 })
        troubles.add('cache-full', `no room for ${part.sha256.slice(0, 12)} (${part.bytes} bytes)`)
        return undefined
      }
      const file = await cache.begin(part)
      this.#open.set(part.sha256, file)
      if (file.missing.size === 0) await this.#finish(file, now)
      return file
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.#resting.set(part.sha256, { until: now + diskFullRestMs, times: 0 })
      troubles.add('disk-full', `no room for ${part.sha256.slice(0, 12)}`)
      return undefined
    }
  }

  /** When nothing comes, tells the hub what is missing; when nothing comes of that either, rests. */
  async #askWhenSilent(now: number): Promise<number> {
    if (this.#underWay.size === 0) return Infinity
    const silence = Math.min(silenceMsMax, silenceMs * 2 ** this.#asks)
    if (now < this.#lastProgress + silence) return this.#lastProgress + silence
    if (this.#asks >= asksMax) {
      this.#options.troubles.add('audio-not-coming', `asked ${this.#asks} times for ${this.#open.size} files`)
      this.#asks = 0
      await this.stop()
      this.#restUntil = now + restMs
      return this.#restUntil
    }
    for (const [sha256, { missing }] of this.#open) this.#ask(sha256, [...missing])
    this.#asks += 1
    this.#lastProgress = now
    return now + Math.min(silenceMsMax, silenceMs * 2 ** this.#asks)
  }

  #ask(sha256: string, indexes: readonly number[]): void {
    const missing = writeRanges(indexes).split(',').slice(0, rangesMax).join(',')
    this.#options.publish(
      topics.want(this.#options.device),
      writeMessage(WantMessage, { v: 1, sha256, missing }),
    )
  }

  #send(sending: Promise<void> | undefined): void {
    sending?.catch((error: unknown) => {
      // Either the connection went, and the next one subscribes anew, or the silence will make us ask again.
      this.#options.log.debug({ device: this.#options.device, why: reasonOf(error) }, 'chunks not subscribed')
    })
  }
}
