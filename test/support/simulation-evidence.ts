/** What the files of a real hub and of real devices say when everybody is gone, against each other. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sha256 } from '../../src/base/hash.ts'

type Play = { airing: string; state: string; outcome: string; held: string }
type Receipt = { airing_id: string; device_id: string; outcome: string; held_sha256: string }

export type Evidence = {
  wrong: string[]
  /** How many airings ended how, device by device. */
  outcomes: Record<string, number>
  receipts: number
  /** Airings, and those that every one of their devices has played. */
  airings: number
  played: number
}

/** Receipts in the hub's database now; 0 while there is none. Reads beside the running hub. */
export function receiptsKept(folder: string): number {
  return look(
    join(folder, 'loa.db'),
    (sqlite) => sqlite.prepare('SELECT count(*) FROM receipt').pluck().get() as number,
  )
}

/** No confirmation lost, none twice, nothing unapproved held or played, all files sound. */
export function evidenceOf(folder: string, devices: readonly string[], airingsEach: number): Evidence {
  return look(join(folder, 'loa.db'), (sqlite) => {
    const wrong: string[] = []
    const outcomes: Record<string, number> = {}
    const byAiring = new Map<string, string[]>()
    const approved = new Set(sqlite.prepare('SELECT sha256 FROM approval_leaf').pluck().all() as string[])
    const receipts = sqlite.prepare('SELECT * FROM receipt').all() as Receipt[]
    const kept = Map.groupBy(receipts, ({ airing_id, device_id }) => `${airing_id} ${device_id}`)
    for (const [key, its] of kept) if (its.length !== 1) wrong.push(`${its.length} receipts of ${key}`)
    for (const device of devices) {
      const { plays, outbox } = journalOf(join(folder, 'fleet', device, 'journal.db'))
      if (outbox > 0) wrong.push(`${device}: ${outbox} receipts in its outbox`)
      if (plays.length !== airingsEach)
        wrong.push(`${device}: knows ${plays.length} airings of ${airingsEach}`)
      for (const { airing, state, outcome, held } of plays) {
        const receipt = kept.get(`${airing} ${device}`)?.[0]
        kept.delete(`${airing} ${device}`)
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        byAiring.set(airing, [...(byAiring.get(airing) ?? []), outcome])
        if (state !== 'ended') wrong.push(`${device}: ${airing} never ended`)
        if (receipt === undefined) wrong.push(`${device}: the receipt of ${airing} is lost`)
        else if (receipt.outcome !== outcome)
          wrong.push(`${device}: ${airing} was ${outcome}, the hub has ${receipt.outcome}`)
        const played = [
          ...(JSON.parse(held) as string[]),
          ...(JSON.parse(receipt?.held_sha256 ?? '[]') as string[]),
        ]
        if (played.some((hash) => !approved.has(hash)))
          wrong.push(`${device}: ${airing} held bytes nobody approved`)
      }
      wrong.push(...wrongParts(join(folder, 'fleet', device, 'parts'), approved))
    }
    for (const key of kept.keys()) wrong.push(`a receipt that no device wrote: ${key}`)
    const integrity = sqlite.pragma('integrity_check', { simple: true }) as string
    if (integrity !== 'ok') wrong.push(`the hub's database: ${integrity}`)
    if ((sqlite.pragma('foreign_key_check') as unknown[]).length > 0)
      wrong.push("rows of the hub's database point nowhere")
    const played = [...byAiring.values()].filter((all) => all.every((outcome) => outcome === 'played')).length
    return { wrong, outcomes, receipts: receipts.length, airings: byAiring.size, played }
  })
}

/** Every whole file is an approved rendition, byte for byte. */
function wrongParts(folder: string, approved: ReadonlySet<string>): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.part')) : []
  return names.flatMap((name) => {
    const hash = sha256(readFileSync(join(folder, name)))
    return name.startsWith(hash) && approved.has(hash)
      ? []
      : [`${folder}/${name} is not what an approver signed`]
  })
}

function journalOf(path: string): { plays: Play[]; outbox: number } {
  return look(path, (sqlite) => ({
    plays: sqlite.prepare('SELECT airing, state, outcome, held FROM play').all() as Play[],
    outbox: sqlite.prepare('SELECT count(*) FROM receipt').pluck().get() as number,
  }))
}

function look<T>(path: string, at: (sqlite: Sqlite.Database) => T): T {
  const sqlite = new Sqlite(path, { readonly: true, timeout: 10_000 })
  try {
    return at(sqlite)
  } finally {
    sqlite.close()
  }
}
