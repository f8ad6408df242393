/** The three files mosquitto reads: configuration, passwords, access list. Pure text. */
import assert from 'node:assert/strict'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { dataUser } from '../wire/credentials.ts'
import { deviceIdPattern, topics } from '../wire/topics.ts'

/** Somebody who may connect: a device (`loa-20440`) or its data connection (`loa-20440.b`). */
export type BrokerUser = { name: string; passwordHash: string }

/** The hub's own user name; no device can have it, theirs are longer. */
export const hubUser = 'hub'

/** As many as mosquitto_passwd uses: see `mosquittoPassword`. */
const iterations = 101

/**
 * A password as mosquitto keeps it: `$7$<iterations>$<salt>$<hash>`, PBKDF2 with SHA-512. The
 * iterations are few because our passwords are drawn, 144 bits of chance that nobody can guess through
 * any hash, while the broker pays them for every device at every reconnect and at every reload.
 */
export function mosquittoPassword(password: string): string {
  const salt = randomBytes(12)
  const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512')
  return `$7$${String(iterations)}$${salt.toString('base64')}$${hash.toString('base64')}`
}

const passwordHashPattern = /^\$7\$\d{1,6}\$[A-Za-z0-9+/]+=*\$[A-Za-z0-9+/]+=*$/

/** The password file, one line for each user, ordered by name. */
export function passwordLines(users: readonly BrokerUser[]): string {
  return inOrder(users)
    .map(({ name, passwordHash }) => {
      assert(name === hubUser || deviceIdPattern.test(deviceOf(name)), `not a user name: ${name}`)
      assert(passwordHashPattern.test(passwordHash), `not a password hash of mosquitto: ${name}`)
      return `${name}:${passwordHash}\n`
    })
    .join('')
}

/**
 * The access list: what is not written here is denied. A line for each thing a user may do, instead
 * of mosquitto's `pattern` lines, because those hold for every user and would let a data connection
 * write topics under its own name.
 */
export function accessLines(users: readonly BrokerUser[]): string {
  const blocks = inOrder(users).map(({ name }) => {
    if (name === hubUser) {
      return ['user hub', 'topic readwrite loa/1/#', 'topic read $SYS/broker/clients/connected']
    }
    const device = deviceOf(name)
    if (name !== device) return [`user ${name}`, 'topic read loa/1/b/#']
    return [
      `user ${name}`,
      `topic read ${topics.keys}`,
      `topic read ${topics.hub}`,
      'topic read loa/1/a/+',
      ...[topics.policy, topics.plan, topics.desired, topics.cmd, topics.ack, topics.tr].map(
        (topic) => `topic read ${topic(device)}`,
      ),
      ...[topics.state, topics.reported, topics.receipts, topics.want, topics.res, topics.tq].map(
        (topic) => `topic write ${topic(device)}`,
      ),
    ]
  })
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

/** Both users of an enrolled device: one password, two connections. */
export function usersOfDevice(device: { id: string; passwordHash: string }): BrokerUser[] {
  return [device.id, dataUser(device.id)].map((name) => ({ name, passwordHash: device.passwordHash }))
}

export type BrokerPaths = { configuration: string; passwords: string; access: string; pid: string }

/**
 * The configuration. Only options that Debian's mosquitto 2.0.11 knows: it refuses to start on any
 * other.
 *
 * No persistence: a kill -9 loses what mosquitto holds with or without it, so nothing here may depend
 * on it; a snapshot on disk could only bring back retained plans that are older than the hub's.
 * The hub publishes again whatever the broker has lost.
 */
export function configurationLines(paths: BrokerPaths, port: number, asRoot: boolean): string {
  for (const path of Object.values(paths)) assert(!path.includes('\n'), 'a path with a line feed')
  return [
    `listener ${String(port)} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${paths.passwords}`,
    `acl_file ${paths.access}`,
    `pid_file ${paths.pid}`,
    // Otherwise any device could take any other's connection by its client id.
    'use_username_as_clientid true',
    'persistence false',
    // Mosquitto started as root becomes the user mosquitto, who cannot read our files (0600).
    ...(asRoot ? ['user root'] : []),
    'max_queued_messages 5000',
    'max_queued_bytes 16777216',
    // For clients that name no Receive Maximum, and what we may send ahead ourselves.
    'max_inflight_messages 20',
    'max_packet_size 262144',
    'persistent_client_expiration 14d',
    'set_tcp_nodelay true',
    'sys_interval 1',
    'connection_messages false',
    'log_dest stderr',
    'log_timestamp false',
    'log_type error',
    'log_type warning',
    'log_type notice',
    // Its word that it runs is information.
    'log_type information',
    '',
  ].join('\n')
}

function deviceOf(name: string): string {
  return name.endsWith('.b') ? name.slice(0, -2) : name
}

function inOrder(users: readonly BrokerUser[]): BrokerUser[] {
  return [...users].sort((a, b) => (a.name < b.name ? -1 : 1))
}
