/**
 * Web: the pages on which staff and auditors see how the month stands, with the same figures as the
 * command line because both ask the same front doors.
 *
 * Promises: the pages only show. There is no sign-in yet, so nothing can be changed here and the hub
 * listens on 127.0.0.1 unless told otherwise. Pages are plain HTML made on the server, work without any
 * script, and the address is the whole state: every month, filter and page can be linked, reloaded and
 * had as CSV. What people typed is never compiled and never unescaped; a policy in the browser
 * allows no script and no style but ours. A state is never colour alone, and what is invented is marked
 * as sample data wherever it shows.
 */
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import express from 'express'
import helmet from 'helmet'
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import type { IngestCounts } from '../evidence/index.ts'
import { readAssets } from './assets.ts'
import { audioFile } from './audio.ts'
import { errorPages, nowhere } from './errors.ts'
import { health } from './health.ts'
import { createMetrics } from './metrics.ts'
import { aboutPage } from './pages/about.ts'
import { airingsPage, airingsSheet } from './pages/airings.ts'
import { devicesPage, devicesSheet } from './pages/devices.ts'
import { monthPage, monthSheet } from './pages/month.ts'
import { greetingsPage, greetingsSheet, recordingsPage, recordingsSheet } from './pages/recordings.ts'
import { stationPage, stationsPage, stationsSheet } from './pages/stations.ts'
import { unitPage, unitsPage, unitsSheet } from './pages/units.ts'
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
}

/** The pages as an Express application, ready to listen. Throws when a view or an asset is wrong. */
export function createWeb(options: WebOptions): express.Express {
  const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const web: Web = {
    ...options,
    training: options.training ?? false,
    views: compileViews(folder('views')),
    assets: readAssets(folder('assets')),
  }
  const metrics = createMetrics(web)
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', false)
  app.use(metrics.measure, safety, compression())
  pages(app, web)
  app.get('/healthz', health(web))
  app.get('/metrics', metrics.serve)
  app.get('/audio/:file', audioFile(web))
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
  app.get('/stations', page(web, stationsPage))
  app.get('/stations.csv', sheet(web, stationsSheet))
  app.get('/stations/:id', page(web, stationPage))
  app.get('/devices', page(web, devicesPage))
  app.get('/devices.csv', sheet(web, devicesSheet))
  app.get('/about', page(web, aboutPage))
}

const safety = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
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
