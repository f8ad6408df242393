/** People with accounts, on a real database in memory: let in by links and signed in through the gate. */
import { argon2Sync, createHmac } from 'node:crypto'
import { expect } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { Clock, Instant } from '../../src/base/time.ts'
import type { Database } from '../../src/db/index.ts'
import { keepPassword, useLink } from '../../src/people/accounts/store.ts'
import {
  acceptLink,
  addPerson,
  type From,
  type Gate,
  invite,
  openGate,
  recordDeed,
  type Role,
  type SigningIn,
} from '../../src/people/index.ts'

export const monday: Instant = '2026-11-23T01:00:00.000Z'
export const secret = 'a secret for tests, longer than thirty-two characters'
export const goodPassword = 'mưa rừng chiều đông'

/** A clock that a test sets. */
export function handClock(start: Instant = monday): Clock & { at: Instant } {
  const clock = {
    at: start,
    now: () => clock.at,
    wait: () => Promise.resolve(),
  }
  return clock
}

export function gateOn(database: Database, clock: Clock, publicUrl?: string): Gate {
  return openGate({ database, clock, secret, log: silentLog, publicUrl })
}

/** A browser that keeps the cookies it is given. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly address: string

  constructor(address = '192.0.2.7') {
    this.address = address
  }

  get from(): From {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { cookies, address: this.address, browser: 'Firefox' }
  }

  take(result: SigningIn | { cookies: string[] }): void {
    for (const cookie of 'cookies' in result ? result.cookies : []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '' || /max-age=0/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}

/**
 * A person with an account and `goodPassword`, without codes: let in as by a link, but that the password is kept at the
 * least cost there is. It says so itself, and so every sign-in with it is quick. `dear`: kept at the cost of the product.
 */
export async function withAccount(
  database: Database,
  person: { id: string; name: string; role: Role; now?: Instant; dear?: boolean },
): Promise<void> {
  const { id, name, role, now = monday, dear = false } = person
  await addPerson(database, { id, name, role, training: false, now })
  if (dear) {
    const link = await invite(database, { person: id, by: null, now })
    await acceptLink(database, { secret: link, password: goodPassword, now })
    return
  }
  await givePassword(database, person, now)
}

/** Lets somebody who is known already in with `goodPassword`, kept as `withAccount` keeps it. */
export async function givePassword(
  database: Database,
  person: { id: string; name: string },
  now: Instant = monday,
): Promise<void> {
  const { id } = person
  const link = await invite(database, { person: id, by: null, now })
  expect(await useLink(database, link, now)).toBe(true)
  await keepPassword(database, { person, hash: cheapHash, now })
  const detail = { link: 'invitation' }
  await recordDeed(database, { at: now, person: id, what: 'password.chosen', subject: id, detail })
}

const cheapHash = argon2idOf(goodPassword)

/** As the product keeps passwords, in the least memory and time that Argon2id knows. */
function argon2idOf(password: string): string {
  const nonce = Buffer.from('muối của bài thử')
  const tag = argon2Sync('argon2id', {
    message: Buffer.from(password.normalize('NFC')),
    nonce,
    ...{ memory: 8, passes: 1, parallelism: 1, tagLength: 32 },
  })
  const plain = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=8,t=1,p=1$${plain(nonce)}$${plain(tag)}`
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * The code that an app shows now (RFC 6238), or `steps` of 30 seconds later: one before and one after count too. Tests
 * take this one first and the next one then, so that time that passes meanwhile does no harm.
 */
export function codeOf(text: string, steps = 0): string {
  let bits = ''
  for (const letter of text.replaceAll(' ', '')) bits += alphabet.indexOf(letter).toString(2).padStart(5, '0')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(new Date().getTime() / 30_000) + steps))
  const digest = createHmac('sha1', key).update(counter).digest()
  const offset = digest[19]! & 15
  return String((digest.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0')
}

/** Signs in and sets up codes; gives the secret that the app was told. */
export async function setUpCodes(gate: Gate, browser: Browser, person: string): Promise<string> {
  browser.take(await gate.signIn({ name: person, password: goodPassword }, browser.from))
  await gate.beginCodes(goodPassword, browser.from)
  const begun = await gate.begunCodes(person)
  const proved = await gate.proveCodes(codeOf(begun!.secret), browser.from)
  browser.take(proved)
  return begun!.secret
}
