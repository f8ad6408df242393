/**
 * Web: the pages on which staff and auditors see how the month stands, with the same figures as the
 * command line because both ask the same front doors.
 *
 * Promises: until anybody has an account the pages only show, unless the hub was told that whoever sits at this machine
 * is its own staff (who.ts). From the first account on, nothing but the sign-in page is shown to whoever did not sign in.
 * Who may open what stands in one table (routes.ts), and one guard (guard.ts) holds every request against it; operators
 * see their own units. Pages are plain HTML made on the server and readable without any script; sending a recording
 * needs one. The address is the whole state: every month, filter and page can be linked, reloaded and
 * had as CSV. What people typed is never compiled and never unescaped; a policy in the browser
 * allows no script and no style but ours. A state is never colour alone, and what is invented is marked
 * as sample data wherever it shows. Nothing but whether the hub is well is answered under a name that is not this
 * hub's (host.ts).
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import express from 'express'
import helmet from 'helmet'
import { DraftStudio, type RenderDesk, type VoiceKeys } from '../audio/index.ts'
import { newSecret } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import type { IngestCounts } from '../evidence/index.ts'
import { openGate } from '../people/index.ts'
import { apiErrors, apiNowhere } from './api/index.ts'
import { readAssets } from './assets.ts'
import { requestsMax } from './api/serve.ts'
import { errorPages, nowhere } from './errors.ts'
import { onlyOwnNames } from './host.ts'
import { openIncoming } from './incoming.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { Route } from './route.ts'
import { mayOpenBy, mount, routesOf } from './routes.ts'
import { compiledOnce } from './views.ts'
import type { ScriptDesk, Web } from './visit.ts'
import { createSignedIn, isThisMachine, meet } from './who.ts'

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
  /** Whether the page of all pieces (`/kit`) is there; unless told otherwise in an exercise only. */
  kit?: boolean
  /** Requests of one session in a minute; 600 unless told otherwise, as what measures the pages does. */
  requestsMax?: number
  /** The running counts of what controllers sent, for `/metrics`; absent where nothing is taken in. */
  ingestCounts?: Readonly<IngestCounts>
  /** The rendering under way, shown on the page of recordings; absent where nothing is rendered. */
  desk?: RenderDesk
  /** What needs the content's folder and its voices; without it scripts are not submitted through the API. */
  scriptDesk?: ScriptDesk
  /** Whether people at this machine may do things through the pages; without it they only show. */
  openDesk?: boolean
  /** Where files lie that people are sending; absent where none are taken. */
  incomingFolder?: string
  /** The folder with placeholders and speech; the one that comes with the programme unless told otherwise. */
  content?: string
  /** Whether facts that nobody has confirmed yet may be spoken (exercises only). */
  speakUnconfirmed?: boolean
  /** Where drafts lie that are read to their writers; absent where none are read. */
  draftsFolder?: string
  /** Keys of speech services, for reading drafts. */
  voiceKeys?: VoiceKeys
  /** Signs cookies and encrypts what codes are made of; without it sessions end with the process. */
  secret?: string
  /** Where people find the pages when a proxy on this machine stands before them: an origin, such as https://loa.example.vn. */
  publicUrl?: string | undefined
  /** Names besides this machine's own (localhost) under which the pages may be opened. */
  names?: readonly string[]
}

export type { Route } from './route.ts'
export type { ScriptDesk } from './visit.ts'

/** The application, and the table it was mounted from. */
export type WithTable = express.Express & { table: readonly Route[] }

/** The name in the address people type, where a proxy stands before us. */
const ownNameOf = (publicUrl: string | undefined): string[] =>
  publicUrl === undefined ? [] : [new URL(publicUrl).hostname]

/**
 * The pages as an Express application, ready to listen; its event `close` ends what still works for them. Throws when
 * a view or an asset is wrong; refuses (`unavailable`) a folder for incoming files that cannot be made.
 */
export function createWeb(options: WebOptions): WithTable {
  const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const closing = new AbortController()
  const { incomingFolder, draftsFolder, voiceKeys, names = [], secret = newSecret(), ...rest } = options
  const { database, clock, log, publicUrl } = options
  const incoming = incomingFolder === undefined ? undefined : openIncoming(incomingFolder, options.log)
  const content = options.content ?? folder('../../content')
  const gate = openGate({ database, clock, log, secret, publicUrl })
  const web: Web = {
    ...rest,
    content,
    speakUnconfirmed: options.speakUnconfirmed ?? false,
    ...(draftsFolder === undefined ? {} : { drafts: draftsIn(draftsFolder, content, voiceKeys, closing) }),
    ...(incoming === undefined ? {} : { incoming }),
    uploadCounts: { fit: 0, unfit: 0, refused: 0, failed: 0 },
    closing: closing.signal,
    training: options.training ?? false,
    requestsMax: options.requestsMax ?? requestsMax,
    kit: options.kit ?? options.training ?? false,
    openDesk: options.openDesk ?? false,
    gate,
    signedIn: createSignedIn({ ...rest, gate }),
    mayOpen: () => false,
    views: compiledOnce(folder('views')),
    assets: readAssets(folder('assets')),
  }
  const metrics = createMetrics(web)
  const routes = [...routesOf(web), ...watching(web, metrics)]
  web.mayOpen = mayOpenBy(routes)
  const app: WithTable = Object.assign(express(), { table: routes })
  app.once('close', () => {
    incoming?.close()
    closing.abort(new Error('the pages are closed'))
  })
  app.disable('x-powered-by')
  app.set('query parser', false)
  // Only a proxy on this machine is believed about whom it stands for, and only where there is said to be one.
  if (publicUrl !== undefined) app.set('trust proxy', 'loopback')
  app.use(metrics.measure, safety, onlyOwnNames([...names, ...ownNameOf(publicUrl)]), compression())
  app.get('/assets/:digest/:name', web.assets.serve)
  if (publicUrl === undefined) app.get('/metrics', local(web), metrics.serve)
  mount(app, web, routes)
  app.use(meet(web), apiNowhere(routes), nowhere)
  app.use(apiErrors(web, routes), errorPages(web))
  return app
}

function draftsIn(
  folder: string,
  content: string,
  voiceKeys: VoiceKeys | undefined,
  { signal: closing }: AbortController,
): DraftStudio {
  return new DraftStudio({ folder, speechFolder: join(content, 'speech'), voiceKeys, closing })
}

/** Figures about the hub are for whoever watches it from its own machine. */
function local(web: Web): express.RequestHandler {
  return (request, _response, next) => {
    next(isThisMachine(web, request) ? undefined : 'router')
  }
}

/** Behind a proxy nobody is known to be at this machine: the figures are for those then who may read everything. */
function watching({ publicUrl }: Web, { serve }: Metrics): Route[] {
  if (publicUrl === undefined) return []
  return [{ method: 'get', path: '/metrics', who: ['admin', 'auditor'], handle: serve }]
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
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
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
