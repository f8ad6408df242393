/** The one table from a refusal to HTTP, and the pages that say it in words. All else is "internal error" outside and complete in the log. */
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { AppError, reasonOf, type RefusalCode, type Sentence } from '../base/errors.ts'
import { type Field, fields, WrongQuery } from './query.ts'
import { pathToKeep, recordRefusal } from './refused.ts'
import { type Page, send, type Visit, visitOf, type Web } from './visit.ts'
import { sentence, type Word } from './words/index.ts'

/** HTTP status of each refusal. */
export const statusOf: Readonly<Record<RefusalCode, number>> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
}

const titles: Readonly<Record<RefusalCode, Word>> = {
  invalid: 'error.invalid',
  forbidden: 'error.forbidden',
  not_found: 'error.not-found',
  conflict: 'error.conflict',
  unavailable: 'error.unavailable',
}

/** A refusal that can say what else may be meant, such as the units that a used code named. */
export class Choices extends AppError {
  readonly choices: readonly { name: string; href: string }[]

  constructor(refusal: AppError, choices: readonly { name: string; href: string }[]) {
    super(refusal.code, refusal.sentence, { cause: refusal })
    this.choices = choices
  }
}

/** A thing of another commune than the visitor's: as if there were none, and kept in the log (guard.ts). */
export class OutsideScope extends AppError {}

/** Refuses something outside the visitor's scope with the sentence that says there is no such thing. */
export function outsideScope(said: Sentence): OutsideScope {
  return new OutsideScope('not_found', said)
}

/** An address that leads nowhere. */
export const nowhere: RequestHandler = (request) => {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpRefusal(405, sentence('error.only-reading'))
  throw new AppError('not_found', sentence('error.no-page'))
}

/** Turns whatever a page threw into a page. */
export function errorPages(web: Web): ErrorRequestHandler {
  return async (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy()
      return
    }
    const refusal = await noteFault(web, request, error)
    if (refusal instanceof HttpRefusal && refusal.status === 405) response.set('Allow', 'GET, HEAD')
    response.removeHeader('Content-Disposition')
    response.removeHeader('ETag')
    try {
      const visit = visitOf(web, request)
      send(web, response, visit, errorPage(visit, refusal))
    } catch (fault) {
      // Express would show the stack to whoever asked.
      web.log.error({ error: reasonOf(fault) }, 'the page of an error failed')
      response.status(500).type('text').send('Lỗi bên trong · Internal error')
    }
  }
}

/**
 * What an error is to whoever asked: a refusal in words, or undefined for a fault of ours, which is complete in the
 * log. Somebody who asked for what lies outside their scope is kept as well.
 */
export async function noteFault(web: Web, request: Request, error: unknown): Promise<AppError | undefined> {
  const refusal = refusalOf(error)
  if (refusal === undefined) {
    const { stack } = error instanceof Error ? error : { stack: undefined }
    web.log.error(
      { path: pathToKeep(request), error: reasonOf(error), stack, cause: causeOf(error) },
      'a page failed',
    )
  } else {
    web.log.debug({ path: pathToKeep(request), code: refusal.code, why: refusal.message }, 'refused')
  }
  if (refusal instanceof OutsideScope) await recordRefusal(web, request)
  return refusal
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? reasonOf(error.cause) : undefined
}

/** A refusal that is HTTP's own and so keeps its own status. */
export class HttpRefusal extends AppError {
  readonly status: number

  constructor(status: number, says: Sentence, error?: unknown) {
    super('invalid', says, { cause: error })
    this.status = status
  }
}

// Express and its parts mark what the visitor did wrong (a broken %-sign, a range outside the file) with a status.
function refusalOf(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  const status = (error as { status?: unknown } | null)?.status
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined
  const words: Record<number, Word> = { 404: 'error.no-page', 413: 'error.too-much' }
  return new HttpRefusal(status, sentence(words[status] ?? 'error.bad-address'), error)
}

function httpStatus(refusal: AppError | undefined): number {
  if (refusal === undefined) return 500
  return refusal instanceof HttpRefusal ? refusal.status : statusOf[refusal.code]
}

function titleOf(refusal: AppError | undefined): Word {
  if (refusal === undefined) return 'error.internal'
  return refusal instanceof Choices ? 'error.which' : titles[refusal.code]
}

function errorPage(visit: Visit, refusal: AppError | undefined): Page {
  const signedOut = refusal instanceof HttpRefusal && refusal.status === 401
  const title = visit.say(signedOut ? 'signin.title' : titleOf(refusal))
  const wrong = refusal instanceof WrongQuery ? refusal.field : undefined
  return {
    view: 'error',
    title,
    section: null,
    status: httpStatus(refusal),
    model: {
      title,
      sentence:
        refusal === undefined ? visit.say('error.internal-sentence') : refusal.sentence[visit.language],
      choices: refusal instanceof Choices ? refusal.choices : [],
      path: visit.path,
      signIn: signedOut,
      typed: wrong === undefined ? [] : typedFields(visit, wrong),
    },
  }
}

/** The fields of the address as they were typed, the wrong one marked; page and language are not asked again unless wrong. */
function typedFields(visit: Visit, wrong: Field): object[] {
  return (Object.keys(fields) as Field[])
    .filter((field) => field === wrong || (visit.query.has(field) && field !== 'page' && field !== 'lang'))
    .map((field) => {
      return {
        field,
        label: visit.say(fields[field]),
        value: visit.query.get(field) ?? '',
        wrong: field === wrong,
      }
    })
}
