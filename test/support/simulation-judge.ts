/**
 * What must hold when all is well again, worked out from the loudspeakers' log, the devices' journals and
 * what operators said, in the plainest way; it shares no code with the modules it judges. Each answer is a
 * sentence; none is what we want.
 */
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sha256 } from '../../src/base/hash.ts'
import { toMilliseconds } from '../../src/base/time.ts'
import type { Database } from '../../src/db/index.ts'
import { airingOutcomes } from '../../src/evidence/index.ts'
import { stationsOf, stationUnitsOn } from '../../src/registry/index.ts'
import { coverageOf } from '../../src/reports/index.ts'
import { type Airing, airingsOf, campaignsOf } from '../../src/schedule/index.ts'
import { month, type Simulation } from './simulation.ts'
import type { SimulationDevice, Sound } from './simulation-device.ts'
import { withDatabase } from './simulation-hub.ts'

const afterTheMonth = '2026-12-02T00:00:00.000Z'
const wholeShare = 0.95

type Kept = { airing: string; state: string; outcome: string | null; interruptions: number }
type Journal = { plays: Kept[]; outbox: number; lastSequence: number }
type ReceiptRow = {
  device_id: string
  airing_id: string
  outcome: string
  sequence: number
  held_sha256: string
}

export type Judgement = {
  wrong: string[]
  /** So much happened, for saying that the days were bad enough. */
  counts: Record<
    'airings' | 'played' | 'partial' | 'missed' | 'refused' | 'unknown' | 'met' | 'repeats' | 'refusals',
    number
  >
  /** Of everything in the hub's database. */
  database: string
}

/** After the end: everything the files say, against what was heard. */
export async function judge(simulation: Simulation): Promise<Judgement> {
  const { hub, devices } = simulation
  const journals = new Map([...devices.values()].map((device) => [device.id, journalOf(device)]))
  return withDatabase(hub.folder, async (database) => {
    const sqlite = new Sqlite(join(hub.folder, 'loa.db'), { readonly: true })
    const receipts = sqlite.prepare('SELECT * FROM receipt').all() as ReceiptRow[]
    const airings = await airingsOf(database, { month })
    const heard = whatWasHeard(simulation, airings, partsByAiring(sqlite, airings))
    const wrong = [
      ...simulation.violations,
      ...heard.wrong,
      ...wrongReceipts(journals, receipts, simulation.approved),
      ...wrongJournals(journals, heard.sounds),
      ...wrongFiles(sqlite),
    ]
    const states = expectedStates(simulation, airings, journals)
    wrong.push(
      ...(await wrongOutcomes(database, airings, states)),
      ...(await wrongCoverage(database, airings, states)),
    )
    const count = (outcome: string): number =>
      receipts.filter((receipt) => receipt.outcome === outcome).length
    const judgement: Judgement = {
      wrong,
      counts: {
        airings: airings.length,
        ...{
          played: count('played'),
          partial: count('partial'),
          missed: count('missed'),
          refused: count('refused'),
        },
        unknown: [...states.values()].filter((state) => state === 'unknown').length,
        met: [...states.values()].filter((state) => state === 'met').length,
        repeats: heard.repeats,
        refusals: (sqlite.prepare('SELECT count(*) AS count FROM refusal').get() as { count: number }).count,
      },
      database: digestOf(sqlite),
    }
    sqlite.close()
    return judgement
  })
}

/** The hub counts each airing once, and as it was. */
async function wrongOutcomes(
  database: Database,
  airings: readonly Airing[],
  states: ReadonlyMap<string, string>,
): Promise<string[]> {
  const wrong: string[] = []
  const outcomes = await airingOutcomes(database, { month, now: afterTheMonth })
  if (outcomes.length !== airings.length)
    wrong.push(`${outcomes.length} outcomes of ${airings.length} airings`)
  for (const { airing, state } of outcomes) {
    const expected = states.get(airing)
    const said = state === 'partial' || state === 'refused' ? 'missed' : state
    if (said !== expected) wrong.push(`${airing} is ${state}, and was ${String(expected)}`)
  }
  return wrong
}

/** Coverage of each campaign, by unit, is what its stations heard. */
async function wrongCoverage(
  database: Database,
  airings: readonly Airing[],
  states: ReadonlyMap<string, string>,
): Promise<string[]> {
  const wrong: string[] = []
  const stations = await stationsOf(database)
  const units = await stationUnitsOn(database, '2026-11-30')
  for (const { id } of await campaignsOf(database)) {
    const coverage = await coverageOf(database, { month, campaign: id, now: afterTheMonth })
    const expected = new Map<string, string[]>()
    for (const station of stations) {
      const unit = units.get(station.id)?.code ?? ''
      const mine = airings.filter((one) => one.campaign === id && one.station === station.id)
      expected.set(unit, [
        ...(expected.get(unit) ?? []),
        areaState(mine.map((one) => states.get(one.id) ?? '')),
      ])
    }
    const said = new Map(
      coverage.units.map(({ unit, areas }) => [unit.code, areas.map(({ state }) => state)]),
    )
    for (const [unit, areas] of expected) {
      const [is, should] = [said.get(unit)?.toSorted().join(), areas.toSorted().join()]
      if (is !== should) wrong.push(`${id}, unit ${unit}: ${String(is)}, and was ${should}`)
    }
    const met = [...expected.values()].filter((areas) => areas.every((state) => state === 'met')).length
    if (coverage.met !== met || coverage.obligations !== expected.size) {
      wrong.push(
        `${id}: ${coverage.met} of ${coverage.obligations} met, and it was ${met} of ${expected.size}`,
      )
    }
  }
  return wrong
}

type Heard = { wrong: string[]; sounds: Map<string, Sound[]>; repeats: number }

/** Each sound belongs to an airing of its station, in its time, and ends with its notes; a second one only after a power cut or a silent failure. */
function whatWasHeard(
  simulation: Simulation,
  airings: readonly Airing[],
  parts: ReadonlyMap<string, readonly ReadonlySet<string>[]>,
): Heard {
  const heard: Heard = { wrong: [], sounds: new Map(), repeats: 0 }
  for (const sound of simulation.sounds) {
    const its = airings.filter(({ id, devices, plannedAt, latestStartAt }) => {
      const named = parts.get(id) ?? []
      return (
        devices.includes(sound.device) &&
        named.length === sound.bytes.length &&
        named.every((hashes, index) => hashes.has(sound.bytes[index] ?? '')) &&
        toMilliseconds(plannedAt) <= sound.startedAt &&
        sound.startedAt <= toMilliseconds(latestStartAt)
      )
    })
    const [airing] = its
    if (airing === undefined || its.length > 1) {
      heard.wrong.push(`${sound.device} played at ${sound.startedAt} what ${its.length} airings ask for`)
      continue
    }
    if (sound.notes === null || sound.notes !== airing.notes)
      heard.wrong.push(`${airing.id} ended with the notes of another airing`)
    const key = `${airing.id} ${sound.device}`
    const earlier = heard.sounds.get(key) ?? []
    const before = earlier.at(-1)
    if (before !== undefined) {
      heard.repeats += 1
      if (before.heardMs !== 0 && before.powerCuts === sound.powerCuts)
        heard.wrong.push(`${key} was played again without need`)
    }
    heard.sounds.set(key, [...earlier, sound])
  }
  return heard
}

/** Every airing that ended on a device has one receipt in the hub, saying the same; and the hub has no other. */
function wrongReceipts(
  journals: ReadonlyMap<string, Journal>,
  receipts: readonly ReceiptRow[],
  approved: ReadonlySet<string>,
): string[] {
  const wrong: string[] = []
  const kept = Map.groupBy(receipts, ({ device_id, airing_id }) => `${airing_id} ${device_id}`)
  for (const [device, { plays, outbox, lastSequence }] of journals) {
    if (outbox > 0) wrong.push(`${device}: ${outbox} receipts in its outbox`)
    const ended = plays.filter(({ state }) => state === 'ended')
    if (ended.length !== plays.length)
      wrong.push(`${device}: ${plays.length - ended.length} airings never ended`)
    if (ended.length !== lastSequence)
      wrong.push(`${device}: ${ended.length} airings, ${lastSequence} receipts`)
    for (const { airing, outcome } of ended) {
      const its = kept.get(`${airing} ${device}`) ?? []
      kept.delete(`${airing} ${device}`)
      if (its.length !== 1) wrong.push(`${device}: ${its.length} receipts of ${airing}`)
      else if (its[0]?.outcome !== outcome)
        wrong.push(`${device}: ${airing} was ${String(outcome)}, the hub has ${String(its[0]?.outcome)}`)
    }
  }
  for (const key of kept.keys()) wrong.push(`a receipt that no device wrote: ${key}`)
  for (const { id, held } of receipts.map((one) => ({
    id: one.airing_id,
    held: JSON.parse(one.held_sha256) as string[],
    ...one,
  }))) {
    const known = receipts.find((one) => one.airing_id === id)?.outcome
    if (known === 'played' && held.some((hash) => !approved.has(hash)))
      wrong.push(`${id}: played what nobody approved`)
  }
  return wrong
}

/** What a device wrote down is what its loudspeaker did. */
function wrongJournals(
  journals: ReadonlyMap<string, Journal>,
  sounds: ReadonlyMap<string, readonly Sound[]>,
): string[] {
  const wrong: string[] = []
  for (const [device, { plays }] of journals) {
    for (const { airing, outcome, interruptions } of plays) {
      const its = sounds.get(`${airing} ${device}`) ?? []
      const whole = its.some(({ heardMs, plannedMs }) => heardMs >= wholeShare * plannedMs)
      const some = its.some(({ heardMs }) => heardMs !== 0)
      const told = `${device}: ${airing} is told as ${String(outcome)}`
      if (outcome === 'played' && !whole) wrong.push(`${told}, and was never heard whole`)
      // Between its last sound and its journal the power may go: then it does not know, and says the lesser.
      if (outcome !== 'played' && whole && interruptions === 0) wrong.push(`${told}, and was heard whole`)
      if (outcome === 'partial' && !some && interruptions === 0) wrong.push(`${told}, and nothing was heard`)
      if ((outcome === 'missed' || outcome === 'refused') && some)
        wrong.push(`${told}, and something was heard`)
    }
  }
  for (const key of sounds.keys()) {
    const [airing, device] = key.split(' ')
    if (!journals.get(device ?? '')?.plays.some((play) => play.airing === airing))
      wrong.push(`${key} was heard and never told`)
  }
  return wrong
}

/** From what devices wrote down and operators said: met, missed, unknown, waiting or cancelled. */
function expectedStates(
  simulation: Simulation,
  airings: readonly Airing[],
  journals: ReadonlyMap<string, Journal>,
): Map<string, string> {
  return new Map(
    airings.map(({ id, devices, cancelled }) => {
      if (cancelled !== null) return [id, 'cancelled']
      if (devices.length === 0) {
        const word = simulation.attested.get(id) ?? 'nothing'
        return [id, word === 'played' ? 'met' : word === 'missed' ? 'missed' : 'waiting']
      }
      const words = devices.map(
        (device) => journals.get(device)?.plays.find(({ airing }) => airing === id)?.outcome,
      )
      if (words.every((word) => word === 'played')) return [id, 'met']
      return [
        id,
        words.some((word) => word !== undefined && word !== null && word !== 'played') ? 'missed' : 'unknown',
      ]
    }),
  )
}

/** An area is as its best airing; one without an airing was missed when the month is over. */
function areaState(states: readonly string[]): string {
  return ['met', 'waiting', 'unknown', 'missed'].find((state) => states.includes(state)) ?? 'missed'
}

/** The hashes of each part of an airing, whatever the codec. */
function partsByAiring(
  sqlite: Sqlite.Database,
  airings: readonly Airing[],
): Map<string, ReadonlySet<string>[]> {
  const hashes = sqlite.prepare('SELECT sha256 FROM rendition WHERE recording_id = ?').pluck()
  return new Map(
    airings.map(({ id, greeting, recording }) => {
      const parts = [greeting, recording].filter((part) => part !== null)
      return [id, parts.map((part) => new Set(hashes.all(part) as string[]))]
    }),
  )
}

function journalOf(device: SimulationDevice): Journal {
  const sqlite = new Sqlite(join(device.folder, 'journal.db'), { readonly: true })
  try {
    const plays = sqlite.prepare('SELECT airing, state, outcome, interruptions FROM play').all() as Kept[]
    const outbox = sqlite.prepare('SELECT count(*) FROM receipt').pluck().get() as number
    const last = sqlite.prepare("SELECT value FROM memory WHERE name = 'last-sequence'").pluck().get()
    return { plays, outbox, lastSequence: Number(last ?? 0) }
  } finally {
    sqlite.close()
  }
}

function wrongFiles(sqlite: Sqlite.Database): string[] {
  const integrity = sqlite.pragma('integrity_check', { simple: true }) as string
  const foreign = sqlite.pragma('foreign_key_check') as unknown[]
  return [
    ...(integrity === 'ok' ? [] : [`the hub's database: ${integrity}`]),
    ...(foreign.length === 0 ? [] : [`${foreign.length} rows of the hub point nowhere`]),
  ]
}

/** The same rows give the same digest. */
function digestOf(sqlite: Sqlite.Database): string {
  const tables = sqlite
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[]
  return sha256(
    JSON.stringify(
      tables.map((table) => [
        table,
        sqlite
          .prepare(`SELECT * FROM "${table}"`)
          .all()
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
    ),
  )
}
