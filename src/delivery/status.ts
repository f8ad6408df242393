/** Who is to be let in by the broker, and what every device holds: for command line and pages. */
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { enrolledDevices } from '../registry/index.ts'
import { type BrokerUser, usersOfDevice } from './broker-files.ts'
import { newestGenerations, saidByDevices } from './store.ts'

/** The broker's users: both connections of every enrolled device. */
export async function usersOf(db: Db): Promise<BrokerUser[]> {
  return (await enrolledDevices(db)).flatMap(usersOfDevice)
}

export type DeviceDelivery = {
  device: string
  station: string
  /** `never`: nothing was ever heard of it. */
  state: 'ready' | 'lost' | 'disconnected' | 'never'
  stateAt: Instant | null
  /** Generation of the plan it follows; 0 = none. */
  generation: number
  /** Generation of the plan it should follow; 0 = it was never given one. */
  wanted: number
  /** Recordings of its plan that it lacks. */
  missing: number
  /** Whether it follows the newest plan and has all of its recordings. */
  upToDate: boolean
  lastSequence: number
  reportedAt: Instant | null
}

/** What every enrolled device was given and holds, ordered by id. */
export async function deliveryStatus(db: Db): Promise<DeviceDelivery[]> {
  const devices = await enrolledDevices(db)
  const generations = await newestGenerations(db)
  const said = await saidByDevices(db)
  return devices.map(({ id, station }) => {
    const one = said.get(id)
    const wanted = generations.get(id) ?? 0
    const generation = one?.generation ?? 0
    const missing = one?.missing ?? 0
    return {
      device: id,
      station,
      state: one?.state ?? 'never',
      stateAt: one?.stateAt ?? null,
      generation,
      wanted,
      missing,
      upToDate: (one?.reportedAt ?? null) !== null && generation === wanted && missing === 0,
      lastSequence: one?.lastSequence ?? 0,
      reportedAt: one?.reportedAt ?? null,
    }
  })
}
