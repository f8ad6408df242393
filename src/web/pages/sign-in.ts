/** Signing in: the password, then the code; and signing out. */
import type { RequestHandler, Response } from 'express'
import { timeOfDay } from '../../base/calendar.ts'
import type { SigningIn } from '../../people/index.ts'
import { fieldIn, fromOf, nextOf, withCookies } from '../forms.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import { metAt } from '../who.ts'

/** Too many from one address is not the visitor's mistake in a field. */
const statusOf: Record<SigningIn['state'], number> = {
  ...{ in: 303, code: 303, wrong: 401, locked: 429, busy: 429, late: 401 },
}

/** `/sign-in?next=`; whoever is signed in goes on at once. */
export function signInPage(web: Web): RequestHandler {
  return (request, response) => {
    const visit = visitOf(web, request)
    const next = nextOf(visit.query.get('next') ?? '')
    if (visit.person === undefined) send(web, response, visit, nameForm(visit, { next }))
    else response.redirect(303, next)
  }
}

/** `POST /sign-in`: the first step. */
export function signedIn(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const [name, next] = [fieldIn(request.body, 'name').slice(0, 100), nextOf(fieldIn(request.body, 'next'))]
    const password = fieldIn(request.body, 'password')
    const result = await web.gate.signIn({ name, password }, fromOf(request))
    answer(web, response, visit, result, {
      next,
      again: (why, status) => nameForm(visit, { name, next, why, status }),
    })
  }
}

/** `/sign-in/code?next=`: the second step. */
export function codePage(web: Web): RequestHandler {
  return (request, response) => {
    const visit = visitOf(web, request)
    send(web, response, visit, codeForm(visit, { next: nextOf(visit.query.get('next') ?? '') }))
  }
}

/** `POST /sign-in/code` */
export function codeGiven(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const next = nextOf(fieldIn(request.body, 'next'))
    const result = await web.gate.giveCode(fieldIn(request.body, 'code').slice(0, 40), fromOf(request))
    answer(web, response, visit, result, {
      next,
      again: (why, status) => codeForm(visit, { next, why, status }),
    })
  }
}

/** `POST /sign-out` */
export function signedOut(web: Web): RequestHandler {
  return async (request, response) => {
    const visitor = metAt(request)
    if (visitor.kind === 'person')
      withCookies(response, await web.gate.signOut(visitor.present, fromOf(request)))
    // Sounds and sheets that this browser kept are for whoever was signed in.
    response.set('Clear-Site-Data', '"cache"').redirect(303, '/sign-in')
  }
}

function answer(
  web: Web,
  response: Response,
  visit: Visit,
  result: SigningIn,
  { next, again }: { next: string; again: (why: string, status: number) => Page },
): void {
  if (result.state === 'in' || result.state === 'code') {
    const step = result.state === 'in' ? next : `/sign-in/code?next=${encodeURIComponent(next)}`
    withCookies(response, result.cookies).redirect(303, step)
    return
  }
  send(web, response, visit, again(whyNot(visit, result), statusOf[result.state]))
}

/** Why somebody is not in yet, in words that do not tell whether there is such a name. */
function whyNot({ say, path }: Visit, result: SigningIn): string {
  switch (result.state) {
    case 'locked':
      return say('signin.locked', { time: timeOfDay(result.until).slice(0, 5) })
    case 'busy':
      return say('error.too-often')
    case 'late':
      return say('signin.late')
    default:
      return say(path === '/sign-in' ? 'signin.wrong' : 'code.wrong')
  }
}

function nameForm(
  { say }: Visit,
  { name = '', next, why = '', status }: { name?: string; next: string; why?: string; status?: number },
): Page {
  const title = say('signin.title')
  const model = { title, name, next: next === '/' ? '' : next, why }
  return { view: 'sign-in', title, section: null, model, ...(status === undefined ? {} : { status }) }
}

function codeForm(
  { say }: Visit,
  { next, why = '', status }: { next: string; why?: string; status?: number },
): Page {
  const title = say('code.title')
  const model = { title, next: next === '/' ? '' : next, why }
  return { view: 'code', title, section: null, model, ...(status === undefined ? {} : { status }) }
}
