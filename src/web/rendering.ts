/** The rendering under way, as a panel that keeps itself up to date, and the two things a person can do about it. */
import type { Request, RequestHandler, Response } from 'express'
import { forgetFailures, type RenderingState } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import { transact } from '../db/index.ts'
import { recordDeed } from '../people/index.ts'
import { provincial, studio } from './route.ts'
import { type Visit, visitOf, type Web } from './visit.ts'
import { sentence } from './words/index.ts'

/** A page hears of a change at most so often; a browser draws no faster for anybody's good. */
const pauseMs = 400
/** A line now and then, so that nobody between hub and browser takes the quiet for the end. */
const heartbeatMs = 20_000

/** The model of the panel; null where nothing is rendered in this process. */
export function renderingPanel(web: Web, visit: Visit): object | null {
  return web.desk === undefined ? null : panelOf(web.desk.state, visit)
}

/** The same for any state of the work. */
export function panelOf(shown: RenderingState, visit: Visit): object {
  const { state, done, total, failed, secondsLeft, awaiting, unmade } = shown
  const resting = state === 'idle' || state === 'broken-off'
  const forPeople = awaiting.reduce((sum, { recordings }) => sum + recordings, 0)
  const left = secondsLeft === undefined ? '' : leftIn(visit, secondsLeft)
  return {
    state,
    running: state === 'running',
    // How far it is nobody knows yet: a bar without a value.
    starting: state === 'starting',
    stoppable: state === 'running' || state === 'starting',
    stopped: state === 'stopped',
    unmade: resting && unmade > 0 ? visit.say('rendering.unmade', { count: unmade }) : '',
    done: done + failed,
    total,
    words: wordsOf(visit, shown),
    left,
    awaiting: forPeople === 0 ? '' : visit.say('rendering.awaiting', { count: forPeople }),
    // The buttons are there only where they would be obeyed.
    open: visit.is(studio),
  }
}

function wordsOf({ say }: Visit, { state, done, total, failed }: RenderingState): string {
  if (state === 'starting') return say('rendering.starting')
  if (state === 'idle' && total === 0) return say('rendering.idle')
  if (state === 'broken-off' && total === 0) return say('rendering.broken-off', { counts: '' })
  const left = total - done - failed
  if (state === 'idle' && left === 0) return say('rendering.ended', { done, failed })
  const counts = say('rendering.counts', { done, total, left, failed })
  if (state === 'running') return counts
  return say(state === 'stopped' ? 'rendering.stopped' : 'rendering.broken-off', { counts })
}

function leftIn({ say }: Visit, seconds: number): string {
  if (seconds < 60) return say('rendering.left-seconds', { count: Math.max(1, Math.ceil(seconds)) })
  return say('rendering.left-minutes', { count: Math.ceil(seconds / 60) })
}

/** `/rendering/events`: the panel as server-sent events, now and at each change, until the page is left. */
export function renderingEvents(web: Web): RequestHandler {
  return (request, response) => {
    const { desk } = web
    if (desk === undefined) throw new AppError('not_found', sentence('error.no-page'))
    const visit = visitOf(web, request)
    // no-transform: a compressor would hold the events back.
    const headers = {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    }
    if (request.method === 'HEAD') {
      // Events never end, and who asks so would wait for the end.
      response.writeHead(200, headers).end()
      return
    }
    let waiting: NodeJS.Timeout | undefined
    const tell = (): void => {
      const html = web.views.render('rendering', {
        language: visit.language,
        rendering: renderingPanel(web, visit),
      })
      const lines = html.trim().split('\n')
      response.write(`event: rendering\n${lines.map((line) => `data: ${line}\n`).join('')}\n`)
    }
    const unwatch = desk.watch(() => {
      waiting ??= setTimeout(() => void whileAllowed(tell), pauseMs)
    })
    // Who was let in once may be suspended, or lose the role, while the page is open.
    const whileAllowed = async (act: () => void): Promise<void> => {
      waiting = undefined
      const allowed = await mayStillWatch(web, request, visit).catch(() => false)
      if (response.writableEnded) return
      if (allowed) act()
      else response.end()
    }
    response.writeHead(200, headers)
    tell()
    const heartbeat = setInterval(() => void whileAllowed(() => response.write(': here\n\n')), heartbeatMs)
    response.on('close', () => {
      unwatch()
      clearTimeout(waiting)
      clearInterval(heartbeat)
    })
  }
}

async function mayStillWatch(web: Web, request: Request, { visitor }: Visit): Promise<boolean> {
  if (visitor.kind === 'desk') return true
  if (visitor.kind !== 'person') return !(await web.gate.open())
  const present = await web.gate.present(request.headers.cookie ?? '')
  return present !== undefined && !present.mustSetUpCodes && provincial.includes(present.person.role)
}

/**
 * `POST /rendering/stop` and `/rendering/go-on`: afterwards the panel for htmx, or the way back to the list. Who lets
 * it go on wants what failed tried again too.
 */
export function renderingDeed(web: Web, deed: 'stop' | 'goOn'): RequestHandler {
  return async (request, response) => {
    const { desk } = web
    if (desk === undefined) throw new AppError('not_found', sentence('error.no-page'))
    const { now, person } = visitOf(web, request)
    const what = deed === 'goOn' ? 'rendering.let-go-on' : 'rendering.stopped'
    await transact(web.database, async (tx) => {
      if (deed === 'goOn') await forgetFailures(tx)
      await recordDeed(tx, { at: now, person: person?.id ?? null, what, subject: 'rendering' })
    })
    desk[deed]()
    web.log.info({ deed }, 'somebody steered the rendering')
    answer(web, request, response)
  }
}

function answer(web: Web, request: Request, response: Response): void {
  if (request.headers['hx-request'] !== 'true') {
    response.redirect(303, '/recordings')
    return
  }
  const visit = visitOf(web, request)
  const rendering = renderingPanel(web, visit)
  response
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(web.views.render('rendering', { language: visit.language, rendering }))
}
