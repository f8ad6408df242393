/** `loa units`, `loa stations`, `loa device-types`: what there is to reach. */
import type { Command } from 'commander'
import { dayOf, isDay } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import {
  deviceTypes,
  findUnits,
  loadRegistry,
  type Station,
  stationById,
  stationsOf,
  stationUnitsOn,
  type Unit,
  unitByCode,
  unitsOn,
} from '../registry/index.ts'
import { type Answer, argument, type Given, optional, table, workCommand } from './shell.ts'

export function unitCommands(program: Command): void {
  const units = program
    .command('units')
    .description('đơn vị hành chính qua thời gian · administrative units through time')
  workCommand(units, 'list', 'các đơn vị có hiệu lực vào một ngày · units in force on a day', (work, given) =>
    list(work.database, work.clock.now(), given),
  )
    .option('--on <day>', 'ngày YYYY-MM-DD, mặc định hôm nay · day, default today')
    .option('--level <level>', 'commune xã phường, district huyện, province tỉnh', 'commune')
  workCommand(
    units,
    'find <name>',
    'tìm theo tên, có dấu hay không dấu · find by name, with or without diacritics',
    async (work, given) => {
      const day = dayGiven(given)
      if (argument(given, 0).trim() === '') {
        throw new AppError('invalid', {
          vi: 'Chưa nêu tên cần tìm, ví dụ: loa units find "tra cang"',
          en: 'There is no name to look for. For example: loa units find "tra cang"',
        })
      }
      return answerOf(await findUnits(work.database, argument(given, 0), day === undefined ? {} : { day }))
    },
  ).option('--on <day>', 'chỉ đơn vị có hiệu lực ngày này · only units in force on this day')
  workCommand(units, 'show <code>', 'một đơn vị theo mã · one unit by code', async (work, given) => {
    const unit = await unitByCode(work.database, argument(given, 0), dayGiven(given))
    return { json: unit, lines: lines([unit]) }
  }).option('--on <day>', 'ngày để phân biệt mã dùng lại · the day that tells reused codes apart')

  const stations = program.command('stations').description('đài truyền thanh · radio stations')
  workCommand(stations, 'list', 'mọi đài · all stations', async (work) => {
    const all = await stationsOf(work.database)
    const unit = await stationUnitsOn(work.database, dayOf(work.clock.now()))
    const rows = all.map((station) => ({ ...station, unit: unit.get(station.id)?.fullName ?? null }))
    return {
      json: { count: rows.length, stations: rows },
      lines: [...stationLines(rows), `${String(rows.length)} đài · stations`],
    }
  })
  workCommand(stations, 'show <station>', 'một đài · one station', async (work, given) => {
    const station = await stationById(work.database, argument(given, 0))
    return { json: station, lines: stationLines([station]) }
  })
  workCommand(
    program.command('device-types').description('loại bộ điều khiển · controller types'),
    'list',
    'các loại · the types',
    (work) => {
      const types = [...deviceTypes(work.config.devices).values()]
      return Promise.resolve({
        json: types,
        lines: table(
          ['loại', 'mã hóa', 'tên'],
          types.map((type) => [type.id, type.codecs.join(','), type.name]),
        ),
      })
    },
  )
  const registry = program
    .command('registry')
    .description('sổ đơn vị, đài, thiết bị · registry of units, stations, devices')
  workCommand(registry, 'load', 'nạp lại từ thư mục devices · load again from devices', async (work) => {
    const loaded = await loadRegistry(work.database, {
      folder: work.config.devices,
      edition: work.config.registry,
      now: work.clock.now(),
    })
    return {
      json: loaded,
      lines: [
        `${String(loaded.units)} đơn vị, ${String(loaded.stations)} đài, ${String(loaded.devices)} bộ điều khiển, ${String(loaded.villages)} thôn · units, stations, controllers, villages (${loaded.loaded === 'same' ? 'không đổi · unchanged' : 'đã nạp · loaded'})`,
      ],
    }
  })
}

async function list(database: Parameters<typeof unitsOn>[0], now: string, given: Given): Promise<Answer> {
  const day = dayGiven(given) ?? dayOf(now)
  const level = optional(given, 'level') ?? 'commune'
  if (level !== 'commune' && level !== 'district' && level !== 'province') {
    throw new AppError('invalid', {
      vi: `Cấp "${level}" không có. Chọn commune, district hoặc province.`,
      en: `There is no level "${level}". Choose commune, district or province.`,
    })
  }
  const units = await unitsOn(database, day, level)
  return {
    json: { day, level, count: units.length, units },
    lines: [...lines(units), `${String(units.length)} đơn vị · units, ${day}`],
  }
}

function answerOf(units: readonly Unit[]): Answer {
  return {
    json: { count: units.length, units },
    lines: units.length === 0 ? ['Không tìm thấy đơn vị nào · no unit found'] : lines(units),
  }
}

function lines(units: readonly Unit[]): string[] {
  return table(
    ['mã', 'từ ngày', 'đến ngày', 'tên'],
    units.map((unit) => [unit.code, unit.validFrom, unit.validTo ?? '', unit.fullName]),
  )
}

function stationLines(stations: readonly (Station & { unit?: string | null })[]): string[] {
  return table(
    ['đài', 'loại', 'xã năm 2021', 'đơn vị nay', 'thôn', 'bộ điều khiển', ''],
    stations.map((station) => [
      station.id,
      station.kind,
      station.areaName,
      station.unit ?? '',
      station.villages,
      station.devices.map((device) => device.id).join(' '),
      station.sample ? 'dữ liệu mẫu' : '',
    ]),
  )
}

/** The day of `--on`, checked to be a real one. */
function dayGiven(given: Given): string | undefined {
  const day = optional(given, 'on')
  if (day !== undefined && !isDay(day)) {
    throw new AppError('invalid', {
      vi: `“${day}” không phải là một ngày có thật. Hãy viết năm-tháng-ngày, ví dụ 2025-07-01.`,
      en: `“${day}” is not a real day. Write year-month-day, for example 2025-07-01.`,
    })
  }
  return day
}
