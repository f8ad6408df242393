/** `loa people` and `loa keys`: who may write, who may approve, and the keys they sign with. */
import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { currentKeysDocument, readPassphrase, signKeysDocument } from '../approval/index.ts'
import { addPerson, addPersonKey, people, personKeys, revokePersonKey, type Role } from '../people/index.ts'
import { newSigningKey, privateKeyPem, readSigningKey, type SigningKey } from '../wire/envelope.ts'
import { argument, optional, required, table, workCommand } from './shell.ts'
import { hubKey, type Work } from '../work.ts'

const roles: readonly Role[] = ['admin', 'editor', 'approver', 'operator', 'auditor']

export function peopleCommands(program: Command): void {
  const nouns = program.command('people').description('người dùng · people')
  workCommand(nouns, 'list', 'mọi người · everyone', async (work) => {
    const all = await people(work.database)
    return {
      json: all,
      lines: table(
        ['mã', 'vai trò', 'tên', ''],
        all.map((person) => [person.id, person.role, person.name, person.training ? 'tập huấn' : '']),
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
    return { json: { id, role }, lines: [`Đã thêm ${id} (${role})`] }
  })
    .requiredOption('--name <name>', 'họ và tên · full name')
    .requiredOption('--role <role>', roles.join(', '))
    .option('--training', 'chỉ để tập huấn · for exercises only')
  keyCommands(program)
}

function keyCommands(program: Command): void {
  const keys = program.command('keys').description('khoá ký · signing keys')
  workCommand(keys, 'list', 'khoá của mọi người · everyone’s keys', async (work) => {
    const all = await personKeys(work.database)
    return {
      json: all,
      lines: table(
        ['khoá', 'người', 'từ', 'thu hồi'],
        all.map((key) => [key.kid, key.person, key.createdAt, key.revokedAt ?? '']),
      ),
    }
  })
  workCommand(
    keys,
    'new <person>',
    'khoá mới cho người phê duyệt, có mật khẩu · a new passphrase-protected key for an approver',
    async (work, given) => {
      const passphrase = passphraseOf(work)
      const file = required(given, 'file')
      refuseExisting(file)
      const key = newSigningKey()
      await writeWhole(file, privateKeyPem(key.privateKey, passphrase), 0o600)
      const now = work.clock.now()
      const kid = await addPersonKey(work.database, {
        person: argument(given, 0),
        publicKey: key.publicKey,
        now,
      })
      return {
        json: { kid, file },
        lines: [
          `Khoá ${kid} đã ghi vào ${file}. Chưa có hiệu lực cho đến khi khoá gốc ký: loa keys sign · not in force until the root signs`,
        ],
      }
    },
  ).requiredOption('--file <file>', 'tệp khoá mới · the new key file')
  workCommand(
    keys,
    'root',
    'khoá gốc mới, giữ ngoài máy chủ · a new offline root key',
    async (work, given) => {
      const file = required(given, 'file')
      refuseExisting(file)
      const key = newSigningKey()
      await writeWhole(file, privateKeyPem(key.privateKey, passphraseOf(work)), 0o600)
      return {
        json: { kid: key.kid, publicKey: key.publicKey, file },
        lines: [`Khoá gốc ${key.kid} đã ghi vào ${file}. Cất ở nơi ngoại tuyến · keep it offline`],
      }
    },
  ).requiredOption('--file <file>', 'tệp khoá gốc · the root key file')
  workCommand(
    keys,
    'sign',
    'khoá gốc ký danh sách khoá đang có hiệu lực · the root signs who may sign what',
    async (work, given) => {
      const rootKey = readKeyFile(required(given, 'rootFile'), passphraseOf(work))
      const signed = await signKeysDocument(work.database, {
        rootKey,
        hubPublicKey: (await hubKey(work)).publicKey,
        training: given.options['training'] === true,
        now: work.clock.now(),
      })
      return { json: signed, lines: [`Đã ký danh sách khoá, bản ${String(signed.version)}`] }
    },
  )
    .requiredOption('--root-file <file>', 'tệp khoá gốc · the root key file')
    .option('--training', 'chỉ để tập huấn · for exercises only')
  workCommand(keys, 'show', 'danh sách khoá đã ký · the signed keys document', async (work) => {
    const document = await currentKeysDocument(work.database)
    if (document === undefined)
      throw new AppError('not_found', {
        vi: 'Chưa có danh sách khoá. Ký bằng: loa keys sign --root-file …',
        en: 'There is no keys document yet. Sign one: loa keys sign --root-file …',
      })
    const text = Buffer.from(document.envelope).toString('utf8')
    return {
      json: { version: document.version, rootPublicKey: document.rootPublicKey, envelope: text },
      lines: [text],
    }
  })
  workCommand(keys, 'revoke <kid>', 'thu hồi một khoá · revoke a key', async (work, given) => {
    const now = work.clock.now()
    const by = optional(given, 'by')
    await revokePersonKey(work.database, {
      kid: argument(given, 0),
      why: required(given, 'why'),
      now,
      ...(by === undefined ? {} : { by }),
    })
    return {
      json: { kid: argument(given, 0) },
      lines: ['Đã thu hồi. Ký lại danh sách khoá: loa keys sign · sign the keys document again'],
    }
  })
    .requiredOption('--why <reason>', 'lý do · why')
    .option('--by <person>')
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
      { vi: `Không đọc được tệp khoá ${file}.`, en: `The key file ${file} cannot be read.` },
      { cause: error },
    )
  }
  try {
    return readSigningKey(pem, passphrase)
  } catch (error) {
    throw new AppError(
      'forbidden',
      {
        vi: `Mật khẩu không mở được khoá ${file} (LOA_PASSPHRASE).`,
        en: `The passphrase does not open the key ${file} (LOA_PASSPHRASE).`,
      },
      { cause: error },
    )
  }
}

function refuseExisting(file: string): void {
  if (existsSync(file)) {
    throw new AppError('conflict', {
      vi: `${file} đã có; không ghi đè lên khoá.`,
      en: `${file} exists; a key is never overwritten.`,
    })
  }
}
