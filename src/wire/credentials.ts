/**
 * What a controller is given when it is enrolled, and nothing else it needs to trust anybody: its own
 * key, the way to the broker, and the public key of the offline root. A file on the device's disk,
 * readable by its own user only (0600).
 */
import { z } from 'zod'
import { deviceIdPattern } from './topics.ts'

/** Mode of a credentials file: the private key in it is not encrypted, for a device starts by itself. */
export const credentialsFileMode = 0o600

export const DeviceCredentials = z.object({
  v: z.literal(1),
  device: z.string().regex(deviceIdPattern),
  /** Its file name in devices/types, without the ending. */
  type: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /** The broker's address, `mqtt://host:port`. */
  broker: z
    .string()
    .regex(/^mqtts?:\/\/[^\s]+$/)
    .max(300),
  /** Password of both connections: user `<device>` and, for the audio, `<device>.b`. */
  password: z.string().min(16).max(200),
  /** Ed25519, SPKI DER in base64url: who may sign the keys document. */
  rootPublicKey: z.string().regex(/^[A-Za-z0-9_-]{40,120}$/),
  /** The device's own Ed25519 key: PKCS#8 in PEM, not encrypted. */
  privateKey: z.string().startsWith('-----BEGIN PRIVATE KEY-----').max(1000),
})
export type DeviceCredentials = z.infer<typeof DeviceCredentials>

/** One device, or the list of a fleet (at most 2,000). */
export const CredentialsFile = z.union([DeviceCredentials, z.array(DeviceCredentials).min(1).max(2000)])
export type CredentialsFile = z.infer<typeof CredentialsFile>

/** User name and client id of a device's second, short-lived connection, which may only read chunks. */
export function dataUser(device: string): string {
  return `${device}.b`
}
