/** Signing keys: everyone's, where each stands and what is missing; making a passkey of one's own. */
import type { Request, RequestHandler } from 'express'
import { foldName } from '../../base/text.ts'
import {
  currentKeysDocument,
  type KeyState,
  keyStates,
  type MadePasskey,
  newKeys,
  passkeyDomain,
  waitingPasskeys,
} from '../../approval/index.ts'
import { deedLog, people } from '../../people/index.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { momentIn } from '../formats.ts'
import { pageOf } from '../paging.ts'
import { passkeyPlace } from '../passkeys.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import type { Tone } from '../states.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import type { Word } from '../words/index.ts'

/** `made`: its owner made it, and it waits for an admin. */
export type LineState = KeyState | 'made'

const states: Record<LineState, { tone: Tone; word: Word; next: Word | null }> = {
  made: { tone: 'wait', word: 'keys.state-made', next: 'keys.next-made' },
  'pending-confirmation': { tone: 'wait', word: 'keys.state-unconfirmed', next: 'keys.next-unconfirmed' },
  'pending-root': { tone: 'wait', word: 'keys.state-unsigned', next: 'keys.next-unsigned' },
  active: { tone: 'met', word: 'keys.state-active', next: null },
  suspended: { tone: 'missed', word: 'keys.state-suspended', next: 'keys.next-suspended' },
  revoked: { tone: 'idle', word: 'keys.state-revoked', next: null },
}
const stateNames = Object.keys(states) as LineState[]

/** What was not taken, said on the page; `revoking`: the key whose form stays open, with what was typed. */
export type KeysTyped = { refusal?: string; revoking?: string; why?: string; whyWrong?: string }

type Line = {
  kid: string
  kind: string
  person: string
  personId: string
  personHref: string
  training: boolean
  name: LineState
  state: string
  tone: Tone
  next: string
  since: string
  by: string
  domain: string
  /** Of a passkey that waits for a word: when and from where it was made. */
  made: string
  /** What this visitor may do to it. */
  may: { enrol: boolean; giveUp: boolean; confirm: boolean; again: boolean; revoke: boolean }
  revoking: { why: string; wrong: string } | null
}

/** `/keys?q=&state=&page=` */
export function keysPage(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    send(web, response, visit, await keysShown(web, visit, request))
  }
}

/** The page, also as the answer to a form that was not taken. */
export async function keysShown(
  web: Web,
  visit: Visit,
  request: Request,
  typed: KeysTyped = {},
): Promise<Page> {
  const { q, state, all, found } = await keysAsked(web, visit, typed)
  const { lines, paging } = pageOf(found, visit.posted ? 1 : askedPage(visit.query), visit.link)
  const title = visit.say('keys.title')
  return {
    view: 'keys',
    title,
    section: 'keys',
    scripts: ['webauthn.js', 'keys.js'],
    model: {
      ...{ title, q, lines, paging, refusal: typed.refusal ?? '' },
      filtered: q !== '' || state !== undefined,
      none: all === 0,
      choices: stateNames.map((name) => ({
        ...{ value: name, name: visit.say(states[name].word), chosen: name === state },
      })),
      csv: csvHref(visit, '/keys.csv'),
      done: doneIn(visit),
      own: visit.is(['approver']) ? await ownModel(web, visit, request) : null,
      root: await rootModel(web, visit),
    },
  }
}

function doneIn({ query, say }: Visit): string {
  const done = (['made', 'enrolled', 'confirmed', 'revoked', 'given-up', 'again'] as const).find(
    (each) => each === query.get('done'),
  )
  return done === undefined ? '' : say(`keys.done-${done}`)
}

/** `/keys.csv`: all lines of the same filter. */
export async function keysSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { say } = visit
  const { found } = await keysAsked(web, visit, {})
  return {
    name: 'loa-lang-khoa-ky',
    head: [
      ...[say('keys.kid'), say('keys.person'), say('keys.kind'), say('keys.state')],
      ...[say('keys.next'), say('keys.since'), say('keys.by'), say('keys.domain')],
    ],
    rows: found.map((line) => [
      ...[line.kid, line.person, line.kind, line.state, line.next, line.since, line.by, line.domain],
    ]),
  }
}

async function keysAsked(web: Web, visit: Visit, typed: KeysTyped) {
  const q = visit.posted ? '' : askedSearch(visit.query)
  const state = visit.posted ? undefined : askedChoice(visit.query, 'state', stateNames)
  const all = await linesOf(web, visit, typed)
  const wanted = foldName(q)
  const found = all
    .filter(({ name }) => state === undefined || name === state)
    .filter(
      ({ kid, person, personId }) => q === '' || (wanted !== '' && answers([kid, person, personId], wanted)),
    )
  return { q, state, all: all.length, found }
}

/** Keys that wait for somebody first, revoked ones last; within that as they were enrolled. */
async function linesOf(web: Web, visit: Visit, typed: KeysTyped): Promise<Line[]> {
  const names = new Map((await people(web.database)).map((person) => [person.id, person]))
  const lines: Line[] = []
  for (const made of await waitingPasskeys(web.database)) {
    const owner = names.get(made.person)
    lines.push(
      lineOf(visit, {
        ...{ kid: made.kid, personId: made.person, person: owner?.name ?? made.person },
        ...{ training: owner?.training ?? false, name: 'made', since: made.madeAt, passkey: made },
        ...{
          by: '',
          mayConfirm: false,
          enrollingBy: null,
          typed,
          made: await madeFrom(web, visit, made.kid),
        },
      }),
    )
  }
  for (const key of await keyStates(web.database, visit.now)) {
    const by = [key.enrolledBy, key.confirmedBy].flatMap((id) =>
      id === null ? [] : (names.get(id)?.name ?? id),
    )
    const waits = key.state === 'pending-confirmation' && key.passkey !== null
    const made = waits ? await madeFrom(web, visit, key.kid) : ''
    lines.push(
      lineOf(visit, {
        made,
        ...{ kid: key.kid, personId: key.person, person: key.name, training: key.training },
        ...{ name: key.state, since: key.createdAt, passkey: key.passkey, by: by.join(', ') },
        ...{ mayConfirm: key.enrolledBy !== visit.person?.id, enrollingBy: key.enrollingBy, typed },
      }),
    )
  }
  const order: LineState[] = [
    'made',
    'pending-confirmation',
    'suspended',
    'pending-root',
    'active',
    'revoked',
  ]
  return lines.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
}

/** When and from which address a passkey was made; whoever vouches for it asks its owner whether that was them. */
async function madeFrom(web: Web, { say, language }: Visit, kid: string): Promise<string> {
  const { deeds } = await deedLog(web.database, { what: 'key.made', text: kid }, { skip: 0, take: 1 })
  const [deed] = deeds
  if (deed === undefined) return ''
  return say('keys.made-from', { moment: momentIn(language, deed.at), address: deed.address ?? '–' })
}

function lineOf(
  visit: Visit,
  key: {
    kid: string
    personId: string
    person: string
    training: boolean
    name: LineState
    since: string
    passkey: Pick<MadePasskey, 'rpId'> | null
    by: string
    mayConfirm: boolean
    enrollingBy: string | null
    made: string
    typed: KeysTyped
  },
): Line {
  const { kid, personId, person, training, name, typed } = key
  const { say, language } = visit
  const { tone, word, next } = states[name]
  const mine = visit.person?.id === personId
  // Real work and exercises do not vouch for each other.
  const side = visit.person?.training === training
  const admin = side && visit.is(['admin'])
  const second = side && visit.is(['admin', 'approver'])
  return {
    ...{ kid, personId, person, training, name, tone, by: key.by, made: key.made },
    personHref: `/people/${personId}`,
    kind: say(key.passkey === null ? 'keys.ed25519' : 'keys.passkey'),
    state: say(word),
    next: next === null ? '' : say(next, { kid }),
    since: momentIn(language, key.since),
    domain: key.passkey?.rpId ?? '',
    may: {
      enrol: name === 'made' && admin && !mine,
      giveUp: name === 'made' && (admin || mine),
      confirm: name === 'pending-confirmation' && second && !mine && key.mayConfirm,
      again: name === 'suspended' && second && !mine && key.enrollingBy !== visit.person?.id,
      revoke: name !== 'made' && name !== 'revoked' && (admin || (mine && second)),
    },
    revoking: typed.revoking === kid ? { why: typed.why ?? '', wrong: typed.whyWrong ?? '' } : null,
  }
}

/** What an approver needs to make a passkey here, or why this is not the place. */
async function ownModel(web: Web, visit: Visit, request: Request): Promise<object> {
  const { say } = visit
  const place = passkeyPlace(web, request)
  const fixed = await passkeyDomain(web.database)
  const moved = place.ok && fixed !== undefined && fixed !== place.rpId
  return {
    rpId: place.ok ? place.rpId : '',
    why: place.ok ? '' : say(`keys.place-${place.why}`, { here: place.here }),
    here: place.ok || place.here === '' ? '' : `${place.here}/keys`,
    moved: moved ? say('keys.moved', { fixed, here: place.rpId }) : '',
    person: visit.person?.id ?? '',
  }
}

/** What the root has signed, and what waits for it. */
async function rootModel(web: Web, visit: Visit): Promise<object> {
  const { say, language, now } = visit
  const document = await currentKeysDocument(web.database)
  const pending = (await keyStates(web.database, now)).filter(({ state }) => state === 'pending-root')
  const training = pending.some((key) => key.training)
  return {
    text:
      document === undefined
        ? say('keys.root-none')
        : say('keys.root-signed', {
            version: document.version,
            keys: document.kids.length - 1,
            until: momentIn(language, document.until),
          }),
    fresh: await freshLines(web, visit),
    pending: pending.length === 0 ? '' : say('keys.root-pending', { count: pending.length }),
    command: `loa keys sign --root-file khoa-goc.pem${training ? ' --training' : ''}`,
  }
}

/** The new keys that the root is asked to believe, by whose word, and what to ask before. */
async function freshLines(web: Web, { say, now }: Visit) {
  const sides = [false, true].map((training) => newKeys(web.database, { training, now }))
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const named = (id: string | null): string => (id === null ? '–' : (names.get(id) ?? id))
  return (await Promise.all(sides)).flat().map(({ kid, name, enrolledBy, confirmedBy, hands }) => ({
    text: say('keys.fresh', { kid, name, first: named(enrolledBy), second: named(confirmedBy) }),
    hands: hands.map(({ what, byName, overName }) =>
      say(what === 'reset' ? 'keys.hand-reset' : 'keys.hand-let-in', { by: byName, over: overName }),
    ),
  }))
}
