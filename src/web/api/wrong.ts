/** What is wrong with a request, field by field, in both languages. Pure. */
import type { z } from 'zod'
import type { Sentence } from '../../base/errors.ts'
import { sentence, type Word } from '../words/index.ts'
import { ApiRefusal, type WrongField } from './problems.ts'

/** So many wrong fields are named; a body full of them tells nobody more. */
const namedMax = 20

/** The value, or a refusal that names each wrong field. `where`: the place of the value in the request. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: 'body' | 'query' | 'path'): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => fieldsOf(issue, where)).slice(0, namedMax)
  throw new ApiRefusal('invalid', sentence('api.invalid-fields', { count: errors.length }), errors)
}

/** The parameters of an address; refuses one that is there twice. */
export function singleValues(query: URLSearchParams): Record<string, string> {
  const twice = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1)
  if (twice.length > 0) {
    const errors = twice.map((name) => ({ parameter: name, detail: sentence('api.wrong.twice') }))
    throw new ApiRefusal('invalid', sentence('api.invalid-fields', { count: errors.length }), errors)
  }
  return Object.fromEntries(query)
}

type Issue = z.core.$ZodIssue

function fieldsOf(issue: Issue, where: 'body' | 'query' | 'path'): WrongField[] {
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
  return paths.map((path) => {
    const detail = detailOf(issue)
    if (where === 'body') return { pointer: pointerOf(path), detail }
    return { parameter: String(path[0] ?? ''), detail }
  })
}

/** A JSON pointer into the body (RFC 6901), as a fragment. */
function pointerOf(path: readonly PropertyKey[]): string {
  const steps = path.map(
    (step) => `/${String(step).slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1')}`,
  )
  return `#${steps.join('')}`
}

const typeWords: Readonly<Record<string, Word>> = {
  string: 'api.wrong.string',
  number: 'api.wrong.number',
  int: 'api.wrong.number',
  boolean: 'api.wrong.boolean',
  array: 'api.wrong.list',
  object: 'api.wrong.object',
}

function detailOf(issue: Issue): Sentence {
  switch (issue.code) {
    case 'unrecognized_keys':
      return sentence('api.wrong.unknown')
    case 'invalid_type':
      return issue.input === undefined && issue.message.endsWith('undefined')
        ? sentence('api.wrong.missing')
        : sentence(typeWords[issue.expected] ?? 'api.wrong.form')
    case 'too_big':
      return sentence('api.wrong.most', { most: String(issue.maximum) })
    case 'too_small':
      return sentence('api.wrong.least', { least: String(issue.minimum) })
    case 'invalid_value':
      return sentence('api.wrong.choice', { choices: issue.values.map(String).join(', ').slice(0, 200) })
    default:
      return sentence('api.wrong.form')
  }
}
