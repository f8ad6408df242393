/**
 * Files on their way to us over networks that come and go. A file is sent in pieces (the tus protocol); what has come
 * stays on the disk, through lost networks and restarts, and the rest goes on from there.
 *
 * Nothing that was sent names a place on the disk: ids are drawn here, and only such ids are looked up. Size, number
 * and age are bounded; sending back what was sent is nobody's business, so there is no reading.
 */
import { mkdirSync } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server, Upload } from '@tus/server'
import type { RequestHandler } from 'express'
import { uploadBytesMax } from '../audio/index.ts'
import { AppError, reasonOf } from '../base/errors.ts'
import { newFileId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { systemClock, toMilliseconds } from '../base/time.ts'
import { sentence } from './words/index.ts'

/** A file that has come whole; `name` is what the sender's machine called it. */
export type Received = { path: string; name: string; bytes: number }

/** A file that comes in one go: pieces in their order, then either all of it, or nothing of it. */
export type Coming = {
  id: string
  write(piece: Buffer): Promise<void>
  whole(): Promise<void>
  drop(): Promise<void>
}

export interface Incoming {
  /** Takes the requests of the protocol, at `/incoming` (a new file) and `/incoming/<id>` (the next piece of one). */
  handle: RequestHandler
  /** The file if all of it has come; undefined for an unknown id, or while something is missing. */
  received(id: string): Promise<Received | undefined>
  /**
   * Does something with a file that has come whole, and removes it when that is done or refused for good. When it
   * failed for another reason (`unavailable`, a fault, the hub stopping) the file stays: nobody sends an hour's worth
   * of it twice because a disk was full. Refuses (`conflict`) a file that somebody is busy with, or that is not there.
   */
  take<T>(id: string, work: (file: Received) => Promise<T>): Promise<T>
  /**
   * Begins a file that comes in one go. It has come whole (`received`) once `whole` was said. Refuses (`unavailable`)
   * while too many files lie here.
   */
  begin(name: string): Promise<Coming>
  /** Removes what was begun more than a day ago; says how many there were. */
  sweep(): Promise<number>
  /** No more hourly sweeps. */
  close(): void
}

/** Where the pages send files. */
export const incomingPath = '/incoming'
const idPattern = /^[0-9a-f]{32}$/
/** Files that lie here at once, whole or not. */
const filesMax = 20
const hourMs = 3_600_000
const keptMs = 24 * hourMs

/**
 * Opens the folder, making it if need be, and sweeps it now and every hour. Refuses (`unavailable`) when it cannot be
 * made.
 */
export function openIncoming(folder: string, log: Log): Incoming {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
  } catch (error) {
    throw new AppError(
      'unavailable',
      {
        vi: `Không tạo được thư mục nhận tệp ${folder} (${reasonOf(error)}). Kiểm tra quyền ghi của thư mục dữ liệu.`,
        en: `The folder for incoming files ${folder} cannot be made (${reasonOf(error)}). Check that the data folder can be written.`,
      },
      { cause: error },
    )
  }
  const store = new BoundedStore({ directory: folder, expirationPeriodInMilliseconds: keptMs })
  const server = serverOf(store, log)
  const busy = new Set<string>()
  const sweep = () => sweepFolder(folder, busy)
  const sweepQuietly = (): void => {
    sweep().catch((error: unknown) =>
      log.error({ error: reasonOf(error) }, 'incoming files could not be swept'),
    )
  }
  sweepQuietly()
  // It keeps no process alive.
  const timer = setInterval(sweepQuietly, hourMs).unref()
  const received = (id: string) => receivedIn(store, folder, id)
  return {
    handle: (request, response) => server.handle(request, response),
    received,
    begin: (name) => beginIn(store, folder, name),
    async take(id, work) {
      if (busy.has(id)) throw new AppError('conflict', sentence('upload.busy'))
      busy.add(id)
      try {
        const file = await received(id)
        if (file === undefined) throw new AppError('conflict', sentence('upload.wrong-file'))
        const done = await work(file).catch(async (error: unknown) => {
          if (isForGood(error)) await removeFrom(folder, id)
          throw error
        })
        await removeFrom(folder, id)
        return done
      } finally {
        busy.delete(id)
      }
    },
    sweep,
    close() {
      clearInterval(timer)
    },
  }
}

/** The same file would be refused again. */
function isForGood(error: unknown): boolean {
  return error instanceof AppError && error.code !== 'unavailable'
}

function serverOf(store: FileStore, log: Log): Server {
  return new Server({
    path: incomingPath,
    datastore: store,
    maxSize: uploadBytesMax,
    relativeLocation: true,
    // Our own pages only: no other site is told that it may.
    allowedOrigins: () => false,
    getFileIdFromRequest: (_request, id) => (id !== undefined && idPattern.test(id) ? id : undefined),
    onResponseError(_request, error) {
      if ('status_code' in error && error.status_code < 500) return undefined
      const said = 'body' in error ? error.body.trim() : reasonOf(error)
      log.warn({ error: said }, 'a piece of a file could not be taken')
      return 'status_code' in error ? undefined : { status_code: 500, body: 'internal error\n' }
    },
  })
}

/** The store with a bound on how many files it holds. */
class BoundedStore extends FileStore {
  #creating = 0

  override async create(upload: Upload): Promise<Upload> {
    // Without its length a file could grow until the bound of one is reached without anybody knowing.
    if (upload.size === undefined) throw refused(400, 'Upload-Length required')
    this.#creating += 1
    try {
      // One that is being made may be counted twice: rather one too few than one too many.
      if ((await idsIn(this.directory)).size + this.#creating > filesMax) {
        throw refused(503, 'too many unfinished files')
      }
      return await super.create(upload)
    } finally {
      this.#creating -= 1
    }
  }
}

// The protocol's server answers with what is thrown when it has a status and a text.
function refused(status: number, text: string): Error {
  return Object.assign(new Error(text), { status_code: status, body: `${text}\n` })
}

async function beginIn(store: BoundedStore, folder: string, name: string): Promise<Coming> {
  const id = newFileId()
  // Until it is whole it is one byte longer than it may ever be.
  await store
    .create(new Upload({ id, offset: 0, size: uploadBytesMax + 1, metadata: { filename: name } }))
    .catch((error: unknown) => {
      if (!(error instanceof Error && 'status_code' in error)) throw error
      throw new AppError('unavailable', sentence('upload.too-many'), { cause: error })
    })
  const file = await open(join(folder, id), 'r+')
  let size = 0
  return {
    id,
    async write(piece) {
      await file.writeFile(piece)
      size += piece.length
    },
    async whole() {
      await file.close()
      await store.declareUploadLength(id, size)
    },
    async drop() {
      await file.close()
      await removeFrom(folder, id)
    },
  }
}

async function idsIn(folder: string): Promise<Set<string>> {
  return new Set((await readdir(folder)).map((name) => parse(name).name))
}

async function receivedIn(store: FileStore, folder: string, id: string): Promise<Received | undefined> {
  if (!idPattern.test(id) || !(await idsIn(folder)).has(id)) return undefined
  const upload = await store.getUpload(id).catch(() => undefined)
  if (upload?.size === undefined || upload.offset !== upload.size) return undefined
  return { path: join(folder, id), name: upload.metadata?.['filename'] ?? '', bytes: upload.size }
}

async function sweepFolder(folder: string, busy: ReadonlySet<string>): Promise<number> {
  // By the machine's clock: it is what dates files.
  const before = toMilliseconds(systemClock.now()) - keptMs
  let swept = 0
  for (const id of await idsIn(folder)) {
    if (busy.has(id) || !(await isOlder(folder, id, before))) continue
    await removeFrom(folder, id)
    swept += 1
  }
  return swept
}

/** What describes a file is written when it is begun, so it tells when that was; a file without it tells itself. */
async function isOlder(folder: string, id: string, before: number): Promise<boolean> {
  for (const name of [`${id}.json`, id]) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found !== undefined) return found.mtimeMs < before
  }
  return false
}

async function removeFrom(folder: string, id: string): Promise<void> {
  if (!idPattern.test(id)) return
  for (const name of [id, `${id}.json`]) await rm(join(folder, name), { force: true })
}
