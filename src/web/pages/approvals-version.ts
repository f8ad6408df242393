/** One version before an approver: what changed, what is said where, what must be heard, what would be signed. */
import type { Request, RequestHandler } from 'express'
import {
  approverStanding,
  awaitingApproval,
  draftStatement,
  hearingOfDraft,
  type DraftStatement,
  type Hearing,
  type Standing,
  versionStates,
} from '../../approval/index.ts'
import { recordingsOf } from '../../audio/index.ts'
import { AppError } from '../../base/errors.ts'
import { dayOf } from '../../base/calendar.ts'
import { fromMilliseconds } from '../../base/time.ts'
import { deedsOf, people } from '../../people/index.ts'
import { type ScriptVersion, versionOf, type VersionState } from '../../scripts/index.ts'
import { dayIn, figureIn, momentIn } from '../formats.ts'
import { type PasskeyPlace, passkeyPlace } from '../passkeys.ts'
import type { Tone } from '../states.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import { sentence, type Word } from '../words/index.ts'
import { versionIn } from './approvals.ts'
import { hearingModel } from './approvals-hearing.ts'
import { signModel } from './approvals-signing.ts'
import { changesOf, differingOf, spokenOf } from './approvals-texts.ts'
import { areaWords, languageNames, priorityWords } from './approvals-words.ts'

export const stateWords: Record<VersionState, { tone: Tone; word: Word }> = {
  draft: { tone: 'idle', word: 'approvals.state-draft' },
  submitted: { tone: 'wait', word: 'approvals.state-submitted' },
  returned: { tone: 'missed', word: 'approvals.state-returned' },
  approved: { tone: 'met', word: 'approvals.state-approved' },
  'in-force': { tone: 'met', word: 'approvals.state-in-force' },
  expired: { tone: 'idle', word: 'approvals.state-expired' },
  withdrawn: { tone: 'missed', word: 'approvals.state-withdrawn' },
}

/** What was typed into a form of the page, and why it was not taken. */
export type VersionTyped = { refusal?: string; why?: string; whyWrong?: string }

/** All that is known of a version as one approver looks at it. */
export type Looked = {
  version: ScriptVersion
  name: string
  /** Null for whoever is no approver. */
  standing: Standing | null
  /** What waits for signatures, whoever looks; null when nothing does. */
  draft: DraftStatement | null
  hearing: Hearing | null
  place: PasskeyPlace
}

/** `/approvals/<script>/<version>` */
export function approvalPage(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    send(web, response, visit, await versionPage(web, visit, request))
  }
}

/** The page, also as the answer to a form that was not taken. */
export async function versionPage(
  web: Web,
  visit: Visit,
  request: Request,
  typed: VersionTyped = {},
): Promise<Page> {
  const looked = await lookAt(web, visit, request)
  const { version, standing, hearing } = looked
  const title = visit.language === 'vi' ? version.source.title : version.source.titleEn
  const draft = standing?.draft ?? looked.draft
  const recordings =
    draft?.recordings ??
    (await recordingsOf(web.database, { script: version.script, version: version.version }))
  const done = visit.query.get('done')
  const returned = version.returnedAt === null ? null : await returnedIn(web, visit, version)
  return {
    view: 'approval',
    title,
    section: 'approvals',
    scripts: ['webauthn.js', 'approve.js'],
    model: {
      ...(await headOf(web, visit, version)),
      title,
      training: visit.person?.training === true,
      refusal: typed.refusal ?? '',
      done: done === 'signed' || done === 'returned' ? visit.say(`approvals.done-${done}`) : '',
      returned,
      // What was returned before anything was made of it has nothing to show, and nothing will come.
      hidden: returned !== null && recordings.length === 0,
      notMine: returned === null ? notMine(visit, standing) : null,
      changes: await changesOf(web, visit, version),
      spoken: spokenOf(visit, recordings),
      differing: await differingOf(web, visit, recordings),
      hearing: hearing === null ? null : await hearingModel(web, visit, looked, hearing),
      statement: draft === null ? null : await statementModel(web, visit, draft, version),
      sign: await signModel(web, visit, looked),
      return:
        standing !== null && mayReturn(looked, recordings.length)
          ? { action: `/approvals/${looked.name}/return`, why: typed.why ?? '', wrong: typed.whyWrong ?? '' }
          : null,
    },
  }
}

/** Looks a version up. Refuses (`not_found`) one that is not there, (`conflict`) a draft. */
export async function lookAt(web: Web, visit: Visit, request: Request): Promise<Looked> {
  const wanted = versionIn(visit)
  const { database } = web
  const version = await versionOf(database, wanted)
  if (version === undefined) throw new AppError('not_found', sentence('error.no-version'))
  if (version.submittedAt === null) throw new AppError('conflict', sentence('approvals.draft'))
  const { person, now } = visit
  const standing =
    person?.role === 'approver'
      ? await approverStanding(database, { ...wanted, approver: person.id, now })
      : null
  const mine = standing?.draft ?? null
  const hearing =
    mine === null || person === undefined
      ? null
      : await hearingOfDraft(database, { ...wanted, approver: person.id }, mine)
  const draft = mine ?? (await draftForAnybody(web, visit, wanted))
  const name = `${wanted.script}/${wanted.version}`
  return { version, name, standing, draft, hearing, place: passkeyPlace(web, request) }
}

/** What waits for a signature, whoever would give it; null when nothing does. */
async function draftForAnybody(
  web: Web,
  { now }: Visit,
  wanted: { script: string; version: number },
): Promise<DraftStatement | null> {
  try {
    return await draftStatement(web.database, { ...wanted, approver: '', kid: '', now })
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

async function headOf(web: Web, visit: Visit, version: ScriptVersion) {
  const { say, language } = visit
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const state = (await versionStates(web.database, visit.now)).get(`${version.script}/${version.version}`)
  const { tone, word } = stateWords[state ?? 'submitted']
  return {
    ...{ tone, state: say(word) },
    version: say('recordings.version', { version: version.version }),
    script: version.script,
    scriptHref: web.mayOpen(visit.visitor, '/scripts') ? `/scripts/${version.script}` : '',
    byAt: say(version.author === version.submittedBy ? 'approvals.by-same' : 'approvals.by-at', {
      author: names.get(version.author) ?? version.author,
      by: names.get(version.submittedBy ?? '') ?? '',
      at: momentIn(language, version.submittedAt ?? version.createdAt),
    }),
  }
}

/** An approver who may sign may return it; and before there is a recording, when nothing else is in their way. */
function mayReturn({ standing, version }: Looked, recordings: number): boolean {
  if (standing === null || version.returnedAt !== null || version.withdrawnAt !== null) return false
  const { refusal } = standing
  return refusal === null || (recordings === 0 && refusal.code === 'conflict')
}

/** Who gave it back to its author, when and why. */
async function returnedIn(web: Web, { say, language }: Visit, { script, version }: ScriptVersion) {
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const deeds = await deedsOf(web.database, { subject: `${script}/${version}` })
  const deed = deeds.find(({ what }) => what === 'script.returned')
  if (deed === undefined) return null
  const { person, at, detail } = deed
  const why = (detail as { why?: unknown } | null)?.why
  const by = person === null ? '' : (names.get(person) ?? person)
  return {
    by: say('home.returned-by', { by, at: momentIn(language, at) }),
    why: typeof why === 'string' ? why : '',
  }
}

/** Why it is not theirs to sign, or not now; empty when it is. */
function notMine(
  { say, language }: Visit,
  standing: Standing | null,
): { text: string; keys: boolean } | null {
  if (standing === null) return { text: say('approvals.for-approvers'), keys: false }
  if (standing.refusal !== null) return { text: standing.refusal.sentence[language], keys: false }
  if (standing.keyRefusal !== null) return { text: standing.keyRefusal[language], keys: true }
  return null
}

/** What the signature would say, in words. */
async function statementModel(
  web: Web,
  visit: Visit,
  { statement, recordings }: DraftStatement,
  { script, version }: ScriptVersion,
) {
  const { say, language } = visit
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const waiting = (await awaitingApproval(web.database, visit.now)).find(
    (one) => one.script === script && one.version === version,
  )
  const { people: wanted, ed25519 } = waiting?.wanted ?? { people: 1, ed25519: false }
  return {
    languages: languageNames(say, statement.languages),
    area: await areaWords(web, visit, statement.area),
    validity: say('approvals.validity', {
      from: dayIn(language, dayOf(fromMilliseconds(statement.from))),
      until: dayIn(language, dayOf(fromMilliseconds(statement.until))),
    }),
    priority: say(priorityWords[statement.priority]),
    recordings: say('approvals.recordings-files', {
      count: recordings.length,
      files: figureIn(language, statement.leaves),
    }),
    root: statement.root.slice(0, 16),
    signers: say(ed25519 ? 'approvals.two-ed25519' : wanted === 2 ? 'approvals.two' : 'approvals.one'),
    signed: (waiting?.signedBy ?? []).map(({ person, kind }) =>
      say('approvals.signed-with', {
        name: names.get(person) ?? person,
        kind: say(kind === 'passkey' ? 'keys.passkey' : 'keys.ed25519'),
      }),
    ),
  }
}
