/**
 * Makes the sample registry: the stations, villages and devices in `devices/` that stand in for the
 * real lists until those are entered. Nothing here is known of a real station except the commune it
 * is named after and how many stations of each kind there were to be (76 IP, 7 wired, the rest FM).
 *
 * No chance and no clock: the same units give the same bytes. Run it to write the files again:
 *
 *   node test/support/make-sample-registry.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { sha256 } from '../../src/base/hash.ts'

type Row = Record<string, string>
type Place = {
  id: string
  kind: 'ip' | 'fm' | 'wired'
  code: string
  validFrom: string
  name: string
  villages: string[]
}

const surveyDay = '2021-12-31'

/** Units of 2025 in which every station is an IP station, so that they can be met by device receipts alone. */
const completeUnits = [
  ...['20443', '20455', '20458'], // Hùng Sơn, Tây Giang, Avương: border
  ...['20698', '20704', '20716', '20695'], // La Êê, La Dêê, Đắc Pring: border; Thạnh Mỹ
  ...['20938', '20941', '20944', '20950', '20959'], // Trà Leng, Trà Tập, Nam Trà My, Trà Linh, Trà Vân
  ...['20920', '20923', '20929'], // Trà Đốc, Trà Tân, Trà Giáp
  ...['20722', '20728', '20740'], // Khâm Đức, Phước Hiệp, Phước Chánh
  ...['20485', '20494'], // Sông Vàng, Bến Hiên
  ...['20434', '20992', '20977'], // Tân Hiệp and Tam Hải: islands; Đức Phú
  ...['20335', '20551'], // Bàn Thạch, Điện Bàn
]

/** Further IP stations, in units that are thereby covered in part. */
const scatteredStations = [
  ...['20467', '20713', '20899'], // P Rao, Cà Dy, Trà My
  ...['20500', '20524', '20599', '20638'], // Ái Nghĩa, Đại Hiệp, Nam Phước, Duy Hải
  ...['20641', '20651', '20656'], // Đông Phú, Hương An, Quế Trung
  ...['20779', '20773', '20791', '20812', '20839'], // Tân Bình, Phước Trà, Hà Lam, Bình Minh, Bình Hải
  ...['20854', '20869', '20965', '20998'], // Tiên Kỳ, Tiên Lãnh, Núi Thành, Tam Quang
  ...['20364', '20395', '20416', '20431'], // Phú Thịnh, Tam Lãnh, Cửa Đại, Cẩm Thanh
]

const wiredStations = ['20338', '20341', '20398', '20404', '20410', '20563', '20575']

/** IP stations with two devices, each heard in its own half of the villages. */
const twoDeviceStations = ['20437', '20449', '20500', '20935', '20950', '20998']

/** Device types by how much they are drawn; see devices/types. */
const typesInMountains = ['hop-dieu-khien-opus', 'hop-dieu-khien-opus', 'cum-loa-mp3']
const typesElsewhere = ['hop-dieu-khien-mp3', 'cum-loa-mp3', 'hop-dieu-khien-opus', 'hop-dieu-khien-mp3']

/** The text of each file of the sample registry, by its path under `devices/`. */
export function sampleRegistry(folder: string): Map<string, string> {
  const units = readRows(join(folder, 'units.csv'))
  const unitOf = unitsOf2025(units, readRows(join(folder, 'successions.csv')))
  const mountains = new Set(
    readRows(join(folder, 'priority-areas.csv')).flatMap((row) =>
      row['as_of'] === '2021' && row['mountain'] === 'true' ? [row['code']] : [],
    ),
  )
  const places = units
    .filter((unit) => unit['code']!.length === 5 && isInForce(unit, surveyDay))
    .map((unit) => placeOf(unit, unitOf))
  const typeOf = (place: Place, device: string) =>
    pick(device, mountains.has(place.code) ? typesInMountains : typesElsewhere)

  return new Map([
    ['stations.csv', csv(places.map((place) => stationRow(place, place.kind)))],
    ['villages.csv', csv(places.flatMap(villageRows))],
    [
      'devices.csv',
      csv(places.flatMap((place) => devicesOf(place).map((device) => deviceRow(place, device, typeOf)))),
    ],
    ['all-devices/stations.csv', csv(places.map((place) => stationRow(place, 'ip')))],
    [
      'all-devices/devices.csv',
      csv(
        places.map((place) =>
          deviceRow(place, { id: `loa-${place.code}`, villages: place.villages }, typeOf),
        ),
      ),
    ],
  ])
}

function placeOf(unit: Row, unitOf: (unit: Row) => string): Place {
  const code = unit['code']!
  const isIp = completeUnits.includes(unitOf(unit)) || scatteredStations.includes(code)
  const kind = isIp ? 'ip' : wiredStations.includes(code) ? 'wired' : 'fm'
  const id = `tt-${code}`
  const villages = Array.from({ length: villageCount(code) }, (_, index) => `${id}-${index + 1}`)
  return { id, kind, code, validFrom: unit['valid_from']!, name: unit['full_name']!, villages }
}

// 4 to 9, and enough for two devices where there are two.
function villageCount(code: string): number {
  return twoDeviceStations.includes(code) ? 8 : 4 + numberFrom(`villages ${code}`, 6)
}

function devicesOf(place: Place): { id: string; villages: string[] }[] {
  if (place.kind !== 'ip') return []
  const id = `loa-${place.code}`
  if (!twoDeviceStations.includes(place.code)) return [{ id, villages: place.villages }]
  const half = place.villages.length / 2
  return [
    { id, villages: place.villages.slice(0, half) },
    { id: `${id}-2`, villages: place.villages.slice(half) },
  ]
}

function stationRow(place: Place, kind: string): Row {
  // "Xã Ga Ri" inside a sentence is "xã Ga Ri".
  const name = `Đài truyền thanh ${place.name.charAt(0).toLocaleLowerCase('vi')}${place.name.slice(1)}`
  return { id: place.id, name, kind, area_code: place.code, area_valid_from: place.validFrom, sample: 'true' }
}

function villageRows(place: Place): Row[] {
  const word = place.name.startsWith('Xã')
    ? 'Thôn'
    : place.name.startsWith('Phường')
      ? 'Khối phố'
      : 'Tổ dân phố'
  return place.villages.map((id, index) => ({
    id,
    station: place.id,
    name: `${word} ${index + 1}`,
    sample: 'true',
  }))
}

function deviceRow(
  place: Place,
  device: { id: string; villages: string[] },
  typeOf: (place: Place, device: string) => string,
): Row {
  const { id, villages } = device
  return { id, station: place.id, type: typeOf(place, id), villages: villages.join(';'), sample: 'true' }
}

/** The 2025 code of a commune's area, by the list of successions. */
function unitsOf2025(units: readonly Row[], successions: readonly Row[]): (unit: Row) => string {
  return function follow(unit: Row): string {
    if (unit['valid_to'] === '') return unit['code']!
    const step = successions.find(
      (row) => row['old_code'] === unit['code'] && row['effective_day'] === unit['valid_to'],
    )
    return follow(
      units.find((row) => row['code'] === step?.['new_code'] && row['valid_from'] === unit['valid_to'])!,
    )
  }
}

function isInForce(unit: Row, day: string): boolean {
  return unit['valid_from']! <= day && (unit['valid_to'] === '' || day < unit['valid_to']!)
}

/** A number below `end` that depends on the text alone. */
function numberFrom(text: string, end: number): number {
  return Number.parseInt(sha256(text).slice(0, 8), 16) % end
}

function pick(text: string, choices: readonly string[]): string {
  return choices[numberFrom(text, choices.length)]!
}

function readRows(path: string): Row[] {
  return parse(readFileSync(path, 'utf8'), { columns: true })
}

function csv(rows: readonly Row[]): string {
  return stringify([...rows], { header: true })
}

if (import.meta.main) {
  const folder = fileURLToPath(new URL('../../devices/', import.meta.url))
  for (const [file, text] of sampleRegistry(folder)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}
