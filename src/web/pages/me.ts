/** One's own account: password, codes, sessions. */
import type { Request, RequestHandler } from 'express'
import { timeOfDay } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import type { Instant } from '../../base/time.ts'
import { changePassword, endSessions, passwordFault, type Present, sessionsOf } from '../../people/index.ts'
import { unitsOn } from '../../registry/index.ts'
import { fieldIn, fromOf, withCookies } from '../forms.ts'
import { codesShown } from './backup-codes.ts'
import { browserName } from '../browser-name.ts'
import { momentIn } from '../formats.ts'
import { roleWords } from '../role-words.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import { metAt } from '../who.ts'
import { sentence } from '../words/index.ts'

type Wrong = { present?: string; password?: string; again?: string }

/** `/me` */
export function mePage(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const changed = visit.query.get('changed') === 'password'
    send(web, response, visit, await myPage(web, visit, presentAt(request), { changed }))
  }
}

/** `POST /me/password` */
export function passwordChanged(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const present = presentAt(request)
    const [now, next, again] = ['present', 'password', 'again'].map((name) => fieldIn(request.body, name))
    const wrong: Wrong = {}
    const fault = passwordFault(next ?? '', present.person)
    if (fault !== undefined) wrong.password = fault[visit.language]
    else if (next !== again) wrong.again = visit.say('welcome.again-wrong')
    else {
      const countedAs = web.gate.countedAs(present.person.id, fromOf(request).cookies)
      const refused = await changed(web, present, { now: now ?? '', next: next ?? '', countedAs })
      if (refused !== undefined) wrong.present = refused.sentence[visit.language]
    }
    if (Object.keys(wrong).length === 0) response.redirect(303, '/me?changed=password')
    else send(web, response, visit, await myPage(web, visit, present, { wrong }), 400)
  }
}

async function changed(
  web: Web,
  { person, session }: Present,
  { now, ...typed }: { now: string; next: string; countedAs: string },
): Promise<AppError | undefined> {
  try {
    const at = web.clock.now()
    await changePassword(web.database, { person: person.id, session, present: now, ...typed, now: at })
    return undefined
  } catch (error) {
    if (error instanceof AppError && error.code === 'forbidden') return error
    throw error
  }
}

/** `POST /me/sessions/<id>/end` */
export function mySessionEnded(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { person } = presentAt(request)
    const session = visit.part('id')
    await endSessions(web.database, { person: person.id, by: person.id, session, now: visit.now })
    response.redirect(303, '/me')
  }
}

/** `/me/codes`: begin, or scan and prove what was begun. */
export function codesPage(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const present = presentAt(request)
    if (present.codes) response.redirect(303, '/me')
    else send(web, response, visit, await codesForm(web, visit, present, ''))
  }
}

/** `POST /me/codes/begin`: with the password. */
export function codesBegun(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const begun = await web.gate.beginCodes(fieldIn(request.body, 'password'), fromOf(request))
    if (begun.state === 'begun') {
      response.redirect(303, '/me/codes')
      return
    }
    const why = begun.state === 'locked' ? lockedIn(visit, begun) : visit.say('codes.password-wrong')
    const status = begun.state === 'locked' ? 429 : 400
    send(web, response, visit, await codesForm(web, visit, presentAt(request), why), status)
  }
}

/** `POST /me/codes/prove`: turns codes on and shows the backup codes, once. */
export function codesProved(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const present = presentAt(request)
    const proved = await web.gate.proveCodes(fieldIn(request.body, 'code').slice(0, 20), fromOf(request))
    if (proved.state !== 'in') {
      const why = proved.state === 'locked' ? lockedIn(visit, proved) : visit.say('code.wrong')
      const status = proved.state === 'locked' ? 429 : 400
      send(web, response, visit, await codesForm(web, visit, present, why), status)
      return
    }
    const backup = await web.gate.backupCodes(present.person.id)
    withCookies(response, proved.cookies)
    const next = { href: '/', name: visit.say('codes.go-on') }
    send(web, response, visit, codesShown(visit, backup, visit.say('codes.done'), next))
  }
}

function lockedIn({ say }: Visit, { until }: { until: Instant }): string {
  return say('signin.locked', { time: timeOfDay(until) })
}

async function codesForm(web: Web, visit: Visit, present: Present, why: string): Promise<Page> {
  const title = visit.say('codes.title')
  const begun = await web.gate.begunCodes(present.person.id)
  const lead = visit.say(present.mustSetUpCodes ? 'codes.why' : 'codes.why-optional')
  return { view: 'codes', title, section: null, model: { title, lead, why, begun: begun ?? null } }
}

async function myPage(
  web: Web,
  visit: Visit,
  { person, session, codes, units }: Present,
  { wrong = {}, changed: done = false }: { wrong?: Wrong; changed?: boolean },
): Promise<Page> {
  const { say, language } = visit
  const title = say('me.title')
  const names = new Map((await unitsOn(web.database, visit.today)).map((unit) => [unit.code, unit.fullName]))
  const left = codes ? (await web.gate.backupCodes(person.id)).length : 0
  const sessions = await sessionsOf(web.database, person.id, visit.now)
  return {
    view: 'me',
    title,
    section: null,
    model: {
      title,
      name: person.name,
      who: say('me.who', { id: person.id, role: say(roleWords[person.role]) }),
      units:
        units.length === 0
          ? ''
          : say('me.units', { units: units.map(({ code }) => names.get(code) ?? code).join(', ') }),
      done,
      id: person.id,
      present: { why: wrong.present ?? '' },
      password: { why: wrong.password ?? '' },
      again: { why: wrong.again ?? '' },
      codes,
      codesSaid: codes ? say('me.codes-on', { count: left }) : say('me.codes-off'),
      sessions: sessions.map((each) => ({
        ...{ id: each.id, address: each.address ?? '', browser: browserName(each.browser) },
        begun: momentIn(language, each.begunAt),
        here: each.id === session,
        endOf: say('me.session-end-of', { moment: momentIn(language, each.begunAt) }),
      })),
    },
  }
}

/** Who signed in; the guard lets nobody else come here. */
export function presentAt(request: Request): Present {
  const visitor = metAt(request)
  if (visitor.kind === 'person') return visitor.present
  throw new AppError('forbidden', sentence('error.sign-in-first'))
}
