/**
 * Every address there is, with who may open it: express is mounted from this table, and a test asks each of them as each
 * role. A line that the test's own table does not know fails it.
 */
import type express from 'express'
import { rateLimit } from 'express-rate-limit'
import { apiRoutes, requestBound } from './api/index.ts'
import { audioFile } from './audio.ts'
import { formOf } from './bodies.ts'
import { airingSound } from './by-hand.ts'
import { HttpRefusal } from './errors.ts'
import { guard, guardAgain, guardWords } from './guard.ts'
import { health } from './health.ts'
import { incomingPath } from './incoming.ts'
import { keptPages } from './kept-pages.ts'
import { originalFile } from './originals.ts'
import { approvalRoutes } from './routes-of-approval.ts'
import { factsRoutes } from './routes-of-facts.ts'
import { homeRoutes } from './routes-of-home.ts'
import { operatorRoutes } from './routes-of-operator.ts'
import { peopleRoutes } from './routes-of-people.ts'
import { writingRoutes } from './routes-of-writing.ts'
import { aboutPage } from './pages/about.ts'
import { airingsPage, airingsSheet } from './pages/airings.ts'
import { devicesPage, devicesSheet } from './pages/devices.ts'
import { homePage } from './pages/home.ts'
import { monthPage, monthSheet } from './pages/month.ts'
import {
  greetingsPage,
  greetingsSheet,
  recordingsPage,
  recordingsSheet,
  variantsPage,
  variantsSheet,
} from './pages/recordings.ts'
import { stationPage, stationsPage, stationsSheet } from './pages/stations.ts'
import { unitPage, unitsPage, unitsSheet } from './pages/units.ts'
import { uploadPage, uploadsPage, uploadsSheet } from './pages/uploads.ts'
import { renderingDeed, renderingEvents } from './rendering.ts'
import { provincial, readers, type Route, studio } from './route.ts'
import { uploadFormPage, uploadTaken } from './upload-taking.ts'
import { sentence } from './words/index.ts'
import { page, type Page, sheet, type Visit, type Web } from './visit.ts'
import { actingFrom } from '../people/index.ts'
import type { Sheet } from './csv.ts'
import { meet, metAt, originOf, type Visitor, type Who, whoIs } from './who.ts'

/** Tries from one address in a minute, where a secret is asked for. */
const triesMax = 60

/** The table, for these pages. */
export function routesOf(web: Web): Route[] {
  const keep = keptPages(web)
  const kept = (
    path: string,
    who: readonly Who[],
    show: (web: Web, visit: Visit) => Promise<Page>,
  ): Route => ({ method: 'get', path, who, handle: keep(show, page(web, show)) })
  const shown = (
    path: string,
    who: readonly Who[],
    show: (web: Web, visit: Visit) => Promise<Page>,
  ): Route => {
    return { method: 'get', path, who, handle: page(web, show) }
  }
  const listed = (
    path: string,
    who: readonly Who[],
    show: (web: Web, visit: Visit) => Promise<Sheet>,
  ): Route => ({ method: 'get', path, who, handle: sheet(web, show) })
  return [
    { method: 'get', path: '/', who: readers, handle: home(keep(homePage, page(web, homePage))) },
    kept('/month', provincial, monthPage),
    listed('/month.csv', provincial, monthSheet),
    { ...kept('/units', readers, unitsPage), scope: 'list' },
    { ...listed('/units.csv', readers, unitsSheet), scope: 'list' },
    { ...shown('/units/:code', readers, unitPage), scope: 'one' },
    { ...kept('/airings', readers, airingsPage), scope: 'list' },
    { ...listed('/airings.csv', readers, airingsSheet), scope: 'list' },
    { method: 'get', path: '/airings/:id.mp3', who: readers, scope: 'one', handle: airingSound(web) },
    shown('/recordings', provincial, recordingsPage),
    listed('/recordings.csv', provincial, recordingsSheet),
    shown('/recordings/greetings', provincial, greetingsPage),
    listed('/recordings/greetings.csv', provincial, greetingsSheet),
    shown('/recordings/variants', provincial, variantsPage),
    listed('/recordings/variants.csv', provincial, variantsSheet),
    { method: 'get', path: '/audio/:file', who: readers, handle: audioFile(web) },
    { method: 'get', path: '/rendering/events', who: provincial, handle: renderingEvents(web) },
    { method: 'post', path: '/rendering/stop', who: studio, handle: renderingDeed(web, 'stop') },
    { method: 'post', path: '/rendering/go-on', who: studio, handle: renderingDeed(web, 'goOn') },
    shown('/uploads', provincial, uploadsPage),
    listed('/uploads.csv', provincial, uploadsSheet),
    shown('/uploads/new', provincial, uploadFormPage),
    { method: 'post', path: '/uploads', who: studio, named: true, form: true, handle: uploadTaken(web) },
    shown('/uploads/:id', provincial, uploadPage),
    { method: 'get', path: '/uploads/:id/original', who: provincial, handle: originalFile(web) },
    ...incomingRoutes(web),
    { ...kept('/stations', readers, stationsPage), scope: 'list' },
    { ...listed('/stations.csv', readers, stationsSheet), scope: 'list' },
    { ...shown('/stations/:id', readers, stationPage), scope: 'one' },
    shown('/devices', provincial, devicesPage),
    listed('/devices.csv', provincial, devicesSheet),
    shown('/about', readers, aboutPage),
    ...writingRoutes(web),
    ...factsRoutes(web),
    ...approvalRoutes(web),
    ...operatorRoutes(web, keep),
    ...homeRoutes(web, keep),
    ...peopleRoutes(web),
    ...apiRoutes(web),
    { method: 'get', path: '/healthz', who: 'everyone', bare: true, handle: health(web) },
  ]
}

function incomingRoutes({ incoming }: Web): Route[] {
  if (incoming === undefined) return []
  const { handle } = incoming
  const path = `${incomingPath}/:id`
  const brought = { who: studio, named: true, handle }
  return [
    { method: 'post', path: incomingPath, ...brought },
    { method: 'head', path, ...brought },
    { method: 'patch', path, ...brought },
    { method: 'delete', path, ...brought },
  ]
}

/** By role (pages/home.ts); operators begin with today at their own stations. */
function home(start: express.RequestHandler): express.RequestHandler {
  return (request, response, next) => {
    if (!isOperator(request)) return start(request, response, next)
    response.redirect(303, '/today')
  }
}

function isOperator(request: express.Request): boolean {
  return whoIs(metAt(request)) === 'operator'
}

/** Counts what sessions ask for: readers without one may share an address. */
function ofSessions(bound: express.RequestHandler): express.RequestHandler {
  return (request, response, next) => {
    if (metAt(request).kind !== 'person') next()
    else return bound(request, response, next)
  }
}

/**
 * Mounts the table: bound, guard, fields of a form and the guard once more, for a body may be long on its way; then the
 * page or deed, whose doings carry where they came from.
 */
export function mount(app: express.Express, web: Web, routes: readonly Route[]): void {
  const bounded = rateLimit({
    windowMs: 60_000,
    limit: triesMax,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Behind a proxy that is not told to us all share its address; that is bounded as well.
    validate: false,
    handler: () => {
      throw new HttpRefusal(429, sentence('error.too-often'))
    },
  })
  const pagesBound = requestBound(web, { told: false })
  for (const route of routes) {
    const form = formOf(route)
    const before = [
      ...(route.bounded === true ? [bounded] : []),
      ...(route.bare === true ? [] : [meet(web)]),
      // The API counts its own.
      ...(route.api === true || route.bare === true ? [] : [ofSessions(pagesBound)]),
      // Whoever is signed out gets back what they typed, so it is read first.
      route.signedOut === undefined ? guard(web, route) : guardWords(web, route, bounded),
      ...form,
      ...(form.length === 0 ? [] : [guardAgain(web)]),
    ]
    app[route.method](route.path, ...before, (request, response, next) =>
      actingFrom(originOf(request), () => route.handle(request, response, next)),
    )
  }
}

/** Whether somebody may open the page of a line of the table, by the address that stands there. */
export function mayOpenBy(routes: readonly Route[]): (visitor: Visitor, path: string) => boolean {
  const pages = new Map(
    routes.filter(({ method }) => method === 'get').map((route) => [route.path, route.who]),
  )
  return (visitor, path) => {
    const allowed = pages.get(path)
    if (allowed === 'everyone') return true
    if (visitor.kind === 'person' && visitor.present.mustSetUpCodes) return false
    const who = whoIs(visitor)
    return who !== undefined && allowed !== undefined && allowed.includes(who)
  }
}
