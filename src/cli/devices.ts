/** `loa devices`: enrolling controllers, and what they last said. */
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { currentKeysDocument } from '../approval/index.ts'
import { deliveryStatus, mosquittoPassword } from '../delivery/index.ts'
import { enrolDevice, enrolledDevices, revokeDevice, stationsOf } from '../registry/index.ts'
import { newSigningKey, privateKeyPem } from '../wire/envelope.ts'
import type { DeviceCredentials } from '../wire/credentials.ts'
import { brokerUrl, type Work } from '../work.ts'
import { argument, optional, required, table, workCommand } from './shell.ts'

export function deviceCommands(program: Command): void {
  const devices = program.command('devices').description('bộ điều khiển · controllers')
  workCommand(
    devices,
    'list',
    'mọi bộ điều khiển và điều chúng nói gần nhất · all controllers and what they last said',
    async (work) => {
      const all = await deliveryStatus(work.database)
      return {
        json: all,
        lines: table(
          ['thiết bị', 'đài', 'trạng thái', 'lịch', 'thiếu'],
          all.map((one) => [one.device, one.station, one.state, one.generation, one.missing]),
        ),
      }
    },
  )
  workCommand(
    devices,
    'enrol [device]',
    'ghi nhận bộ điều khiển, làm tệp khoá cho nó · enrol controllers, write their credentials',
    async (work, given) => {
      const file = required(given, 'out')
      const chosen = given.options['all'] === true ? undefined : argument(given, 0)
      if (chosen === '')
        throw new AppError('invalid', {
          vi: 'Nêu một thiết bị, hoặc --all.',
          en: 'Name a device, or give --all.',
        })
      const credentials = await enrol(work, chosen, optional(given, 'by') ?? null)
      await writeWhole(
        file,
        `${JSON.stringify(chosen === undefined ? credentials : credentials[0])}\n`,
        0o600,
      )
      return {
        json: { enrolled: credentials.map((one) => one.device), file },
        lines: [
          `Đã ghi nhận ${String(credentials.length)} thiết bị; tệp khoá: ${file}. Chuyển tệp này đến thiết bị bằng đường an toàn · move it there safely`,
        ],
      }
    },
  )
    .requiredOption('--out <file>', 'tệp khoá sẽ ghi · the credentials file')
    .option('--all', 'mọi thiết bị chưa ghi nhận · every device not enrolled yet')
    .option('--by <person>')
  workCommand(
    devices,
    'revoke <device>',
    'thu hồi một bộ điều khiển · revoke a controller',
    async (work, given) => {
      await revokeDevice(work.database, {
        device: argument(given, 0),
        why: required(given, 'why'),
        now: work.clock.now(),
        by: optional(given, 'by') ?? null,
      })
      return { json: { device: argument(given, 0) }, lines: ['Đã thu hồi · revoked'] }
    },
  )
    .requiredOption('--why <reason>', 'lý do · why')
    .option('--by <person>')
}

/**
 * Enrols one device, or every device that is not enrolled yet: a new key and password for each, of
 * which the hub keeps only the public key and the password's hash. The credentials are returned to
 * be carried to the devices. Refuses while no root has signed a keys document, because a controller
 * must be given the root it is to trust.
 */
export async function enrol(
  work: Work,
  chosen: string | undefined,
  by: string | null,
): Promise<DeviceCredentials[]> {
  const keys = await currentKeysDocument(work.database)
  if (keys === undefined) {
    throw new AppError('conflict', {
      vi: 'Chưa có khoá gốc: loa keys root, rồi loa keys sign.',
      en: 'There is no root key yet: loa keys root, then loa keys sign.',
    })
  }
  const enrolled = new Set((await enrolledDevices(work.database)).map((device) => device.id))
  const known = (await stationsOf(work.database)).flatMap((station) => station.devices)
  const wanted =
    chosen === undefined
      ? known.filter((device) => !enrolled.has(device.id))
      : known.filter((device) => device.id === chosen)
  if (chosen !== undefined && wanted.length === 0) {
    throw new AppError('not_found', {
      vi: `Không có thiết bị ${chosen} trong sổ.`,
      en: `There is no device ${chosen} in the registry.`,
    })
  }
  const broker = await brokerUrl(work)
  const now = work.clock.now()
  const credentials: DeviceCredentials[] = []
  for (const device of wanted) {
    const key = newSigningKey()
    const password = randomBytes(18).toString('base64url')
    await enrolDevice(work.database, {
      device: device.id,
      publicKey: key.publicKey,
      passwordHash: mosquittoPassword(password),
      now,
      by,
    })
    credentials.push({
      v: 1,
      device: device.id,
      type: device.type,
      broker,
      password,
      rootPublicKey: keys.rootPublicKey,
      privateKey: privateKeyPem(key.privateKey),
    })
  }
  return credentials
}
