/**
 * The hub's own broker: the installed mosquitto as a child, with a generated configuration, for this
 * machine only (127.0.0.1). It starts with the hub, is started again when it dies, and ends with it.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import type { Log } from '../base/log.ts'
import { freePort } from '../base/ports.ts'
import { monotonicMilliseconds } from '../base/time.ts'
import {
  type BrokerProcess,
  findMosquitto,
  KilledWhileStarting,
  startProcess,
  stopOrphan,
} from './broker-child.ts'
import {
  accessLines,
  type BrokerPaths,
  type BrokerUser,
  configurationLines,
  hubUser,
  mosquittoPassword,
  passwordLines,
} from './broker-files.ts'

export interface Broker {
  readonly url: string
  readonly port: number
  /** Of the process that runs now; another one after a restart. */
  readonly pid: number
  /** Password of the user `hub`, new at every start; only its hash is on disk. */
  readonly hubPassword: string
  /**
   * Who may connect from now on. Devices that are no longer named lose their connection at once, the
   * others keep theirs. Does nothing when nobody was added, removed or given another password.
   */
  setUsers(users: readonly BrokerUser[]): Promise<void>
  stop(): Promise<void>
  /** Resolves when the broker is gone for good: with why, or with '' after `stop()`. */
  readonly exited: Promise<string>
}

/** A broker that lived at least so long starts the count of failures anew. */
const healthyMs = 60_000
const restartLongestMs = 30_000
/** So often the first start is tried when the broker is killed meanwhile. */
const firstTriesMax = 3
/** After so many failed starts in a row it is given up: `exited` resolves and the hub stops. */
const restartsMax = 10

/**
 * Starts mosquitto with its files in `folder` (made when missing, 0700) and resolves when it accepts
 * connections. Without a port it takes a free one. Refuses (`unavailable`) when mosquitto is missing,
 * the port is taken or it ends at once, with its last words. An orphan of an earlier hub in the same
 * folder is stopped first.
 */
export async function startBroker(options: {
  folder: string
  port?: number
  users: readonly BrokerUser[]
  log: Log
  /** Another mosquitto than the installed one. */
  binary?: string
  /** Pause before it is started again, doubled with each failure in a row; 250 ms. */
  restartFirstMs?: number
}): Promise<Broker> {
  const { folder, log } = options
  const binary = findMosquitto(options.binary)
  const paths: BrokerPaths = {
    configuration: join(folder, 'mosquitto.conf'),
    passwords: join(folder, 'passwords'),
    access: join(folder, 'access'),
    pid: join(folder, 'mosquitto.pid'),
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await stopOrphan(paths.pid, paths.configuration, log)
  const port = options.port ?? (await freePort())
  const hubPassword = randomBytes(18).toString('base64url')
  const hub = { name: hubUser, passwordHash: mosquittoPassword(hubPassword) }
  const url = `mqtt://127.0.0.1:${String(port)}`
  await writeWhole(paths.configuration, configurationLines(paths, port, process.getuid?.() === 0), 0o600)
  await writeUsers(paths, [hub, ...options.users])

  const start = (): Promise<BrokerProcess> =>
    startProcess({
      binary,
      configuration: paths.configuration,
      url,
      user: { username: hubUser, password: hubPassword },
      log,
    })
  const first = await firstOf(start, log)
  log.info({ port, pid: first.pid }, 'broker is up')
  const kept = keepRunning(first, start, log, options.restartFirstMs ?? 250)
  return {
    url,
    port,
    get pid() {
      return kept.now().pid
    },
    hubPassword,
    exited: kept.exited,
    async setUsers(users) {
      if (await writeUsers(paths, [hub, ...users])) kept.now().reload()
    },
    stop: () => kept.stop(),
  }
}

/** The first start, tried again when something kills the broker before it lets anybody in. */
async function firstOf(start: () => Promise<BrokerProcess>, log: Log): Promise<BrokerProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start()
    } catch (error) {
      if (!(error instanceof KilledWhileStarting) || tries === firstTriesMax) throw error
      log.error({ why: reasonOf(error) }, 'the broker was killed while it was starting')
    }
  }
}

/** Starts the broker again whenever it ends by itself, with growing pauses, at most ten times in a row. */
function keepRunning(
  first: BrokerProcess,
  start: () => Promise<BrokerProcess>,
  log: Log,
  restartFirstMs: number,
): { now: () => BrokerProcess; stop: () => Promise<void>; exited: Promise<string> } {
  const stopping = new AbortController()
  const stopped = (): boolean => stopping.signal.aborted
  let now = first

  async function watch(): Promise<string> {
    let failures = 0
    let why: string
    let began = monotonicMilliseconds()
    for (;;) {
      why = await now.ended
      if (stopped()) return ''
      log.error({ why }, 'the broker has ended by itself')
      failures = monotonicMilliseconds() - began < healthyMs ? failures + 1 : 1
      for (; failures <= restartsMax; failures += 1) {
        const pause = Math.min(restartLongestMs, restartFirstMs * 2 ** (failures - 1))
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined)
        if (stopped()) return ''
        try {
          now = await start()
          break
        } catch (error) {
          why = reasonOf(error)
          log.error({ why }, 'the broker does not start again')
        }
      }
      if (failures > restartsMax) return why
      began = monotonicMilliseconds()
      // Users may have changed after it read them, while the one to be told was still its predecessor.
      now.reload()
      log.warn({ pid: now.pid }, 'the broker is up again')
      // Stopped while it was coming up.
      if (stopped()) await now.stop()
    }
  }

  const exited = watch()
  return {
    now: () => now,
    exited,
    async stop() {
      stopping.abort()
      await now.stop()
      await exited
    },
  }
}

/** Writes both files when they say something new; returns whether they did. */
async function writeUsers(paths: BrokerPaths, users: readonly BrokerUser[]): Promise<boolean> {
  const passwords = passwordLines(users)
  if ((await readFile(paths.passwords, 'utf8').catch(() => '')) === passwords) return false
  // The access list first: nobody new is let in before it is known what they may do.
  await writeWhole(paths.access, accessLines(users), 0o600)
  await writeWhole(paths.passwords, passwords, 0o600)
  return true
}
