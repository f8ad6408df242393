/** The words of this module: people, their roles and their keys. */
import type { Day } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'

export const roles = ['admin', 'editor', 'approver', 'operator', 'auditor'] as const

/** Quản trị, biên tập, phê duyệt, cán bộ xã, kiểm tra. */
export type Role = (typeof roles)[number]

/** These may do nothing before they have set up codes as a second step of signing in. */
export const rolesWithCodes: readonly Role[] = ['admin', 'approver']

export type Person = {
  id: string
  name: string
  role: Role
  training: boolean
  createdAt: Instant
  /** Since when the person may neither sign in nor sign; null = not suspended. */
  suspendedAt: Instant | null
}

/** A person's public signing key: Ed25519, or of a passkey also P-256; SPKI DER in base64url. */
export type PersonKey = {
  kid: string
  person: string
  name: string
  role: Role
  training: boolean
  publicKey: string
  createdAt: Instant
  revokedAt: Instant | null
  /** Somebody else reset this person's password or codes then: it signs nothing new until two people enrol it again. */
  suspendedAt: Instant | null
  /** The first of the two who enrol it again; null = nobody yet. */
  enrollingBy: string | null
}

/** A unit that an operator speaks for, named as units are: a code and the first day on which it named this one. */
export type BoundUnit = { code: string; validFrom: Day }
