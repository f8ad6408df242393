/** One file out of a plain form, whatever the browser puts around it. */
import { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { fileIn } from '../../src/web/one-file.ts'
import { refusalOf } from '../support/refusal.ts'

const limits = { field: 'file', bytesMax: 1024 }
const asked = (type: string, body: string) =>
  Object.assign(Readable.from([Buffer.from(body)]), {
    headers: { 'content-type': type },
  }) as unknown as IncomingMessage
const part = (head: string, text: string) =>
  `--x y\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`

describe('a form with a file', () => {
  const type = 'multipart/form-data; boundary="x y"'
  it('gives the bytes of the field as they are, also with line ends and dashes in them', async () => {
    const text = '\r\n--x\r\n--\r\n\r\nBà con\r\n'
    const body = `${part('name="other"', 'no')}${part('name="file"; filename="a.md"', text)}--x y--\r\n`
    const file = await fileIn(asked(type, body), limits)
    expect([file?.name, file?.bytes.toString()]).toEqual(['a.md', text])
  })

  it('has none when it was cut off, when it is of another kind, or when the field is missing', async () => {
    const cut = part('name="file"; filename="a.md"', 'Bà con').slice(0, -2)
    expect(await fileIn(asked(type, cut), limits)).toBeUndefined()
    expect(await fileIn(asked('application/x-www-form-urlencoded', 'file=x'), limits)).toBeUndefined()
    expect(await fileIn(asked(type, `${part('name="other"', 'x')}--x y--`), limits)).toBeUndefined()
  })

  it('refuses a file above its bound, and a body far above it without reading to its end', async () => {
    const body = `${part('name="file"; filename="a.md"', 'x'.repeat(1025))}--x y--\r\n`
    expect((await refusalOf(fileIn(asked(type, body), limits))).code).toBe('invalid')
    let given = 0
    const endless = Readable.from(
      (function* () {
        for (; ; given += 1) yield Buffer.alloc(64 * 1024)
      })(),
    )
    const request = Object.assign(endless, {
      headers: { 'content-type': type },
    }) as unknown as IncomingMessage
    expect((await refusalOf(fileIn(request, limits))).code).toBe('invalid')
    expect(given).toBeLessThan(40)
  })
})
