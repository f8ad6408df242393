/** The process of one controller: credentials, loudspeaker and connections put together, until it is told to stop. */
import { access } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AppError, type Sentence } from './base/errors.ts'
import { randomIds } from './base/ids.ts'
import type { Log } from './base/log.ts'
import { systemClock } from './base/time.ts'
import {
  alsaOutput,
  type ControllerStatus,
  createController,
  createGate,
  fileOutput,
  hasSoundCard,
  type Output,
  readCredentials,
  simulatedOutput,
} from './playback/index.ts'
import { mqttBus } from './wire/bus.ts'
import { dataUser } from './wire/credentials.ts'

export type RunControllerOptions = {
  /** The file from enrolment; with several devices in it, `device` says which. */
  credentialsFile: string
  device?: string
  /** Journal and recordings; what the file output writes goes to `<folder>/heard`. */
  folder: string
  /** `auto`: the sound card if there is one, otherwise files. */
  output: 'auto' | 'alsa' | 'file' | 'simulated'
  /** ALSA's name of the card. Default `default`. */
  alsaDevice?: string
  /** Another address of the broker than the credentials have. */
  url?: string
  jitterSeconds: number
  /** Default 60. */
  resendSeconds?: number
  cacheBytes?: number
  log: Log
  /** Sentences for whoever started it. */
  say?: (sentence: Sentence) => void
  onStatus?: (status: ControllerStatus) => void
}

export const resendSecondsDefault = 60

/**
 * Runs one controller until the signal aborts. Refuses (`AppError`) credentials that are not there or
 * not right, a folder in use or of another device, and `alsa` without a sound card.
 */
export async function runController(options: RunControllerOptions, signal: AbortSignal): Promise<void> {
  const { folder, log, onStatus } = options
  const credentials = chooseDevice(await readCredentials(options.credentialsFile), options.device)
  const url = options.url ?? credentials.broker
  const { device, password } = credentials
  const clockSource = await machineClockSource()
  const controller = createController({
    credentials,
    folder,
    clock: systemClock,
    connect: mqttBus({ url, username: device, password, log }),
    connectData: mqttBus({ url, username: dataUser(device), password, log }),
    output: await chooseOutput(options),
    log,
    ids: randomIds,
    jitterSeconds: options.jitterSeconds,
    resendSeconds: options.resendSeconds ?? resendSecondsDefault,
    ...(options.cacheBytes === undefined ? {} : { cacheBytes: options.cacheBytes }),
    clockSource: () => clockSource,
    ...(onStatus === undefined ? {} : { onChange: () => onStatus(controller.status()) }),
  })
  await controller.run(signal)
}

/** Whether somebody keeps this machine's clock right over the network. */
export async function machineClockSource(): Promise<'ntp' | 'rtc'> {
  for (const sign of ['/run/systemd/timesync/synchronized', '/run/chrony/chronyd.sock']) {
    try {
      await access(sign)
      return 'ntp'
    } catch {
      // Not this service.
    }
  }
  return 'rtc'
}

function chooseDevice<T extends { device: string }>(all: readonly T[], device: string | undefined): T {
  const [only] = all
  if (device === undefined && all.length === 1 && only !== undefined) return only
  const found = all.find((candidate) => candidate.device === device)
  if (found !== undefined) return found
  throw device === undefined
    ? new AppError('invalid', {
        vi: `Tệp có khóa của ${all.length} thiết bị. Hãy nói rõ chạy thiết bị nào.`,
        en: `The file holds the credentials of ${all.length} devices. Say which one to run.`,
      })
    : new AppError('not_found', {
        vi: `Tệp không có khóa của thiết bị ${device}.`,
        en: `The file holds no credentials of device ${device}.`,
      })
}

async function chooseOutput(options: RunControllerOptions): Promise<Output> {
  const { output, folder, say = () => undefined } = options
  if (output === 'simulated') return simulatedOutput(systemClock, createGate(availableParallelism()))
  const card = output === 'file' ? false : await hasSoundCard()
  const heard = join(folder, 'heard')
  if (card) return alsaOutput(options.alsaDevice ?? 'default', systemClock)
  if (output === 'alsa' && options.alsaDevice === undefined) {
    throw new AppError('unavailable', {
      vi: 'Máy này không có card âm thanh. Hãy cắm card, nêu tên thiết bị ALSA, hoặc chọn cách phát ra tệp.',
      en: 'This machine has no sound card. Plug one in, name an ALSA device, or choose the file output.',
    })
  }
  // Named by hand: ALSA's own plugins need no card.
  if (output === 'alsa') return alsaOutput(options.alsaDevice ?? 'default', systemClock)
  if (output === 'auto') {
    say({
      vi: `Không thấy card âm thanh: những gì sẽ phát được ghi vào ${heard}.`,
      en: `No sound card found: what would be played is written to ${heard}.`,
    })
  }
  return fileOutput(heard, systemClock)
}
