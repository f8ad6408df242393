/** The fleet as a process of its own: started with credentials made for this run, watched by its status lines. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { writeWhole } from '../base/files.ts'
import { childEnvironment } from '../config.ts'
import { enrol } from '../cli/devices.ts'
import type { FleetStatus } from '../fleet.ts'
import type { Hub } from '../hub.ts'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))

export type FleetChild = {
  /** Devices this fleet plays, in the order of their credentials. */
  devices: readonly string[]
  pid: number
  /** The newest status line; undefined before the first. */
  status(): FleetStatus | undefined
  /** Bytes of the recordings that lie complete on the disks of all its devices. */
  bytesOnDisk(): number
  /** Why it ended by itself, once it has. */
  ended(): string | undefined
  /** Starts it again on the same folder, after it was killed. */
  restart(): void
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Enrols the devices, writes their credentials (0600) and starts the fleet with the first `count` of them. */
export async function startFleetChild(
  hub: Hub,
  folder: string,
  count: number | undefined,
): Promise<FleetChild> {
  const credentials = (await enrol(hub.work, undefined, null)).slice(0, count)
  const file = join(folder, 'fleet', 'credentials.json')
  await writeWhole(file, JSON.stringify(credentials), 0o600)
  let status: FleetStatus | undefined
  let ended: string | undefined
  let stopping = false
  let child = start()

  function start(): ChildProcess {
    const started = spawn(
      process.execPath,
      [
        cli,
        'fleet',
        '--credentials',
        file,
        '--folder',
        join(folder, 'fleet'),
        '--devices',
        String(credentials.length),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: childEnvironment({ LOA_DATA: folder, LOA_LOG: 'error', LOA_JITTER_SECONDS: '0' }),
      },
    )
    ended = undefined
    createInterface({ input: started.stdout }).on('line', (line) => {
      if (line.startsWith('{')) status = JSON.parse(line) as FleetStatus
    })
    started.once('exit', (code, signal) => {
      if (!stopping && child === started) ended = `exit ${String(code ?? signal)}`
    })
    return started
  }

  return {
    devices: credentials.map((one) => one.device),
    get pid() {
      return child.pid ?? 0
    },
    status: () => status,
    bytesOnDisk: () =>
      credentials.reduce((sum, one) => sum + bytesIn(join(folder, 'fleet', one.device, 'parts')), 0),
    ended: () => ended,
    restart() {
      child = start()
    },
    kill(signal) {
      child.kill(signal)
    },
    async stop() {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      // A fleet that does not end by itself within ten seconds is ended.
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(timer)
    },
  }
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder).filter((name) => !name.endsWith('.part'))
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
