/** What people do about signing keys: make one of their own, vouch for another's, revoke. */
import type { Request, RequestHandler, Response } from 'express'
import {
  beginPasskey,
  challengeToMake,
  confirmKey,
  enrolPasskey,
  keyStates,
  proposePasskey,
  refusePasskey,
} from '../../approval/index.ts'
import { timeOfDay } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import { enrolKeyAgain, type ProvingAgain, revokePersonKey } from '../../people/index.ts'
import { statusOf } from '../errors.ts'
import { fieldIn, fromOf } from '../forms.ts'
import { madeAt, optionsToMake, passkeyPlace } from '../passkeys.ts'
import { send, type Visit, visitOf, type Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { longField } from './approvals-deeds.ts'
import { keysShown, type KeysTyped } from './keys.ts'
import { presentAt } from './me.ts'

const answerCharactersMax = 16_384
const reasonCharactersMax = 1000

/**
 * `POST /keys/passkeys/begin`: for the page's script, what to ask the browser for. With the password and a code of the app:
 * a passkey outlives the session, and who finds one open would else sign for ever.
 */
export function passkeyBegun(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { person } = presentAt(request)
    try {
      const { rpId } = placeOf(web, request)
      const typed = {
        password: fieldIn(request.body, 'password'),
        code: fieldIn(request.body, 'code').slice(0, 20),
      }
      const proved = await web.gate.proveAgain(typed, fromOf(request))
      if (proved.state !== 'proved') {
        const status = proved.state === 'wrong' ? 400 : 429
        response.status(status).json({ why: whyNotProved(visit, proved) })
        return
      }
      const begun = await beginPasskey(web.database, { person: person.id, rpId, now: visit.now })
      response.set('Cache-Control', 'no-store').json(await optionsToMake({ ...begun, rpId, person }))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      response.status(statusOf[error.code]).json({ why: error.sentence[visit.language] })
    }
  }
}

function whyNotProved({ say }: Visit, proved: Exclude<ProvingAgain, { state: 'proved' }>): string {
  switch (proved.state) {
    case 'locked':
      return say('signin.locked', { time: timeOfDay(proved.until).slice(0, 5) })
    case 'busy':
      return say('error.too-often')
    default:
      return say(proved.field === 'password' ? 'codes.password-wrong' : 'code.wrong')
  }
}

/** `POST /keys/passkeys`: the passkey that the browser made; it waits for an admin then. */
export function passkeyMade(web: Web): RequestHandler {
  return deed(web, 'made', async (request, visit) => {
    const place = placeOf(web, request)
    const person = presentAt(request).person.id
    const answer = longField(request.body, 'answer', answerCharactersMax)
    const challenge = await challengeToMake(web.database, { person, now: visit.now })
    const made = await madeAt(place, challenge, answer)
    await proposePasskey(web.database, { ...made, person, now: visit.now })
  })
}

function placeOf(web: Web, request: Request) {
  const place = passkeyPlace(web, request)
  if (place.ok) return place
  throw new AppError('conflict', sentence(`keys.place-${place.why}`, { here: place.here }))
}

/** The words people say about a key, each by its name in the address. */
export function keyWords(web: Web) {
  const { database } = web
  const word = (request: Request, visit: Visit) => {
    return { kid: visit.part('kid'), by: presentAt(request).person.id, now: visit.now }
  }
  return {
    enrol: deed(web, 'enrolled', (request, visit) => enrolPasskey(database, word(request, visit))),
    'give-up': deed(web, 'given-up', (request, visit) => refusePasskey(database, word(request, visit))),
    confirm: deed(web, 'confirmed', (request, visit) => confirmKey(database, word(request, visit))),
    'enrol-again': deed(web, 'again', async (request, visit) => {
      await enrolKeyAgain(database, word(request, visit))
    }),
  }
}

/**
 * `POST /keys/<kid>/revoke`: what the key signed proves nothing from then on, so the reason is asked and the button is
 * on a second step. Admins, and owners their own.
 */
export function keyRevoked(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { person } = presentAt(request)
    const kid = visit.part('kid')
    const why = cleanText(fieldIn(request.body, 'why')).trim()
    const typed = { revoking: kid, why }
    try {
      const key = (await keyStates(web.database, visit.now)).find((one) => one.kid === kid)
      if (key === undefined) throw new AppError('not_found', sentence('keys.no-key'))
      if (person.role !== 'admin' && key.person !== person.id) {
        throw new AppError('forbidden', sentence('keys.revoke-own-only'))
      }
      if (person.training !== key.training) throw new AppError('forbidden', sentence('keys.other-side'))
      if (why === '' || why.length > reasonCharactersMax) {
        const whyWrong = visit.say('keys.revoke-why-wrong', { most: reasonCharactersMax })
        send(web, response, visit, await keysShown(web, visit, request, { ...typed, whyWrong }), 400)
        return
      }
      await revokePersonKey(web.database, { kid, why, now: visit.now, by: person.id })
    } catch (error) {
      await sendRefused(web, { request, response, visit }, error, typed)
      return
    }
    response.redirect(303, '/keys?done=revoked')
  }
}

function deed(
  web: Web,
  done: string,
  act: (request: Request, visit: Visit) => Promise<void>,
): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    try {
      await act(request, visit)
    } catch (error) {
      await sendRefused(web, { request, response, visit }, error, {})
      return
    }
    response.redirect(303, `/keys?done=${done}`)
  }
}

async function sendRefused(
  web: Web,
  { request, response, visit }: { request: Request; response: Response; visit: Visit },
  error: unknown,
  typed: KeysTyped,
): Promise<void> {
  if (!(error instanceof AppError) || error.code === 'not_found') throw error
  const refusal = error.sentence[visit.language]
  send(
    web,
    response,
    visit,
    await keysShown(web, visit, request, { ...typed, refusal }),
    statusOf[error.code],
  )
}
