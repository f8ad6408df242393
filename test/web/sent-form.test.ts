/** A whole form with its file, however the network cuts it into pieces. */
import { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { sentForm } from '../../src/web/sent-form.ts'
import { refusalOf } from '../support/refusal.ts'

const bounds = { field: 'file', bytesMax: 1000, bodyMax: 4000 }
/** Almost a mark stands in it, and its line ends. */
const file = '\r\n--x\r\n\n--x y\r\n\r\n--\r\nBà con\r\n'
const part = (head: string, text: string) =>
  `--x y\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`
const form = (sound: string) =>
  [
    part('name="speaker"', 'Bling Thị Nhung'),
    `--x y\r\nContent-Disposition: form-data; name="file"; filename="ghi âm.wav"\r\nContent-Type: audio/wav\r\n\r\n${sound}\r\n`,
    part('name="other"; filename="b.wav"', 'not asked for'),
    part('name="upload"', ''),
    '--x y--\r\n',
  ].join('')

async function read(body: string, pieceBytes: number) {
  const bytes = Buffer.from(body)
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, at) =>
    bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  )
  const headers = { 'content-type': 'multipart/form-data; boundary="x y"' }
  const request = Object.assign(Readable.from(pieces), { headers }) as unknown as IncomingMessage
  const kept: Buffer[] = []
  const sent = await sentForm(request, bounds, () =>
    Promise.resolve({
      write: (piece) => {
        kept.push(Buffer.from(piece))
        return Promise.resolve()
      },
    }),
  )
  return { ...sent, kept: Buffer.concat(kept).toString() }
}

describe('a form that is sent with its file', () => {
  it.each([1, 2, 3, 7, 64, 4096])(
    'gives its fields and the file’s bytes as they are, in pieces of %i',
    async (size) => {
      expect(await read(form(file), size)).toEqual({
        fields: { speaker: 'Bling Thị Nhung', upload: '' },
        file: { name: 'ghi âm.wav', bytes: Buffer.byteLength(file) },
        kept: file,
      })
    },
  )

  it('has no file where none was chosen', async () => {
    const body = `${part('name="file"; filename=""', '')}--x y--\r\n`
    expect(await read(body, 5)).toEqual({ fields: {}, file: undefined, kept: '' })
  })

  it('hands on no more than its bound, and says how much came', async () => {
    const { file: told, kept } = await read(form('a'.repeat(1500)), 64)
    expect([told?.bytes, kept.length]).toEqual([1500, 1000])
  })

  it('is refused when it was cut off, and when it goes far beyond its bound', async () => {
    expect((await refusalOf(read(form(file).slice(0, -8), 64))).code).toBe('invalid')
    expect((await refusalOf(read(form('a'.repeat(5000)), 64))).code).toBe('invalid')
  })
})
