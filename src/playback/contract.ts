/** What a controller is given, what it says of itself, and how it is driven. */
import type { Ids } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Clock, Instant } from '../base/time.ts'
import type { ConnectBus } from '../wire/bus.ts'
import type { DeviceCredentials } from '../wire/credentials.ts'
import type { Receipt } from '../wire/messages.ts'
import type { Output } from './outputs/output.ts'

export type ControllerOptions = {
  credentials: DeviceCredentials
  /** The device's own folder: journal and recordings. One controller for one folder. */
  folder: string
  clock: Clock
  /** Control connection (user `<device>`) and data connection (user `<device>.b`). */
  connect: ConnectBus
  connectData: ConnectBus
  output: Output
  log: Log
  ids: Ids
  /** A download begins up to so long after a new plan, so that a fleet does not come as one. */
  jitterSeconds: number
  /** A receipts message that is not acknowledged is sent again after so long. */
  resendSeconds: number
  /** Recordings kept on the disk never take more than this. Default 512 MiB. */
  cacheBytes?: number
  /** Where the machine's time comes from. Default: its own clock, `rtc`. */
  clockSource?: () => Receipt['clock']
  /** For durations in receipts. Default: the process's own. */
  monotonicMs?: () => number
  /** Told after every step that changed what `status` says. */
  onChange?: () => void
}

export type ControllerStatus = {
  device: string
  connected: boolean
  /** Generation of the plan it follows; 0 = none. */
  generation: number
  /** Parts the plan needs: on the disk, and still to come. */
  held: number
  missing: number
  /** The airing being heard now. */
  playing: string | null
  played: number
  partial: number
  missed: number
  refused: number
  /** Receipts the hub has not acknowledged. */
  outbox: number
  lastSequence: number
  troubles: string[]
}

export interface Controller {
  /** Opens journal and cache, and the control connection. */
  start(): Promise<void>
  /** Works off what has come and what is due. Returns when to call again at the latest. One step at a time. */
  step(): Promise<Instant>
  /** Silences the loudspeaker, says goodbye, closes journal and connections. Writes nothing: the next start goes on. */
  stop(): Promise<void>
  /** `start`, then a step whenever something comes or is due, until the signal aborts; then `stop`. */
  run(signal: AbortSignal): Promise<void>
  status(): ControllerStatus
}
