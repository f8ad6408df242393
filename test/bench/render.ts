/**
 * Rendering one script of a minute and a half for 241 communes, each greeted by its own name, in both codecs:
 * processor time of everything that is started, beside the plain ways of doing it and beside the least that is
 * possible. All figures are of this run and this machine.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Recording, recordingsOf, renderWanted } from '../../src/audio/index.ts'
import { toBytes } from '../../src/audio/pcm.ts'
import { framed } from '../../src/audio/sentences/index.ts'
import { openVoices, type Voice } from '../../src/audio/voices/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, systemClock } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { addPerson } from '../../src/people/index.ts'
import { loadRegistry } from '../../src/registry/index.ts'
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
/** The 241 stations stand in the communes of 2021, and greet by the names of today. */
const day = '2026-11-23T01:00:00.000Z'
const clock: Clock = { ...systemClock, now: () => day }
const communes = 241
/** The plain ways are measured on so many communes and multiplied. */
const sampled = 6
const greeting = 'Kính chào bà con {{unit}}, đây là {{station}}.'
const bodies = ['viec-nhe-luong-cao', 'tim-viec-tren-mang'] as const

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
  await addPerson(database, { id: 'an', name: 'Nguyễn Văn An', role: 'editor', training: false, now: day })
}

async function measure(bench: Bench): Promise<BenchResult[]> {
  await submit(bench, bodies[0])
  const cold = await rendering(bench, communes)
  const first = await recordingsOf(bench.database, { script: bodies[0], version: 1 })
  await submit(bench, bodies[1])
  const next = await rendering(bench, communes)
  const joined = await joinedAgain(bench)
  const { naive, fixed } = await plainWays(bench, first)
  const floor = await leastPossible(bench, first)
  const seconds = first[0] === undefined ? 0 : first[0].milliseconds / 1000
  const row = (what: string, cost: Cost): BenchResult => ({
    ...{ what: `${what}, wall time ${round(cost.wall)} s`, value: round(cost.cpu), unit: 'CPU s' },
    ...{ baseline: round(naive.cpu), ratio: round(naive.cpu / cost.cpu), goal: null, ok: null },
  })
  const goal = (what: string, cost: Cost, against: Cost, least: number): BenchResult => {
    const ratio = round(against.cpu / cost.cpu)
    const base = { value: round(cost.cpu), unit: 'CPU s', baseline: round(against.cpu) }
    return { what, ...base, ratio, goal: `≥ ${String(least)}`, ok: ratio >= least }
  }
  const overFloor = round(cold.cpu / floor.cpu, 2)
  return [
    row(
      `naive: 3 processes a commune, ${String(sampled)} of ${String(communes)} measured, script of ${String(round(seconds))} s`,
      naive,
    ),
    row('fixed gain: 2 processes a commune', fixed),
    row('ours, empty store, with the gate', cold),
    row('ours, next script with the same greetings, with the gate', next),
    row('ours, joined again from the store, with the gate', joined),
    row('the floor: unique sound through chain and encoders once, not spoken, not checked', floor),
    goal('empty store against naive', cold, naive, 40),
    goal('empty store against fixed gain', cold, fixed, 18),
    goal('next script against naive', next, naive, 400),
    goal('next script against fixed gain', next, fixed, 230),
    {
      ...{ what: 'empty store against the floor', value: round(cold.cpu), unit: 'CPU s' },
      ...{ baseline: round(floor.cpu), ratio: overFloor, goal: '≤ 1.4', ok: overFloor <= 1.4 },
    },
  ]
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
  recordings: readonly Recording[],
): Promise<{ naive: Cost; fixed: Cost }> {
  const texts = recordings.slice(0, sampled).map(({ spoken }) => spoken)
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
async function leastPossible({ folder, voice }: Bench, recordings: readonly Recording[]): Promise<Cost> {
  const texts = new Set(recordings.flatMap(({ sentences }) => sentences.map(({ text }) => text)))
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
