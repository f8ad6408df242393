/** A passkey's public key as browsers hand it over at enrolment: a COSE key (RFC 9052) in CBOR (RFC 8949). */
import { createPublicKey } from 'node:crypto'
import type { Parsed } from '../base/errors.ts'
import { publicKeyText } from './envelope.ts'

/** An ES256 key takes 77 bytes. */
const bytesMax = 256
const coordinateBytes = 32

/** Labels and values of the two kinds of key that are taken (RFC 9053): ES256 on P-256, EdDSA on Ed25519. */
const label = { keyType: 1, algorithm: 3, curve: -1, x: -2, y: -3 } as const
const kinds = [
  { keyType: 2, algorithm: -7, curve: 1, fields: 5, jwk: { kty: 'EC', crv: 'P-256' } },
  { keyType: 1, algorithm: -8, curve: 6, fields: 4, jwk: { kty: 'OKP', crv: 'Ed25519' } },
] as const

type Value = number | Uint8Array

/**
 * The key's text as it is kept and listed: SPKI DER in base64url. Strict: a map of whole numbers and byte strings in
 * their shortest form, the fields of one of the two kinds and no others, each once. Never throws: anything else
 * becomes the reason why.
 */
export function publicKeyFromCose(bytes: Uint8Array): Parsed<string> {
  if (bytes.length > bytesMax) return { ok: false, why: `larger than ${bytesMax} bytes` }
  const fields = readMap(bytes)
  if (fields === undefined) return { ok: false, why: 'not a COSE key' }
  const kind = kinds.find(
    ({ keyType, algorithm, curve }) =>
      fields.get(label.keyType) === keyType &&
      fields.get(label.algorithm) === algorithm &&
      fields.get(label.curve) === curve,
  )
  if (kind === undefined || fields.size !== kind.fields) return { ok: false, why: 'neither ES256 nor EdDSA' }
  const [x, y] = [coordinate(fields.get(label.x)), coordinate(fields.get(label.y))]
  if (x === undefined || (kind.jwk.kty === 'EC') !== (y !== undefined))
    return { ok: false, why: 'not a public key' }
  try {
    const key = createPublicKey({ key: { ...kind.jwk, x, ...(y === undefined ? {} : { y }) }, format: 'jwk' })
    return { ok: true, value: publicKeyText(key) }
  } catch {
    return { ok: false, why: 'not a point of its curve' }
  }
}

function coordinate(value: Value | undefined): string | undefined {
  if (!(value instanceof Uint8Array) || value.length !== coordinateBytes) return undefined
  return Buffer.from(value).toString('base64url')
}

/** A CBOR map from whole numbers to whole numbers and byte strings; undefined for anything else. */
function readMap(bytes: Uint8Array): Map<number, Value> | undefined {
  const head = readHead(bytes, 0)
  if (head?.major !== 5) return undefined
  const fields = new Map<number, Value>()
  let at = head.next
  for (let count = 0; count < head.argument; count += 1) {
    const key = readValue(bytes, at)
    const value = key && readValue(bytes, key.next)
    if (key === undefined || value === undefined || typeof key.value !== 'number' || fields.has(key.value)) {
      return undefined
    }
    fields.set(key.value, value.value)
    at = value.next
  }
  return at === bytes.length ? fields : undefined
}

function readValue(bytes: Uint8Array, at: number): { value: Value; next: number } | undefined {
  const head = readHead(bytes, at)
  if (head === undefined) return undefined
  const { major, argument, next } = head
  if (major === 0) return { value: argument, next }
  if (major === 1) return { value: -1 - argument, next }
  if (major !== 2 || next + argument > bytes.length) return undefined
  return { value: bytes.subarray(next, next + argument), next: next + argument }
}

/** Major type and argument, which is below 65,536 and in its shortest form. */
function readHead(
  bytes: Uint8Array,
  at: number,
): { major: number; argument: number; next: number } | undefined {
  const [first, second, third] = bytes.subarray(at, at + 3)
  if (first === undefined) return undefined
  const [major, short] = [first >> 5, first & 31]
  if (short < 24) return { major, argument: short, next: at + 1 }
  if (short === 24 && second !== undefined && second >= 24) return { major, argument: second, next: at + 2 }
  if (short !== 25 || second === undefined || third === undefined || second === 0) return undefined
  return { major, argument: second * 256 + third, next: at + 3 }
}
