import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isHeld, takeLock } from '../../src/setup/lock.mjs'

const lockModule = fileURLToPath(new URL('../../src/setup/lock.mjs', import.meta.url))

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-lang-lock-'))
  file = join(folder, 'setup.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the lock of a checkout', () => {
  it('is held until it is released, and then leaves nothing', async () => {
    const lock = await takeLock(file)
    expect(isHeld(file)).toBe(true)
    lock.release()
    expect(isHeld(file)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it('makes a second start wait, and says so once', async () => {
    const first = await takeLock(file)
    let waits = 0
    const second = takeLock(file, { waiting: () => void (waits += 1) })
    setTimeout(() => first.release(), 700)
    const lock = await second
    expect(waits).toBe(1)
    lock.release()
  })

  it('does not make anyone wait for ever', async () => {
    const lock = await takeLock(file)
    await expect(takeLock(file, { waitMs: 10 })).rejects.toThrow(`process ${process.pid}`)
    expect(isHeld(file)).toBe(true)
    lock.release()
  })

  it.each([
    ['of a process that is gone', JSON.stringify([{ pid: 2 ** 22 + 1, started: '1' }])],
    ['whose pid is by now another process', JSON.stringify([{ pid: process.pid, started: '1' }])],
    ['that is torn', '[{"pi'],
    ['that is empty', ''],
  ])('is taken over from a holder %s', async (_said, content) => {
    writeFileSync(file, content)
    const lock = await takeLock(file, { waitMs: 0 })
    expect(readFileSync(file, 'utf8')).toContain(`"pid":${process.pid},`)
    lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('stays with the npm of a start that was killed', async () => {
    const npm = spawn('sleep', ['30'])
    const start = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { takeLock } from ${JSON.stringify(lockModule)}
       const lock = await takeLock(${JSON.stringify(file)})
       lock.shareWith(${npm.pid})
       process.kill(process.pid, 'SIGKILL')`,
    ])
    await once(start, 'exit')
    expect(isHeld(file)).toBe(true)
    npm.kill()
    await once(npm, 'exit')
    expect(isHeld(file)).toBe(false)
    expect(existsSync(file)).toBe(true)
  })

  it('is never held by two of many that start at once, one of them killed', async () => {
    writeFileSync(file, JSON.stringify([{ pid: 2 ** 22 + 1, started: '1' }]))
    const inside = join(folder, 'inside')
    const starts = Array.from({ length: 6 }, (_, index) =>
      spawn(process.execPath, [
        '--input-type=module',
        '-e',
        `import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
         import { takeLock } from ${JSON.stringify(lockModule)}
         const lock = await takeLock(${JSON.stringify(file)})
         // Made anew only if nobody else is inside.
         writeFileSync(${JSON.stringify(inside)}, '', { flag: 'wx' })
         await new Promise((resolve) => setTimeout(resolve, 40))
         rmSync(${JSON.stringify(inside)})
         appendFileSync(${JSON.stringify(join(folder, 'done'))}, 'x')
         if (${index} === 0) process.kill(process.pid, 'SIGKILL')
         lock.release()`,
      ]),
    )
    const exits = await Promise.all(starts.map((start) => once(start, 'exit')))
    expect(exits.filter(([code]) => code !== 0 && code !== null)).toEqual([])
    expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('xxxxxx')
  })
})
