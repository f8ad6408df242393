/** `loa keys`: the keys that approvers sign with, by whose word they count, and the offline root. */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  confirmKey,
  currentKeysDocument,
  enrolKey,
  keyStates,
  type NewKey,
  newKeys,
  readPassphrase,
  signKeysDocument,
} from '../approval/index.ts'
import { AppError } from '../base/errors.ts'
import { enrolKeyAgain, personById, revokePersonKey } from '../people/index.ts'
import { newSigningKey, privateKeyPem, readSigningKey, type SigningKey } from '../wire/envelope.ts'
import { hubKey, type Work } from '../work.ts'
import {
  argument,
  counted,
  listing,
  personGiven,
  refuseUnlessNew,
  required,
  workCommand,
  writeSecret,
} from './shell.ts'
import { keyWord } from './words.ts'

export function keyCommands(program: Command): void {
  const keys = program.command('keys').description('khóa ký · signing keys')
  workCommand(keys, 'list', 'khóa của mọi người · everyone’s keys', async (work) => {
    const all = await keyStates(work.database, work.clock.now())
    return {
      json: all,
      lines: listing(
        ['khóa', 'người', 'loại', 'trạng thái', 'từ'],
        all.map((key) => [
          ...[key.kid, key.person, key.passkey === null ? 'Ed25519' : 'passkey'],
          ...[keyWord[key.state], key.createdAt],
        ]),
        {
          vi: 'Chưa ai có khóa. Tạo cho người phê duyệt: loa keys new <người> --file … --by <quản trị>',
          en: 'Nobody has a key yet. Make one for an approver: loa keys new <person> --file … --by <admin>',
        },
      ),
    }
  })
  enrolling(keys)
  enrolAgain(keys)
  rootCommands(keys)
  workCommand(keys, 'revoke <kid>', 'thu hồi một khóa · revoke a key', async (work, given) => {
    const now = work.clock.now()
    const by = await personGiven(work, given)
    await revokePersonKey(work.database, {
      kid: argument(given, 0),
      why: required(given, 'why'),
      now,
      ...(by === null ? {} : { by }),
    })
    return {
      json: { kid: argument(given, 0) },
      lines: ['Đã thu hồi. Ký lại danh sách khóa: loa keys sign · sign the keys document again'],
    }
  })
    .requiredOption('--why <reason>', 'lý do · why')
    .option('--by <person>', 'người làm · who does it')
}

/** An admin enrols a key, a second person confirms it. */
function enrolling(keys: Command): void {
  workCommand(
    keys,
    'new <person>',
    'khóa mới cho người phê duyệt, có mật khẩu · a new passphrase-protected key for an approver',
    async (work, given) => {
      const passphrase = passphraseOf(work)
      const file = required(given, 'file')
      const person = argument(given, 0)
      const [by, now] = [required(given, 'by'), work.clock.now()]
      await refuseUnlessApprover(work, person)
      const key = newSigningKey()
      // The file comes first: a key that is enrolled but that nobody holds could never be used or replaced quietly.
      await writeSecret(file, privateKeyPem(key.privateKey, passphrase))
      try {
        const kid = await enrolKey(work.database, { person, publicKey: key.publicKey, by, now })
        return {
          json: { kid, file },
          lines: [`Khóa ${kid} đã ghi vào ${file} · in this file`, ...nextStep(kid)],
        }
      } catch (error) {
        await rm(file)
        throw error
      }
    },
  )
    .requiredOption('--file <file>', 'tệp khóa mới · the new key file')
    .requiredOption('--by <person>', 'quản trị ghi nhận khóa · the admin who enrols it')
  workCommand(
    keys,
    'make',
    'khóa mới trên máy của chính mình, để quản trị ghi nhận · a key of your own, for an admin to enrol',
    async (work, given) => {
      const file = required(given, 'file')
      refuseUnlessNew(file)
      const key = newSigningKey()
      await writeSecret(file, privateKeyPem(key.privateKey, passphraseOf(work)))
      const { kid, publicKey } = key
      return {
        json: { kid, publicKey, file },
        lines: [
          `Khóa ${kid} đã ghi vào ${file}. Đưa dòng này cho quản trị · give this line to an admin:`,
          `loa keys enrol <người> --public-key=${publicKey} --by <quản trị>`,
        ],
      }
    },
  ).requiredOption('--file <file>', 'tệp khóa mới · the new key file')
  workCommand(
    keys,
    'enrol <person>',
    'quản trị ghi nhận khóa công khai của người phê duyệt · an admin enrols an approver’s public key',
    async (work, given) => {
      const [person, publicKey] = [argument(given, 0), required(given, 'publicKey')]
      const wanted = { person, publicKey, by: required(given, 'by'), now: work.clock.now() }
      const kid = await enrolKey(work.database, wanted)
      return { json: { kid }, lines: [`Đã ghi nhận khóa ${kid} · enrolled`, ...nextStep(kid)] }
    },
  )
    .requiredOption('--public-key <text>', 'khóa công khai · the public key')
    .requiredOption('--by <person>', 'quản trị ghi nhận khóa · the admin who enrols it')
  workCommand(
    keys,
    'confirm <kid>',
    'người thứ hai xác nhận khóa, sau khi đối chiếu mã khóa với chủ khóa · a second person confirms a key',
    async (work, given) => {
      const kid = argument(given, 0)
      await confirmKey(work.database, { kid, by: required(given, 'by'), now: work.clock.now() })
      return {
        json: { kid },
        lines: [
          `Đã xác nhận khóa ${kid}. Khóa chờ khóa gốc ký: loa keys sign --root-file …`,
          `The key ${kid} is confirmed. It waits for the root: loa keys sign --root-file …`,
        ],
      }
    },
  ).requiredOption('--by <person>', 'người thứ hai · the second person')
}

function nextStep(kid: string): string[] {
  return [
    `Khóa chờ người thứ hai đối chiếu mã và xác nhận: loa keys confirm ${kid} --by <người>`,
    `It waits for a second person, who compares its id and confirms it: loa keys confirm ${kid} --by <person>`,
  ]
}

/** What the offline root does. */
function rootCommands(keys: Command): void {
  workCommand(
    keys,
    'root',
    'khóa gốc mới, giữ ngoài máy chủ · a new offline root key',
    async (work, given) => {
      const file = required(given, 'file')
      refuseUnlessNew(file)
      const key = newSigningKey()
      await writeSecret(file, privateKeyPem(key.privateKey, passphraseOf(work)))
      return {
        json: { kid: key.kid, publicKey: key.publicKey, file },
        lines: [
          `Khóa gốc ${key.kid} đã ghi vào ${file}. Cất ngoài máy chủ, và giữ một bản sao: mất khóa gốc thì không bao giờ đổi được danh sách khóa nữa.`,
          `The root key ${key.kid} is in ${file}. Keep it off the server, with a copy: without it the list of keys can never be changed again.`,
        ],
      }
    },
  ).requiredOption('--file <file>', 'tệp khóa gốc · the root key file')
  workCommand(
    keys,
    'sign',
    'khóa gốc ký danh sách khóa đang có hiệu lực · the root signs who may sign what',
    async (work, given) => {
      const [now, training] = [work.clock.now(), given.options['training'] === true]
      const fresh = await newKeys(work.database, { training, now })
      if (given.options['look'] === true) return { json: { keys: fresh }, lines: newKeyLines(fresh) }
      const rootKey = readKeyFile(required(given, 'rootFile'), passphraseOf(work))
      const hubPublicKey = (await hubKey(work)).publicKey
      const signed = await signKeysDocument(work.database, { rootKey, hubPublicKey, training, now })
      const version = String(signed.version)
      // The hub's own key is always one of them.
      const approvers = signed.keys - 1
      return {
        json: { ...signed, newKeys: fresh },
        lines: [
          ...newKeyLines(fresh),
          ...(approvers === 0
            ? [
                `Đã ký danh sách khóa, bản ${version}, nhưng chưa có khóa nào của người phê duyệt: loa keys new <người>, rồi ký lại.`,
                `Keys document ${version} is signed, but no approver has a key yet: loa keys new <person>, then sign again.`,
              ]
            : [
                `Đã ký danh sách khóa, bản ${version}, có ${String(approvers)} khóa của người phê duyệt · keys document ${version} signed, with ${counted(approvers, 'key')} of approvers`,
              ]),
        ],
      }
    },
  )
    .option('--root-file <file>', 'tệp khóa gốc · the root key file')
    .option('--look', 'chỉ xem khóa mới, chưa ký gì · only look at the new keys, sign nothing')
    .option('--training', 'chỉ để tập huấn · for exercises only')
  workCommand(keys, 'show', 'danh sách khóa đã ký · the signed keys document', async (work) => {
    const document = await currentKeysDocument(work.database)
    if (document === undefined)
      throw new AppError('not_found', {
        vi: 'Chưa có danh sách khóa. Ký bằng: loa keys sign --root-file …',
        en: 'There is no keys document yet. Sign one: loa keys sign --root-file …',
      })
    const text = Buffer.from(document.envelope).toString('utf8')
    return {
      json: { version: document.version, rootPublicKey: document.rootPublicKey, envelope: text },
      lines: [text],
    }
  })
}

function enrolAgain(keys: Command): void {
  workCommand(
    keys,
    'enrol-again <kid>',
    'ghi nhận lại khóa đang tạm dừng: hai người, một là quản trị · enrol a suspended key again: two people, one an admin',
    async (work, given) => {
      const by = await personGiven(work, given)
      const kid = argument(given, 0)
      const state = await enrolKeyAgain(work.database, { kid, by: by ?? '', now: work.clock.now() })
      return {
        json: { kid, state },
        lines: [
          state === 'enrolled'
            ? 'Khóa có hiệu lực lại · the key is in force again'
            : 'Đã ghi; cần người thứ hai làm như vậy · noted; a second person must do the same',
        ],
      }
    },
  ).requiredOption('--by <person>', 'người làm · who does it')
}

/** Each new key with its owner and the two who stand for it, and a warning where one had a hand in another. */
function newKeyLines(keys: readonly NewKey[]): string[] {
  if (keys.length === 0) return ['Không có khóa mới · no new keys']
  return keys.flatMap(({ kid, name, person, enrolledBy, confirmedBy, hands }) => [
    `Khóa mới · new key ${kid}: ${name} (${person}); ghi nhận · enrolled: ${enrolledBy ?? '–'}; xác nhận · confirmed: ${confirmedBy ?? '–'}`,
    ...hands.flatMap(({ by, over, what }) =>
      what === 'reset'
        ? [
            `  CHÚ Ý · WARNING: ${by} đã đặt lại mật khẩu hay mã của ${over} · reset the password or codes of ${over}`,
          ]
        : [`  CHÚ Ý · WARNING: ${by} đã mời hoặc đổi vai trò ${over} · let ${over} in or changed their role`],
    ),
  ])
}

/** The passphrase, from the environment only: an argument would show in the process list. */
export function passphraseOf(work: Work): string {
  const read = readPassphrase(work.config.passphrase ?? '')
  if (!read.ok)
    throw new AppError('invalid', {
      vi: `LOA_PASSPHRASE: ${read.why.vi}`,
      en: `LOA_PASSPHRASE: ${read.why.en}`,
    })
  return read.passphrase
}

/** Reads a passphrase-protected key file, or refuses with the reason. */
export function readKeyFile(file: string, passphrase: string): SigningKey & { publicKey: string } {
  let pem: string
  try {
    pem = readFileSync(file, 'utf8')
  } catch (error) {
    throw new AppError(
      'not_found',
      { vi: `Không đọc được tệp khóa ${file}.`, en: `The key file ${file} cannot be read.` },
      { cause: error },
    )
  }
  try {
    return readSigningKey(pem, passphrase)
  } catch (error) {
    throw new AppError(
      'forbidden',
      {
        vi: `Mật khẩu không mở được khóa ${file} (LOA_PASSPHRASE).`,
        en: `The passphrase does not open the key ${file} (LOA_PASSPHRASE).`,
      },
      { cause: error },
    )
  }
}

/** Only approvers sign, so only their keys ever come into the keys document. */
async function refuseUnlessApprover(work: Work, person: string): Promise<void> {
  const { name, role } = await personById(work.database, person)
  if (role === 'approver') return
  throw new AppError('forbidden', {
    vi: `“${name}” không phải người phê duyệt, nên khóa sẽ không ký được gì. Chỉ tạo khóa cho người phê duyệt.`,
    en: `“${name}” is not an approver, so the key could sign nothing. Keys are made for approvers only.`,
  })
}
