/**
 * Refusals as problem details (RFC 9457): one table of kinds, each with a stable address that the page of the API
 * explains, a title and a sentence in the language asked for, and never anything of our inside.
 */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { AppError, type RefusalCode, type Sentence } from '../../base/errors.ts'
import { DraftConflict, FactConflict } from '../../scripts/index.ts'
import { HttpRefusal, noteFault } from '../errors.ts'
import type { Language } from '../formats.ts'
import type { Route } from '../route.ts'
import type { Web } from '../visit.ts'
import { sayIn, sentence, type Word } from '../words/index.ts'

/** Every kind of problem with its HTTP status. Names are kept for ever: programmes of others read them. */
export const problems = {
  invalid: 400,
  'signed-out': 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'key-in-use': 409,
  'answer-lost': 409,
  'changed-meanwhile': 412,
  'too-large': 413,
  'not-json': 415,
  'other-name': 421,
  'key-reused': 422,
  'condition-missing': 428,
  'too-often': 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>
export type ProblemName = keyof typeof problems

/** Where the kind is explained: relative, the same on every hub. */
export function problemType(name: ProblemName): string {
  return `/api#problem-${name}`
}

/** The word that names a kind. */
export function problemWord(name: ProblemName): Word {
  return `api.problem.${name}`
}

/** What is wrong with one field: where it stands in the body (a JSON pointer), or which parameter it is. */
export type WrongField = { pointer?: string; parameter?: string; detail: Sentence }

/** A refusal of the API's own, with what a programme can read beside the sentence. */
export class ApiRefusal extends AppError {
  readonly problem: ProblemName
  readonly errors: readonly WrongField[]

  constructor(problem: ProblemName, said: Sentence, errors: readonly WrongField[] = []) {
    super('invalid', said)
    this.problem = problem
    this.errors = errors
  }
}

const ofCode: Readonly<Record<RefusalCode, ProblemName>> = {
  invalid: 'invalid',
  forbidden: 'forbidden',
  not_found: 'not-found',
  conflict: 'conflict',
  unavailable: 'unavailable',
}

function nameOf(refusal: AppError | undefined): ProblemName {
  if (refusal === undefined) return 'internal'
  if (refusal instanceof ApiRefusal) return refusal.problem
  if (refusal instanceof DraftConflict) return 'changed-meanwhile'
  if (!(refusal instanceof HttpRefusal)) return ofCode[refusal.code]
  const names = Object.keys(problems) as ProblemName[]
  return names.find((name) => problems[name] === refusal.status) ?? 'invalid'
}

/** Whether an address is of the API, whose refusals are problem details. Its readable page is a page. */
export function isOfApi(request: Request): boolean {
  return /^[/\\]+api\//.test(request.originalUrl)
}

/** The language asked for by `Accept-Language`: Vietnamese unless English is preferred. */
export function languageAsked(request: Request): Language {
  return request.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi'
}

/** Turns whatever an operation threw into problem details; what is not of the API it passes on. */
export function apiErrors(web: Web, routes: readonly Route[]): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (!isOfApi(request) || response.headersSent) {
      next(error)
      return
    }
    const refusal = await noteFault(web, request, error)
    for (const header of ['Content-Disposition', 'ETag', 'Location']) response.removeHeader(header)
    const name = nameOf(refusal)
    if (name === 'method-not-allowed') response.set('Allow', methodsAt(routes, request.path).join(', '))
    if (name === 'not-json') response.set('Accept', 'application/json')
    sendProblem(request, response, name, refusal)
  }
}

/** An address of the API that leads nowhere, or not in this way. */
export function apiNowhere(routes: readonly Route[]): RequestHandler {
  return (request, _response, next) => {
    if (!isOfApi(request)) {
      next()
      return
    }
    const there = methodsAt(routes, request.path).length > 0
    if (!there) throw new AppError('not_found', sentence('api.no-operation'))
    throw new ApiRefusal('method-not-allowed', sentence('api.other-method'))
  }
}

function methodsAt(routes: readonly Route[], path: string): string[] {
  const found = routes.filter((route) => {
    const parts = route.path.split('/')
    const asked = path.split('/')
    return (
      parts.length === asked.length &&
      parts.every((part, index) => part.startsWith(':') || part === asked[index])
    )
  })
  return [
    ...new Set(found.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))),
  ]
}

function sendProblem(
  request: Request,
  response: Response,
  name: ProblemName,
  refusal: AppError | undefined,
): void {
  const language = languageAsked(request)
  const say = sayIn(language)
  const body = {
    type: problemType(name),
    title: say(problemWord(name)),
    status: problems[name],
    detail: refusal === undefined ? say('error.internal-sentence') : refusal.sentence[language],
    instance: request.originalUrl.split('?')[0]?.slice(0, 200),
    ...moreOf(refusal, language),
  }
  response
    .status(problems[name])
    .set('Cache-Control', 'no-store')
    .set('Content-Language', language)
    .vary('Accept-Language')
    .type('application/problem+json')
    .send(JSON.stringify(body))
}

function moreOf(refusal: AppError | undefined, language: Language): object {
  if (refusal instanceof DraftConflict) {
    const { yours, theirs, base } = refusal
    return { yours, theirs, base: base ?? null }
  }
  if (refusal instanceof FactConflict) return { newest: refusal.newest }
  if (!(refusal instanceof ApiRefusal) || refusal.errors.length === 0) return {}
  return { errors: refusal.errors.map(({ detail, ...where }) => ({ ...where, detail: detail[language] })) }
}
