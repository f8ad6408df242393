/**
 * Who is at the other end of a request, and what they may open.
 *
 * Until anybody has an account there is nobody to ask for, and the pages only show, to everyone who reaches them. From
 * the first account on, whoever is not signed in sees the sign-in page and nothing else. Beside that the hub may be told
 * that whoever sits at its own machine is its staff (`LOA_DESK=1`): that counts for requests from this machine alone,
 * made under its own name and through no proxy; never where a proxy is known to stand before the hub.
 */
import type { Request, RequestHandler } from 'express'
import type { Origin, Present, Role } from '../people/index.ts'
import { covers, type Scope, scopeOf, unitsOn } from '../registry/index.ts'
import { dayOf } from '../base/calendar.ts'
import { isOverLoopback, isOwnName } from './host.ts'
import { createKept } from './kept.ts'
import type { Web } from './visit.ts'

/** A role; `desk`: the open desk of this machine; `reader`: anyone, while nobody has an account. */
export type Who = Role | 'desk' | 'reader'

export type Visitor =
  /** `unitNames`: of whoever sees a part only. */
  | { kind: 'person'; present: Present; scope: Scope; unitNames?: readonly string[] }
  | { kind: 'desk' }
  | { kind: 'reader' }
  | { kind: 'nobody' }

const nobody: Visitor = { kind: 'nobody' }
const visitors = new WeakMap<Request, Visitor>()

/** What proxies add, as far as they do. */
const ofProxies = /^(?:forwarded|via|x-forwarded-.+|x-real-ip)$/

/** Sessions kept in memory between two changes of the database; a longer header of cookies is read each time. */
const sessionsMax = 1000
const cookiesMax = 4000

/** Finds out who is there, once for each request. */
export function meet(web: Web): RequestHandler {
  return async (request, _response, next) => {
    if (!visitors.has(request)) visitors.set(request, await visitorOf(web, request))
    next()
  }
}

/** Finds out anew who is there: what was true when a request began may not be when its body has come. */
export async function meetAgain(web: Web, request: Request): Promise<void> {
  visitors.set(request, await visitorOf(web, request))
}

/** Whether a cookie of ours came along, in force or not: somebody signed in once in this browser. */
export function mayHaveSignedInHere({ headers }: Pick<Request, 'headers'>): boolean {
  return /(?:^|;\s*)(?:__Secure-)?loa\.(?:session_token|known_browser)=/.test(headers.cookie ?? '')
}

/** Who was met; nobody where nobody was asked. */
export function metAt(request: Request): Visitor {
  return visitors.get(request) ?? nobody
}

async function visitorOf(web: Web, request: Request): Promise<Visitor> {
  const { cookie = '' } = request.headers
  const person = await web.signedIn(cookie)
  if (person !== undefined) return person
  if (web.openDesk && isThisMachine(web, request)) return { kind: 'desk' }
  return (await web.gate.open()) ? nobody : { kind: 'reader' }
}

/**
 * The one place where a request's credentials become a person: today the cookie of a session; a token for programmes
 * would be met here too. Kept until anything in the database changes but what devices report, so a role taken away, a suspension and an ended
 * session count at once; that a session has run out is noticed within a minute.
 */
export function createSignedIn(web: Pick<Web, 'database' | 'clock' | 'desk' | 'gate'>): Web['signedIn'] {
  const kept = createKept<Visitor | undefined>(web, sessionsMax, 'but reports')
  const find = async (cookies: string): Promise<Visitor | undefined> => {
    const present = await web.gate.present(cookies)
    if (present === undefined) return undefined
    if (present.person.role !== 'operator') return { kind: 'person', present, scope: 'all' }
    const today = dayOf(web.clock.now())
    const scope = await scopeOf(web.database, present.units, today)
    const unitNames = (await unitsOn(web.database, today))
      .filter((unit) => covers(scope, unit))
      .map(({ fullName }) => fullName)
    return { kind: 'person', present, scope, unitNames }
  }
  return (cookies) =>
    cookies === '' || cookies.length > cookiesMax ? find(cookies) : kept(cookies, () => find(cookies))
}

/**
 * Whether a person at this machine asks, without a proxy in between: one that says so, or whose name was asked for. Where
 * one stands before the hub (`LOA_PUBLIC_URL`) nobody is known to: it may ask under our own name and add nothing.
 */
export function isThisMachine({ publicUrl }: Pick<Web, 'publicUrl'>, request: Request): boolean {
  return (
    publicUrl === undefined &&
    isOverLoopback(request) &&
    isOwnName(request.headers.host) &&
    !Object.keys(request.headers).some((name) => ofProxies.test(name))
  )
}

/**
 * Whether one of our own pages asks, as far as browsers say: by `Sec-Fetch-Site` and `Origin`, of which they send one or
 * both. Where both are there both count: a proxy that writes our own name into `Host` still leaves the page's in `Origin`.
 */
export function isOurPage(web: Web, request: Request): boolean {
  const { host = '', origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const ours = origin === undefined || origin === `http://${host}` || origin === web.publicUrl
  return (site === undefined || site === 'same-origin') && ours
}

/** Which of the roles, or of what stands for one, the visitor has. */
export function whoIs(visitor: Visitor): Who | undefined {
  if (visitor.kind === 'person') return visitor.present.person.role
  return visitor.kind === 'nobody' ? undefined : visitor.kind
}

/** Where what this request does comes from, for the log. */
export function originOf(request: Request): Origin {
  const pages = /^[/\\]+api\//.test(request.originalUrl) ? 'api' : 'web'
  return { via: metAt(request).kind === 'desk' ? 'desk' : pages, address: addressOf(request) }
}

/** The network address of whoever asks. */
export function addressOf(request: Request): string {
  return (request.ip ?? request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}
