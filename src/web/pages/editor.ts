/**
 * The editor: writing a script's next version, with how it will sound beside it.
 *
 * One form does everything, with script or without: it shows the reading, answers a question of it, reads the draft
 * aloud, and saves. Only saving keeps anything, and what it keeps is the next version; each other answer is the form
 * again with all that was typed. Pressing twice saves once, because the same words on the same version are that version.
 */
import type { Request, RequestHandler, Response } from 'express'
import { hasVoice } from '../../audio/index.ts'
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import { people } from '../../people/index.ts'
import {
  DraftConflict,
  saveDraft,
  type ScriptSummary,
  scriptsOf,
  type ScriptVersion,
  versionOf,
} from '../../scripts/index.ts'
import { statusOf } from '../errors.ts'
import { lengthOf } from '../formats.ts'
import { fieldIn } from '../forms.ts'
import { askedVersion } from '../query.ts'
import { type Page, send, visitOf, type Visit, type Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { conflictOf } from './editor-conflict.ts'
import {
  bodyCharactersMax,
  draftOf,
  emptyForm,
  formFrom,
  headOf,
  scriptIdOf,
  type Typed,
  typedIn,
  wrongIn,
} from './editor-form.ts'
import { editorView, type Listening, type Told } from './editor-page.ts'
import { speechFolder } from './editor-ground.ts'
import { answered, answerFrom, readAloud } from './editor-reading.ts'
import { presentAt } from './me.ts'

/** `/scripts/new`: the empty editor. */
export function newPage(web: Web, visit: Visit): Promise<Page> {
  return shown(web, visit, emptyForm(visit), { fresh: true })
}

/** `/scripts/<id>/edit?version=`: the editor with a version's words, the newest unless another is asked for. */
export async function editPage(web: Web, visit: Visit): Promise<Page> {
  const script = await scriptAsked(web, visit)
  const newest = script.versions.at(-1)?.version ?? 1
  const from = await versionThere(web, script.id, askedVersion(visit.query) ?? newest)
  return shown(web, visit, formFrom(from.source, newest), { fresh: true })
}

/** The script of the address. Refuses (`not_found`) one that there is not. */
export async function scriptAsked(web: Web, visit: Visit): Promise<ScriptSummary> {
  const found = (await scriptsOf(web.database)).find(({ id }) => id === visit.part('id'))
  if (found === undefined) throw new AppError('not_found', sentence('error.no-script'))
  return found
}

/** A version of a script. Refuses (`not_found`) one that there is not. */
export async function versionThere(web: Web, script: string, version: number): Promise<ScriptVersion> {
  const found = await versionOf(web.database, { script, version })
  if (found === undefined) throw new AppError('not_found', sentence('error.no-version'))
  return found
}

/** `POST /scripts/new` and `POST /scripts/<id>/edit`: what the pressed button says; without one, the reading. */
export function editorTaken(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const typed = await typedHere(web, visit, request)
    const answer = fieldIn(request.body, 'answer')
    const deed = answer === '' ? fieldIn(request.body, 'deed') : 'answer'
    if (deed === 'save') await saved(web, visit, { request, response, typed })
    else if (deed === 'answer') {
      const { body, refusal } = withAnswer(visit, request, typed.body)
      send(web, response, visit, await shown(web, visit, { ...typed, body }, { refusal }))
    } else if (deed === 'listen') {
      const listening = await listen(web, visit, typed)
      send(web, response, visit, await shown(web, visit, typed, { listening }))
    } else if (deed === 'both' || deed === 'theirs') {
      send(web, response, visit, await settled(web, visit, typed, deed))
    } else send(web, response, visit, await shown(web, visit, typed, {}))
  }
}

/** Ten times the longest text that is saved. */
const echoCharactersMax = 200_000

/** What comes back to somebody whose session ended while they wrote: all of it, and how to go on. Asks the database nothing. */
export function editorSignedOut(web: Web): RequestHandler {
  return (request, response) => {
    const visit = visitOf(web, request)
    const all = typedIn(request.body)
    // No text that anybody writes is longer: nobody has us send back what they made up.
    const typed = { ...all, body: all.body.slice(0, echoCharactersMax) }
    const isNew = request.params['id'] === undefined
    const view = editorView(visit, typed, { isNew, signedOut: true, status: 401 })
    send(web, response, visit, view)
  }
}

/** The form that came, of the script of the address: neither its id nor its kind can be typed over. */
async function typedHere(web: Web, visit: Visit, request: Request): Promise<Typed> {
  const typed = typedIn(request.body)
  if (request.params['id'] === undefined) return { ...typed, basedOn: '' }
  const { id, kind } = await scriptAsked(web, visit)
  return { ...typed, script: id, kind }
}

function withAnswer(visit: Visit, request: Request, typed: string): { body: string; refusal: string } {
  const { body: fields } = request as { body: unknown }
  // What is too long to be saved is told so by its field, and nothing else is done with it.
  if (typed.length > bodyCharactersMax) return { body: typed, refusal: '' }
  const answer = answerFrom(fieldIn(fields, 'answer'))
  const body = cleanText(typed)
  if (answer === undefined) return { body, refusal: visit.say('editor.answer-gone') }
  const say = answer.say === '' ? fieldIn(fields, `say-${String(answer.at)}`) : answer.say
  if (say.trim() === '') return { body, refusal: visit.say('editor.answer-empty', { token: answer.token }) }
  const put = answered(body, { ...answer, say: cleanText(say) })
  return put === undefined ? { body, refusal: visit.say('editor.answer-gone') } : { body: put, refusal: '' }
}

async function listen(web: Web, visit: Visit, typed: Typed): Promise<Listening> {
  const { drafts } = web
  const { say } = visit
  const { language, kind } = headOf(typed, visit.today)
  const asked = { draft: draftOf(typed, visit.today), language, place: typed.place, station: typed.station }
  const { spoken } = await readAloud(web, visit, asked)
  if (drafts === undefined || spoken === null) return { why: say('editor.listen-not-yet') }
  try {
    const making = drafts.make({ spoken, language, chime: kind === 'greeting' })
    const made = await Promise.race([making, tooLate()])
    if (made === undefined) return { why: say('editor.listen-wait') }
    const { id, milliseconds } = made
    return { src: `/scripts/listen/${id}.mp3`, length: lengthOf(milliseconds) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { why: error.sentence[visit.language] }
  }
}

/** After a conflict: both texts in one field to be put together, or theirs with one's own beside it. */
async function settled(web: Web, visit: Visit, typed: Typed, deed: 'both' | 'theirs'): Promise<Page> {
  const theirs = await versionThere(web, typed.script, Number(typed.basedOn) || 0)
  if (deed === 'theirs') {
    return shown(web, visit, formFrom(theirs.source, theirs.version), { leftOver: typed.body })
  }
  return shown(web, visit, { ...typed, body: `${typed.body.trimEnd()}\n\n${theirs.source.body}` }, {})
}

/** Nobody, and no proxy, waits longer for a page; what is being read goes on, and is there at the next asking. */
const waitMs = 25_000

function tooLate(): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  AbortSignal.timeout(waitMs).addEventListener('abort', () => resolve(undefined), { once: true })
  return promise
}

type Saving = { request: Request; response: Response; typed: Typed }

async function saved(web: Web, visit: Visit, { request, response, typed }: Saving): Promise<void> {
  const isNew = typed.basedOn === ''
  const wrong = wrongIn(visit, typed, isNew)
  if (Object.keys(wrong).length > 0) {
    send(web, response, visit, await shown(web, visit, typed, { wrong }), 400)
    return
  }
  const script = scriptIdOf(typed)
  try {
    const { version } = await saveDraft(web.database, {
      ...{ script, basedOn: isNew ? null : Number(typed.basedOn) || 0 },
      ...{ head: headOf(typed, visit.today), body: typed.body },
      ...{ by: presentAt(request).person.id, now: visit.now },
    })
    response.redirect(303, `/scripts/${script}?version=${version}&saved=1`)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const told = await refusedSaving(web, visit, typed, error)
    send(web, response, visit, await shown(web, visit, told.typed, told), statusOf[error.code])
  }
}

/** The form again after a refusal: with both texts where somebody else saved meanwhile. */
async function refusedSaving(
  web: Web,
  visit: Visit,
  typed: Typed,
  error: AppError,
): Promise<Told & { typed: Typed }> {
  if (!(error instanceof DraftConflict)) return { typed, refusal: error.sentence[visit.language] }
  // A new script is never written on top of another one that happens to have its name.
  if (typed.basedOn === '') return { typed, wrong: { script: visit.say('editor.wrong-id-taken') } }
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const conflict = conflictOf(visit, error, (id) => names.get(id) ?? id)
  // From here on what is saved stands on theirs, which has been seen.
  return { typed: { ...typed, basedOn: String(conflict.version) }, conflict }
}

/** The editor with its reading. */
async function shown(web: Web, visit: Visit, typed: Typed, told: Told): Promise<Page> {
  const { language } = headOf(typed, visit.today)
  const draft = draftOf(typed, visit.today)
  // Also a text that is not being saved is told when it is too long, rather than looked at.
  const tooLong = typed.body.length > bodyCharactersMax ? wrongIn(visit, typed, false).body : undefined
  const wrong = tooLong === undefined ? told.wrong : { ...told.wrong, body: tooLong }
  const reading =
    draft.body.trim() === '' || wrong?.body !== undefined
      ? undefined
      : (await readAloud(web, visit, { draft, language, place: typed.place, station: typed.station })).panel
  return editorView(visit, typed, {
    ...told,
    ...(wrong === undefined ? {} : { wrong }),
    ...(reading === undefined ? {} : { reading }),
    isNew: typed.basedOn === '',
    content: web.content,
    mayListen: web.drafts !== undefined && (await hasVoice(speechFolder(web), language)),
  })
}
