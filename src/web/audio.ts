/** Recordings as files: by their hash, so that what is heard here is byte for byte what the loudspeakers play. */
import type { RequestHandler, Response } from 'express'
import { audioPath, readAudio, renditionByHash } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import type { Web } from './visit.ts'
import { sentence } from './words/index.ts'

const types = { mp3: 'audio/mpeg', opus: 'audio/ogg; codecs=opus' } as const

/**
 * `/audio/<sha256>.<mp3|opus>`, whole or a range of it, kept by browsers for ever. Refuses (`not_found`)
 * what no rendition is named, and (`unavailable`) a file that is gone or is not what its name says.
 */
export function audioFile(web: Web): RequestHandler {
  return async (request, response) => {
    const [, sha256, codec] = /^([0-9a-f]{64})\.(mp3|opus)$/.exec(String(request.params['file'])) ?? []
    const known = sha256 === undefined ? undefined : await renditionByHash(web.database, sha256)
    if (known === undefined || known.codec !== codec)
      throw new AppError('not_found', sentence('error.no-audio'))
    // Reading checks the hash; sending leaves ranges and conditions to Express.
    await readAudio(web.audioFolder, known.sha256, known.codec)
    const path = audioPath(web.audioFolder, known.sha256, known.codec)
    await sendSound(response, path, { type: types[known.codec], immutable: true, maxAge: '365d' })
  }
}

/** Sends a file, whole or the range of it that was asked for. */
export async function sendSound(
  response: Response,
  path: string,
  { type, ...kept }: { type: string; immutable: boolean; maxAge: string },
): Promise<void> {
  const options = { ...kept, headers: { 'Content-Type': type }, dotfiles: 'allow' as const }
  await new Promise<void>((resolve, reject) => {
    response.sendFile(path, options, (error: NodeJS.ErrnoException | undefined) => {
      // A listener who leaves in the middle is nobody's fault.
      if (error === undefined || error.code === 'ECONNABORTED' || error.code === 'EPIPE') resolve()
      else reject(error)
    })
  })
}
