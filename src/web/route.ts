/** What a line in the table of routes says. */
import type { RequestHandler } from 'express'
import type { Who } from './who.ts'

export type Method = 'get' | 'post' | 'put' | 'head' | 'patch' | 'delete'

export type Route = {
  method: Method
  /** As express writes it. */
  path: string
  /** Who may; `everyone` needs no session. */
  who: 'everyone' | readonly Who[]
  /**
   * What of it an operator sees: `one`: a thing of their own units, and nothing else is there; `list`: their own lines
   * only. Without it the page is not about any unit.
   */
  scope?: 'one' | 'list'
  /** Open to those, too, who have not set up the codes they must have. */
  unfinished?: boolean
  /** Takes a form: its fields are read before; within the usual bound, or within its own where it takes whole texts. */
  form?: boolean | FormBound
  /** Answers other programmes: who did not sign in is told so and not led to a page. */
  api?: boolean
  /** Puts somebody's name to something: the open desk does it only while nobody has an account. */
  named?: boolean
  /** Answers programmes, who are nobody: it is not asked who is there. */
  bare?: boolean
  /** Tried often it is guessed: bounded for each address. */
  bounded?: boolean
  handle: RequestHandler
  /** Answers whoever is not signed in any more with what they typed, for they typed it here; without it they are told so. */
  signedOut?: RequestHandler
}

/** How much a form may bring: bytes of its body, and fields. */
export type FormBound = { bytes: number; fields: number }

/** Everyone who may read at all, also while nobody has an account. */
export const readers: readonly Who[] = [
  ...(['admin', 'editor', 'approver', 'operator', 'auditor', 'desk', 'reader'] as const),
]
/** Readers of the whole province; operators see their own units. */
export const provincial: readonly Who[] = readers.filter((who) => who !== 'operator')
/** Those with an account. */
export const signedIn: readonly Who[] = ['admin', 'editor', 'approver', 'operator', 'auditor']
/** Those who bring recordings and steer their making. */
export const studio: readonly Who[] = ['admin', 'editor', 'approver', 'desk']
