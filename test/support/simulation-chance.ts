/** Everything that is drawn in a simulation, from one seed: numbers, keys, ids, bytes. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import type { Ids } from '../../src/base/ids.ts'
import { kidOf, publicKeyText, type SigningKey } from '../../src/wire/envelope.ts'
import { seededChance } from '../../src/wire/memory-bus.ts'

export type SeededKey = SigningKey & { publicKey: string }

/** One stream of chance; streams of other names are independent of it. */
export class Chance {
  readonly #next: () => number

  constructor(seed: number, name: string) {
    this.#next = seededChance(digest(seed, name).readUInt32LE(0))
  }

  /** Evenly in [0, 1). */
  share(): number {
    return this.#next()
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1))
  }

  happens(chance: number): boolean {
    return this.#next() < chance
  }

  /** One of them; there must be one. */
  one<T>(all: readonly T[]): T {
    const found = all[this.whole(0, all.length - 1)]
    if (found === undefined) throw new RangeError('nothing to choose from')
    return found
  }
}

/** An Ed25519 key that follows from seed and name: signatures are then the same in every run. */
export function seededKey(seed: number, name: string): SeededKey {
  const head = Buffer.from('302e020100300506032b657004220420', 'hex')
  const der = Buffer.concat([head, digest(seed, `key ${name}`)])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = publicKeyText(createPublicKey(privateKey))
  return { kid: kidOf(publicKey), privateKey, publicKey }
}

/** Identifiers like those a device draws, in the same order in every run, never the same twice. */
export function seededIds(seed: number, name: string): Ids {
  let drawn = 0
  return {
    next(kind) {
      drawn += 1
      return `${kind}-${digest(seed, `id ${name} ${drawn}`).toString('hex').slice(0, 20)}`
    },
  }
}

/** Bytes that look like nothing else: the same name gives the same bytes. */
export function namedBytes(name: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${name} ${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

function digest(seed: number, name: string): Buffer {
  return createHash('sha256').update(`${seed} ${name}`).digest()
}
