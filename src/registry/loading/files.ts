/** The registry's files: CSV tables and device types in `devices/`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { z } from 'zod'
import { AppError, reasonOf } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import { DeviceType, type Edition } from '../shapes.ts'
import {
  DeviceLine,
  PriorityLine,
  type RegistryLines,
  StationLine,
  SuccessionLineShape,
  UnitLine,
  VariantLine,
  VillageLine,
} from './lines.ts'

/** Problems named in one refusal; the rest are counted. */
const problemsShownMax = 10

/** Where each edition's own tables are; the others are shared. */
const editionFolders: Record<Edition, string> = { sample: '', 'all-devices': 'all-devices' }

/**
 * Reads all tables of an edition, every line checked for its shape. Refuses (`invalid`) with file,
 * line and reason when a line is wrong, `unavailable` when a file cannot be read. `digest` names the
 * exact bytes.
 */
export function readRegistryFiles(
  folder: string,
  edition: Edition,
): { lines: RegistryLines; digest: string } {
  const own = editionFolders[edition]
  const problems: string[] = []
  const hashes: string[] = [edition]

  function table<T>(file: string, shape: z.ZodType<T>): T[] {
    const text = readText(join(folder, file))
    hashes.push(file, sha256(text))
    return readTable(file, text, shape, problems)
  }

  const lines: RegistryLines = {
    units: table('units.csv', UnitLine),
    successions: table('successions.csv', SuccessionLineShape),
    variants: table('name-variants.csv', VariantLine),
    priorities: table('priority-areas.csv', PriorityLine),
    villages: table('villages.csv', VillageLine),
    stations: table(join(own, 'stations.csv'), StationLine),
    devices: table(join(own, 'devices.csv'), DeviceLine),
  }
  refuseProblems(problems)
  return { lines, digest: sha256(JSON.stringify(hashes)) }
}

/** Reads `types/*.json` under `devices/`, by id. Refuses (`invalid`) a file that is not a device type or not named after it. */
export function deviceTypes(folder: string): Map<string, DeviceType> {
  const types = new Map<string, DeviceType>()
  const problems: string[] = []
  for (const file of listTypes(join(folder, 'types'))) {
    const read = readType(join(folder, 'types', file))
    if (!read.ok) problems.push(`types/${file}: ${read.why}`)
    else if (`${read.value.id}.json` !== file) problems.push(`types/${file}: its id is ${read.value.id}`)
    else types.set(read.value.id, read.value)
  }
  refuseProblems(problems)
  return types
}

/** Refuses with the first few problems, if there are any. */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return
  const shown = problems.slice(0, problemsShownMax).join('; ')
  const rest = problems.length - problemsShownMax
  throw new AppError('invalid', {
    vi: `Sổ đăng ký (thư mục devices) có ${problems.length} chỗ sai nên chưa nạp gì: ${shown}${rest > 0 ? `; và ${rest} chỗ nữa` : ''}. Hãy sửa tệp rồi nạp lại.`,
    en: `The registry (folder devices) has ${problems.length} mistakes, so nothing was loaded: ${shown}${rest > 0 ? `; and ${rest} more` : ''}. Correct the file and load it again.`,
  })
}

function readTable<T>(file: string, text: string, shape: z.ZodType<T>, problems: string[]): T[] {
  let records: { record: Record<string, string>; info: { lines: number } }[]
  try {
    records = parse(text, { columns: true, bom: true, skip_empty_lines: true, info: true })
  } catch (error) {
    problems.push(`${file}: ${reasonOf(error)}`)
    return []
  }
  const rows: T[] = []
  for (const { record, info } of records) {
    const read = shape.safeParse(record)
    if (read.success) rows.push(read.data)
    else problems.push(`${file}:${info.lines}: ${firstIssue(read.error)}`)
  }
  return rows
}

function readType(path: string): { ok: true; value: DeviceType } | { ok: false; why: string } {
  try {
    const read = DeviceType.safeParse(JSON.parse(readText(path)))
    return read.success ? { ok: true, value: read.data } : { ok: false, why: firstIssue(read.error) }
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, why: 'not JSON' }
    throw error
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`
}

function listTypes(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
  } catch (error) {
    throw unreadable(folder, error)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, cause: unknown): AppError {
  const why = reasonOf(cause)
  return new AppError(
    'unavailable',
    {
      vi: `Không đọc được ${path} của sổ đăng ký: ${why}. Hãy kiểm tra thư mục devices.`,
      en: `Cannot read ${path} of the registry: ${why}. Check the folder devices.`,
    },
    { cause },
  )
}
