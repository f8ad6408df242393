/** Recordings as files: by their hash, so that what is heard here is byte for byte what the loudspeakers play. */
import type { RequestHandler, Response } from 'express'
import { wasApproved } from '../approval/index.ts'
import { audioPath, readAudio, renditionByHash } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import { visitOf, type Web } from './visit.ts'
import { sentence } from './words/index.ts'

const types = { mp3: 'audio/mpeg', opus: 'audio/ogg; codecs=opus' } as const

/**
 * `/audio/<sha256>.<mp3|opus>`, whole or a range of it. What was approved is heard from loudspeakers: a browser keeps it
 * for ever, and operators hear it whichever commune it was made for, since nothing of theirs names the hash of another's.
 * What nobody approved yet is kept nowhere, and to operators it is not there. Refuses (`not_found`) what no rendition is
 * named, and (`unavailable`) a file that is gone or is not what its name says.
 */
export function audioFile(web: Web): RequestHandler {
  return async (request, response) => {
    const [, sha256, codec] = /^([0-9a-f]{64})\.(mp3|opus)$/.exec(String(request.params['file'])) ?? []
    const known = sha256 === undefined ? undefined : await renditionByHash(web.database, sha256)
    const approved = known !== undefined && (await wasApproved(web.database, known.sha256))
    const visit = visitOf(web, request)
    const hidden = !approved && visit.is(['operator'])
    if (known === undefined || known.codec !== codec || hidden)
      throw new AppError('not_found', sentence('error.no-audio'))
    // Reading checks the hash; sending leaves ranges and conditions to Express.
    await readAudio(web.audioFolder, known.sha256, known.codec)
    const path = audioPath(web.audioFolder, known.sha256, known.codec)
    const whose = visit.person === undefined ? 'public' : 'private'
    const keeping = approved ? `${whose}, max-age=${yearSeconds}, immutable` : 'no-store'
    await sendSound(response, path, { type: types[known.codec], keeping })
  }
}

const yearSeconds = 365 * 24 * 3600

/** Sends a file, whole or the range of it that was asked for; `keeping`: what browsers and proxies may keep of it. */
export async function sendSound(
  response: Response,
  path: string,
  { type, keeping }: { type: string; keeping: string },
): Promise<void> {
  const headers = { 'Content-Type': type, 'Cache-Control': keeping }
  const options = { cacheControl: false, headers, dotfiles: 'allow' as const }
  await new Promise<void>((resolve, reject) => {
    response.sendFile(path, options, (error: NodeJS.ErrnoException | undefined) => {
      // A listener who leaves in the middle is nobody's fault.
      if (error === undefined || error.code === 'ECONNABORTED' || error.code === 'EPIPE') resolve()
      else reject(error)
    })
  })
}
