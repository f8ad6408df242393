/**
 * The programming interface: what the pages can do, for other programmes, as JSON under `/api/v1`.
 *
 * - One registry (`route`) of zod schemas gives the checks, the routes, the OpenAPI document and the readable page, so
 *   none of them can say something else than the others. The routes are lines of the same table as the pages': the same
 *   guard, roles, scope and origin in the log.
 * - It asks the same front doors as pages and command line; it has no rules of its own about the trade.
 * - Who asks is known by the session's cookie (`meet` in who.ts): whoever adds tokens for programmes adds them there.
 * - What it refuses are problem details (RFC 9457) in the language asked for, with a stable type and no stack.
 * - Unknown fields and parameters are refused: a typing mistake must not pass for a wish.
 * - A write may be sent again under its key without being done again (idempotency.ts).
 */
import type { RequestHandler } from 'express'
import type { Language } from '../formats.ts'
import { readers, type Route } from '../route.ts'
import { page, type Web } from '../visit.ts'
import { type ApiDocument, documentOf } from './document.ts'
import { createOnce } from './idempotency.ts'
import { deskOperations } from './of-desk.ts'
import { evidenceOperations } from './of-evidence.ts'
import { placeOperations } from './of-places.ts'
import { scriptOperations } from './of-scripts.ts'
import { apiBase, type Operation } from './operation.ts'
import { apiPage } from './page.ts'
import { languageAsked } from './problems.ts'
import { requestBound, served } from './serve.ts'

export { apiErrors, apiNowhere, isOfApi } from './problems.ts'
export { requestBound } from './serve.ts'

/** Every operation there is. */
export const operations: readonly Operation[] = [
  ...placeOperations,
  ...scriptOperations,
  ...deskOperations,
  ...evidenceOperations,
]

/** The lines of the table of routes about the programming interface. */
export function apiRoutes(web: Web): Route[] {
  const documents = new Map<Language, ApiDocument>()
  const documentIn = (language: Language): ApiDocument => {
    const secure = web.publicUrl?.startsWith('https:') ?? false
    const made = documents.get(language) ?? documentOf(operations, { version: web.version, language, secure })
    documents.set(language, made)
    return made
  }
  const shared = { bound: requestBound(web), once: createOnce(web) }
  return [
    {
      ...{ method: 'get', path: '/api', who: readers },
      handle: page(web, (_web, visit) =>
        Promise.resolve(apiPage(operations, documentIn(visit.language), visit)),
      ),
    },
    {
      ...{ method: 'get', path: '/api/openapi.json', who: readers, api: true },
      handle: described(documentIn),
    },
    ...operations.map((operation): Route => {
      const { method, path, who, scope } = operation
      const handle = served(web, operation, shared)
      return {
        method,
        path: apiBase + path,
        who,
        ...(scope === undefined ? {} : { scope }),
        api: true,
        handle,
      }
    }),
  ]
}

function described(documentIn: (language: Language) => ApiDocument): RequestHandler {
  return (request, response) => {
    const language = languageAsked(request)
    response
      .set('Cache-Control', 'no-cache')
      .set('Content-Language', language)
      .vary('Accept-Language')
      .json(documentIn(language))
  }
}
