/** `loa devices`: enrolling controllers, and what they last said. */
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { currentKeysDocument } from '../approval/index.ts'
import { deliveryStatus, mosquittoPassword } from '../delivery/index.ts'
import { enrolDevice, enrolledDevices, revokeDevice, stationsOf } from '../registry/index.ts'
import { newSigningKey, privateKeyPem } from '../wire/envelope.ts'
import type { DeviceCredentials } from '../wire/credentials.ts'
import { brokerUrl, type Work } from '../work.ts'
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
import { deviceWord } from './words.ts'

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
        lines: listing(
          ['bộ điều khiển', 'đài', 'trạng thái', 'lịch giữ', 'lịch mới nhất', 'tệp thiếu'],
          all.map((one) => [
            one.device,
            one.station,
            deviceWord[one.state],
            one.generation,
            one.wanted,
            one.missing,
          ]),
          {
            vi: 'Chưa ghi nhận bộ điều khiển nào. Ghi nhận bằng: loa devices enrol --all --out …',
            en: 'No controller is enrolled yet. Enrol them: loa devices enrol --all --out …',
          },
        ),
      }
    },
  )
  workCommand(
    devices,
    'enrol [device]',
    'ghi nhận bộ điều khiển, làm tệp khóa cho nó · enrol controllers, write their credentials',
    async (work, given) => {
      const file = required(given, 'out')
      const named = argument(given, 0)
      const all = given.options['all'] === true
      if (all === (named !== '')) {
        throw new AppError('invalid', {
          vi: 'Nêu một bộ điều khiển, hoặc --all cho mọi bộ điều khiển; không nêu cả hai.',
          en: 'Name one controller, or give --all for all of them; not both.',
        })
      }
      refuseUnlessNew(file)
      // The keys are on disk before any device is enrolled with them: they cannot be had a second time.
      const credentials = await enrol(work, all ? undefined : named, await personGiven(work, given), (made) =>
        writeSecret(file, `${JSON.stringify(all ? made : made[0])}\n`),
      )
      return {
        json: { enrolled: credentials.map((one) => one.device), file },
        lines: [
          `Đã ghi nhận ${String(credentials.length)} bộ điều khiển; khóa của chúng ở ${file}. Mang đến bộ điều khiển bằng đường an toàn, rồi chạy ở đó: loa controller --credentials …`,
          `Enrolled: ${counted(credentials.length, 'controller')}; the keys are in ${file}. Carry them there safely, then run there: loa controller --credentials …`,
        ],
      }
    },
  )
    .requiredOption('--out <file>', 'tệp khóa sẽ ghi · the credentials file')
    .option('--all', 'mọi bộ điều khiển chưa ghi nhận · every controller not enrolled yet')
    .option('--by <person>', 'người làm · who does it')
  workCommand(
    devices,
    'revoke <device>',
    'thu hồi khóa của một bộ điều khiển · revoke a controller’s key',
    async (work, given) => {
      await revokeDevice(work.database, {
        device: argument(given, 0),
        why: required(given, 'why'),
        now: work.clock.now(),
        by: await personGiven(work, given),
      })
      return {
        json: { device: argument(given, 0) },
        lines: ['Đã thu hồi khóa. Cấp khóa mới: loa devices enrol · revoked; enrol it again for a new key'],
      }
    },
  )
    .requiredOption('--why <reason>', 'lý do · why')
    .option('--by <person>', 'người làm · who does it')
}

/**
 * Enrols one device, or every device that is not enrolled yet: a new key and password for each, of
 * which the hub keeps only the public key and the password's hash. The credentials are returned to
 * be carried to the devices; `keep` puts them in safety before the first device is enrolled. Refuses, changing
 * nothing: `conflict` while no root has signed a keys document, because a controller must be given the root it
 * is to trust; `conflict` when every device, or the chosen one, is enrolled already; `not_found` for an unknown one.
 */
export async function enrol(
  work: Work,
  chosen: string | undefined,
  by: string | null,
  keep: (credentials: readonly DeviceCredentials[]) => Promise<void> = () => Promise.resolve(),
): Promise<DeviceCredentials[]> {
  const keys = await currentKeysDocument(work.database)
  if (keys === undefined) {
    throw new AppError('conflict', {
      vi: 'Chưa có khóa gốc: loa keys root, rồi loa keys sign.',
      en: 'There is no root key yet: loa keys root, then loa keys sign.',
    })
  }
  const broker = await brokerUrl(work)
  const made = (await devicesToEnrol(work, chosen)).map(({ id, type }) => {
    const key = newSigningKey()
    const credentials: DeviceCredentials = {
      v: 1,
      device: id,
      type,
      broker,
      password: randomBytes(18).toString('base64url'),
      rootPublicKey: keys.rootPublicKey,
      privateKey: privateKeyPem(key.privateKey),
    }
    return { credentials, publicKey: key.publicKey }
  })
  const all = made.map(({ credentials }) => credentials)
  await keep(all)
  const now = work.clock.now()
  for (const { credentials, publicKey } of made) {
    const passwordHash = mosquittoPassword(credentials.password)
    await enrolDevice(work.database, { device: credentials.device, publicKey, passwordHash, now, by })
  }
  return all
}

async function devicesToEnrol(work: Work, chosen: string | undefined) {
  const enrolled = new Set((await enrolledDevices(work.database)).map((device) => device.id))
  const known = (await stationsOf(work.database)).flatMap((station) => station.devices)
  const asked = chosen === undefined ? known : known.filter((device) => device.id === chosen)
  if (chosen !== undefined && asked.length === 0) {
    throw new AppError('not_found', {
      vi: `Không có bộ điều khiển ${chosen} trong sổ. Mã của chúng ở cột cuối của: loa stations`,
      en: `There is no controller ${chosen} in the registry. Their ids are in the last column of: loa stations`,
    })
  }
  const wanted = asked.filter((device) => !enrolled.has(device.id))
  if (wanted.length > 0) return wanted
  throw new AppError(
    'conflict',
    chosen === undefined
      ? {
          vi: 'Mọi bộ điều khiển trong sổ đã được ghi nhận. Mất tệp khóa thì thu hồi rồi ghi nhận lại từng bộ: loa devices revoke …',
          en: 'Every controller of the registry is enrolled. If their file is lost, revoke and enrol them one by one: loa devices revoke …',
        }
      : {
          vi: `Bộ điều khiển ${chosen} đã được ghi nhận. Muốn cấp khóa mới thì thu hồi khóa cũ trước: loa devices revoke ${chosen} --why …`,
          en: `The controller ${chosen} is enrolled. For a new key, revoke the old one first: loa devices revoke ${chosen} --why …`,
        },
  )
}
