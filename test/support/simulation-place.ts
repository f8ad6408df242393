/** Where a simulation takes place: a folder of its own, and a small part of the province in it. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const devicesFolder = fileURLToPath(new URL('../../devices', import.meta.url))
const memoryDisk = '/dev/shm'
const roomWanted = 1_073_741_824

/** A new folder; in memory where the system has room there, because every commit waits for its disk. */
export function newFolder(name: string): string {
  const parent = existsSync(memoryDisk) && freeBytes(memoryDisk) > roomWanted ? memoryDisk : tmpdir()
  return mkdtempSync(join(parent, name))
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** All stations of four units of 2025: Avương (2), Hội An Đông (3, one without a device), Tân Hiệp and Tam Hải (1 each). */
const stations = ['tt-20458', 'tt-20461', 'tt-20413', 'tt-20416', 'tt-20431', 'tt-20434', 'tt-20992']
/** A station of two controllers: an airing there is met only when both have played it. */
const secondDevice = { id: 'loa-20434-2', station: 'tt-20434' }

/** Writes a registry of seven stations and seven devices from the real files, and returns its folder. */
export function smallRegistry(folder: string): string {
  const place = join(folder, 'devices')
  mkdirSync(place)
  cpSync(join(devicesFolder, 'types'), join(place, 'types'), { recursive: true })
  const codes = new Set(stations.map((station) => station.slice('tt-'.length)))
  const keep = (file: string, wanted: (first: string, second: string) => boolean): string[] => {
    const [head = '', ...lines] = readFileSync(join(devicesFolder, file), 'utf8').trimEnd().split('\n')
    const mine = lines.filter((line) => {
      const [first = '', second = ''] = line.split(',')
      return wanted(first, second)
    })
    return [head, ...mine]
  }
  const write = (file: string, lines: readonly string[]): void => {
    writeFileSync(join(place, file), `${lines.join('\n')}\n`)
  }
  // A code of five digits is a commune; provinces and districts stay.
  write(
    'units.csv',
    keep('units.csv', (code) => code.length < 5 || codes.has(code)),
  )
  for (const file of ['successions.csv', 'name-variants.csv', 'priority-areas.csv']) {
    write(
      file,
      keep(file, (code) => codes.has(code)),
    )
  }
  write(
    'stations.csv',
    keep('stations.csv', (id) => stations.includes(id)),
  )
  write(
    'villages.csv',
    keep('villages.csv', (_, station) => stations.includes(station)),
  )
  write('devices.csv', withSecondDevice(keep('devices.csv', (_, station) => stations.includes(station))))
  return place
}

/** Gives half of the station's villages to a second device. */
function withSecondDevice(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [id = '', station = '', type = '', villages = '', sample = ''] = line.split(',')
    if (station !== secondDevice.station) return [line]
    const all = villages.split(';')
    const half = Math.ceil(all.length / 2)
    const [first, second] = [all.slice(0, half).join(';'), all.slice(half).join(';')]
    return [
      [id, station, type, first, sample].join(','),
      [secondDevice.id, station, 'hop-dieu-khien-opus', second, sample].join(','),
    ]
  })
}
