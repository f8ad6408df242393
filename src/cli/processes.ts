/**
 * `loa hub`, `loa controller`, `loa fleet`, `loa demo`: the long-running processes, stopped by SIGINT
 * or SIGTERM. Their code is loaded only when one is asked for: a short command should not wait for a
 * web server's.
 */
import type { Command } from 'commander'
import { join } from 'node:path'
import { AppError } from '../base/errors.ts'
import { isEveryAddress } from '../base/hosts.ts'
import { createLog } from '../base/log.ts'
import { type Config, readConfig } from '../config.ts'
import { type Answer, command, optional, required, say, wholeNumber } from './shell.ts'
import { stopSignal } from './stop.ts'

const silent: Answer = { json: { stopped: true }, lines: [] }

export function processCommands(program: Command): void {
  command(program, 'hub', 'trung tâm: trang web, xếp lịch, phát lệnh, bằng chứng · the hub', async () => {
    const config = readConfig()
    const log = createLog(config.logLevel)
    const signal = stopSignal()
    const { startHub } = await import('../hub.ts')
    const hub = await startHub(config, { log })
    process.stderr.write(`Loa Làng: ${hub.url}   (MQTT ${hub.brokerUrl})   Ctrl-C để dừng · Ctrl-C stops\n`)
    for (const line of otherNames(config, hub.url)) process.stderr.write(`${line}\n`)
    if (hub.welcome !== undefined) {
      say({
        vi: `Chưa ai có tài khoản. Tạo quản trị đầu tiên (trong một giờ, một lần): ${hub.welcome}`,
        en: `Nobody has an account yet. Make the first admin (within an hour, once): ${hub.welcome}`,
      })
    }
    if (hub.toInvite !== undefined) {
      say({
        vi: `Chưa ai có tài khoản. Mời quản trị đã có trong danh sách: loa people invite ${hub.toInvite}`,
        en: `Nobody has an account yet. Invite the admin who is there already: loa people invite ${hub.toInvite}`,
      })
    }
    await Promise.race([aborted(signal), hub.failed])
    await hub.stop()
    return silent
  })
  command(program, 'controller', 'một bộ điều khiển loa · one loudspeaker controller', async (given) => {
    const config = readConfig()
    const { runController } = await import('../controller.ts')
    await runController(
      {
        credentialsFile: required(given, 'credentials'),
        folder: optional(given, 'folder') ?? join(config.data, 'controller'),
        output: outputOf(optional(given, 'output')),
        log: createLog(config.logLevel),
        jitterSeconds: config.jitterSeconds,
        say,
        ...(optional(given, 'device') === undefined ? {} : { device: optional(given, 'device') ?? '' }),
      },
      stopSignal(),
    )
    return silent
  })
    .requiredOption('--credentials <file>', 'tệp khóa của thiết bị · credentials file')
    .option('--device <device>', 'thiết bị nào, khi tệp có nhiều · which one, when the file has several')
    .option('--folder <folder>', 'bộ nhớ và nhật ký · cache and journal')
    .option('--output <output>', 'alsa, file; mặc định alsa nếu có card · default alsa where there is a card')
  command(program, 'fleet', 'nhiều bộ điều khiển mô phỏng · many simulated controllers', async (given) => {
    const config = readConfig()
    const devices = optional(given, 'devices')
    // A programme that reads the lines needs no words.
    if (process.stdout.isTTY) {
      say({
        vi: 'Bộ điều khiển mô phỏng: mỗi dòng JSON là tình trạng lúc ấy. Ctrl-C để dừng.',
        en: 'Simulated controllers: each line of JSON is how they stand. Ctrl-C stops them.',
      })
    }
    const { runFleet } = await import('../fleet.ts')
    await runFleet({
      credentialsFile: optional(given, 'credentials') ?? join(config.data, 'fleet', 'credentials.json'),
      ...(devices === undefined ? {} : { devices: wholeNumber(devices, '--devices', 1, 2000) }),
      folder: optional(given, 'folder') ?? join(config.data, 'fleet'),
      output: 'simulated',
      log: createLog(config.logLevel),
      jitterSeconds: config.jitterSeconds,
      signal: stopSignal(),
      onStatus: (status) => {
        process.stdout.write(`${JSON.stringify(status)}\n`)
      },
    })
    return silent
  })
    .option('--devices <n>', 'số bộ điều khiển, mặc định cả tệp · how many, default all of the file')
    .option(
      '--credentials <file>',
      'tệp của loa devices enrol --all, mặc định fleet/credentials.json trong LOA_DATA · its file',
    )
    .option('--folder <folder>', 'bộ nhớ và nhật ký · caches and journals')
  command(
    program,
    'demo',
    'trình diễn trọn đường đi, bằng dữ liệu mẫu, trên thư mục riêng · the whole way on sample data, in a folder of its own',
    async (given) => {
      const { runDemo } = await import('../demo.ts')
      const report = await runDemo({
        once: given.options['once'] === true,
        json: given.options['json'] === true,
        signal: stopSignal(),
      })
      return { json: report, lines: [] }
    },
  ).option('--once', 'tự kết thúc khi đã xác nhận xong · ends by itself')
}

/** Where else the pages open when the hub listens on every address, and how another name is let in. */
export function otherNames({ host, names }: Pick<Config, 'host' | 'names'>, url: string): string[] {
  if (!isEveryAddress(host)) return []
  const own = ['localhost', ...names]
  return [
    ...names.map((name) => `Loa Làng: http://${name}:${new URL(url).port}`),
    `! Đang nghe trên mọi địa chỉ của máy này, nhưng trang chỉ mở dưới tên ${own.join(', ')}; tên hoặc địa chỉ khác thì ghi vào LOA_NAMES. Chưa có đăng nhập: ai mở được trang cũng xem được hết.`,
    `! Listening on every address of this machine, but the pages open under ${own.join(', ')} only; enter another name or address in LOA_NAMES. There is no sign-in: who opens the pages sees everything.`,
  ]
}

function outputOf(text: string | undefined): 'auto' | 'alsa' | 'file' {
  if (text === undefined) return 'auto'
  if (text === 'alsa' || text === 'file') return text
  throw new AppError('invalid', {
    vi: `--output phải là alsa hoặc file, không phải "${text}".`,
    en: `--output must be alsa or file, not "${text}".`,
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
}
