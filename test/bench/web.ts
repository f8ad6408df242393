/**
 * The pages on the whole registry and a year of airings: how many a second and how long each takes at 20 connections,
 * beside an empty page of express and Handlebars in the same process and run; what a first visit loads; and how long
 * the first byte takes while a fleet of 1,000 devices confirms.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchResult } from './run.ts'
import { firstLoadBytes, load, summed } from './web-load.ts'
import type { FromServer, ToServer } from './web-server.ts'
import { fleetSize, makeWorld, type World } from './web-world.ts'

const connections = 20
/** Rounds of each page, one after the other, so that a busy moment of the machine meets all of them. */
const rounds = 3
const seconds = 1.5
const receiptsPerSecond = 100

export async function web(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loa-bench-'))
  const world = await makeWorld(folder)
  process.stderr.write(`${String(world.airings)} airings of twelve months\n`)
  const place = fileURLToPath(new URL('web-server.ts', import.meta.url))
  const server = fork(place, [world.file, world.audioFolder])
  try {
    const [{ ports }] = (await once(server, 'message')) as [Extract<FromServer, { ports: object }>]
    const pages = await pagesOf(world, `http://localhost:${String(ports.pages)}`)
    const empty = { url: `http://localhost:${String(ports.empty)}/`, cookie: '' }
    return [
      ...(await measured(pages, empty)),
      ...(await firstLoad(pages)),
      ...(await underFleet(server, world, pages)),
    ]
  } finally {
    server.kill()
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Pages = {
  base: string
  list: { name: string; url: string; cookie: string }[]
  operator: { path: string; cookie: string }
}

/** The operator's own page where there is one, else the airings as they see them. */
async function pagesOf({ cookies }: World, base: string): Promise<Pages> {
  const { auditor, operator } = cookies
  const page = (name: string, path: string, cookie: string) => ({ name, url: base + path, cookie })
  const today = await fetch(`${base}/today`, { headers: { cookie: operator }, redirect: 'manual' })
  const own = today.status === 200 ? '/today' : '/airings'
  return {
    base,
    operator: { path: own, cookie: operator },
    list: [
      page('home', '/', auditor),
      page('the month', '/month', auditor),
      page('coverage', '/units', auditor),
      page('station list', '/stations', auditor),
      page('operator’s page', own, operator),
    ],
  }
}

async function measured(pages: Pages, empty: { url: string; cookie: string }): Promise<BenchResult[]> {
  const all = [{ name: 'empty page', ...empty }, ...pages.list]
  const times = new Map(all.map(({ name }) => [name, [] as Awaited<ReturnType<typeof load>>[]]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, ...address } of all) {
      const taken = await load([address], { connections, seconds })
      // The first round warms up both sides.
      if (round > 0) times.get(name)?.push(taken)
    }
  }
  const baseline = summed(times.get('empty page') ?? []).perSecond
  return all.flatMap(({ name }): BenchResult[] => {
    const { perSecond, p50, p99 } = summed(times.get(name) ?? [])
    const ratio = round3(perSecond / baseline)
    const goal = name === 'empty page' ? null : '≥ 0.35'
    return [
      {
        ...{ what: `${name}: pages a second`, value: round1(perSecond), unit: '1/s' },
        ...{ baseline: round1(baseline), ratio, goal, ok: goal === null ? null : ratio >= 0.35 },
      },
      plain(`${name}: p50`, round1(p50), 'ms'),
      plain(`${name}: p99`, round1(p99), 'ms'),
    ]
  })
}

async function firstLoad({ base, operator }: Pages): Promise<BenchResult[]> {
  const bytes = await firstLoadBytes(base, operator.path, operator.cookie)
  const most = 60_000
  return [
    {
      ...{ what: 'first load of the operator’s page, compressed', value: bytes, unit: 'B' },
      ...{ baseline: most, ratio: round3(bytes / most), goal: '≤ 60 kB', ok: bytes <= most },
    },
  ]
}

/** The first byte at 20 connections that go through all pages, quiet and while every device of the fleet confirms. */
async function underFleet(
  server: ReturnType<typeof fork>,
  world: World,
  pages: Pages,
): Promise<BenchResult[]> {
  const quiet = summed([await load(pages.list, { connections, seconds: 3 })])
  const told: ToServer = { fleet: world.fleetFile, perSecond: receiptsPerSecond }
  let taken: Extract<FromServer, { taken: object }>['taken'] | undefined
  server.once('message', (message: FromServer) => {
    if ('taken' in message) taken = message.taken
  })
  server.send(told)
  const busy = summed([await load(pages.list, { connections, seconds: 0, until: () => taken !== undefined })])
  const kept = taken?.kept ?? 0
  const name = `first byte while ${String(fleetSize)} devices confirm, ${String(receiptsPerSecond)} a second`
  const ratio = round3(busy.firstByteP99 / quiet.firstByteP99)
  return [
    {
      ...{ what: `${name}: p99`, value: round1(busy.firstByteP99), unit: 'ms' },
      ...{ baseline: round1(quiet.firstByteP99), ratio, goal: null, ok: null },
    },
    plain(`${name}: p50`, round1(busy.firstByteP50), 'ms'),
    plain(`${name}: pages a second`, round1(busy.perSecond), '1/s'),
    {
      ...{ what: 'receipts of the fleet that were kept', value: kept, unit: 'receipts', baseline: fleetSize },
      ...{ ratio: round3(kept / fleetSize), goal: '= 1', ok: kept === fleetSize },
    },
  ]
}

function plain(what: string, value: number, unit: string): BenchResult {
  return { what, value, unit, baseline: null, ratio: null, goal: null, ok: null }
}

const round1 = (value: number): number => Number(value.toFixed(1))
const round3 = (value: number): number => Number(value.toFixed(3))
