/** Pages that many open again and again, made and compressed once for each who may see them as they are (kept.ts). */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { RequestHandler } from 'express'
import { createKept } from './kept.ts'
import { askedChoice } from './query.ts'
import { languages } from './formats.ts'
import { type Page, rendered, visitOf, type Visit, type Web } from './visit.ts'

/** Pages kept, compressed only: 5 to 20 kB each. */
const keptMax = 500
/** Longer addresses are searches that nobody else makes. */
const addressMax = 200

type Made = { packed: Buffer; etag: string }

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Pages of this application that are kept; they share one book. */
export function keptPages(
  web: Web,
): (show: (web: Web, visit: Visit) => Promise<Page>, plain: RequestHandler) => RequestHandler {
  const kept = createKept<Made>(web, keptMax)
  return (show, plain) => async (request, response, next) => {
    const { originalUrl } = request
    const visit = visitOf(web, request)
    // A choice of language sets a cookie, and what nobody else asks for only takes room.
    if (visit.query.has('lang') || originalUrl.length > addressMax) {
      await plain(request, response, next)
      return
    }
    askedChoice(visit.query, 'lang', languages)
    const { person, visitor, language, scope } = visit
    // Whoever was met with another role or scope, a moment before it changed, has another page.
    const units = scope === 'all' ? scope : [...scope]
    const name = JSON.stringify([person?.id ?? visitor.kind, person?.role, units, language, originalUrl])
    const { packed, etag } = await kept(name, async () => {
      const now = visitOf(web, request)
      const bytes = Buffer.from(rendered(web, now, await show(web, now)))
      const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
      return { packed: await pack(bytes), etag: `W/"${digest}"` }
    })
    response
      .status(200)
      .set('Content-Type', 'text/html; charset=utf-8')
      .set('Cache-Control', person === undefined ? 'no-cache' : 'no-store')
      .set('ETag', etag)
      .vary('Cookie')
      .vary('Accept-Encoding')
    if (request.acceptsEncodings('gzip') === 'gzip') response.set('Content-Encoding', 'gzip').send(packed)
    else response.send(await unpack(packed))
  }
}
