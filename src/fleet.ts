/**
 * Many controllers in one process: the same playback code as on a device, each with its own key,
 * journal, cache and connections; only the loudspeaker is simulated.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AppError } from './base/errors.ts'
import { randomIds } from './base/ids.ts'
import type { Log } from './base/log.ts'
import { systemClock } from './base/time.ts'
import { machineClockSource, resendSecondsDefault } from './controller.ts'
import {
  type Controller,
  createController,
  createGate,
  type Output,
  readCredentials,
  silentOutput,
  simulatedOutput,
} from './playback/index.ts'
import { type Bus, type ConnectBus, mqttBus } from './wire/bus.ts'
import { dataUser, type DeviceCredentials } from './wire/credentials.ts'

export type FleetOptions = {
  credentialsFile: string
  /** The first so many devices of the file; all when absent. */
  devices?: number
  /** Each device has its own folder in it. */
  folder: string
  /** `simulated` decodes what it plays with ffmpeg; `silent` only lasts as long. */
  output: 'simulated' | 'silent'
  url?: string
  log: Log
  jitterSeconds: number
  resendSeconds?: number
  signal: AbortSignal
  /** Told after changes, at most once a second, and once when all have stopped. */
  onStatus?: (status: FleetStatus) => void
}

export type FleetStatus = {
  devices: number
  /** Devices with a control connection. */
  connected: number
  /** Devices that follow a plan. */
  planned: number
  /** Recordings held and missing, over all devices. */
  held: number
  missing: number
  /** Devices playing now. */
  playing: number
  played: number
  partial: number
  missed: number
  refused: number
  outbox: number
  troubles: number
  /** Bytes of MQTT packets received over all connections since the start, without TCP and IP. */
  bytesReceived: number
}

/** Pause between the first connections of two controllers: 100 a second is little for any broker. */
const startPauseMs = 10
const statusEveryMs = 1000

/**
 * Runs the fleet until the signal aborts, then stops every controller. Rejects when one of them fails
 * for good: a fleet that quietly lost a member would tell a wrong story.
 */
export async function runFleet(options: FleetOptions): Promise<void> {
  const all = await readCredentials(options.credentialsFile)
  const wanted = options.devices ?? all.length
  if (wanted > all.length) {
    throw new AppError('invalid', {
      vi: `Cần ${wanted} thiết bị nhưng tệp chỉ có ${all.length}. Hãy giảm số thiết bị hoặc cấp khóa thêm.`,
      en: `${wanted} devices are wanted, but the file holds ${all.length}. Ask for fewer or enrol more.`,
    })
  }
  const output =
    options.output === 'silent'
      ? silentOutput(systemClock)
      : simulatedOutput(systemClock, createGate(availableParallelism()))
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, failed.signal])
  const clockSource = await machineClockSource()
  const meter = createMeter()
  const teller = createTeller(options.onStatus, meter)
  const controllers = all
    .slice(0, wanted)
    .map((credentials) =>
      controllerOf(credentials, options, { output, clockSource, meter, onChange: teller.changed }),
    )
  teller.of(controllers)
  const running: Promise<void>[] = []
  for (const controller of controllers) {
    if (signal.aborted) break
    running.push(
      controller.run(signal).catch((error: unknown) => {
        failed.abort(error)
      }),
    )
    await systemClock.wait(startPauseMs, signal)
  }
  await Promise.all(running)
  teller.last()
  if (failed.signal.aborted) throw failed.signal.reason
}

function controllerOf(
  credentials: DeviceCredentials,
  options: FleetOptions,
  shared: { output: Output; clockSource: 'ntp' | 'rtc'; meter: Meter; onChange: () => void },
): Controller {
  const { output, clockSource, meter, onChange } = shared
  const { device, password } = credentials
  const { folder, log, jitterSeconds, resendSeconds = resendSecondsDefault } = options
  const url = options.url ?? credentials.broker
  return createController({
    credentials,
    folder: join(folder, device),
    clock: systemClock,
    connect: meter.of(mqttBus({ url, username: device, password, log })),
    connectData: meter.of(mqttBus({ url, username: dataUser(device), password, log })),
    output,
    log,
    ids: randomIds,
    jitterSeconds,
    resendSeconds,
    clockSource: () => clockSource,
    onChange,
  })
}

type Meter = { of: (connect: ConnectBus) => ConnectBus; received: () => number }

/** Adds up what all connections received. A data connection counts on after it was closed, and is let go. */
function createMeter(): Meter {
  const open = new Set<Bus>()
  let earlier = 0
  return {
    of: (connect) => (options) => {
      const bus = connect(options)
      open.add(bus)
      return {
        get connected() {
          return bus.connected
        },
        get bytes() {
          return bus.bytes
        },
        publish: (...given) => bus.publish(...given),
        subscribe: (topics) => bus.subscribe(topics),
        unsubscribe: (topics) => bus.unsubscribe(topics),
        close: async () => {
          await bus.close()
          if (open.delete(bus)) earlier += bus.bytes.received
        },
      }
    },
    received: () => [...open].reduce((sum, bus) => sum + bus.bytes.received, earlier),
  }
}

/** Adds up what the controllers say, but not at every one of their steps. */
function createTeller(
  onStatus: ((status: FleetStatus) => void) | undefined,
  meter: Meter,
): {
  of: (controllers: readonly Controller[]) => void
  changed: () => void
  last: () => void
} {
  let all: readonly Controller[] = []
  let timer: NodeJS.Timeout | undefined
  const tell = (): void => {
    timer = undefined
    onStatus?.({ ...sumOf(all), bytesReceived: meter.received() })
  }
  return {
    of: (controllers) => {
      all = controllers
    },
    changed: () => {
      if (onStatus !== undefined) timer ??= setTimeout(tell, statusEveryMs)
    },
    last: () => {
      clearTimeout(timer)
      tell()
    },
  }
}

function sumOf(controllers: readonly Controller[]): Omit<FleetStatus, 'bytesReceived'> {
  const statuses = controllers.map((controller) => controller.status())
  const sum = (of: (status: (typeof statuses)[number]) => number): number =>
    statuses.reduce((total, status) => total + of(status), 0)
  return {
    devices: statuses.length,
    connected: sum(({ connected }) => Number(connected)),
    planned: sum(({ generation }) => Number(generation > 0)),
    held: sum(({ held }) => held),
    missing: sum(({ missing }) => missing),
    playing: sum(({ playing }) => Number(playing !== null)),
    played: sum(({ played }) => played),
    partial: sum(({ partial }) => partial),
    missed: sum(({ missed }) => missed),
    refused: sum(({ refused }) => refused),
    outbox: sum(({ outbox }) => outbox),
    troubles: sum(({ troubles }) => troubles.length),
  }
}
