/**
 * The hub: one process that owns the data folder, brings its own broker, runs the jobs and serves the
 * pages. Everything it knows is in the database; killing it at any moment loses nothing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RenderDesk, renderWanted, type RenderProgress } from './audio/index.ts'
import { AppError, reasonOf } from './base/errors.ts'
import { randomIds } from './base/ids.ts'
import { type Job, startJob } from './base/job.ts'
import type { Log } from './base/log.ts'
import { type Clock, systemClock } from './base/time.ts'
import { submitScript } from './cli/scripts.ts'
import type { Config } from './config.ts'
import { takeLock } from './db/index.ts'
import { type Broker, createDelivery, type Delivery, startBroker, usersOf } from './delivery/index.ts'
import { createIngest, type Ingest } from './evidence/index.ts'
import { adminToInvite, firstAdminLink } from './people/index.ts'
import { planWanted } from './schedule/index.ts'
import { loadPlaceholders } from './scripts/index.ts'
import { createWeb, serve, type Served } from './web/index.ts'
import { mqttBus } from './wire/bus.ts'
import { brokerPort, hubKey, makeFolders, openWork, pagesSecret, type Work } from './work.ts'

export type Hub = {
  /** Where the pages are. */
  url: string
  /** Where the first admin sets a password, within an hour and once; undefined when there is one already. */
  welcome: string | undefined
  /** An admin who has no account yet while nobody has one: to be invited. */
  toInvite: string | undefined
  brokerUrl: string
  /** Our own broker's process id; undefined with another broker. */
  brokerPid(): number | undefined
  work: Work
  /** Clients the broker itself says are connected now (it says so every two seconds); 0 before its first word. */
  connectedClients(): number
  /** Asks every job for a run, as a change by somebody does. */
  wake(): void
  /** A job that has failed at least twice in a row, with what it threw last; undefined while all go well. */
  failingJob(): { job: string; failure: unknown } | undefined
  /** Resolves when all jobs have done what there was to do at the moment. */
  settled(): Promise<void>
  /** Rejects when something the hub cannot live without is gone for good; it has stopped itself by then. */
  failed: Promise<never>
  stop(): Promise<void>
}

export type HubParts = {
  log: Log
  clock?: Clock
  onRender?: (progress: RenderProgress) => void
}

/** How long receipts are gathered before they are committed together. */
const ingestPauseMs = 20

/**
 * Starts the hub on its data folder and resolves when it serves. Refuses (`invalid`) an open desk behind a proxy,
 * (`conflict`) when another hub has the folder, (`unavailable`) when the broker or the port cannot be had; nothing is left
 * running then.
 */
export async function startHub(config: Config, parts: HubParts): Promise<Hub> {
  const clock = parts.clock ?? systemClock
  const log = parts.log
  refuseDeskBehindProxy(config)
  const closers: (() => Promise<void> | void)[] = []
  let closing: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        // What comes after it is closed all the same: the broker must not outlive us.
        log.error({ error: reasonOf(error) }, 'a part of the hub could not be closed')
      }
    }
  }
  try {
    makeFolders(config)
    // Before anything is read or written: the folder may be another hub's.
    const lock = takeLock(join(config.data, 'hub.lock'))
    if (lock === undefined) {
      throw new AppError('conflict', {
        vi: `Một trung tâm khác đang dùng thư mục ${config.data}. Dừng nó trước, hoặc đặt LOA_DATA khác.`,
        en: `Another hub is using the folder ${config.data}. Stop it first, or set another LOA_DATA.`,
      })
    }
    closers.push(() => {
      lock.release()
    })
    const work = await openWork(config, clock)
    closers.push(() => work.close())
    const broker = config.broker === undefined ? await ownBroker(work, log) : undefined
    if (broker !== undefined) closers.push(() => broker.stop())
    const messages = await startMessages(work, broker, log)
    closers.push(() => messages.stop())
    const failures = new Map<string, { times: number; failure: unknown }>()
    const desk = new RenderDesk(() => {
      for (const job of jobs) job.wake()
    })
    const jobs: Job[] = startJobs({
      work,
      desk,
      log,
      delivery: messages.delivery,
      broker,
      onRender: parts.onRender,
      failures,
    })
    closers.push(() => stopJobs(jobs))
    const web = await servePages(work, log, messages.ingest, desk)
    closers.push(() => web.close())
    log.info({ url: web.url, broker: messages.brokerUrl }, 'hub is up')
    const first = await firstAdminLink(work.database, clock.now())
    const toInvite = (await adminToInvite(work.database))?.id
    const stop = (): Promise<void> => (closing ??= closeAll())
    return {
      url: web.url,
      welcome: first === undefined ? undefined : `${config.publicUrl ?? web.url}/welcome/${first}`,
      toInvite,
      brokerUrl: messages.brokerUrl,
      brokerPid: () => broker?.pid,
      work,
      connectedClients: messages.connectedClients,
      wake: () => {
        for (const job of jobs) job.wake()
      },
      failingJob: () => {
        const found = [...failures].find(([, { times }]) => times >= 2)
        return found && { job: found[0], failure: found[1].failure }
      },
      settled: async () => {
        for (const job of jobs) await job.idle()
        await messages.ingest.idle()
      },
      failed: goneForGood(broker, stop),
      stop,
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** Whoever comes through a proxy that stands on this machine would pass for its staff. */
function refuseDeskBehindProxy({ openDesk, publicUrl }: Config): void {
  if (!openDesk || publicUrl === undefined) return
  throw new AppError('invalid', {
    vi: 'LOA_DESK=1 và LOA_PUBLIC_URL không đi cùng nhau: ai qua proxy cũng sẽ được coi là người ngồi tại máy này. Hãy bỏ một trong hai.',
    en: 'LOA_DESK=1 and LOA_PUBLIC_URL do not go together: whoever comes through the proxy would pass for somebody at this machine. Take one of the two away.',
  })
}

async function ownBroker(work: Work, log: Log): Promise<Broker> {
  return startBroker({
    folder: work.brokerFolder,
    port: await brokerPort(work),
    users: await usersOf(work.database),
    log: log.child({ part: 'broker' }),
  })
}

/**
 * Rejects when our own broker cannot be started any more. The hub is stopped by then, so that the
 * process ends and whoever looks after it starts another.
 */
function goneForGood(broker: Broker | undefined, stop: () => Promise<void>): Promise<never> {
  const gone = Promise.withResolvers<never>()
  // Whoever does not wait for it is told by the log.
  gone.promise.catch(() => undefined)
  void broker?.exited.then(async (why) => {
    // An empty reason is our own stop.
    if (why === '') return
    await stop()
    gone.reject(
      new AppError('unavailable', {
        vi: `Máy chủ MQTT đã dừng hẳn: ${why}`,
        en: `The MQTT broker is gone for good: ${why}`,
      }),
    )
  })
  return gone.promise
}

type Messages = {
  delivery: Delivery
  ingest: Ingest
  brokerUrl: string
  connectedClients: () => number
  stop(): Promise<void>
}

/** Connects delivery and evidence to the broker. A broker that is down is waited for, not an error. */
async function startMessages(work: Work, broker: Broker | undefined, log: Log): Promise<Messages> {
  const access = accessOf(work.config, broker)
  let flushTimer: NodeJS.Timeout | undefined
  const ingest = createIngest({
    database: work.database,
    publishAck: (device, bytes) => delivery.publishAck(device, bytes),
    clock: work.clock,
    log: log.child({ part: 'evidence' }),
  })
  const flushSoon = (): void => {
    flushTimer ??= setTimeout(() => {
      flushTimer = undefined
      ingest.flush().catch((error: unknown) => {
        // Nothing was acknowledged: the devices send these receipts again.
        log.error({ error: reasonOf(error) }, 'receipts could not be committed')
      })
    }, ingestPauseMs)
  }
  const delivery = createDelivery({
    database: work.database,
    audioFolder: work.audioFolder,
    devicesFolder: work.config.devices,
    connect: mqttBus({ ...access, log: log.child({ part: 'bus' }) }),
    hubKey: await hubKey(work),
    clock: work.clock,
    log: log.child({ part: 'delivery' }),
    // A new epoch at every start makes every device send what it still holds.
    epoch: randomIds.next('hub'),
    onMessage: (topic, payload) => {
      const noted = ingest.note(topic, payload)
      flushSoon()
      // A full buffer makes the broker wait; nothing is dropped.
      return noted === 'full' ? 'hold' : undefined
    },
  })
  delivery.start()
  return {
    delivery,
    ingest,
    brokerUrl: access.url,
    connectedClients: () => delivery.connectedClients() ?? 0,
    async stop() {
      await ingest.flush()
      await delivery.close()
      // Nothing comes any more. What came meanwhile is kept without a word: its devices ask again.
      clearTimeout(flushTimer)
      await ingest.idle()
    },
  }
}

function accessOf(
  config: Config,
  broker: Broker | undefined,
): { url: string; username?: string; password?: string } {
  if (broker !== undefined) return { url: broker.url, username: 'hub', password: broker.hubPassword }
  const { url = '', username, password } = config.broker ?? {}
  return {
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

/** One job for each module that has one. Each wakes the next; cron wakes them all anyway. */
function startJobs(parts: {
  work: Work
  desk: RenderDesk
  log: Log
  delivery: Delivery
  broker: Broker | undefined
  onRender: ((progress: RenderProgress) => void) | undefined
  failures: Map<string, { times: number; failure: unknown }>
}): Job[] {
  const { work, delivery, broker } = parts
  const { database, clock, config } = work
  const logOf = (part: string): Log => parts.log.child({ part })
  const start = (name: string, run: (signal: AbortSignal) => Promise<void>): Job =>
    startJob({
      name,
      cron: '*/10 * * * * *',
      log: logOf(name),
      work: run,
      onRun: ({ failure }) => {
        if (failure === undefined) parts.failures.delete(name)
        else parts.failures.set(name, { times: (parts.failures.get(name)?.times ?? 0) + 1, failure })
      },
    })
  const deliver = start('delivery', async (signal) => {
    // Devices enrolled or revoked since the last run.
    await broker?.setUsers(await usersOf(database))
    await delivery.run(signal)
  })
  const schedule = start('schedule', async () => {
    const { leadSeconds, spreadSeconds, lateSeconds } = config
    const { planned } = await planWanted({
      database,
      clock,
      log: logOf('schedule'),
      leadSeconds,
      spreadSeconds,
      lateSeconds,
    })
    if (planned > 0) deliver.wake()
  })
  const audio = start('audio', async (signal) => {
    const result = await parts.desk.run(signal, (stopped, onProgress) =>
      renderWanted({
        database,
        audioFolder: work.audioFolder,
        speechFolder: work.speechFolder,
        clock,
        log: logOf('audio'),
        voiceKeys: config.voiceKeys,
        signal: stopped,
        onProgress: (progress) => {
          onProgress(progress)
          parts.onRender?.(progress)
        },
      }),
    )
    if (result === undefined) return
    parts.desk.found(result)
    if (result.rendered > 0) schedule.wake()
  })
  const jobs = [audio, schedule, deliver]
  for (const job of jobs) job.wake()
  return jobs
}

async function stopJobs(jobs: readonly Job[]): Promise<void> {
  await Promise.all(jobs.map((job) => job.stop()))
}

/** The pages, on the configured port. */
async function servePages(work: Work, log: Log, ingest: Ingest, desk: RenderDesk): Promise<Served> {
  const { config, database, audioFolder, clock } = work
  const app = createWeb({
    database,
    audioFolder,
    clock,
    log: log.child({ part: 'web' }),
    version: programmeVersion(),
    training: config.training,
    desk,
    scriptDesk: {
      submit: (given) => submitScript(work, given),
      ground: () => {
        const placeholders = loadPlaceholders(config.content)
        return { placeholders, speakUnconfirmed: config.speakUnconfirmed }
      },
    },
    openDesk: config.openDesk,
    names: config.names,
    incomingFolder: join(config.data, 'incoming'),
    content: config.content,
    speakUnconfirmed: config.speakUnconfirmed,
    draftsFolder: join(config.data, 'drafts'),
    voiceKeys: config.voiceKeys,
    ingestCounts: ingest.counts,
    secret: await pagesSecret(work),
    publicUrl: config.publicUrl,
  })
  return serve(app, config)
}

/** The programme's version, from package.json. */
export function programmeVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
