/** `loa people` and `loa keys`: who may write, who may approve, and the keys they sign with. */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { currentKeysDocument, readPassphrase, signKeysDocument } from '../approval/index.ts'
import {
  addPerson,
  accountsOf,
  addPersonKey,
  enrolKeyAgain,
  openInvitations,
  people,
  personById,
  personKeys,
  revokePersonKey,
  type Role,
} from '../people/index.ts'
import { accountCommands } from './accounts.ts'
import { newSigningKey, privateKeyPem, readSigningKey, type SigningKey } from '../wire/envelope.ts'
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
import { hubKey, type Work } from '../work.ts'

const roles: readonly Role[] = ['admin', 'editor', 'approver', 'operator', 'auditor']
const rolesTold = 'admin quản trị, editor biên tập, approver phê duyệt, operator cán bộ đài, auditor kiểm tra'

export function peopleCommands(program: Command): void {
  const nouns = program.command('people').description('người dùng · people')
  workCommand(nouns, 'list', 'mọi người · everyone', async (work) => {
    const accounts = await accountsOf(work.database)
    const invited = await openInvitations(work.database, work.clock.now())
    const all = (await people(work.database)).map((person) => {
      const account = accounts.get(person.id)
      return {
        ...person,
        account: account !== undefined,
        codes: account?.codes ?? false,
        invited: invited.has(person.id),
      }
    })
    return {
      json: all,
      lines: listing(
        ['mã', 'vai trò', 'tên', 'tài khoản', ''],
        all.map((person) => [
          ...[person.id, person.role, person.name, accountWord(person)],
          person.training ? 'tập huấn' : '',
        ]),
        {
          vi: 'Chưa có ai. Thêm bằng: loa people add <mã> --name "Họ Tên" --role editor',
          en: 'Nobody yet. Add one: loa people add <id> --name "Full Name" --role editor',
        },
      ),
    }
  })
  workCommand(nouns, 'add <id>', 'thêm một người · add a person', async (work, given) => {
    const role = roles.find((known) => known === required(given, 'role'))
    if (role === undefined) {
      throw new AppError('invalid', {
        vi: `Vai trò phải là một trong: ${roles.join(', ')}.`,
        en: `The role must be one of: ${roles.join(', ')}.`,
      })
    }
    const now = work.clock.now()
    const id = argument(given, 0)
    await addPerson(work.database, {
      id,
      name: required(given, 'name'),
      role,
      training: given.options['training'] === true,
      now,
    })
    return { json: { id, role }, lines: [`Đã thêm ${id} (${role}) · added`] }
  })
    .requiredOption('--name <name>', 'họ và tên · full name')
    .requiredOption('--role <role>', `${rolesTold} · role`)
    .option('--training', 'chỉ để tập huấn · for exercises only')
  accountCommands(nouns)
  keyCommands(program)
}

function accountWord(person: {
  suspendedAt: string | null
  account: boolean
  codes: boolean
  invited: boolean
}): string {
  if (person.suspendedAt !== null) return 'tạm dừng · suspended'
  if (person.account) return person.codes ? 'mật khẩu và mã · with codes' : 'mật khẩu · password'
  return person.invited ? 'đã mời · invited' : 'chưa mời · not invited'
}

function keyCommands(program: Command): void {
  const keys = program.command('keys').description('khóa ký · signing keys')
  workCommand(keys, 'list', 'khóa của mọi người · everyone’s keys', async (work) => {
    const all = await personKeys(work.database)
    return {
      json: all,
      lines: listing(
        ['khóa', 'người', 'từ', 'thu hồi', 'tạm dừng'],
        all.map((key) => [key.kid, key.person, key.createdAt, key.revokedAt ?? '', key.suspendedAt ?? '']),
        {
          vi: 'Chưa ai có khóa. Tạo cho người phê duyệt: loa keys new <người> --file …',
          en: 'Nobody has a key yet. Make one for an approver: loa keys new <person> --file …',
        },
      ),
    }
  })
  workCommand(
    keys,
    'new <person>',
    'khóa mới cho người phê duyệt, có mật khẩu · a new passphrase-protected key for an approver',
    async (work, given) => {
      const passphrase = passphraseOf(work)
      const file = required(given, 'file')
      const person = argument(given, 0)
      await refuseUnlessApprover(work, person)
      const key = newSigningKey()
      // The file comes first: a key that is enrolled but that nobody holds could never be used or replaced quietly.
      await writeSecret(file, privateKeyPem(key.privateKey, passphrase))
      let kid: string
      try {
        kid = await addPersonKey(work.database, { person, publicKey: key.publicKey, now: work.clock.now() })
      } catch (error) {
        await rm(file)
        throw error
      }
      return {
        json: { kid, file },
        lines: [
          `Khóa ${kid} đã ghi vào ${file}. Chưa có hiệu lực cho đến khi khóa gốc ký: loa keys sign --root-file …`,
          `The key ${kid} is in ${file}. It is not in force until the root signs: loa keys sign --root-file …`,
        ],
      }
    },
  ).requiredOption('--file <file>', 'tệp khóa mới · the new key file')
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
      const rootKey = readKeyFile(required(given, 'rootFile'), passphraseOf(work))
      const signed = await signKeysDocument(work.database, {
        rootKey,
        hubPublicKey: (await hubKey(work)).publicKey,
        training: given.options['training'] === true,
        now: work.clock.now(),
      })
      const version = String(signed.version)
      // The hub's own key is always one of them.
      const approvers = signed.keys - 1
      return {
        json: signed,
        lines:
          approvers === 0
            ? [
                `Đã ký danh sách khóa, bản ${version}, nhưng chưa có khóa nào của người phê duyệt: loa keys new <người>, rồi ký lại.`,
                `Keys document ${version} is signed, but no approver has a key yet: loa keys new <person>, then sign again.`,
              ]
            : [
                `Đã ký danh sách khóa, bản ${version}, có ${String(approvers)} khóa của người phê duyệt · keys document ${version} signed, with ${counted(approvers, 'key')} of approvers`,
              ],
      }
    },
  )
    .requiredOption('--root-file <file>', 'tệp khóa gốc · the root key file')
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
  enrolAgain(keys)
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
