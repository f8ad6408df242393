/** One visit to a page: who looks, when, in which language, and what the address asks for. */
import type { CookieOptions, Request, RequestHandler, Response } from 'express'
import type { DraftStudio, RenderDesk } from '../audio/index.ts'
import { dayOf, type Day } from '../base/calendar.ts'
import { randomIds } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Clock, Instant } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import type { IngestCounts } from '../evidence/index.ts'
import type { Gate, Person } from '../people/index.ts'
import type { Scope } from '../registry/index.ts'
import type { Placeholder } from '../scripts/index.ts'
import type { AssetName, Assets } from './assets.ts'
import { csvOf, type Sheet } from './csv.ts'
import { type Language, languages, momentIn } from './formats.ts'
import type { Incoming } from './incoming.ts'
import { askedChoice } from './query.ts'
import { shellOf, type Section } from './shell.ts'
import type { Views } from './views.ts'
import { metAt, type Visitor, type Who, whoIs } from './who.ts'
import { type Say, sayIn } from './words/index.ts'

/** What every page is made with. */
export type Web = {
  database: Database
  audioFolder: string
  clock: Clock
  log: Log
  version: string
  training: boolean
  /** Requests of one session in a minute. */
  requestsMax: number
  /** Whether the page of all pieces is there. */
  kit: boolean
  ingestCounts?: Readonly<IngestCounts>
  /** The rendering under way; absent where nothing is rendered in this process. */
  desk?: RenderDesk
  /** What needs the content's folder and its voices; absent where these pages do not have them. */
  scriptDesk?: ScriptDesk
  /** Whether people at this machine may do things through the pages without signing in (who.ts). */
  openDesk: boolean
  /** Where people find the pages when a proxy stands before them. */
  publicUrl?: string | undefined
  /** Who is there, and signing in. */
  gate: Gate
  /** Who signed in with these cookies; undefined when nobody did (who.ts). */
  signedIn: (cookies: string) => Promise<Visitor | undefined>
  /** Whether somebody may open a page, by its address. */
  mayOpen: (visitor: Visitor, path: string) => boolean
  /** Files on their way to us; absent where none are taken. */
  incoming?: Incoming
  /** The folder with the placeholders and how things are pronounced. */
  content: string
  /** Whether facts that nobody has confirmed yet may be spoken (exercises only). */
  speakUnconfirmed: boolean
  /** Reads drafts to their writers; absent where nothing is read aloud. */
  drafts?: DraftStudio
  /** What became of the recordings that people sent through the pages since the start. */
  uploadCounts: UploadCounts
  /** Aborted when the pages are closed: what still works for one of them ends. */
  closing: AbortSignal
  views: Views
  assets: Assets
}

/** Submitting a script, and what its text is held against. */
export type ScriptDesk = {
  submit(given: {
    script: string
    version: number
    by: string
  }): Promise<{ language: string; readBy: 'voice' | 'person' }>
  ground(): { placeholders: readonly Placeholder[]; speakUnconfirmed: boolean }
}

export type UploadCounts = { fit: number; unfit: number; refused: number; failed: number }

export type Visit = {
  now: Instant
  today: Day
  visitor: Visitor
  /** Whether it answers a form: then its address alone leads nowhere. */
  posted: boolean
  /** The line of the table of routes that answers, such as `/units/:code`; empty where none does. */
  line: string
  /** Who signed in; undefined when nobody did. */
  person: Person | undefined
  /** The units that may be seen. */
  scope: Scope
  /** Whether this visitor has one of the roles. */
  is: (roles: readonly Who[]) => boolean
  language: Language
  say: Say
  path: string
  query: URLSearchParams
  /** A part of the path, such as the code in `/units/:code`. */
  part: (name: string) => string
  /** A name for a form, another one each time the page is sent: what it asks for is done once under that name. */
  oneTime: () => string
  /** This page's address with some of its parameters changed; undefined takes one away. */
  link: (changes: Readonly<Record<string, string | number | undefined>>) => string
}

/** What a page shows: a view, its model, and where it stands among the pages. */
export type Page = {
  view: string
  title: string
  section: Section | null
  model: object
  status?: number
  /** Scripts that only this page needs. */
  scripts?: readonly AssetName[]
}

const languageCookie = 'loa-language'
const cookieOptions: CookieOptions = {
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  maxAge: 365 * 24 * 3_600_000,
}

/** Serves a page as HTML. */
export function page(web: Web, show: (web: Web, visit: Visit) => Promise<Page>): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    askedChoice(visit.query, 'lang', languages)
    send(web, response, visit, await show(web, visit))
  }
}

/** Serves a list as a CSV file. */
export function sheet(web: Web, show: (web: Web, visit: Visit) => Promise<Sheet>): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const shown = await show(web, visit)
    response
      .attachment(`${shown.name}${web.training ? '-tap-huan' : ''}.csv`)
      .type('text/csv; charset=utf-8')
      .set('Cache-Control', visit.person === undefined ? 'no-cache' : 'no-store')
      .send(csvOf(web.training ? markedAsExercise(shown, visit.say) : shown))
  }
}

/** A sheet leaves the pages and their banner behind, so each of its lines says that it is of an exercise. */
function markedAsExercise(sheet: Sheet, say: Say): Sheet {
  return {
    ...sheet,
    head: [...sheet.head, say('list.training')],
    rows: sheet.rows.map((row) => [...row, say('list.training')]),
  }
}

/** Puts the page into the shell and sends it. */
export function send(
  web: Web,
  response: Response,
  visit: Visit,
  shown: Page,
  status = shown.status ?? 200,
): void {
  const asked = languages.find((each) => each === visit.query.get('lang'))
  if (asked !== undefined) response.cookie(languageCookie, asked, cookieOptions)
  response
    .status(status)
    .type('html')
    // What somebody signed in for is not kept for whoever uses the browser next.
    .set('Cache-Control', visit.person === undefined ? 'no-cache' : 'no-store')
    .vary('Cookie')
    .send(rendered(web, visit, shown))
}

/** The page in its shell, as HTML. */
export function rendered(web: Web, visit: Visit, shown: Page): string {
  const common = { language: visit.language, asOf: momentIn(visit.language, visit.now) }
  const body = web.views.render(shown.view, { ...common, ...shown.model })
  return web.views.render('layout', { ...common, ...shellOf(web, visit, shown), body })
}

/** The visit of a request. Never refuses: a language nobody speaks becomes Vietnamese here, and a refusal in `page`. */
export function visitOf(web: Web, request: Request): Visit {
  const now = web.clock.now()
  const address = addressIn(request.originalUrl)
  const language = languageOf(request, address.searchParams)
  const visitor = metAt(request)
  const who = whoIs(visitor)
  return {
    now,
    today: dayOf(now),
    visitor,
    posted: request.method === 'POST',
    line: lineOf(request),
    person: visitor.kind === 'person' ? visitor.present.person : undefined,
    scope: visitor.kind === 'person' ? visitor.scope : 'all',
    is: (roles) => who !== undefined && roles.includes(who),
    language,
    say: sayIn(language),
    path: address.pathname,
    query: address.searchParams,
    part: (name) => String(request.params[name] ?? ''),
    oneTime: () => randomIds.next('w'),
    link: (changes) => changed(address, changes),
  }
}

function lineOf({ route }: { route?: { path?: unknown } }): string {
  return typeof route?.path === 'string' ? route.path : ''
}

/** An address begins with one slash here: of two or more a browser would make the name of another machine. */
function addressIn(asked: string): URL {
  const address = new URL(`http://loa.invalid/${asked.replace(/^[/\\]+/, '')}`)
  address.pathname = address.pathname.replace(/^\/+/, '/')
  return address
}

function languageOf(request: Request, query: URLSearchParams): Language {
  const kept = new RegExp(`(?:^|; )${languageCookie}=(\\w+)`).exec(request.headers.cookie ?? '')?.[1]
  return (
    languages.find((each) => each === query.get('lang')) ?? languages.find((each) => each === kept) ?? 'vi'
  )
}

function changed(address: URL, changes: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams(address.searchParams)
  // The choice of language is kept by the cookie; an address passed on opens in the reader's own.
  query.delete('lang')
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name)
    else query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? address.pathname : `${address.pathname}?${text}`
}
