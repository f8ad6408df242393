/**
 * A whole form with one file (multipart/form-data, RFC 7578), as a browser without script sends it. The file is handed
 * on piece by piece as it comes, so that its size is nobody's memory; the fields are a few short texts.
 */
import type { IncomingMessage } from 'node:http'
import { AppError } from '../base/errors.ts'
import { sentence } from './words/index.ts'

/** Where the pieces of a file go, in their order. */
export type FileSink = { write(piece: Buffer): Promise<void> }

/** `file`: what the field brought; undefined when no file was chosen. */
export type SentForm = { fields: Record<string, string>; file: { name: string; bytes: number } | undefined }

type Bounds = {
  /** The field that brings the file; others that bring one are dropped. */
  field: string
  /** Bytes of the file that are handed on; more are read and dropped. */
  bytesMax: number
  /** Bytes of the whole body: above these the connection ends. */
  bodyMax: number
}

/** What a part says of itself before its bytes come. */
const headBytesMax = 8 * 1024
/** Bytes of all fields together. */
const fieldBytesMax = 64 * 1024

/** Whether a request brings such a form. */
export function isSentForm(request: IncomingMessage): boolean {
  return boundaryOf(request) !== undefined
}

/**
 * Reads the form to its end; `open` is asked for a sink when the file begins. `bytes` may be above `bytesMax`: then the
 * sink got no more than these. Refuses (`invalid`) another kind of body, one that is cut off, and fields or a body
 * above their bounds.
 */
export async function sentForm(
  request: IncomingMessage,
  bounds: Bounds,
  open: (name: string) => Promise<FileSink>,
): Promise<SentForm> {
  const boundary = boundaryOf(request)
  if (boundary === undefined) throw unread()
  const parts = new Parts(boundary, bounds, open)
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > bounds.bodyMax) throw new AppError('invalid', sentence('error.too-much'))
    await parts.take(piece)
  }
  return parts.end()
}

class Parts {
  readonly #mark: Buffer
  readonly #bounds: Bounds
  readonly #open: (name: string) => Promise<FileSink>
  readonly #form: SentForm = { fields: {}, file: undefined }
  // The line end before the first mark may be missing.
  #rest = Buffer.from('\r\n')
  #state: 'between' | 'head' | 'field' | 'file' | 'ended' = 'between'
  #field = ''
  #text: Buffer[] = []
  #textBytes = 0
  #sink: FileSink | undefined

  constructor(boundary: string, bounds: Bounds, open: (name: string) => Promise<FileSink>) {
    this.#mark = Buffer.from(`\r\n--${boundary}`)
    this.#bounds = bounds
    this.#open = open
  }

  async take(piece: Buffer): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, piece])
    while (await this.#step());
  }

  end(): SentForm {
    if (this.#state !== 'ended') throw unread()
    return this.#form
  }

  /** Takes what can be taken of the rest; whether there may be more to take. */
  async #step(): Promise<boolean> {
    if (this.#state === 'ended') {
      this.#rest = Buffer.alloc(0)
      return false
    }
    if (this.#state === 'head') return this.#head()
    const at = this.#rest.indexOf(this.#mark)
    // A mark may begin at the end of a piece.
    const sure = at < 0 ? Math.max(0, this.#rest.length - this.#mark.length) : at
    await this.#content(this.#rest.subarray(0, sure))
    this.#rest = this.#rest.subarray(at < 0 ? sure : at + this.#mark.length)
    if (at < 0) return false
    this.#close()
    this.#state = 'head'
    return true
  }

  async #head(): Promise<boolean> {
    if (this.#rest.subarray(0, 2).equals(Buffer.from('--'))) {
      this.#state = 'ended'
      return true
    }
    const end = this.#rest.indexOf('\r\n\r\n')
    if (end < 0) {
      if (this.#rest.length > headBytesMax) throw unread()
      return false
    }
    const head = this.#rest.subarray(0, end).toString('utf8')
    this.#rest = this.#rest.subarray(end + 4)
    this.#field = /;\s*name="([^"]*)"/i.exec(head)?.[1] ?? ''
    const name = /;\s*filename="([^"]*)"/i.exec(head)?.[1]
    this.#state = name === undefined ? 'field' : 'file'
    this.#sink = undefined
    if (name !== undefined && name !== '' && this.#field === this.#bounds.field && !this.#form.file) {
      this.#form.file = { name, bytes: 0 }
      this.#sink = await this.#open(name)
    }
    return true
  }

  async #content(bytes: Buffer): Promise<void> {
    const { file } = this.#form
    if (bytes.length === 0) return
    if (this.#state === 'field') {
      this.#textBytes += bytes.length
      if (this.#textBytes > fieldBytesMax) throw new AppError('invalid', sentence('error.too-much'))
      this.#text.push(Buffer.from(bytes))
    } else if (this.#sink !== undefined && file !== undefined) {
      const room = Math.max(0, this.#bounds.bytesMax - file.bytes)
      file.bytes += bytes.length
      if (room > 0) await this.#sink.write(bytes.subarray(0, room))
    }
  }

  #close(): void {
    if (this.#state === 'field') this.#form.fields[this.#field] = Buffer.concat(this.#text).toString('utf8')
    this.#text = []
  }
}

function boundaryOf(request: IncomingMessage): string | undefined {
  const type = request.headers['content-type'] ?? ''
  const [, quoted, bare] =
    /^multipart\/form-data;.*?boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? []
  return quoted ?? bare
}

function unread(): AppError {
  return new AppError('invalid', {
    vi: 'Biểu mẫu gửi lên bị đứt giữa chừng, nên chưa nhận được gì. Hãy gửi lại.',
    en: 'The form was cut off on its way, so nothing was taken. Send it again.',
  })
}
