/** What comes back from a form, and where people go after it. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { From } from '../people/index.ts'
import { addressOf } from './who.ts'

/** Nothing that a form of ours asks is longer. */
const charactersMax = 2000

/** One field as it was typed, at most 2,000 characters; empty when it is missing or there twice. */
export function fieldIn(body: unknown, name: string): string {
  const given = z.record(z.string(), z.unknown()).catch({}).parse(body)
  return z.string().catch('').parse(given[name]).slice(0, charactersMax)
}

/** Where to go after signing in: a page of ours, never another site. */
export function nextOf(typed: string): string {
  const own = /^\/(?![/\\])[\x20-\x7e]*$/.test(typed) && !typed.startsWith('/sign-in')
  return own ? typed : '/'
}

/** Who asks, for the gate. */
export function fromOf(request: Request): From {
  return {
    cookies: request.headers.cookie ?? '',
    address: addressOf(request),
    browser: request.headers['user-agent'] ?? '',
  }
}

/** Hands the gate's cookies on to the browser. */
export function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.append('Set-Cookie', cookie)
  return response
}
