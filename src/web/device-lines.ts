/** Controllers as the pages show them, those to look at first in front. */
import type { Instant } from '../base/time.ts'
import { deliveryStatus } from '../delivery/index.ts'
import { enrolledDevices, stationsOf, stationUnitsOn } from '../registry/index.ts'
import { unitHref } from './coverage.ts'
import { momentIn } from './formats.ts'
import type { Visit, Web } from './visit.ts'

/** States of a controller, those to look at first in front: the filter of the list. */
export const deviceStates = [
  'silent',
  'disconnected',
  'never',
  'downloading',
  'ready',
  'not-enrolled',
] as const
export type DeviceState = (typeof deviceStates)[number]

export type DeviceLine = {
  id: string
  type: string
  sample: boolean
  station: string
  stationName: string
  stationHref: string
  unit: string
  unitHref: string | null
  district: string
  villages: number
  state: DeviceState
  generation: string
  /** Number of the plan it holds; null before it has one. */
  held: number | null
  missing: number
  heard: string
  heardAt: Instant | null
}

type Status = Awaited<ReturnType<typeof deliveryStatus>>[number]

/** Every controller of the registry with what it last said. */
export async function deviceLines(web: Web, visit: Visit): Promise<DeviceLine[]> {
  const { database } = web
  const units = await stationUnitsOn(database, visit.today)
  const enrolled = new Set((await enrolledDevices(database)).map(({ id }) => id))
  const said = new Map((await deliveryStatus(database)).map((status) => [status.device, status]))
  const lines = (await stationsOf(database)).flatMap((station) => {
    const unit = units.get(station.id)
    return station.devices.map((device) => {
      const status = said.get(device.id)
      return {
        ...{ id: device.id, type: device.type, sample: device.sample, villages: device.villages },
        station: station.id,
        stationName: station.name,
        stationHref: `/stations/${station.id}`,
        unit: unit?.fullName ?? '',
        unitHref: unit === undefined ? null : unitHref(unit),
        district: station.formerDistrict,
        state: enrolled.has(device.id) ? stateOf(status) : ('not-enrolled' as const),
        ...wordsOf(visit, status),
      }
    })
  })
  return lines.sort(
    (a, b) => deviceStates.indexOf(a.state) - deviceStates.indexOf(b.state) || (a.id < b.id ? -1 : 1),
  )
}

function stateOf(status: Status | undefined): DeviceState {
  if (status === undefined) return 'never'
  switch (status.state) {
    case 'ready':
      return status.upToDate ? 'ready' : 'downloading'
    case 'lost':
      return 'silent'
    case 'disconnected':
      return 'disconnected'
    default:
      return 'never'
  }
}

function wordsOf(
  visit: Visit,
  status: Status | undefined,
): Pick<DeviceLine, 'generation' | 'held' | 'missing' | 'heard' | 'heardAt'> {
  const { say, language } = visit
  const heard = status?.reportedAt ?? status?.stateAt ?? null
  return {
    generation: status === undefined ? say('devices.no-plan') : planWords(visit, status),
    held: status?.generation ?? null,
    missing: status?.missing ?? 0,
    heardAt: heard,
    heard: heard === null ? say('devices.not-heard') : momentIn(language, heard),
  }
}

function planWords({ say }: Visit, { generation: held, wanted }: Status): string {
  if (wanted === 0 && held === 0) return say('devices.no-plan')
  return held >= wanted
    ? say('devices.generation-newest', { held })
    : say('devices.generation-older', { held, wanted })
}
