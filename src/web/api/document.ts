/** The registry as an OpenAPI 3.1 document, in one language. */
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi'
import type { Language } from '../formats.ts'
import { isWord, type Say, sayIn } from '../words/index.ts'
import { apiBase, type Operation, operationWord, tags } from './operation.ts'
import { type ProblemName, problems, problemWord } from './problems.ts'
import { named, Problem } from './shapes.ts'

/** What OpenAPI calls a session: who signed in on the pages. Tokens for programmes would be a second scheme. */
const session = 'session'
const cookieName = 'loa.session_token'

export type ApiDocument = ReturnType<typeof createDocument>

/** The document; its words are those of the language. */
export function documentOf(
  operations: readonly Operation[],
  { version, language, secure }: { version: string; language: Language; secure: boolean },
): ApiDocument {
  const say = sayIn(language)
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const operation of operations) {
    const path = apiBase + operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: operationOf(operation, say) }
  }
  const described: Parameters<typeof createDocument>[0] = {
    openapi: '3.1.0',
    info: { title: say('api.title'), version, description: say('api.about') },
    servers: [{ url: '/' }],
    tags: tags.map((tag) => ({ name: tag, description: say(`api.tag.${tag}`) })),
    security: [{ [session]: [] }],
    paths,
    components: {
      schemas: named,
      securitySchemes: {
        [session]: {
          ...{ type: 'apiKey', in: 'cookie', description: say('api.session') },
          // Browsers take a cookie of this prefix only over TLS.
          name: secure ? `__Secure-${cookieName}` : cookieName,
        },
      },
    },
  }
  return inWords(createDocument(described, { override: openAnswers }), say)
}

/** A field may be added to an answer at any time; what is sent to us is refused when it says more than we know. */
function openAnswers({ jsonSchema, io }: { jsonSchema: object; io: 'input' | 'output' }): void {
  if (io === 'output' && 'additionalProperties' in jsonSchema) delete jsonSchema.additionalProperties
}

function operationOf(operation: Operation, say: Say): ZodOpenApiOperationObject {
  const { takes, gives, example } = operation
  const refusals = problemsOf(operation)
  const byStatus = Object.groupBy(refusals, (name) => String(problems[name]))
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: say(operationWord(operation)),
    description: rolesIn(operation, say),
    requestParams: { path: takes.path, query: takes.query, header: headersOf(operation) },
    ...(takes.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: takes.body,
                ...(example.body === undefined ? {} : { example: example.body }),
              },
            },
          },
        }),
    responses: {
      ...Object.fromEntries(
        [operation.status, ...(operation.statusOfNew === undefined ? [] : [operation.statusOfNew])].map(
          (status) => [
            String(status),
            {
              description: say(status === operation.statusOfNew ? 'api.done-new' : 'api.done'),
              content: { 'application/json': { schema: gives } },
            },
          ],
        ),
      ),
      ...Object.fromEntries(
        Object.entries(byStatus).map(([status, names = []]) => [
          status,
          {
            description: names.map((name) => say(problemWord(name))).join('; '),
            content: { 'application/problem+json': { schema: Problem } },
          },
        ]),
      ),
    },
  }
}

/** The headers of a write: its key, and on which version it is built. */
export function headersOf({ method, conditional }: Operation): z.ZodObject {
  const text = (description: string, example: string) => z.string().optional().meta({ description, example })
  return z.object({
    ...(method === 'get' ? {} : { 'Idempotency-Key': text('api.field.key', '"7f3c…"') }),
    ...(conditional === true
      ? {
          'If-Match': text('api.field.if-match', '"3"'),
          'If-None-Match': text('api.field.if-none-match', '*'),
        }
      : {}),
  })
}

/** Every problem that an operation may answer with. */
export function problemsOf(operation: Operation): ProblemName[] {
  const { method, takes, path, problems: own = [] } = operation
  const writes = method !== 'get'
  const there = path.includes(':')
  const always: ProblemName[] = ['invalid', 'signed-out', 'forbidden', 'too-often', 'internal']
  return [
    ...always,
    ...(there ? (['not-found'] as const) : []),
    ...(writes ? (['key-in-use', 'answer-lost', 'key-reused'] as const) : []),
    ...(takes.body === undefined ? [] : (['too-large', 'not-json'] as const)),
    ...own,
  ].filter((name, index, all) => all.indexOf(name) === index)
}

/** Who may, in words. */
export function rolesIn({ who, scope }: Operation, say: Say): string {
  const roles = who === 'everyone' ? [] : who.filter((one) => one !== 'desk' && one !== 'reader')
  const names = roles.map((role) => say(`role.${role}`)).join(', ')
  const whose = roles.includes('operator') && scope !== undefined ? ` ${say('api.own-units')}` : ''
  return `${say('api.for', { roles: names })}${whose}`
}

/** Replaces our words, by which schemas name what a field means, with the sentence of the language. */
function inWords<T>(value: T, say: Say): T {
  if (Array.isArray(value)) return value.map((one: unknown) => inWords(one, say)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]: [string, unknown]) => [
    key,
    key === 'description' && typeof one === 'string' && isWord(one) ? say(one) : inWords(one, say),
  ])
  return Object.fromEntries(entries) as T
}
