/**
 * People: who works here, in which role, with which signing key, how they sign in, and the log of what they did.
 *
 * - A person has one role and at most one account, of the same id. Someone who exists for exercises only (`training`)
 *   never meets real work: other modules refuse to mix the two.
 * - There is no default password. The first admin and everyone invited come in by a one-time link of which we keep a
 *   hash, and choose a password of their own. Admins and approvers do nothing before they have set up codes.
 * - Who is there is read from these tables at each request: a role taken away, a suspension, an ended session count
 *   at once; so do a reset and a suspension for a sign-in that is half done, and for links that the suspended made. A name
 *   is locked after ten failures, also when they come at once or in an open session, whether anybody has it or not, and
 *   the answers do not tell which. A browser in which its owner signed in before has ten failures of its own: guessers
 *   elsewhere do not lock the owner out.
 * - A signing key belongs to one person for ever; it can be revoked, never handed on. Its kid is derived from
 *   the public key, so nobody can claim another's. We keep public keys only. Whoever could reset a person's password
 *   could else speak with their voice: after a reset by somebody else, a suspension, or another role, the keys sign nothing new until two people, one
 *   of them an admin, enrol them again, neither
 *   of whom the other let in meanwhile.
 * - What people did (`deed`) is a fact: only ever added. Each module records its own deeds in the transaction
 *   that does them, so that nothing is done without a trace and nothing is traced that was not done.
 */
export {
  acceptLink,
  adminToInvite,
  firstAdminLink,
  invite,
  openLink,
  type OpenLink,
} from './accounts/letting-in.ts'
export {
  changePassword,
  changeRole,
  endSessions,
  resetCodes,
  resetPassword,
  restore,
  setUnits,
  suspend,
} from './accounts/steering.ts'
export { accountsOf, openInvitations, type Session, sessionsOf } from './accounts/store.ts'
export {
  type From,
  type Gate,
  openGate,
  type Present,
  type ProvingAgain,
  type Renewing,
  type SigningIn,
} from './auth/gate.ts'
export { passwordCharactersMin, passwordFault } from './auth/password.ts'
export { type Hand, handDays, handsIn, hinderingHands } from './keys/hands.ts'
export {
  addPersonKey,
  enrolKeyAgain,
  firstWordFor,
  personKey,
  personKeys,
  revokePersonKey,
} from './keys/store.ts'
export {
  type Deed,
  type DeedFilter,
  deedLog,
  deedOrders,
  deedsMax,
  deedsOf,
  kindsOfDeeds,
  recordDeed,
} from './log/store.ts'
export { actingFrom, type Origin, presentOrigin, type Via } from './origin.ts'
export { addPerson, nameCharactersMax, people, personById, personIdPattern } from './store.ts'
export { refuseSuspended } from './suspended.ts'
export { type BoundUnit, type Person, type PersonKey, type Role, roles, rolesWithCodes } from './types.ts'
export { boundUnits } from './units/store.ts'
