/**
 * One small file out of a plain form (multipart/form-data, RFC 7578): for browsers without script. The whole body is
 * read within a bound, nothing is written to the disk, and the name that the sender's machine gave is only told.
 */
import type { IncomingMessage } from 'node:http'
import { AppError } from '../base/errors.ts'

/** A file as it came; `name` is what the sender's machine called it. */
export type SentFile = { name: string; bytes: Buffer }

/** What stands around a file: boundaries and the heads of a few parts. */
const aroundBytes = 8 * 1024

/**
 * The file of a field; undefined when there is none of that name. Refuses (`invalid`) a form of another kind, one that
 * was cut off, and more bytes than `bytesMax`.
 */
export async function fileIn(
  request: IncomingMessage,
  { field, bytesMax }: { field: string; bytesMax: number },
): Promise<SentFile | undefined> {
  const [, quoted, bare] =
    /^multipart\/form-data;.*?boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
      request.headers['content-type'] ?? '',
    ) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) return undefined
  const body = await bodyOf(request, bytesMax + aroundBytes)
  const file = partsOf(body, boundary).find((part) => part.field === field)
  if (file !== undefined && file.bytes.length > bytesMax) throw tooLarge(bytesMax)
  return file && { name: file.name, bytes: file.bytes }
}

async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // The rest is read and dropped, so that the browser hears the answer; a body without an end ends the connection.
    if (size > 16 * most) throw tooLarge(most - aroundBytes)
    if (size <= most) chunks.push(chunk)
  }
  if (size > most) throw tooLarge(most - aroundBytes)
  return Buffer.concat(chunks)
}

type Part = { field: string; name: string; bytes: Buffer }

function partsOf(body: Buffer, boundary: string): Part[] {
  const parts: Part[] = []
  const mark = Buffer.from(`--${boundary}`)
  let from = body.indexOf(mark)
  while (from >= 0) {
    const start = from + mark.length + 2
    const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), start)
    const headEnd = body.indexOf('\r\n\r\n', start)
    if (end < 0 || headEnd < 0 || headEnd > end) break
    const head = body.subarray(start, headEnd).toString('utf8')
    const field = /;\s*name="([^"]*)"/i.exec(head)?.[1] ?? ''
    const name = /;\s*filename="([^"]*)"/i.exec(head)?.[1] ?? ''
    parts.push({ field, name, bytes: body.subarray(headEnd + 4, end) })
    from = end + 2
  }
  return parts
}

function tooLarge(most: number): AppError {
  const size = String(Math.round(most / 1024))
  return new AppError('invalid', {
    vi: `Tệp lớn quá ${size} kB. Bản tin chỉ là chữ: hãy chọn đúng tệp .md.`,
    en: `The file is larger than ${size} kB. A script is text only: choose the right .md file.`,
  })
}
