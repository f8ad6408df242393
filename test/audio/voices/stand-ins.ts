/** Engines for tests that speak the real protocols and really make sound, by way of espeak-ng. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type {
  EspeakEntry,
  OpenaiCompatibleEntry,
  PiperProgramEntry,
  PiperServerEntry,
} from '../../../src/audio/voices/list.ts'

const common = {
  ...{ name: 'test-voice', enabled: true, language: 'vi', gain: 10, licence: 'for tests' },
  ...{ max_characters: 1000, time_limit: 20 },
}

export function espeakEntry(voice: string): EspeakEntry {
  return { ...common, kind: 'espeak-ng', settings: { voice, speed: 135, amplitude: 60 } }
}

export type StandInPiper = {
  entry: PiperProgramEntry
  /** How often it was started, which is how often a real one would have loaded its model. */
  loads(): number
  /** Those of its processes that are still there. */
  alive(): number[]
  /** Folders for its files that were left behind. */
  leftovers(): string[]
  close(): void
}

const script = fileURLToPath(new URL('stand-in-piper.mjs', import.meta.url))

/** A programme in a folder of its own; started through a shell, as people wrap programmes. */
export function standInPiper(): StandInPiper {
  const folder = mkdtempSync(join(tmpdir(), 'loa-stand-in-'))
  const [program, model] = [join(folder, 'piper'), join(folder, 'giong.onnx')]
  writeFileSync(program, `#!/bin/sh\n'${process.execPath}' '${script}' "$@"\nexit $?\n`)
  chmodSync(program, 0o755)
  writeFileSync(model, 'a model')
  writeFileSync(`${model}.json`, '{}')
  // Files in between go where no other test looks.
  const between = join(folder, 'between')
  const usual = process.env['TMPDIR']
  mkdirSync(between)
  process.env['TMPDIR'] = between
  const pids = (): number[] => {
    const kept = existsSync(`${model}.loads`) ? readFileSync(`${model}.loads`, 'utf8') : ''
    return kept.split('\n').filter(Boolean).map(Number)
  }
  return {
    entry: {
      ...{ ...common, kind: 'piper-program', program, model },
      settings: { length_scale: 1.1, noise_scale: 0, noise_w: 0 },
    },
    loads: () => pids().length,
    alive: () => pids().filter(isAlive),
    leftovers: () => readdirSync(between),
    close() {
      if (usual === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = usual
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One that has ended but was not collected by its parent yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** What the server was asked. */
export type Asked = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
}

/** How the server answers one question; the sound is what a well one would send. */
export type Manner = (response: ServerResponse, sound: Buffer, asked: Asked) => void | Promise<void>

export type StandInServer = {
  host: string
  piper: PiperServerEntry
  openai: OpenaiCompatibleEntry
  asked: Asked[]
  /** The next questions are answered so, in order; then well again. */
  misbehave(...manners: Manner[]): void
  /** Resolves when no question is open: each was answered, or whoever asked has closed the line. */
  quiet(): Promise<void>
  close(): Promise<void>
}

export const key = 'khoa-bi-mat-0123456789'
export const environment = { LOA_VOICE_KEY_TEST: key }

/** A speech server on this machine that answers both protocols. */
export async function standInServer(): Promise<StandInServer> {
  const asked: Asked[] = []
  const manners: Manner[] = []
  let open = 0
  const server = createServer((request, response) => {
    open += 1
    response.once('close', () => (open -= 1))
    void (async () => {
      const body = JSON.parse(await textOf(request)) as Record<string, unknown>
      const { method = '', url = '', headers } = request
      const question = { method, path: url, headers, body }
      asked.push(question)
      const sound = await speech((body['text'] ?? body['input']) as string)
      await (manners.shift() ?? well)(response, sound, question)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const hosts = [host]
  return {
    host,
    piper: {
      ...{ ...common, kind: 'piper-server', url: `http://${host}/synthesize`, hosts },
      settings: { voice: 'giong-thu', length_scale: 1.1 },
    },
    openai: {
      ...{ ...common, kind: 'openai-compatible', url: `http://${host}`, hosts },
      ...{ key_from: 'LOA_VOICE_KEY_TEST', settings: { model: 'tts-thu', voice: 'an', speed: 1 } },
    },
    asked,
    misbehave: (...more) => void manners.splice(0, manners.length, ...more),
    async quiet() {
      while (open > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function well(response: ServerResponse, sound: Buffer): void {
  // Piper's server calls its sound a page; what counts is the bytes.
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(sound)
}

const spoken = new Map<string, Promise<Buffer>>()

/** What a well engine would send for the text: espeak-ng's own WAV, with the placeholder sizes of a pipe. */
function speech(text: string): Promise<Buffer> {
  const known = spoken.get(text)
  if (known !== undefined) return known
  const made = new Promise<Buffer>((resolve, reject) => {
    const options = ['-v', 'vi', '-s', '135', '-a', '60', '--stdin', '--stdout']
    const child = execFile('espeak-ng', options, { encoding: 'buffer', maxBuffer: 1e8 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(new Error('espeak-ng failed', { cause: error })),
    )
    child.stdin?.end(text)
  })
  spoken.set(text, made)
  return made
}
