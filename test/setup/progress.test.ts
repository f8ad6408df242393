import { describe, expect, it } from 'vitest'
import { stepsOn } from '../../src/setup/progress.mjs'

/** A screen that remembers, and a clock that ticks when told. */
function stage(isTTY: boolean, columns = 80) {
  let written = ''
  let now = 0
  let beat = { ms: 0, tick: (): void => undefined }
  const screen = { isTTY, columns, write: (text: string) => void (written += text) }
  const step = stepsOn(screen, {
    now: () => now,
    every: (ms: number, tick: () => void) => {
      beat = { ms, tick }
      return () => void (beat = { ms: 0, tick: () => undefined })
    },
  })
  return {
    step,
    written: () => written,
    pass: (ms: number) => {
      for (let passed = 0; beat.ms > 0 && passed + beat.ms <= ms; passed += beat.ms) {
        now += beat.ms
        beat.tick()
      }
    },
  }
}

describe('a long step', () => {
  it('without a terminal speaks at its start, every 15 seconds, and at its end', async () => {
    const { step, written, pass } = stage(false)
    const answer = await step('Cài gói', 'installing', () => {
      pass(31_000)
      return Promise.resolve('done')
    })
    expect(answer).toBe('done')
    expect(written()).toBe(
      [
        '… Cài gói · installing',
        '… Cài gói · installing  15 s',
        '… Cài gói · installing  30 s',
        '✓ Cài gói · installing  30 s',
        '',
      ].join('\n'),
    )
  })

  it('on a terminal keeps one line up to date, cut to the screen, with what the program last said', async () => {
    const { step, written, pass } = stage(true, 50)
    await step('Cài gói', 'installing', (told) => {
      told.note('\x1b[32mUnpacking\x1b[0m a package with a very long name')
      pass(2_000)
      return Promise.resolve()
    })
    const drawn = written().split('\r\x1b[K').slice(1)
    expect(drawn).toHaveLength(4)
    expect(drawn[2]).toBe('… Cài gói · installing  2 s   Unpacking  a packag')
    expect(drawn.at(-1)).toBe('✓ Cài gói · installing  2 s\n')
    for (const line of drawn.slice(0, -1)) expect(line.length).toBeLessThan(50)
  })

  it('that fails says so, and passes the reason on', async () => {
    const { step, written } = stage(false)
    await expect(step('Cài gói', 'installing', () => Promise.reject(new Error('no disk')))).rejects.toThrow(
      'no disk',
    )
    expect(written()).toMatch(/✗ Cài gói · installing {2}0 s\n$/)
  })
})
