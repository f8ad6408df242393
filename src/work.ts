/**
 * The data folder, opened and ready for work: the database with its schema, the registry and the
 * facts in place. What the hub and the command line both begin with.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { AppError, reasonOf } from './base/errors.ts'
import { writeWhole } from './base/files.ts'
import { newSecret } from './base/ids.ts'
import { freePort } from './base/ports.ts'
import { type Clock, systemClock } from './base/time.ts'
import { closeDatabase, type Database, openDatabase, recall, remember, transact } from './db/index.ts'
import { loadRegistry } from './registry/index.ts'
import { importFacts } from './scripts/index.ts'
import { newSigningKey, privateKeyPem, readSigningKey, type SigningKey } from './wire/envelope.ts'

export type Work = {
  config: Config
  database: Database
  clock: Clock
  /** Recordings by their hash. */
  audioFolder: string
  /** How things are pronounced: content/speech. */
  speechFolder: string
  keysFolder: string
  brokerFolder: string
  close(): Promise<void>
}

/**
 * Opens the data folder, making what is missing. Registry and facts are loaded again only when their
 * files have changed. Refuses (`unavailable`) when the folder cannot be made or written.
 */
export async function openWork(config: Config, clock: Clock = systemClock): Promise<Work> {
  makeFolders(config)
  const folder = (name: string): string => join(config.data, name)
  const database = openDatabase(folder('loa.db'))
  try {
    const now = clock.now()
    await loadRegistry(database, { folder: config.devices, edition: config.registry, now })
    await importFacts(database, config.content, now)
  } catch (error) {
    await closeDatabase(database)
    throw error
  }
  return {
    config,
    database,
    clock,
    audioFolder: folder('audio'),
    speechFolder: join(config.content, 'speech'),
    keysFolder: folder('keys'),
    brokerFolder: folder('broker'),
    close: () => closeDatabase(database),
  }
}

/** Makes the data folder and those in it. Refuses (`unavailable`) when that cannot be done. */
export function makeFolders(config: Config): void {
  try {
    for (const name of ['', 'audio', 'keys', 'broker']) {
      mkdirSync(join(config.data, name), { recursive: true, mode: 0o750 })
    }
  } catch (error) {
    throw new AppError(
      'unavailable',
      {
        vi: `Không tạo được thư mục dữ liệu ${config.data} (${reasonOf(error)}). Kiểm tra quyền ghi hoặc đặt LOA_DATA sang chỗ khác.`,
        en: `The data folder ${config.data} cannot be made (${reasonOf(error)}). Check that it can be written, or set LOA_DATA.`,
      },
      { cause: error },
    )
  }
}

/** The hub's online key, made at first use and kept in the data folder, readable by its owner only. */
export async function hubKey(work: Work): Promise<SigningKey & { publicKey: string }> {
  const file = join(work.keysFolder, 'hub.pem')
  if (!existsSync(file)) await keepFirst(file, privateKeyPem(newSigningKey().privateKey))
  return readSigningKey(readFileSync(file, 'utf8'))
}

/** The secret with which the pages sign cookies and encrypt what codes are made of; made and kept like the hub's key. */
export async function pagesSecret(work: Work): Promise<string> {
  const file = join(work.keysFolder, 'pages.secret')
  if (!existsSync(file)) await keepFirst(file, newSecret())
  return readFileSync(file, 'utf8').trim()
}

/** Writes the file (0600) unless another process was faster: hub and command line must have the same. */
async function keepFirst(file: string, text: string): Promise<void> {
  const own = `${file}.${randomBytes(6).toString('hex')}`
  await writeWhole(own, text, 0o600)
  try {
    linkSync(own, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(own)
  }
}

/**
 * The port of our own broker: the configured one, else a free one that is kept from start to start,
 * because enrolled devices have it in their credentials.
 */
export async function brokerPort(work: Work): Promise<number> {
  if (work.config.brokerPort !== undefined && work.config.brokerPort !== 0) return work.config.brokerPort
  const kept = await recall(work.database, 'broker-port')
  if (kept !== undefined) return Number(kept)
  const port = await freePort()
  return transact(work.database, async (tx) => {
    // Hub and command line may both be the first: then the first of them decides.
    const decided = await recall(tx, 'broker-port')
    if (decided === undefined) await remember(tx, 'broker-port', String(port))
    return decided === undefined ? port : Number(decided)
  })
}

/** Where devices find the broker. */
export async function brokerUrl(work: Work): Promise<string> {
  return work.config.broker?.url ?? `mqtt://127.0.0.1:${String(await brokerPort(work))}`
}
