import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDiskFull } from '../../src/base/errors.ts'
import { writeWhole } from '../../src/base/files.ts'
import { sha256, sha256OfFile } from '../../src/base/hash.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-files-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('writing a file whole', () => {
  it('makes its folders and leaves nothing beside it', async () => {
    const path = join(folder, 'ab', 'cd', 'recording.mp3')
    await writeWhole(path, Buffer.from([1, 2, 3]))
    expect([...readFileSync(path)]).toEqual([1, 2, 3])
    expect(readdirSync(join(folder, 'ab', 'cd'))).toEqual(['recording.mp3'])
  })

  it('replaces what was there', async () => {
    const path = join(folder, 'plan')
    await writeWhole(path, 'one, longer than the second')
    await writeWhole(path, 'two')
    expect(readFileSync(path, 'utf8')).toBe('two')
  })

  it('keeps a secret readable by its owner only', async () => {
    const path = join(folder, 'key.pem')
    await writeWhole(path, 'secret', 0o600)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('that fails leaves the old file as it was and no half one behind', async () => {
    const path = join(folder, 'taken')
    mkdirSync(join(path, 'full'), { recursive: true })
    await expect(writeWhole(path, 'x')).rejects.toThrow()
    expect(readdirSync(folder)).toEqual(['taken'])
  })

  it('many at once to one place leave one of them whole', async () => {
    const path = join(folder, 'same')
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(5000))
    await Promise.all(texts.map((text) => writeWhole(path, text)))
    expect(texts).toContain(readFileSync(path, 'utf8'))
    expect(readdirSync(folder)).toEqual(['same'])
  })

  it.runIf(process.platform === 'linux')('to a full disk fails with the disk’s word', async () => {
    // /dev/full is Linux's disk without a free byte.
    const failed = await new Promise((resolve) => {
      try {
        writeFileSync('/dev/full', 'x')
        resolve(undefined)
      } catch (error) {
        resolve(error)
      }
    })
    expect(isDiskFull(failed)).toBe(true)
  })
})

describe('the hash of a file', () => {
  it('is the hash of its bytes', async () => {
    const path = join(folder, 'long')
    const bytes = Buffer.alloc(300_000, 'loa')
    writeFileSync(path, bytes)
    expect(await sha256OfFile(path)).toBe(sha256(bytes))
  })

  it('of a file that is not there is refused', async () => {
    await expect(sha256OfFile(join(folder, 'nothing'))).rejects.toThrow('ENOENT')
  })
})
