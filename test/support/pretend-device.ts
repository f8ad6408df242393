/**
 * A controller reduced to what delivery sees of it, written from devices/PROTOCOL.md: it takes its
 * plan, fetches what it lacks over the data connection, and says what it holds.
 */
import { sha256 } from '../../src/base/hash.ts'
import type { Bus, ConnectBus } from '../../src/wire/bus.ts'
import { chunkCount, isChunk, writeRanges } from '../../src/wire/chunks.ts'
import { dataUser } from '../../src/wire/credentials.ts'
import { openEnvelope, readPublicKey, sealEnvelope, type SigningKey } from '../../src/wire/envelope.ts'
import {
  DevicePlan,
  ReportedMessage,
  StateMessage,
  WantMessage,
  writeMessage,
} from '../../src/wire/messages.ts'
import { readChunkTopic, topics } from '../../src/wire/topics.ts'

export type PretendDevice = {
  readonly plan: DevicePlan | undefined
  /** Every generation that ever arrived, in order. */
  readonly generations: number[]
  readonly files: Map<string, Uint8Array>
  readonly bytes: { received: number; sent: number }
  readonly refusedChunks: number
  /** Says what it holds now. */
  report(): Promise<void>
  /** Asks for all it lacks. */
  want(): Promise<void>
  close(): Promise<void>
}

export function pretendDevice(options: {
  device: string
  key: SigningKey
  hubPublicKey: string
  control: ConnectBus
  data: ConnectBus
  birth?: number
  /** Files it has from before. */
  files?: Map<string, Uint8Array>
  now: () => number
}): PretendDevice {
  const { device, key } = options
  const files = options.files ?? new Map<string, Uint8Array>()
  const generations: number[] = []
  const begun = new Map<string, Map<number, Uint8Array>>()
  const hubKey = readPublicKey(options.hubPublicKey)
  let plan: DevicePlan | undefined
  let dataBus: Bus | undefined
  let dataBytes = { received: 0, sent: 0 }
  let refusedChunks = 0
  const state = (word: 'ready' | 'lost'): Uint8Array =>
    writeMessage(StateMessage, { v: 1, state: word, birth: options.birth ?? 1, at: options.now() })

  const missing = (): DevicePlan['parts'] => (plan?.parts ?? []).filter((part) => !files.has(part.sha256))
  const lacking = (part: DevicePlan['parts'][number]): number[] =>
    Array.from({ length: chunkCount(part.bytes) }, (_, index) => index).filter(
      (index) => begun.get(part.sha256)?.has(index) !== true,
    )

  async function report(): Promise<void> {
    const message: ReportedMessage = {
      v: 1,
      device,
      epoch: 'epoch-1',
      generation: plan?.generation ?? 0,
      held: files.size,
      missing: missing().length,
      lastSequence: 0,
      outbox: 0,
      freeBytes: 1_000_000_000,
      clock: 'ntp',
      at: options.now(),
    }
    const bytes = sealEnvelope('reported', ReportedMessage, message, key)
    await control.publish(topics.reported(device), bytes, { retain: true })
  }

  function fetch(): void {
    if (missing().length === 0) {
      const bus = dataBus
      dataBus = undefined
      if (bus !== undefined) {
        dataBytes = {
          received: dataBytes.received + bus.bytes.received,
          sent: dataBytes.sent + bus.bytes.sent,
        }
        void bus.close()
      }
      void report().catch(() => undefined)
      return
    }
    if (dataBus !== undefined) return
    dataBus = options.data({
      clientId: dataUser(device),
      clean: true,
      sessionExpirySeconds: 0,
      receiveMaximum: 4,
      keepaliveSeconds: 60,
      onMessage: (topic, payload) => takeChunk(topic, payload),
      onConnect: () => {
        const wanted = missing().flatMap((part) =>
          lacking(part).map((index) => topics.chunk(part.sha256, index)),
        )
        void dataBus?.subscribe(wanted).catch(() => undefined)
      },
      onDisconnect: () => undefined,
    })
  }

  function takeChunk(topic: string, payload: Uint8Array): void {
    const at = readChunkTopic(topic)
    const part = plan?.parts.find(({ sha256: hash }) => hash === at?.sha256)
    if (at === undefined || part === undefined || payload.length === 0 || files.has(part.sha256)) return
    if (!isChunk(part.chunks, at.index, payload)) {
      refusedChunks += 1
      return
    }
    const chunks = begun.get(part.sha256) ?? new Map<number, Uint8Array>()
    begun.set(part.sha256, chunks.set(at.index, Uint8Array.from(payload)))
    if (chunks.size < chunkCount(part.bytes)) return
    const inOrder = [...chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk)
    const file = Buffer.concat(inOrder)
    if (sha256(file) === part.sha256) files.set(part.sha256, file)
    begun.delete(part.sha256)
    if (missing().length === 0) fetch()
  }

  const control = options.control({
    clientId: device,
    clean: false,
    sessionExpirySeconds: 604_800,
    receiveMaximum: 16,
    keepaliveSeconds: 240,
    will: { topic: topics.state(device), payload: state('lost'), retain: true },
    onMessage: (topic, payload) => {
      if (topic !== topics.plan(device) || payload.length === 0) return
      const opened = openEnvelope('plan', DevicePlan, payload, () => hubKey)
      if (!opened.ok) throw new Error(opened.why)
      generations.push(opened.value.document.generation)
      plan = opened.value.document
      fetch()
    },
    onConnect: () => {
      void control
        .subscribe([topics.plan(device), topics.keys, 'loa/1/a/+', topics.hub])
        .catch(() => undefined)
      void control.publish(topics.state(device), state('ready'), { retain: true }).catch(() => undefined)
      void report().catch(() => undefined)
    },
    onDisconnect: () => undefined,
  })

  return {
    get plan() {
      return plan
    },
    generations,
    files,
    get bytes() {
      const now = dataBus?.bytes ?? { received: 0, sent: 0 }
      return { received: dataBytes.received + now.received, sent: dataBytes.sent + now.sent }
    },
    get refusedChunks() {
      return refusedChunks
    },
    report,
    async want() {
      for (const part of missing()) {
        const message = writeMessage(WantMessage, {
          v: 1,
          sha256: part.sha256,
          missing: writeRanges(lacking(part)),
        })
        await control.publish(topics.want(device), message)
      }
    },
    async close() {
      await dataBus?.close()
      await control.close()
    },
  }
}
