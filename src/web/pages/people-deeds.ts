/** What admins do on the page of a person, and inviting a new one. */
import type { Request, RequestHandler, Response } from 'express'
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import { transact } from '../../db/index.ts'
import {
  addPerson,
  changeRole,
  endSessions,
  invite,
  nameCharactersMax,
  personById,
  personIdPattern,
  resetCodes,
  resetPassword,
  restore,
  roles,
  setUnits,
  suspend,
} from '../../people/index.ts'
import { statusOf } from '../errors.ts'
import { fieldIn } from '../forms.ts'
import { unitChoices, unitsTyped } from '../units-typed.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { presentAt } from './me.ts'
import { personPage, roleChoices } from './people.ts'

type Steering = { person: string; by: string; now: string }

/** A deed about a person: done, then their page again; refused, their page with why. */
export function personDeed(
  web: Web,
  act: (steering: Steering, request: Request) => Promise<unknown>,
): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const steering = { person: visit.part('id'), by: presentAt(request).person.id, now: visit.now }
    const refused = await outcomeOf(act(steering, request))
    if (refused === undefined) response.redirect(303, `/people/${steering.person}`)
    else await sendRefused(web, response, visit, refused)
  }
}

/** A deed that gives a one-time link, shown once. */
export function linkDeed(web: Web, act: (steering: Steering) => Promise<string>): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const steering = { person: visit.part('id'), by: presentAt(request).person.id, now: visit.now }
    let secret = ''
    const refused = await outcomeOf(act(steering).then((made) => (secret = made)))
    if (refused !== undefined) {
      await sendRefused(web, response, visit, refused)
      return
    }
    const person = await personById(web.database, steering.person)
    send(web, response, visit, linkPage(visit, request, web, { ...person, secret }))
  }
}

/** Each of the deeds by its name in the address. */
export function deedsOfAdmins({ database }: Web) {
  return {
    role: (steering: Steering, { body }: Request) => {
      const role = roles.find((each) => each === fieldIn(body, 'role'))
      return role === undefined ? Promise.resolve() : changeRole(database, { ...steering, role })
    },
    suspend: async (steering: Steering, { body }: Request) => {
      if (fieldIn(body, 'sure') === '') throw new AppError('invalid', sentence('people.suspend-sure-needed'))
      await suspend(database, steering)
    },
    restore: (steering: Steering) => restore(database, steering),
    'reset-codes': (steering: Steering) => resetCodes(database, steering),
    'end-sessions': (steering: Steering) => endSessions(database, steering),
    invite: (steering: Steering) => invite(database, steering),
    'reset-password': (steering: Steering) => resetPassword(database, steering),
  }
}

/** `POST /people/<id>/units`: exactly the communes that were typed. */
export function unitsGiven(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const typed = fieldIn(request.body, 'units')
    const read = await unitsTyped(web.database, visit, typed)
    if ('why' in read) {
      send(web, response, visit, await personPage(web, visit, { units: typed, unitsWhy: read.why }), 400)
      return
    }
    const [person, by] = [visit.part('id'), presentAt(request).person.id]
    await setUnits(web.database, { person, by, now: visit.now, units: read.units })
    response.redirect(303, `/people/${person}`)
  }
}

type Typed = { id: string; name: string; role: string; units: string }
type Wrong = Partial<Record<keyof Typed, string>>

/** `/people/new` */
export function invitePage(web: Web, visit: Visit): Promise<Page> {
  return inviteForm(web, visit, { id: '', name: '', role: '', units: '' }, {})
}

/** `POST /people`: adds the person, binds the units, makes the invitation: all of it or nothing. */
export function invited(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { body } = request as { body: unknown }
    const typed: Typed = {
      id: fieldIn(body, 'id').trim().toLowerCase(),
      name: cleanText(fieldIn(body, 'name')).trim(),
      role: fieldIn(body, 'role'),
      units: fieldIn(body, 'units'),
    }
    const { wrong, role, units } = await readInvitation(web, visit, typed)
    // An admin of exercises lets in people of exercises, whatever the hub is.
    const { id: by, training } = presentAt(request).person
    if (role !== undefined && Object.keys(wrong).length === 0) {
      let secret = ''
      const refused = await outcomeOf(
        transact(web.database, async (tx) => {
          const { id, name } = typed
          await addPerson(tx, { id, name, role, training, now: visit.now, by })
          if (units.length > 0) await setUnits(tx, { person: id, by, now: visit.now, units })
          secret = await invite(tx, { person: id, by, now: visit.now })
        }),
      )
      if (refused === undefined) {
        send(web, response, visit, linkPage(visit, request, web, { ...typed, secret }))
        return
      }
      wrong.id = refused.sentence[visit.language]
    }
    send(web, response, visit, await inviteForm(web, visit, typed, wrong), 400)
  }
}

async function readInvitation(web: Web, visit: Visit, typed: Typed) {
  const wrong: Wrong = {}
  if (!personIdPattern.test(typed.id)) wrong.id = visit.say('welcome.id-wrong')
  if (typed.name === '' || typed.name.length > nameCharactersMax) wrong.name = visit.say('welcome.name-wrong')
  const role = roles.find((each) => each === typed.role)
  if (role === undefined) wrong.role = visit.say('people.role-wrong')
  if (role !== 'operator') return { wrong, role, units: [] }
  const read = await unitsTyped(web.database, visit, typed.units)
  if ('why' in read) wrong.units = read.why
  return { wrong, role, units: 'why' in read ? [] : read.units }
}

async function inviteForm(web: Web, visit: Visit, typed: Typed, wrong: Wrong): Promise<Page> {
  const title = visit.say('people.new')
  const field = (name: keyof Typed) => ({ value: typed[name], why: wrong[name] ?? '' })
  return {
    view: 'invite',
    title,
    section: 'people',
    model: {
      title,
      ...{ id: field('id'), name: field('name'), role: field('role'), units: field('units') },
      roles: roleChoices(visit, typed.role),
      unitChoices: await unitChoices(web.database, visit),
    },
  }
}

function linkPage(
  { say }: Visit,
  request: Request,
  web: Web,
  { id, name, secret }: { id: string; name: string; secret: string },
): Page {
  const title = say('link.title')
  const base = web.publicUrl ?? `http://${request.headers.host ?? 'localhost'}`
  const model = { title, lead: say('link.lead', { name }), link: `${base}/welcome/${secret}`, id }
  return { view: 'link', title, section: 'people', model }
}

async function sendRefused(web: Web, response: Response, visit: Visit, refused: AppError): Promise<void> {
  const refusal = refused.sentence[visit.language]
  send(web, response, visit, await personPage(web, visit, { refusal }), statusOf[refused.code])
}

/** The refusal that the work ends in, if any. A person who is not there has no page to say it on. */
async function outcomeOf(work: Promise<unknown>): Promise<AppError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof AppError && error.code !== 'not_found') return error
    throw error
  }
}
