/**
 * Rendering one script of a minute and a half for 241 communes, each greeted by its own name, in both codecs:
 * processor time of everything that is started, beside the plain ways of doing it and beside the least that is
 * possible. All figures are of this run and this machine.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFile, type GateItem, gateRendered } from '../../src/audio/gate/index.ts'
import { audioPath, type Recording, recordingsOf, renderWanted } from '../../src/audio/index.ts'
import { toBytes } from '../../src/audio/pcm.ts'
import { checkPieces, type Unchecked } from '../../src/audio/sentences/check.ts'
import { entryPath, framed } from '../../src/audio/sentences/index.ts'
import { openVoices, type Voice } from '../../src/audio/voices/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, systemClock } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { addPerson } from '../../src/people/index.ts'
import { loadRegistry, stationsOf } from '../../src/registry/index.ts'
import {
  importFacts,
  importScript,
  loadPlaceholders,
  readScript,
  submitVersion,
} from '../../src/scripts/index.ts'
import { costOf, type Cost } from './cpu.ts'
import { encodedOnce, naively, withFixedGain } from './render-baselines.ts'
import type { BenchResult } from './run.ts'

const root = new URL('../../', import.meta.url).pathname
const content = join(root, 'content')
const speechFolder = join(content, 'speech')
/** The stations stand in the 241 communes of 2021; each greets by the name of its own. */
const day = '2026-11-23T01:00:00.000Z'
const clock: Clock = { ...systemClock, now: () => day }
const communes = 241
/** The plain ways are measured on so many communes and multiplied. */
const sampled = 6
const greeting = 'Kính chào bà con {{unit}}.'
const bodies = ['tim-viec-tren-mang', 'quyen-cua-nguoi-bi-mua-ban'] as const

type Bench = { folder: string; audioFolder: string; database: Database; voice: Voice }

export async function render(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loa-bench-'))
  const database = openMemoryDatabase()
  try {
    const [voice] = await openVoices(speechFolder)
    if (voice === undefined) throw new Error('no voice is enabled')
    const bench = { folder, audioFolder: join(folder, 'audio'), database, voice }
    await prepare(bench)
    return await measure(bench)
  } finally {
    await closeDatabase(database)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function prepare({ database }: Bench): Promise<void> {
  await loadRegistry(database, { folder: join(root, 'devices'), edition: 'all-devices', now: day })
  await importFacts(database, content, day)
  await greetByOldNames(database)
  await addPerson(database, { id: 'an', name: 'Nguyễn Văn An', role: 'editor', training: false, now: day })
}

/** Today several of these communes are one; names that two of them had carry their district, as the stations' do. */
async function greetByOldNames(database: Database): Promise<void> {
  const stations = await stationsOf(database)
  await database.deleteFrom('station_unit').execute()
  for (const { id, name, areaCode, areaValidFrom } of stations) {
    const own = { station_id: id, valid_from: '2004-01-01', valid_to: null }
    await database
      .insertInto('station_unit')
      .values({ ...own, unit_code: areaCode, unit_valid_from: areaValidFrom })
      .execute()
    await database
      .updateTable('unit')
      .set({ full_name: name.replace('Đài truyền thanh ', ''), valid_to: null })
      .where('code', '=', areaCode)
      .where('valid_from', '=', areaValidFrom)
      .execute()
  }
}

async function measure(bench: Bench): Promise<BenchResult[]> {
  await submit(bench, bodies[0])
  const cold = await rendering(bench, communes)
  await submit(bench, bodies[1])
  const next = await rendering(bench, communes)
  const joined = await joinedAgain(bench)
  const [first, second] = [await recordings(bench, bodies[0]), await recordings(bench, bodies[1])]
  const known = new Set(first.flatMap(({ sentences }) => sentences.map(({ key }) => key)))
  const wholeGate = [await gateOfWholes(bench, first), await gateOfWholes(bench, second)] as const
  const coldGate = wholeGate[0] + (await gateOfSentences(bench, first, new Set()))
  const nextGate = wholeGate[1] + (await gateOfSentences(bench, second, known))
  const joinedGate = (wholeGate[0] + wholeGate[1]) / 2
  const { naive, fixed } = await plainWays(bench, first)
  const floor = await leastPossible(bench, first)
  const rows = [
    ['ours, empty store', cold, coldGate],
    ['ours, next script with the same greetings', next, nextGate],
    ['ours, joined again from the store', joined, joinedGate],
  ] as const
  return [
    row(`naive: 3 processes a commune, ${String(sampled)} of ${String(communes)} measured`, naive, naive),
    row('fixed gain: 2 processes a commune', fixed, naive),
    row('the floor: unique sound once through chain and encoders; not spoken, not checked', floor, naive),
    ...rows.flatMap(([what, cost, gate]) => [
      row(`${what}, with the gate`, cost, naive),
      row(`${what}, without the gate`, less(cost, gate), naive),
    ]),
    ...goals('with the gate', { cold, next }, { naive, fixed, floor }),
    ...goals(
      'without the gate',
      { cold: less(cold, coldGate), next: less(next, nextGate) },
      { naive, fixed, floor },
    ),
  ]
}

function goals(
  how: string,
  { cold, next }: Record<'cold' | 'next', Cost>,
  { naive, fixed, floor }: Record<'naive' | 'fixed' | 'floor', Cost>,
): BenchResult[] {
  return [
    atLeast(`empty store, ${how}, against naive`, cold, naive, 40),
    atLeast(`empty store, ${how}, against fixed gain`, cold, fixed, 18),
    atLeast(`next script, ${how}, against naive`, next, naive, 400),
    atLeast(`next script, ${how}, against fixed gain`, next, fixed, 230),
    atMost(`empty store, ${how}, against the floor`, cold, floor, 1.4),
  ]
}

function less({ cpu, wall }: Cost, part: number): Cost {
  return { cpu: cpu - part, wall }
}

function row(what: string, { cpu, wall }: Cost, naive: Cost): BenchResult {
  return {
    ...{ what: `${what} (${round(wall)} s by the clock)`, value: round(cpu), unit: 'CPU s' },
    ...{ baseline: round(naive.cpu), ratio: round(naive.cpu / cpu), goal: null, ok: null },
  }
}

function atLeast(what: string, cost: Cost, against: Cost, least: number): BenchResult {
  const ratio = round(against.cpu / cost.cpu)
  const figures = { value: round(cost.cpu), unit: 'CPU s', baseline: round(against.cpu), ratio }
  return { what, ...figures, goal: `≥ ${String(least)}`, ok: ratio >= least }
}

function atMost(what: string, cost: Cost, against: Cost, most: number): BenchResult {
  const ratio = round(cost.cpu / against.cpu, 2)
  const figures = { value: round(cost.cpu), unit: 'CPU s', baseline: round(against.cpu), ratio }
  return { what, ...figures, goal: `≤ ${String(most)}`, ok: ratio <= most }
}

function recordings({ database }: Bench, script: string): Promise<Recording[]> {
  return recordingsOf(database, { script, version: 1 })
}

/** The gate's own part: the same sentences checked again, in batches like those of the run. */
async function gateOfSentences(
  { audioFolder, voice, folder }: Bench,
  made: readonly Recording[],
  known: ReadonlySet<string>,
): Promise<number> {
  const texts = new Map(made.flatMap(({ sentences }) => sentences.map(({ key, text }) => [key, text])))
  const pieces: Unchecked[] = []
  for (const [key, text] of texts) {
    if (known.has(key)) continue
    const framing = framed('sentence', await voice.synthesise(text, { deadlineMs: 20_000 }))
    const path = (codec: 'mp3' | 'opus'): string => entryPath(audioFolder, key, codec)
    const source = { kind: 'sentence', text, voice: '', recipe: '', gainDecibels: 0 } as const
    pieces.push({ source, ...framing, paths: { mp3: path('mp3'), opus: path('opus') } })
  }
  const { signal } = new AbortController()
  const { cpu } = await costOf(async () => {
    for (let at = 0; at < pieces.length; at += 32)
      await checkPieces(pieces.slice(at, at + 32), { folder, signal })
  })
  return cpu
}

/** The recordings that were decoded whole, decoded and judged again, in groups like those of the run. */
async function gateOfWholes({ audioFolder }: Bench, made: readonly Recording[]): Promise<number> {
  const items: GateItem[] = []
  for (const { quality, renditions, milliseconds } of made) {
    if (quality.gate !== 'whole') continue
    const path = (codec: 'mp3' | 'opus'): string =>
      audioPath(audioFolder, renditions.find((one) => one.codec === codec)?.sha256 ?? '', codec)
    const paths = { mp3: path('mp3'), opus: path('opus') }
    const expected = await decodeFile(paths.mp3, 24_000, { deadlineMs: 60_000 })
    items.push({ paths, expected, milliseconds, extent: 'whole' })
  }
  const { cpu } = await costOf(async () => {
    await gateRendered(items.slice(0, 1), { deadlineMs: 60_000 })
    await gateRendered(items.slice(1), { deadlineMs: 60_000 })
  })
  process.stderr.write(`${String(items.length)} whole recordings: ${String(round(cpu))} CPU s\n`)
  return cpu
}

/** A shipped bulletin whose first words greet the commune by its name. */
async function submit({ database }: Bench, slug: string): Promise<void> {
  const source = readScript(readFileSync(join(content, 'scripts', `${slug}.md`), 'utf8'))
  if (!source.ok) throw new Error(source.why.en)
  const body = `${greeting} ${source.value.body}`
  const { script, version } = await importScript(
    database,
    { ...source.value, body },
    { author: 'an', now: day },
  )
  const placeholders = loadPlaceholders(content)
  await submitVersion(database, {
    script,
    version,
    by: 'an',
    now: day,
    placeholders,
    speakUnconfirmed: false,
  })
}

async function rendering({ database, audioFolder }: Bench, expected: number): Promise<Cost> {
  let rendered = 0
  const cost = await costOf(async () => {
    const result = await renderWanted({ database, audioFolder, speechFolder, clock, log: silentLog })
    rendered = result.rendered
    process.stderr.write(`${JSON.stringify(result)}\n`)
  })
  if (rendered !== expected)
    throw new Error(`${String(rendered)} recordings were made, not ${String(expected)}`)
  return cost
}

/** All recordings of both scripts are lost, their sentences are not; the cost of one script. */
async function joinedAgain(bench: Bench): Promise<Cost> {
  for (const name of readdirSync(bench.audioFolder)) {
    if (name !== 'sentences') rmSync(join(bench.audioFolder, name), { recursive: true })
  }
  const { cpu, wall } = await rendering(bench, communes * bodies.length)
  return { cpu: cpu / bodies.length, wall: wall / bodies.length }
}

async function plainWays(
  { folder, voice }: Bench,
  made: readonly Recording[],
): Promise<{ naive: Cost; fixed: Cost }> {
  const texts = made.slice(0, sampled).map(({ spoken }) => spoken)
  const each = async (work: (text: string) => Promise<void>): Promise<Cost> => {
    const { cpu, wall } = await costOf(async () => {
      for (const text of texts) await work(text)
    })
    return { cpu: (cpu * communes) / texts.length, wall: (wall * communes) / texts.length }
  }
  return {
    naive: await each((text) => naively(text, folder)),
    fixed: await each((text) => withFixedGain(text, folder, voice.gainDecibels)),
  }
}

/** The unique sentences of the script, spoken beforehand. */
async function leastPossible({ folder, voice }: Bench, made: readonly Recording[]): Promise<Cost> {
  const texts = new Set(made.flatMap(({ sentences }) => sentences.map(({ text }) => text)))
  const raw = join(folder, 'unique.s16')
  mkdirSync(folder, { recursive: true })
  writeFileSync(raw, '')
  let sampleRate = 0
  for (const text of texts) {
    const { sound } = framed('sentence', await voice.synthesise(text, { deadlineMs: 20_000 }))
    writeFileSync(raw, toBytes(sound.samples), { flag: 'a' })
    sampleRate = sound.sampleRate
  }
  return costOf(() => encodedOnce(raw, sampleRate, folder, voice.gainDecibels))
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}
