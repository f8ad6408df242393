/** What the whole way is asked to do, what is running while it is taken, and what it reports. */
import type { RegistryEdition } from '../config.ts'
import type { Log } from '../base/log.ts'
import type { Hub } from '../hub.ts'
import type { Coverage } from '../reports/index.ts'
import type { ScriptSource } from '../scripts/index.ts'
import type { SigningKey } from '../wire/envelope.ts'
import type { FleetChild } from './fleet-child.ts'

export const stages = ['render', 'plan', 'deliver', 'play', 'confirm'] as const
export type Stage = (typeof stages)[number]

/** How far a stage is; told as often as it changes. */
export type Progress = { stage: Stage; done: number; total: number; note?: string }

export type TripOptions = {
  registry: RegistryEdition
  /** Chooses which texts are rotated over the stations; at least one. */
  choose: (bulletins: readonly ScriptSource[]) => readonly ScriptSource[]
  /** How many simulated controllers to start; absent = every device of the registry. */
  devices?: number
  /** Port of the pages; 0 = a free one. */
  port: number
  /** Planned starts are at least so long after planning, and spread over so long. */
  leadSeconds: number
  spreadSeconds: number
  log: Log
  signal: AbortSignal
  onProgress: (progress: Progress) => void
  /** Called once the pages are served, and waited for. */
  onReady?: (hub: Hub) => Promise<void> | void
  /** Called when every device holds what it is to play, before the first play. */
  afterDelivery?: (trip: Trip) => Promise<void> | void
}

/** What is there while the way is taken. */
export type Trip = {
  options: TripOptions
  hub: Hub
  /** Data folder of this one run. */
  folder: string
  /** The bulletins in rotation. */
  sources: readonly ScriptSource[]
  /** The approver's throwaway key: in memory for one run, never written anywhere. */
  approverKey: SigningKey
  fleet: FleetChild
}

export type TripReport = {
  month: string
  campaign: string
  units: number
  stations: number
  devices: number
  scripts: number
  recordings: number
  recordingSeconds: number
  airings: number
  played: number
  unknown: number
  waiting: number
  obligations: number
  met: number
  metRange: [number, number]
  areasMet: number
  /** Most clients the broker itself counted while devices played. */
  connectedClients: number
  /** Bytes all devices received over MQTT (packets whole), and the bytes of the recordings they were to get. */
  bytesReceived: number
  bytesOfRecordings: number
  stageSeconds: Record<Stage, number>
  seconds: number
}

/** A way that was taken to its end; hub, broker and fleet still run until `close`. */
export type FinishedTrip = { trip: Trip; coverage: Coverage; report: TripReport; close: () => Promise<void> }
