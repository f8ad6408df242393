/** `/api`: the same registry for people to read. */
import type { Page, Visit } from '../visit.ts'
import { type ApiDocument, problemsOf, rolesIn } from './document.ts'
import { apiBase, type Operation, operationWord, tags } from './operation.ts'
import { type ProblemName, problems, problemWord } from './problems.ts'
import { requestsMax } from './serve.ts'
import { keyHours, keysMax } from './idempotency.ts'

type Schema = NonNullable<NonNullable<ApiDocument['components']>['schemas']>[string]
type Field = { name: string; where: string; type: string; required: boolean; about: string }

/** The page of every operation, with what it takes and gives. */
export function apiPage(operations: readonly Operation[], document: ApiDocument, { say }: Visit): Page {
  const schemas = document.components?.schemas ?? {}
  return {
    view: 'api',
    title: say('api.title'),
    section: 'about',
    scripts: [],
    model: {
      base: apiBase,
      bounds: say('api.bounds', { requests: requestsMax, hours: keyHours, keys: keysMax }),
      groups: tags.map((tag) => ({
        name: say(`api.tag.${tag}`),
        operations: operations
          .filter((operation) => operation.tag === tag)
          .map((operation) => operationModel(operation, document, say)),
      })),
      schemas: Object.entries(schemas).map(([name, schema]) => ({ name, fields: fieldsOf(schema, say) })),
      problems: (Object.keys(problems) as ProblemName[]).map((name) => ({
        name,
        status: problems[name],
        title: say(problemWord(name)),
        about: say(`api.about.${name}`),
      })),
    },
  }
}

function operationModel(operation: Operation, document: ApiDocument, say: Visit['say']): object {
  const { id, method, path, example, status } = operation
  const written = path.replaceAll(/:(\w+)/g, '{$1}')
  const described = document.paths?.[apiBase + written]?.[method as 'get']
  const parameters = (described?.parameters ?? []).flatMap((one): Field[] =>
    'in' in one
      ? [
          {
            name: one.name,
            where: say(`api.in.${one.in as 'path'}`),
            type: typeOf(one.schema as Schema),
            required: one.required === true,
            about: one.description ?? textOf(one.schema as Schema),
          },
        ]
      : [],
  )
  const body = contentOf(described?.requestBody, 'application/json')
  const answer = contentOf(described?.responses?.[String(status)], 'application/json')
  return {
    id,
    method: method.toUpperCase(),
    path: apiBase + written,
    title: say(operationWord(operation)),
    roles: rolesIn(operation, say),
    parameters,
    takes: body === undefined ? null : { type: typeOf(body), fields: fieldsOf(body, say) },
    gives: answer === undefined ? '' : typeOf(answer),
    status: operation.statusOfNew === undefined ? String(status) : `${status}, ${operation.statusOfNew}`,
    refusals: problemsOf(operation).map((name) => ({ name, status: problems[name] })),
    example: exampleOf(operation),
    exampleBody: example.body === undefined ? '' : JSON.stringify(example.body, null, 2),
  }
}

/** What to ask, with values in place of the parameters. */
function exampleOf({ method, path, example, conditional }: Operation): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => example.path[name] ?? name)
  const query = new URLSearchParams(example.query).toString()
  const lines = [`${method.toUpperCase()} ${apiBase}${filled}${query === '' ? '' : `?${query}`}`]
  if (method !== 'get') lines.push('Idempotency-Key: "7f3c2e0a-5b1d-4c55-9d7a-0f2f5f6f7a11"')
  if (conditional === true) lines.push('If-Match: "1"')
  if (example.body !== undefined) lines.push('Content-Type: application/json')
  return lines.join('\n')
}

function contentOf(holder: unknown, type: string): Schema | undefined {
  const content = (holder as { content?: Record<string, { schema?: Schema }> } | undefined)?.content
  return content?.[type]?.schema
}

/** The fields of an object, one line each. */
function fieldsOf(schema: Schema, say: Visit['say']): Field[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, field]) => ({
    name,
    where: say('api.in.body'),
    type: typeOf(field),
    required: required.includes(name),
    about: textOf(field),
  }))
}

function textOf(schema: Schema | undefined): string {
  const { description, example } = (schema ?? {}) as { description?: string; example?: string | number }
  return [description ?? '', example === undefined ? '' : `(${String(example)})`].join(' ').trim()
}

/** A schema in a few words: `string`, `Unit[]`, `met | waiting`. */
function typeOf(schema: Schema | undefined): string {
  if (schema === undefined || typeof schema === 'boolean') return ''
  if ('$ref' in schema && typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? ''
  const one = schema as {
    type?: string | string[]
    enum?: unknown[]
    items?: Schema
    anyOf?: Schema[]
    properties?: Record<string, Schema>
  }
  if (one.enum !== undefined) return one.enum.map(String).join(' | ')
  if (one.anyOf !== undefined) return one.anyOf.map(typeOf).join(' | ')
  if (one.type === 'array') return `${typeOf(one.items)}[]`
  if (one.type === 'object' && one.properties !== undefined) {
    const fields = Object.entries(one.properties).map(([name, field]) => `${name}: ${typeOf(field)}`)
    return `{ ${fields.join('; ')} }`
  }
  return [one.type ?? ''].flat().join(' | ')
}
