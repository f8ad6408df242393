/**
 * People: who works here, in which role, with which signing key, and the log of what they did.
 *
 * - A person has one role. Someone who exists for exercises only (`training`) never meets real work: other
 *   modules refuse to mix the two.
 * - A signing key belongs to one person for ever; it can be revoked, never handed on. Its kid is derived from
 *   the public key, so nobody can claim another's. We keep public keys only.
 * - What people did (`deed`) is a fact: only ever added. Each module records its own deeds in the transaction
 *   that does them, so that nothing is done without a trace and nothing is traced that was not done.
 */
export type { Person, PersonKey, Role } from './store.ts'
export {
  addPerson,
  addPersonKey,
  deedsOf,
  people,
  personById,
  personKey,
  personKeys,
  recordDeed,
  revokePersonKey,
} from './store.ts'
