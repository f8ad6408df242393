/** What people brought, byte for byte: to listen to, or to take away. */
import { stat } from 'node:fs/promises'
import { parse } from 'node:path'
import type { RequestHandler } from 'express'
import { originalPath, uploadById } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import { sendSound } from './audio.ts'
import { visitOf, type Web } from './visit.ts'
import { sentence } from './words/index.ts'

/** Types by what a file was found to be, never by what it was called; `plays`: whether browsers do. */
const kinds: Readonly<Record<string, { type: string; plays: boolean }>> = {
  wav: { type: 'audio/wav', plays: true },
  mp3: { type: 'audio/mpeg', plays: true },
  m4a: { type: 'audio/mp4', plays: true },
  ogg: { type: 'audio/ogg', plays: true },
  flac: { type: 'audio/flac', plays: true },
  webm: { type: 'audio/webm', plays: true },
  aac: { type: 'audio/aac', plays: true },
  amr: { type: 'audio/amr', plays: false },
}
const unknownType = 'application/octet-stream'

/** The type of an original that browsers play; undefined for others. */
export function playableType(extension: string): string | undefined {
  const kind = kinds[extension]
  return kind?.plays === true ? kind.type : undefined
}

/**
 * `/uploads/<id>/original`, whole or a range of it; with `?download=1` as a file to keep. Refuses (`not_found`) an
 * unknown upload, and (`unavailable`) an original that is gone or has another size than when it came.
 */
export function originalFile(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const upload = await uploadById(web.database, visit.part('id'))
    if (upload === undefined) throw new AppError('not_found', sentence('error.no-upload'))
    const path = originalPath(web.audioFolder, upload)
    const found = await stat(path).catch(() => undefined)
    if (found?.size !== upload.original.bytes) {
      throw new AppError('unavailable', sentence('error.original-gone'))
    }
    const { extension } = upload.treatment
    // A name from somebody's machine may end in anything; what it is opened with afterwards hangs on that end.
    if (visit.query.has('download')) response.attachment(`${parse(upload.original.name).name}.${extension}`)
    const type = kinds[extension]?.type ?? unknownType
    await sendSound(response, path, { type, keeping: 'no-store' })
  }
}
