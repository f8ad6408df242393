/** Passwords: what makes one fit, and how one is kept: Argon2id, with its parameters beside it. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Sentence } from '../../base/errors.ts'
import { foldName } from '../../base/text.ts'

export const passwordCharactersMin = 10
export const passwordCharactersMax = 128

/** OWASP's second setting for Argon2id: 19 MiB, two passes, one lane. */
const kibibytes = 19_456
const passes = 2
const lanes = 1
const tagBytes = 32
const saltBytes = 16
/** What a kept password may ask of this machine: a damaged row must not take all its memory. */
const kibibytesMax = 262_144
const passesMax = 20

const derive = promisify(argon2)

/** The password as one text, however the keyboard wrote its letters. */
export function readPassword(typed: string): string {
  return typed.normalize('NFC')
}

/** Why this cannot be the password of somebody of that id and name; undefined when it can. */
export function passwordFault(typed: string, person: { id: string; name: string }): Sentence | undefined {
  const password = readPassword(typed)
  const characters = Array.from(password).length
  if (characters < passwordCharactersMin) {
    return {
      vi: `Mật khẩu phải có ít nhất ${passwordCharactersMin} ký tự. Một câu ngắn dễ nhớ là tốt nhất.`,
      en: `The password must have at least ${passwordCharactersMin} characters. A short sentence is best.`,
    }
  }
  if (characters > passwordCharactersMax) {
    return {
      vi: `Mật khẩu dài quá ${passwordCharactersMax} ký tự. Hãy đặt ngắn hơn.`,
      en: `The password has more than ${passwordCharactersMax} characters. Choose a shorter one.`,
    }
  }
  if (new Set(Array.from(password)).size < 5) {
    return {
      vi: 'Mật khẩu chỉ lặp lại vài ký tự nên quá dễ đoán. Hãy đặt mật khẩu khác.',
      en: 'The password repeats a few characters and is too easy to guess. Choose another one.',
    }
  }
  if (isTheirName(password, person)) {
    return {
      vi: 'Mật khẩu chỉ là họ tên hoặc mã người dùng nên quá dễ đoán. Hãy thêm những từ khác.',
      en: 'The password is only the name or the id and too easy to guess. Add other words.',
    }
  }
  return undefined
}

// Their name or id, with nothing but figures and marks around it.
function isTheirName(password: string, { id, name }: { id: string; name: string }): boolean {
  const letters = (text: string): string => foldName(text).replaceAll(/[^a-z]/g, '')
  const said = letters(password)
  return said === '' ? false : [letters(id), letters(name)].includes(said)
}

/** The password as it is kept: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export async function hashPassword(typed: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await tagOf(typed, salt, { memory: kibibytes, passes, parallelism: lanes, tagLength: tagBytes })
  return `$argon2id$v=19$m=${kibibytes},t=${passes},p=${lanes}$${plain(salt)}$${plain(tag)}`
}

const kept =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Whether this is the password that was kept so; false for anything that was kept in another way. */
export async function isPassword(typed: string, hash: string): Promise<boolean> {
  const [, memory, turns, parallelism, salt = '', tag = ''] = kept.exec(hash) ?? []
  if (memory === undefined || Number(memory) > kibibytesMax || Number(turns) > passesMax) return false
  const wanted = Buffer.from(tag, 'base64')
  const settings = { memory: Number(memory), passes: Number(turns), parallelism: Number(parallelism) }
  const found = await tagOf(typed, Buffer.from(salt, 'base64'), { ...settings, tagLength: wanted.length })
  return timingSafeEqual(found, wanted)
}

function tagOf(
  typed: string,
  nonce: Buffer,
  settings: { memory: number; passes: number; parallelism: number; tagLength: number },
): Promise<Buffer> {
  return derive('argon2id', { message: Buffer.from(readPassword(typed), 'utf8'), nonce, ...settings })
}

function plain(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
