/**
 * Environment to one typed configuration: the only reader of `process.env` outside the first run.
 * All that is wrong is said at once.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AppError } from './base/errors.ts'
import { hostName, isEveryAddress, listeningHost } from './base/hosts.ts'
import type { LogLevel } from './base/log.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const seconds = z.coerce.number().int().min(0).max(86_400)
const port = z.coerce.number().int().min(0).max(65_535)
const noHost = 'không phải tên máy · not a host name'
/** Names of machines, with commas between them; a port is none of their business. */
const names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .transform((all) => all.filter((name) => name !== '').map(hostName))
  .pipe(z.array(z.string(noHost)))
const host = z.string().transform(listeningHost).pipe(z.string(noHost))
const flag = z.enum(['0', '1']).transform((value) => value === '1')

const Environment = z.object({
  LOA_DATA: z.string().min(1).default('data'),
  LOA_HOST: host.default('127.0.0.1'),
  LOA_PORT: port.default(8080),
  LOA_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url).origin)
    .optional(),
  LOA_NAMES: names.default([]),
  LOA_MQTT_URL: z.url({ protocol: /^mqtts?$/ }).optional(),
  LOA_MQTT_USER: z.string().optional(),
  LOA_MQTT_PASSWORD: z.string().optional(),
  LOA_MQTT_PORT: port.optional(),
  LOA_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  LOA_REGISTRY: z.enum(['sample', 'all-devices']).default('sample'),
  LOA_LEAD_SECONDS: seconds.default(900),
  LOA_SPREAD_SECONDS: seconds.default(600),
  LOA_LATE_SECONDS: seconds.default(900),
  LOA_JITTER_SECONDS: seconds.default(120),
  LOA_SPEAK_UNCONFIRMED: flag.default(false),
  LOA_DESK: flag.default(false),
  LOA_PASSPHRASE: z.string().optional(),
})

export type RegistryEdition = 'sample' | 'all-devices'

export type Config = {
  /** Data folder: database, audio, broker, keys. */
  data: string
  host: string
  /** 0 = a free port. */
  port: number
  /** Where people find the pages when a proxy on this machine stands before them, such as https://loa.example.vn. */
  publicUrl: string | undefined
  /** Names besides localhost under which the pages may be opened: those given, and the host where that is one. */
  names: string[]
  /** Another broker than our own, when given. */
  broker: { url: string; username: string | undefined; password: string | undefined } | undefined
  /** Port of our own broker; absent = a free one, kept from start to start. */
  brokerPort: number | undefined
  logLevel: LogLevel
  registry: RegistryEdition
  /** Nothing is planned sooner than this after now: the time recordings need to reach the devices. */
  leadSeconds: number
  /** Starts of one window are spread over so many seconds. */
  spreadSeconds: number
  /** An airing may start so much later than planned. */
  lateSeconds: number
  /** A controller waits up to so long before it downloads. */
  jitterSeconds: number
  /** Whether facts that nobody has confirmed yet may be spoken (exercises only). */
  speakUnconfirmed: boolean
  /** Whether whoever sits at the hub's own machine may do things through the pages without signing in. */
  openDesk: boolean
  /** An exercise: every page says so. */
  training: boolean
  passphrase: string | undefined
  /** Keys of speech services, by the name of their variable (LOA_VOICE_KEY_…). */
  voiceKeys: Readonly<Record<string, string | undefined>>
  content: string
  devices: string
}

/** Reads the environment, or refuses (`invalid`) naming every variable that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const result = Environment.safeParse(environment)
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    throw new AppError('invalid', {
      vi: `Cấu hình chưa đúng: ${wrong}. Xem bảng cấu hình trong README.`,
      en: `The configuration is not right: ${wrong}. See the configuration table in the README.`,
    })
  }
  const values = result.data
  return {
    data: resolve(values.LOA_DATA),
    host: values.LOA_HOST,
    port: values.LOA_PORT,
    publicUrl: values.LOA_PUBLIC_URL,
    names: [...values.LOA_NAMES, ...ownName(values.LOA_HOST)],
    broker:
      values.LOA_MQTT_URL === undefined
        ? undefined
        : { url: values.LOA_MQTT_URL, username: values.LOA_MQTT_USER, password: values.LOA_MQTT_PASSWORD },
    brokerPort: values.LOA_MQTT_PORT,
    logLevel: values.LOA_LOG,
    registry: values.LOA_REGISTRY,
    leadSeconds: values.LOA_LEAD_SECONDS,
    spreadSeconds: values.LOA_SPREAD_SECONDS,
    lateSeconds: values.LOA_LATE_SECONDS,
    jitterSeconds: values.LOA_JITTER_SECONDS,
    speakUnconfirmed: values.LOA_SPEAK_UNCONFIRMED,
    openDesk: values.LOA_DESK,
    training: false,
    passphrase: values.LOA_PASSPHRASE,
    voiceKeys: Object.fromEntries(
      Object.entries(environment).filter(([name]) => name.startsWith('LOA_VOICE_KEY_')),
    ),
    content: resolve(root, 'content'),
    devices: resolve(root, 'devices'),
  }
}

/** The name that a host to listen on is opened by; none when it stands for every address of the machine. */
function ownName(host: string): string[] {
  return isEveryAddress(host) ? [] : [hostName(host) ?? host]
}

/** The environment of a child process of ours: this one's, with some variables set. */
export function childEnvironment(variables: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...variables }
}
