/** From a line of the registry to a request handler: bound, read, check, do, answer. */
import express, { type Request, type RequestHandler, type Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { inTime, passed } from '../bodies.ts'
import { HttpRefusal } from '../errors.ts'
import { guardAgain } from '../guard.ts'
import { visitOf, type Web } from '../visit.ts'
import { addressOf, metAt } from '../who.ts'
import { sayIn, sentence } from '../words/index.ts'
import type { Once } from './idempotency.ts'
import type { Answer, Call, Operation } from './operation.ts'
import { ApiRefusal, languageAsked } from './problems.ts'
import { checked, singleValues } from './wrong.ts'

/** A body of a few fields. */
export const bodyBytesUsual = 64 * 1024
/** Requests of one session in a minute: far above what a person or a programme at work needs. */
export const requestsMax = 600

/** Serves one operation. `bound` counts requests and `once` knows keys: one of each for the whole API. */
export function served(
  web: Web,
  operation: Operation,
  { bound, once }: { bound: RequestHandler; once: Once },
): RequestHandler {
  const json = express.json({ limit: operation.bodyBytesMax ?? bodyBytesUsual, type: () => true })
  const writes = operation.method !== 'get'
  return async (request, response) => {
    await passed(bound, request, response)
    const asked = callOf(web, operation, request)
    await operation.locate(web, asked)
    if (!writes) {
      send(response, operation, await operation.handle(web, asked))
      return
    }
    const given = await bodyOf(json, operation, request, response)
    // The body may have been long on its way: role and scope are asked about once more.
    await passed(guardAgain(web), request, response)
    const call = callOf(web, operation, request)
    await operation.locate(web, call)
    const body = operation.takes.body === undefined ? undefined : checked(operation.takes.body, given, 'body')
    const condition = operation.conditional === true ? { newestKnown: conditionOf(request) } : {}
    const doing = () => operation.handle(web, { ...call, ...condition, body })
    const { answer, replayed } = await once({ request, visit: call.visit, body: given }, doing)
    if (replayed) response.set('Idempotency-Replayed', 'true')
    send(response, operation, answer)
  }
}

/**
 * The bound on requests, counted for each session, and for each address of those who have none. `told`: each answer says
 * how many are left, which programmes read and browsers do not.
 */
export function requestBound(
  { requestsMax }: Pick<Web, 'requestsMax'>,
  { told = true } = {},
): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: requestsMax,
    standardHeaders: told ? 'draft-8' : false,
    legacyHeaders: false,
    validate: false,
    keyGenerator: (request) => {
      const visitor = metAt(request)
      return visitor.kind === 'person' ? visitor.present.session : addressOf(request)
    },
    handler: () => {
      throw new HttpRefusal(429, sentence('error.too-often'))
    },
  })
}

function callOf(web: Web, operation: Operation, request: Request): Call<unknown, unknown, undefined> {
  const language = languageAsked(request)
  const visit = { ...visitOf(web, request), language, say: sayIn(language) }
  return {
    visit,
    path: checked(operation.takes.path, request.params, 'path'),
    query: checked(operation.takes.query, singleValues(visit.query), 'query'),
    body: undefined,
  }
}

/** The body as JSON. A form cannot send it: that is one of the two things that keep other sites out. */
async function bodyOf(
  json: RequestHandler,
  { takes }: Operation,
  request: Request,
  response: Response,
): Promise<unknown> {
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers
  const there = chunked !== undefined || (length !== undefined && length !== '0')
  if (!there && takes.body === undefined) return undefined
  const type = /^\s*application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
  if (!type.test(request.headers['content-type'] ?? '')) {
    throw new ApiRefusal('not-json', sentence('api.json-only'))
  }
  try {
    await inTime(response, passed(json, request, response))
  } catch (error) {
    if ((error as { type?: unknown } | null)?.type !== 'entity.parse.failed') throw error
    throw new ApiRefusal('invalid', sentence('api.broken-json'))
  }
  const body: unknown = request.body
  if (takes.body !== undefined) return body
  throw new ApiRefusal('invalid', sentence('api.no-body-wanted'))
}

/** `If-Match: "<version>"`, or `If-None-Match: *` for what is to be new: one of the two, so that nobody overwrites unknowingly. */
function conditionOf(request: Request): number | null {
  const { 'if-match': match, 'if-none-match': none } = request.headers
  if (match === undefined && none?.trim() === '*') return null
  const version = /^"([1-9]\d{0,5})"$/.exec(match?.trim() ?? '')?.[1]
  if (version !== undefined && none === undefined) return Number(version)
  throw new ApiRefusal('condition-missing', sentence('api.condition'))
}

function send(response: Response, operation: Operation, answer: Answer<unknown>): void {
  if (answer.etag !== undefined) response.set('ETag', answer.etag)
  response
    .status(answer.status ?? operation.status)
    .set('Cache-Control', 'no-store')
    .vary('Cookie')
    .vary('Accept-Language')
    .json(answer.body)
}
