/**
 * Pages that many open again and again, made and compressed once for each who may see them as they are (kept.ts). What
 * is there once is not kept: an answer to a deed just done, and the names of forms, which are put in when it is sent.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip, type ZlibOptions } from 'node:zlib'
import type { RequestHandler, Response } from 'express'
import { newSecret, randomIds } from '../base/ids.ts'
import { createKept } from './kept.ts'
import { askedChoice } from './query.ts'
import { languages } from './formats.ts'
import { type Page, rendered, visitOf, type Visit, type Web } from './visit.ts'

/** Pages kept, compressed only: 5 to 20 kB each. */
const keptMax = 500
/** Longer addresses are searches that nobody else makes. */
const addressMax = 200

/** What an address says of a deed just done, or of what is chosen once. */
const once = ['said', 'lang'] as const

/** `open`: the page as text, where each who is given it gets forms of their own. */
type Made = { packed: Buffer; etag: string; open: string | undefined }

const pack: (text: string | Buffer, options?: ZlibOptions) => Promise<Buffer> = promisify(gzip)
const unpack = promisify(gunzip)

/** Serves what `show` makes as a page that is kept, and through `plain` what is not. */
export type KeepPage = (
  show: (web: Web, visit: Visit) => Promise<Page>,
  plain: RequestHandler,
) => RequestHandler

/** Pages of this application that are kept; they share one book. */
export function keptPages(web: Web): KeepPage {
  const kept = createKept<Made>(web, keptMax)
  // Nobody can type it, so it stands nowhere but where a page was given it.
  const blank = `blank-${newSecret()}`
  return (show, plain) => async (request, response, next) => {
    const { originalUrl } = request
    const visit = visitOf(web, request)
    // A choice of language sets a cookie, and what nobody else asks for only takes room.
    if (once.some((name) => visit.query.has(name)) || originalUrl.length > addressMax) {
      await plain(request, response, next)
      return
    }
    askedChoice(visit.query, 'lang', languages)
    const { person, visitor, language, scope } = visit
    // Whoever was met with another role or scope, a moment before it changed, has another page.
    const units = scope === 'all' ? scope : [...scope]
    const name = JSON.stringify([person?.id ?? visitor.kind, person?.role, units, language, originalUrl])
    const made = await kept(name, async () => {
      const now = { ...visitOf(web, request), oneTime: () => blank }
      const html = rendered(web, now, await show(web, now))
      const bytes = Buffer.from(html)
      const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
      const open = html.includes(blank) ? html : undefined
      return { packed: await pack(bytes), etag: `W/"${digest}"`, open }
    })
    response
      .status(200)
      .set('Content-Type', 'text/html; charset=utf-8')
      .set('Cache-Control', person === undefined ? 'no-cache' : 'no-store')
      .vary('Cookie')
      .vary('Accept-Encoding')
    const packs = request.acceptsEncodings('gzip') === 'gzip'
    if (made.open === undefined) {
      await sendPacked(response, made, packs)
      return
    }
    const html = made.open.replaceAll(blank, () => randomIds.next('w'))
    // Packed for one who asks once: quickly rather than small.
    if (packs) response.set('Content-Encoding', 'gzip').send(await pack(html, { level: 1 }))
    else response.send(html)
  }
}

async function sendPacked(response: Response, { packed, etag }: Made, asItIs: boolean): Promise<void> {
  response.set('ETag', etag)
  if (asItIs) response.set('Content-Encoding', 'gzip').send(packed)
  else response.send(await unpack(packed))
}
