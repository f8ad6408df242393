/** A one-time link opened: the first admin, somebody invited, or a new password after a reset. */
import type { RequestHandler } from 'express'
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import {
  acceptLink,
  nameCharactersMax,
  openLink,
  type OpenLink,
  passwordFault,
  personIdPattern,
  rolesWithCodes,
} from '../../people/index.ts'
import { fieldIn, fromOf, withCookies } from '../forms.ts'
import { roleWords } from '../role-words.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'

type Typed = { id: string; name: string; password: string; again: string }
type Wrong = Partial<Record<keyof Typed, string>>

/** `/welcome/<secret>` */
export async function welcomePage(web: Web, visit: Visit): Promise<Page> {
  return welcomeForm(visit, await openLink(web.database, visit.part('secret'), visit.now), {})
}

/** `POST /welcome/<secret>`: sets the password and goes on to the pages, or to the setting up of codes. */
export function welcomed(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const secret = visit.part('secret')
    const link = await openLink(web.database, secret, visit.now)
    const field = (name: string): string => fieldIn(request.body, name)
    const typed: Typed = {
      id: link.person?.id ?? field('id').trim().toLowerCase(),
      name: link.person?.name ?? cleanText(field('name')).trim(),
      password: field('password'),
      again: field('again'),
    }
    const wrong = wrongIn(visit, typed)
    if (Object.keys(wrong).length > 0) {
      send(web, response, visit, welcomeForm(visit, link, { typed, wrong, status: 400 }))
      return
    }
    try {
      const { id, name, password } = typed
      const { training } = web
      await acceptLink(web.database, { secret, id, name, password, training, now: visit.now })
    } catch (error) {
      // An id that somebody has already.
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error
      const taken = { id: error.sentence[visit.language] }
      send(web, response, visit, welcomeForm(visit, link, { typed, wrong: taken, status: 409 }))
      return
    }
    // The link is proof enough: guessers who have the name locked do not keep its owner out.
    const known = web.gate.remember(typed.id, fromOf(request).cookies)
    const from = { ...fromOf(request), cookies: known.split(';')[0] ?? '' }
    const signedIn = await web.gate.signIn({ name: typed.id, password: typed.password }, from)
    if ('cookies' in signedIn) withCookies(response, signedIn.cookies)
    if (signedIn.state === 'code') response.redirect(303, '/sign-in/code')
    else response.redirect(303, await firstPage(web, link, typed, signedIn))
  }
}

/** Those who need codes set them up at once, without typing the new password a third time. */
async function firstPage(
  web: Web,
  link: OpenLink,
  { password }: Typed,
  signedIn: { state: string; cookies?: string[] },
): Promise<string> {
  if (signedIn.state !== 'in') return '/sign-in'
  if (!rolesWithCodes.includes(link.person?.role ?? 'admin')) return '/'
  const cookies = (signedIn.cookies ?? []).map((cookie) => cookie.split(';')[0] ?? '').join('; ')
  await web.gate.beginCodes(password, { cookies, address: '', browser: '' })
  return '/me/codes'
}

function wrongIn({ say, language }: Visit, typed: Typed): Wrong {
  const wrong: Wrong = {}
  if (!personIdPattern.test(typed.id)) wrong.id = say('welcome.id-wrong')
  if (typed.name === '' || typed.name.length > nameCharactersMax) wrong.name = say('welcome.name-wrong')
  const fault = passwordFault(typed.password, typed)
  if (fault !== undefined) wrong.password = fault[language]
  else if (typed.password !== typed.again) wrong.again = say('welcome.again-wrong')
  return wrong
}

function welcomeForm(
  { say, path }: Visit,
  { person }: OpenLink,
  { typed, wrong = {}, status }: { typed?: Typed; wrong?: Wrong; status?: number },
): Page {
  const title =
    person === null ? say('welcome.title-first') : say('welcome.title-invited', { name: person.name })
  return {
    view: 'welcome',
    title,
    section: null,
    ...(status === undefined ? {} : { status }),
    model: {
      title,
      path,
      first: person === null,
      lead:
        person === null
          ? say('welcome.lead-first')
          : say('welcome.lead-invited', { role: say(roleWords[person.role]), id: person.id }),
      id: { value: typed?.id ?? person?.id ?? '', why: wrong.id ?? '' },
      name: { value: typed?.name ?? '', why: wrong.name ?? '' },
      password: { why: wrong.password ?? '' },
      again: { why: wrong.again ?? '' },
    },
  }
}
