/** Identifiers: derived from what they name where that is possible, otherwise drawn from one source. */
import { createHash, randomBytes } from 'node:crypto'

export interface Ids {
  /** A new identifier `<kind>-<20 hex digits>`, never the same twice. */
  next(kind: string): string
}

/** Identifiers from the machine's randomness (80 bits). */
export const randomIds: Ids = {
  next: (kind) => `${kind}-${randomBytes(10).toString('hex')}`,
}

/**
 * An identifier that is the same whenever the same parts name the same thing: doing a job twice
 * then finds the first run's rows instead of adding a second set. 80 bits of SHA-256.
 */
export function derivedId(kind: string, ...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, ...parts]))
    .digest('hex')
  return `${kind}-${digest.slice(0, 20)}`
}

/** A name for a file that came, 128 bits as 32 hex digits. */
export function newFileId(): string {
  return randomBytes(16).toString('hex')
}

/** A secret that nobody guesses, 256 bits as 43 characters that fit into an address. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
