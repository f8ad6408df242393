/** One mosquitto process: found, started, watched until it is ready, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { monotonicMilliseconds } from '../base/time.ts'
import { mqttBus } from '../wire/bus.ts'

/** Debian has it in /usr/sbin, which is not in every user's path. */
const usualPlaces = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/sbin'].map(
  (folder) => `${folder}/mosquitto`,
)
const setpriv = '/usr/bin/setpriv'

const readyMs = 10_000
const stopMs = 5000
/** Lines of its log that are kept for the sentence when it dies. */
const keptLines = 20

export type BrokerProcess = {
  pid: number
  /** Resolves when the process has ended, with its last words. */
  ended: Promise<string>
  /** Reads passwords and access list again. */
  reload(): void
  /** Asks it to stop, forces it after five seconds. */
  stop(): Promise<void>
}

/** It was killed before it let anybody in: nothing is wrong with it or its files, and it may be started again. */
export class KilledWhileStarting extends AppError {}

/** Where mosquitto is. Refuses (`unavailable`) when it is not installed. */
export function findMosquitto(binary?: string): string {
  const found = binary === undefined ? usualPlaces.find((path) => existsSync(path)) : binary
  if (found !== undefined && existsSync(found)) return found
  throw new AppError('unavailable', {
    vi: `Không tìm thấy mosquitto${binary === undefined ? '' : ` ở ${binary}`}. Cài bằng lệnh: sudo apt-get install mosquitto; hoặc đặt LOA_MQTT_URL để dùng máy chủ MQTT khác.`,
    en: `There is no mosquitto${binary === undefined ? '' : ` at ${binary}`}. Install it: sudo apt-get install mosquitto; or set LOA_MQTT_URL to use another MQTT broker.`,
  })
}

/**
 * Starts mosquitto on the configuration and resolves when it has let our own user in. Refuses
 * (`unavailable`) with its last words when it ends at once or is not ready in ten seconds, and as `KilledWhileStarting`
 * when a signal ended it; nothing is left running then.
 */
export async function startProcess(options: {
  binary: string
  configuration: string
  url: string
  user: { username: string; password: string }
  log: Log
}): Promise<BrokerProcess> {
  const { binary, configuration, log } = options
  // With setpriv the system ends mosquitto together with us, even when we are killed.
  const command = existsSync(setpriv)
    ? [setpriv, '--pdeathsig', 'TERM', binary, '-c', configuration]
    : [binary, '-c', configuration]
  const child = spawn(command[0] ?? binary, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
  const lines: string[] = []
  const started = Promise.withResolvers<undefined>()
  const ended = endOf(child, lines)
  // Without a process (no file handles left, say) there is no pipe either; how it ended says why.
  if (child.pid === undefined) throw refusal(options.url, await ended)
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (lines.push(line) > keptLines) lines.shift()
    if (line.startsWith('Error')) log.warn({ line }, 'mosquitto')
    else log.debug({ line }, 'mosquitto')
    // Said after its listeners are open: only from here on is the port surely its own, not another's.
    if (/^mosquitto version \S+ running/.test(line)) started.resolve(undefined)
  })
  const abort = new AbortController()
  const early = ended.then((why) => {
    const refused = refusal(options.url, why)
    throw child.signalCode === null ? refused : new KilledWhileStarting(refused.code, refused.sentence)
  })
  try {
    await Promise.race([early, within(started.promise, lines, options.url)])
    await Promise.race([early, untilAccepted(options, abort.signal, lines)])
  } catch (error) {
    await stopChild(child, ended)
    throw error
  } finally {
    abort.abort()
    early.catch(() => undefined)
  }
  return {
    pid: child.pid ?? 0,
    ended,
    reload: () => {
      child.kill('SIGHUP')
    },
    stop: () => stopChild(child, ended),
  }
}

/**
 * Stops a mosquitto that a killed hub has left behind: the process the pid file names, if it really
 * is mosquitto with this very configuration. Anything else is left alone.
 */
export async function stopOrphan(pidFile: string, configuration: string, log: Log): Promise<void> {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').trim()) : 0
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isOurs(pid, configuration)) return
  log.warn({ pid }, 'stopping the broker that an earlier hub has left behind')
  tell(pid, 'SIGTERM')
  const deadline = monotonicMilliseconds() + stopMs
  while (isOurs(pid, configuration)) {
    if (monotonicMilliseconds() > deadline) tell(pid, 'SIGKILL')
    await sleep(20)
  }
}

function tell(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // Ended between the look and the word.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function isOurs(pid: number, configuration: string): boolean {
  try {
    const [command = '', ...rest] = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0')
    return basename(command).startsWith('mosquitto') && rest.includes(configuration)
  } catch {
    // No such process (any more).
    return false
  }
}

function endOf(child: ChildProcess, lines: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message)
    })
    // 'close' comes after the last line of its log.
    child.once('close', (code, signal) => {
      const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`
      resolve([how, ...lines.slice(-5)].join('; '))
    })
  })
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM')
  const force = setTimeout(() => {
    child.kill('SIGKILL')
  }, stopMs)
  await ended
  clearTimeout(force)
}

async function within(started: Promise<undefined>, lines: readonly string[], url: string): Promise<void> {
  const deadline = new AbortController()
  const late = sleep(readyMs, undefined, { signal: deadline.signal }).then(() => {
    throw refusal(url, ['not ready in time', ...lines.slice(-5)].join('; '))
  })
  try {
    await Promise.race([started, late])
  } finally {
    deadline.abort()
    late.catch(() => undefined)
  }
}

/** Connects as the hub would: the process may run and still refuse everybody. */
async function untilAccepted(
  options: { url: string; user: { username: string; password: string }; log: Log },
  signal: AbortSignal,
  lines: readonly string[],
): Promise<void> {
  const accepted = Promise.withResolvers<undefined>()
  let last = ''
  const connect = mqttBus({
    ...options.user,
    url: options.url,
    log: options.log,
    reconnectMs: { min: 20, max: 200 },
  })
  const bus = connect({
    clientId: options.user.username,
    clean: true,
    sessionExpirySeconds: 0,
    receiveMaximum: 1,
    keepaliveSeconds: 60,
    onMessage: () => undefined,
    onConnect: () => {
      accepted.resolve(undefined)
    },
    onDisconnect: (why) => {
      last = why
    },
  })
  signal.addEventListener('abort', () => void bus.close(), { once: true })
  try {
    await within(accepted.promise, [...lines, last], options.url)
  } finally {
    await bus.close()
  }
}

function refusal(url: string, why: string): AppError {
  const { port } = new URL(url)
  if (why.includes('Address already in use')) {
    return new AppError('unavailable', {
      vi: `Cổng ${port} đã có chương trình khác dùng, máy chủ MQTT không mở được. Dừng chương trình đó hoặc đặt LOA_MQTT_PORT khác.`,
      en: `Port ${port} is used by another programme, the MQTT broker cannot open it. Stop that programme or set another LOA_MQTT_PORT.`,
    })
  }
  return new AppError('unavailable', {
    vi: `Máy chủ MQTT (mosquitto) không khởi động được: ${why}.`,
    en: `The MQTT broker (mosquitto) does not start: ${why}.`,
  })
}
