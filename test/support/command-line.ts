/**
 * Runs `loa` on a data folder of its own: either as people do, each command a process of its own, or one command
 * after the other in one process, which spares the start of each.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const runner = fileURLToPath(new URL('command-line-process.ts', import.meta.url))

export type Ran = { code: number | null; stdout: string; stderr: string; json: unknown }

type More = { input?: string | Uint8Array; env?: Record<string, string> }

export type CommandLine = {
  folder: string
  /**
   * Runs one command, after those before it; `json` is the last line of standard output when it is JSON. They share
   * a process, but for a command that reads standard input: that has its own.
   */
  loa: (args: readonly string[], more?: More) => Promise<Ran>
  /** Runs one command as a process of its own, and waits until the process is gone. */
  alone: (args: readonly string[], more?: More) => Promise<Ran>
  close(): void
}

/** A command line on a fresh data folder. Key files need a passphrase, so one is set. */
export function commandLine(): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'loa-cli-'))
  const environment = (more: More): Record<string, string> => ({
    LOA_DATA: join(folder, 'data'),
    LOA_LOG: 'error',
    LOA_PASSPHRASE: 'mot-mat-khau-dai',
    ...more.env,
  })
  const shared = new SharedProcess()
  const alone: CommandLine['alone'] = (args, more = {}) => run(args, environment(more), more.input ?? '')
  return {
    folder,
    alone,
    loa: (args, more = {}) =>
      more.input === undefined ? shared.run({ args, env: environment(more) }) : alone(args, more),
    close: () => {
      shared.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function run(args: readonly string[], env: Record<string, string>, input: string | Uint8Array): Promise<Ran> {
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

/** What the shared process is asked, and what it answers once both streams have ended in `endMark`. */
export type Asked = { args: readonly string[]; env: Record<string, string> }
export type Answered = { code: number }

/** Ends what one command says on each stream; no command says it. */
export const endMark = '\0'

class SharedProcess {
  #child: ChildProcess | undefined
  /** One command at a time: they share streams and environment. */
  #last: Promise<unknown> = Promise.resolve()

  run(asked: Asked): Promise<Ran> {
    const ran = this.#last.then(() => this.#ask(asked))
    this.#last = ran.catch(() => undefined)
    return ran
  }

  close(): void {
    this.#child?.kill()
    this.#child = undefined
  }

  async #ask(asked: Asked): Promise<Ran> {
    const child = (this.#child ??= fork(runner, { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }))
    const gone = Promise.withResolvers<never>()
    const end = (code: number | null): void => {
      gone.reject(new Error(`loa ${asked.args.join(' ')} ended the process it shared (${String(code)})`))
    }
    child.once('exit', end)
    try {
      const answered = new Promise<Answered>((resolve) => child.once('message', resolve))
      const said = Promise.all([untilMark(child.stdout!), untilMark(child.stderr!)])
      child.send(asked)
      const [{ code }, [stdout, stderr]] = await Promise.race([Promise.all([answered, said]), gone.promise])
      return { code, stdout, stderr, json: lastJson(stdout) }
    } finally {
      child.off('exit', end)
    }
  }
}

function untilMark(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const hear = (text: string): void => {
      said += text
      if (!said.endsWith(endMark)) return
      stream.off('data', hear)
      resolve(said.slice(0, -endMark.length))
    }
    stream.setEncoding('utf8').on('data', hear)
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
