/** Runs `loa` as people do: as a process of its own, on a data folder of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

export type Ran = { code: number | null; stdout: string; stderr: string; json: unknown }

export type CommandLine = {
  folder: string
  /** Runs one command; `json` is the last line of standard output when it is JSON. */
  loa(args: readonly string[], more?: { input?: string; env?: Record<string, string> }): Promise<Ran>
  close(): void
}

/** A command line on a fresh data folder. Key files need a passphrase, so one is set. */
export function commandLine(): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'loa-cli-'))
  return {
    folder,
    loa: (args, more = {}) =>
      run(
        args,
        { LOA_DATA: join(folder, 'data'), LOA_LOG: 'error', LOA_PASSPHRASE: 'mot-mat-khau-dai', ...more.env },
        more.input ?? '',
      ),
    close: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function run(args: readonly string[], env: Record<string, string>, input: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code, stdout, stderr, json: lastJson(stdout) })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function lastJson(stdout: string): unknown {
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
