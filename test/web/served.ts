/** The pages, served on a free port of this machine for as long as a test runs. */
import type { AddressInfo } from 'node:net'
import type { RenderDesk } from '../../src/audio/index.ts'
import { type Log, silentLog } from '../../src/base/log.ts'
import { createWeb, type Route, type ScriptDesk } from '../../src/web/index.ts'
import type { Month } from './month.ts'

export type Served = {
  url: string
  /** The table from which the pages were mounted. */
  routes: readonly Route[]
  month: Month
  /** Fetches a page; `text` is its body. Redirects are not followed: there are none. */
  get(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; text: string }>
  close(): Promise<void>
}

export type ServedWith = {
  training?: boolean
  kit?: boolean
  log?: Log
  desk?: RenderDesk
  openDesk?: boolean
  incomingFolder?: string
  draftsFolder?: string
  secret?: string
  publicUrl?: string
  names?: readonly string[]
  scriptDesk?: ScriptDesk
}

export async function serve(month: Month, options: ServedWith = {}): Promise<Served> {
  const app = createWeb({ log: silentLog, version: '9.8.7', ...options, ...month })
  const server = app.listen(0, '127.0.0.1')
  // Closing an idle connection while a test asks on it again is a race that a busy machine loses.
  server.keepAliveTimeout = 120_000
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    routes: app.table,
    month,
    async get(path, init) {
      const response = await fetch(url + path, { redirect: 'manual', ...init })
      // Handlebars writes = as a character reference everywhere; addresses are easier to read without.
      const text = (await response.text()).replaceAll('&#x3D;', '=')
      return { status: response.status, headers: response.headers, text }
    },
    async close() {
      server.closeAllConnections()
      app.emit('close')
      await new Promise((resolve) => server.close(resolve))
      await month.close()
    },
  }
}

/** A log that remembers its error lines. */
export function rememberingLog(): Log & { errors: object[] } {
  const errors: object[] = []
  const log = {
    ...{ errors, debug: ignore, info: ignore, warn: ignore },
    error: (fields: object) => errors.push(fields),
    child: (): Log => log,
  }
  return log
}

function ignore(): void {
  // Only errors matter here.
}

/** What a reader sees of a page: its text without marks, spaces squeezed. */
export function readerSees(html: string): string {
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html
  return unescape(
    main.replaceAll(/<(script|style|select|svg)[\s\S]*?<\/\1>/g, ' ').replaceAll(/<[^>]+>/g, ' '),
  )
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function unescape(text: string): string {
  const named: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#x27': "'",
    '#x3D': '=',
    '#x60': '`',
  }
  return text.replaceAll(/&(#?\w+);/g, (whole, name: string) => named[name] ?? whole)
}
