/** Keys of the test vectors: Ed25519 from seeds that anybody can read. They are in no keys document of real work. */
import { createPrivateKey } from 'node:crypto'
import { sha256 } from '../../../src/base/hash.ts'
import { readSigningKey } from '../../../src/wire/envelope.ts'

/** PKCS#8 of an Ed25519 key: this, then the 32 bytes of the seed (RFC 8410). */
const pkcs8Head = '302e020100300506032b657004220420'

export type VectorKey = ReturnType<typeof vectorKey>

/** The key whose seed is the SHA-256 of `loa test vector <name>`. */
export function vectorKey(name: string) {
  const seed = sha256(`loa test vector ${name}`)
  const der = Buffer.from(pkcs8Head + seed, 'hex')
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    type: 'pkcs8',
    format: 'pem',
  })
  return { seed, ...readSigningKey(pem) }
}

/** The instant at which the vectors play: 2026-11-23 06:00 in Vietnam. */
export const vectorNow = Date.parse('2026-11-22T23:00:00Z')
