/**
 * One line of the API: what it takes and gives as zod schemas, who may, and what it does. Everything else follows from
 * the line: validation, the route and its guard, the OpenAPI document and the readable page.
 */
import { z } from 'zod'
import { AppError } from '../../base/errors.ts'
import type { Route } from '../route.ts'
import type { Visit, Web } from '../visit.ts'
import { sentence, type Word } from '../words/index.ts'
import type { ProblemName } from './problems.ts'

/** Under which all operations lie. */
export const apiBase = '/api/v1'

/** What an operation is about; the page and the document group by it. */
export const tags = [
  ...(['units', 'stations', 'scripts', 'facts', 'recordings', 'airings', 'campaigns', 'people'] as const),
] as const
export type Tag = (typeof tags)[number]

const nothing = z.strictObject({})

/** One request, read and found right. `newestKnown`: the version in `If-Match`; null where `If-None-Match: *` says none. */
export type Call<Path, Query, Body> = {
  visit: Visit
  path: Path
  query: Query
  body: Body
  newestKnown?: number | null
}

/** What is sent back. `status` is the line's own unless it says otherwise. */
export type Answer<Body> = { body: Body; status?: number; etag?: string; location?: string }

type Line<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Out extends z.ZodType,
> = Pick<Route, 'method' | 'who' | 'scope'> & {
  /** Its name in the document, for ever. */
  id: string
  tag: Tag
  /** Below `/api/v1`, as express writes it. */
  path: string
  takes?: { path?: Path; query?: Query; body?: Body }
  gives: Out
  /** 200 unless said otherwise. */
  status?: 200 | 201
  /** Answered in place of 200 where something new was made. */
  statusOfNew?: 201
  /** The body may be so long; 64 KiB unless said otherwise. */
  bodyBytesMax?: number
  /** Takes `If-Match` with the version that is to be replaced, or `If-None-Match: *`. */
  conditional?: boolean
  /** Problems beyond those that every operation may answer with. */
  problems?: readonly ProblemName[]
  /** Values for the page and the document: a path's parameters, a query, a body. */
  example?: { path?: Record<string, string>; query?: Record<string, string>; body?: object }
  /** Refuses what lies outside the visitor's scope, before the body is looked at. */
  locate?: (web: Web, call: Call<z.output<Path>, z.output<Query>, undefined>) => Promise<unknown>
  handle: (
    web: Web,
    call: Call<z.output<Path>, z.output<Query>, z.output<Body>>,
  ) => Promise<Answer<z.input<Out>>>
}

/** A line whose types have done their work. */
export type Operation = Omit<
  Line<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>,
  'takes' | 'locate' | 'handle' | 'status' | 'example'
> & {
  takes: { path: z.ZodObject; query: z.ZodObject; body: z.ZodType | undefined }
  status: 200 | 201
  example: { path: Record<string, string>; query: Record<string, string>; body?: object }
  locate: (web: Web, call: Call<unknown, unknown, undefined>) => Promise<unknown>
  handle: (web: Web, call: Call<unknown, unknown, unknown>) => Promise<Answer<unknown>>
}

/** Puts a line into the registry. */
export function route<
  Out extends z.ZodType,
  Path extends z.ZodObject = typeof nothing,
  Query extends z.ZodObject = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(line: Line<Path, Query, Body, Out>): Operation {
  const { takes = {}, locate, handle, status = 200, example = {}, ...rest } = line
  return {
    ...rest,
    status,
    takes: { path: takes.path ?? nothing, query: takes.query ?? nothing, body: takes.body },
    example: { ...example, path: example.path ?? {}, query: example.query ?? {} },
    // The schemas above are those of the line, so what they let pass has the types the line asks for.
    locate: (locate ?? (() => Promise.resolve())) as Operation['locate'],
    handle: handle as Operation['handle'],
  }
}

/** The word that says in one line what an operation does. */
export function operationWord({ id }: Pick<Operation, 'id'>): Word {
  return `api.op.${id}` as Word
}

/** Who signed in; operations that do something are for people with a name only. */
export function personOf({ person }: Visit): string {
  if (person === undefined) throw new AppError('forbidden', sentence('error.sign-in-first'))
  return person.id
}
