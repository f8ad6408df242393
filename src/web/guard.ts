/** One guard before every page and every deed: from our own pages only, and by those only who may. */
import type { Request, RequestHandler, Response } from 'express'
import { AppError } from '../base/errors.ts'
import { HttpRefusal } from './errors.ts'
import { recordRefusal } from './refused.ts'
import type { Route } from './route.ts'
import type { Web } from './visit.ts'
import { sentence } from './words/index.ts'
import { isOurPage, isThisMachine, meetAgain, metAt, mayHaveSignedInHere, whoIs } from './who.ts'

const routes = new WeakMap<Request, Route>()

/** Lets a request pass to its route, or refuses it, or shows the way to the sign-in page. */
export function guard(web: Web, route: Route): RequestHandler {
  return async (request, response, next) => {
    const reading = route.method === 'get'
    routes.set(request, route)
    if (!reading && !isOurPage(web, request)) throw new AppError('forbidden', sentence('error.not-our-page'))
    if (await mayPass(web, route, request, response, reading)) next()
    else if (!response.headersSent) await route.signedOut?.(request, response, next)
  }
}

/**
 * The guard before a body that is given back to whoever's session ended while they wrote it: nobody passes here, within
 * a bound, to be met by `guardAgain` behind it; but only in a browser where somebody signed in before.
 */
export function guardWords(web: Web, route: Route, bounded: RequestHandler): RequestHandler {
  const strict = guard(web, route)
  return (request, response, next) => {
    if (metAt(request).kind !== 'nobody' || !isOurPage(web, request)) return strict(request, response, next)
    if (!mayHaveSignedInHere(request)) throw new HttpRefusal(401, sentence('error.signed-out'))
    routes.set(request, route)
    return bounded(request, response, next)
  }
}

/** The same guard once more, when a body has been read: who asks may have lost what they had since they began to send it. */
export function guardAgain(web: Web): RequestHandler {
  return async (request, response, next) => {
    const route = routes.get(request)
    if (route === undefined) throw new Error('guarded again before it was guarded')
    await meetAgain(web, request)
    await guard(web, route)(request, response, next)
  }
}

async function mayPass(
  web: Web,
  route: Route,
  request: Request,
  response: Response,
  reading: boolean,
): Promise<boolean> {
  if (route.who === 'everyone') return true
  const visitor = metAt(request)
  const who = whoIs(visitor)
  if (who === undefined) {
    // Somebody at another machine, where only this one's desk is open, is told so rather than asked for a password.
    if (!reading && route.signedOut !== undefined) return false
    if (!reading || route.api === true) throw new HttpRefusal(401, sentence('error.signed-out'))
    response.redirect(303, `/sign-in?next=${encodeURIComponent(request.originalUrl)}`)
    return false
  }
  if (visitor.kind === 'person' && visitor.present.mustSetUpCodes && route.unfinished !== true) {
    if (!reading || route.api === true) throw new AppError('forbidden', sentence('error.codes-first'))
    response.redirect(303, '/me/codes')
    return false
  }
  if (route.who.includes(who)) {
    if (who !== 'desk' || route.named !== true || !(await web.gate.open())) return true
    // Whoever has an account could be spoken for by anybody at this machine.
    throw new AppError('forbidden', sentence('error.sign-in-first'))
  }
  if (visitor.kind !== 'person') throw refusedHere(web, request, reading)
  await recordRefusal(web, request)
  throw new AppError('forbidden', sentence('error.not-your-role'))
}

/** Why somebody who did not sign in may not: the desk is closed, or this is not its machine, or a name is needed. */
function refusedHere(web: Web, request: Request, reading: boolean): AppError {
  if (reading || (web.openDesk && isThisMachine(web, request))) {
    return new AppError('forbidden', sentence('error.sign-in-first'))
  }
  return new AppError('forbidden', sentence(web.openDesk ? 'error.not-our-page' : 'error.desk-closed'))
}
