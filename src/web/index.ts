/**
 * Web: the pages on which staff and auditors see how the month stands, with the same figures as the
 * command line because both ask the same front doors.
 *
 * Promises: the pages only show, unless the hub was told that whoever sits at this machine is its own staff
 * (desk.ts): there is no sign-in yet, and the hub listens on 127.0.0.1 unless told otherwise. Pages are plain
 * HTML made on the server and readable without any script; sending a recording needs one. The address is the whole state: every month, filter and page can be linked, reloaded and
 * had as CSV. What people typed is never compiled and never unescaped; a policy in the browser
 * allows no script and no style but ours. A state is never colour alone, and what is invented is marked
 * as sample data wherever it shows. Nothing but whether the hub is well is answered under a name that is not this
 * hub's (host.ts).
 */
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import express from 'express'
import helmet from 'helmet'
import type { RenderDesk } from '../audio/index.ts'
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import type { IngestCounts } from '../evidence/index.ts'
import { readAssets } from './assets.ts'
import { audioFile } from './audio.ts'
import { airingSound } from './by-hand.ts'
import { onlyStaff } from './desk.ts'
import { errorPages, nowhere } from './errors.ts'
import { health } from './health.ts'
import { onlyOwnNames } from './host.ts'
import { incomingPath, openIncoming } from './incoming.ts'
import { createMetrics } from './metrics.ts'
import { originalFile } from './originals.ts'
import { aboutPage } from './pages/about.ts'
import { airingsPage, airingsSheet } from './pages/airings.ts'
import { devicesPage, devicesSheet } from './pages/devices.ts'
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
import { uploadFormPage, uploadTaken } from './upload-taking.ts'
import { compileViews } from './views.ts'
import { page, sheet, type Web } from './visit.ts'

export { statusOf } from './errors.ts'
export { serve, type Served } from './serve.ts'

export type WebOptions = {
  database: Database
  /** Where recordings lie, by their hash. */
  audioFolder: string
  clock: Clock
  log: Log
  version: string
  /** An exercise: every page says so. */
  training?: boolean
  /** The running counts of what controllers sent, for `/metrics`; absent where nothing is taken in. */
  ingestCounts?: Readonly<IngestCounts>
  /** The rendering under way, shown on the page of recordings; absent where nothing is rendered. */
  desk?: RenderDesk
  /** Whether people at this machine may do things through the pages; without it they only show. */
  openDesk?: boolean
  /** Where files lie that people are sending; absent where none are taken. */
  incomingFolder?: string
  /** Names besides this machine's own (localhost) under which the pages may be opened. */
  names?: readonly string[]
}

/** A form has a few short texts. */
const formBytesMax = 64 * 1024

/**
 * The pages as an Express application, ready to listen; its event `close` ends what still works for them. Throws when
 * a view or an asset is wrong; refuses (`unavailable`) a folder for incoming files that cannot be made.
 */
export function createWeb(options: WebOptions): express.Express {
  const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const closing = new AbortController()
  const { incomingFolder, names = [], ...rest } = options
  const incoming = incomingFolder === undefined ? undefined : openIncoming(incomingFolder, options.log)
  const web: Web = {
    ...rest,
    ...(incoming === undefined ? {} : { incoming }),
    uploadCounts: { fit: 0, unfit: 0, refused: 0, failed: 0 },
    closing: closing.signal,
    training: options.training ?? false,
    openDesk: options.openDesk ?? false,
    views: compileViews(folder('views')),
    assets: readAssets(folder('assets')),
  }
  const metrics = createMetrics(web)
  const app = express()
  app.once('close', () => {
    incoming?.close()
    closing.abort(new Error('the pages are closed'))
  })
  app.disable('x-powered-by')
  app.set('query parser', false)
  app.use(metrics.measure, safety, onlyOwnNames(names), compression())
  pages(app, web)
  sounds(app, web)
  deeds(app, web)
  app.get('/healthz', health(web))
  app.get('/metrics', metrics.serve)
  app.get('/assets/:digest/:name', web.assets.serve)
  app.use(nowhere)
  app.use(errorPages(web))
  return app
}

function pages(app: express.Express, web: Web): void {
  app.get('/', page(web, monthPage))
  app.get('/month.csv', sheet(web, monthSheet))
  app.get('/units', page(web, unitsPage))
  app.get('/units.csv', sheet(web, unitsSheet))
  app.get('/units/:code', page(web, unitPage))
  app.get('/airings', page(web, airingsPage))
  app.get('/airings.csv', sheet(web, airingsSheet))
  app.get('/recordings', page(web, recordingsPage))
  app.get('/recordings.csv', sheet(web, recordingsSheet))
  app.get('/recordings/greetings', page(web, greetingsPage))
  app.get('/recordings/greetings.csv', sheet(web, greetingsSheet))
  app.get('/recordings/variants', page(web, variantsPage))
  app.get('/recordings/variants.csv', sheet(web, variantsSheet))
  app.get('/uploads', page(web, uploadsPage))
  app.get('/uploads.csv', sheet(web, uploadsSheet))
  app.get('/uploads/new', page(web, uploadFormPage))
  app.get('/uploads/:id', page(web, uploadPage))
  app.get('/stations', page(web, stationsPage))
  app.get('/stations.csv', sheet(web, stationsSheet))
  app.get('/stations/:id', page(web, stationPage))
  app.get('/devices', page(web, devicesPage))
  app.get('/devices.csv', sheet(web, devicesSheet))
  app.get('/about', page(web, aboutPage))
}

function sounds(app: express.Express, web: Web): void {
  app.get('/audio/:file', audioFile(web))
  app.get('/uploads/:id/original', originalFile(web))
  app.get('/airings/:id.mp3', airingSound(web))
}

/** What changes something: for the staff at this machine only. */
function deeds(app: express.Express, web: Web): void {
  const staff = onlyStaff(web)
  app.get('/rendering/events', renderingEvents(web))
  app.post('/rendering/stop', staff, renderingDeed(web, 'stop'))
  app.post('/rendering/go-on', staff, renderingDeed(web, 'goOn'))
  const form = express.urlencoded({ extended: false, limit: formBytesMax, parameterLimit: 20 })
  app.post('/uploads', staff, form, uploadTaken(web))
  if (web.incoming === undefined) return
  const { handle } = web.incoming
  app.post(incomingPath, staff, handle)
  for (const method of ['head', 'patch', 'delete'] as const) app[method](`${incomingPath}/:id`, staff, handle)
}

const safety = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      mediaSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // The hub speaks plain HTTP; whoever puts TLS in front adds this there.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'same-origin' },
  xFrameOptions: { action: 'deny' },
})
