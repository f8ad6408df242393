/** Taking a recording that a person sent: asked for, tested, treated, and answered with where it stands. */
import type { Request, RequestHandler } from 'express'
import { takeUpload, uploadBytesMax } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import { passed } from './bodies.ts'
import { statusOf } from './errors.ts'
import { guardAgain } from './guard.ts'
import type { Coming, Incoming } from './incoming.ts'
import { studio } from './route.ts'
import { isSentForm, sentForm, type SentForm } from './sent-form.ts'
import {
  choicesOf,
  closedPage,
  formPage,
  plainBytesMax,
  type Typed,
  typedIn,
  wrongIn,
} from './upload-form.ts'
import { type Page, send, visitOf, type Visit, type Web } from './visit.ts'
import { sentence } from './words/index.ts'

/** `/uploads/new`: the form; where nothing is taken, and at the open desk once somebody has an account, what to do instead. */
export async function uploadFormPage(web: Web, visit: Visit): Promise<Page> {
  const nameless = visit.person === undefined && (await web.gate.open())
  if (!visit.is(studio) || web.incoming === undefined || nameless) return closedPage(visit)
  return formPage(visit, await choicesOf(web, visit))
}

/**
 * `POST /uploads`: the fields and the id of the file that was sent, or the file itself. Answers with the way to what was made of it
 * (303), or with the form again: with its wrong fields and the file kept, or with why the recording was not taken.
 */
export function uploadTaken(web: Web): RequestHandler {
  return async (request, response) => {
    const { incoming } = web
    if (incoming === undefined) throw new AppError('forbidden', sentence('error.desk-closed'))
    const { typed, tooLarge } = await cameWith(incoming, request)
    // A file may be long on its way: who brings it is asked once more.
    if (isSentForm(request)) await passed(guardAgain(web), request, response)
    const visit = visitOf(web, request)
    const choices = await choicesOf(web, visit)
    const wrong = wrongIn(typed, choices)
    if (tooLarge) wrong.upload = 'upload.wrong-plain'
    const received = await incoming.received(typed.upload)
    if (received === undefined) wrong.upload ??= 'upload.wrong-file'
    if (Object.keys(wrong).length > 0) {
      send(web, response, visit, formPage(visit, choices, { typed, wrong, received, status: 400 }))
      return
    }
    const outcome = await taken(web, incoming, typed)
    if (outcome instanceof AppError) {
      const refusal = outcome.sentence[visit.language]
      const status = statusOf[outcome.code]
      // What was not refused for good is still there, and needs no sending.
      const kept = await incoming.received(typed.upload)
      send(web, response, visit, formPage(visit, choices, { typed, refusal, status, received: kept }))
      return
    }
    response.redirect(303, `/uploads/${outcome.id}`)
  }
}

/** What a form brought: of a browser without script also the file itself, which is then as if it had come before. */
async function cameWith(incoming: Incoming, request: Request): Promise<{ typed: Typed; tooLarge: boolean }> {
  if (!isSentForm(request)) return { typed: typedIn(request.body), tooLarge: false }
  let coming: Coming | undefined
  let form: SentForm
  try {
    const bounds = { field: 'file', bytesMax: plainBytesMax, bodyMax: uploadBytesMax }
    form = await sentForm(request, bounds, async (name) => (coming = await incoming.begin(name)))
  } catch (error) {
    await coming?.drop()
    throw error
  }
  const { fields, file } = form
  const tooLarge = (file?.bytes ?? 0) > plainBytesMax
  if (coming === undefined) return { typed: typedIn(fields), tooLarge }
  if (tooLarge) {
    await coming.drop()
    return { typed: typedIn(fields), tooLarge }
  }
  await coming.whole()
  return { typed: typedIn({ ...fields, upload: coming.id }), tooLarge }
}

async function taken(web: Web, incoming: Incoming, typed: Typed): Promise<{ id: string } | AppError> {
  const { database, audioFolder, clock, log, closing: signal, uploadCounts } = web
  const [script = '', version] = typed.script.split('/')
  try {
    const upload = await incoming.take(typed.upload, ({ path, name }) =>
      takeUpload({
        ...{ database, audioFolder, clock, log, signal, file: path, name, script, version: Number(version) },
        ...{ language: typed.language, speaker: typed.speaker, consent: typed.consent, by: typed.by },
        noiseReduction: typed.noise === '1',
      }),
    )
    uploadCounts[upload.faults.length === 0 ? 'fit' : 'unfit'] += 1
    return upload
  } catch (error) {
    uploadCounts[error instanceof AppError || signal.aborted ? 'refused' : 'failed'] += 1
    if (error instanceof AppError) return error
    // Stopping is nobody's fault; the file can be sent again.
    if (signal.aborted) return new AppError('unavailable', sentence('upload.stopped'), { cause: error })
    throw error
  }
}
