import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Job, startJob } from '../../src/base/job.ts'
import { type Log, silentLog } from '../../src/base/log.ts'

/** A beat that does not come while a test runs. */
const never = '0 0 0 29 2 *'

const started: Job[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((job) => job.stop()))
})

function start(
  work: (signal: AbortSignal) => Promise<void>,
  more: Partial<Parameters<typeof startJob>[0]> = {},
): Job {
  const job = startJob({ name: 'test', cron: never, work, log: silentLog, ...more })
  started.push(job)
  return job
}

/** Work that waits at a gate, so that the test decides when a run ends. */
function gated() {
  let runs = 0
  let open: () => void = () => undefined
  const work = async () => {
    runs += 1
    await new Promise<void>((resolve) => (open = resolve))
  }
  return { work, runs: () => runs, open: () => open() }
}

describe('a job', () => {
  it('does nothing until it is woken', async () => {
    let runs = 0
    const job = start(async () => Promise.resolve(void (runs += 1)))
    await job.idle()
    expect(runs).toBe(0)
    job.wake()
    await job.idle()
    expect(runs).toBe(1)
  })

  it('woken any number of times during a run, runs exactly once more', async () => {
    const { work, runs, open } = gated()
    const job = start(work)
    job.wake()
    expect(runs()).toBe(1)
    for (let i = 0; i < 100; i += 1) job.wake()
    expect(runs()).toBe(1)
    open()
    await sleep(5)
    expect(runs()).toBe(2)
    open()
    await job.idle()
    expect(runs()).toBe(2)
  })

  it('never runs twice at the same time', async () => {
    let now = 0
    let most = 0
    const job = start(async () => {
      now += 1
      most = Math.max(most, now)
      await sleep(2)
      now -= 1
    })
    for (let i = 0; i < 20; i += 1) {
      job.wake()
      await sleep(1)
    }
    await job.idle()
    expect(most).toBe(1)
  })

  it('that fails says what was tried, and the next wake-up tries again', async () => {
    const said: object[] = []
    const log: Log = { ...silentLog, error: (fields) => said.push(fields), child: () => log }
    const outcomes: boolean[] = []
    let runs = 0
    const work = async () => {
      runs += 1
      await Promise.resolve()
      if (runs === 1) throw new Error('the disk was away')
    }
    const job = start(work, { log, onRun: ({ failure }) => outcomes.push(failure !== undefined) })
    job.wake()
    await job.idle()
    expect(said).toMatchObject([{ job: 'test', error: 'the disk was away' }])
    job.wake()
    await job.idle()
    expect(runs).toBe(2)
    expect(outcomes).toEqual([true, false])
    expect(said.length).toBe(1)
  })

  it('that throws before it begins to wait is caught as well', async () => {
    let runs = 0
    const job = start(() => {
      runs += 1
      throw new Error('at once')
    })
    job.wake()
    await job.idle()
    job.wake()
    await job.idle()
    expect(runs).toBe(2)
  })

  it('that fails while it was woken again still runs again', async () => {
    let runs = 0
    const job: Job = start(async () => {
      runs += 1
      if (runs > 1) return
      job.wake()
      await Promise.resolve()
      throw new Error('first time')
    })
    job.wake()
    await job.idle()
    expect(runs).toBe(2)
  })

  it('is woken by its clock as well', async () => {
    let runs = 0
    const job = start(async () => Promise.resolve(void (runs += 1)), { cron: '* * * * * *' })
    await expect.poll(() => runs, { timeout: 4000, interval: 50 }).toBeGreaterThan(0)
    await job.stop()
    const before = runs
    await sleep(1200)
    expect(runs).toBe(before)
  })

  describe('when the clock of the machine is set', () => {
    afterEach(() => void vi.useRealTimers())

    it.each([
      ['back by an hour', -3_600_000],
      ['forward by a day', 86_400_000],
    ])('%s, goes on beating, and nothing else is held up', async (_said, milliseconds) => {
      vi.useFakeTimers({ toFake: ['Date'] })
      let runs = 0
      start(async () => Promise.resolve(void (runs += 1)), { cron: '* * * * * *' })
      const tick = setInterval(() => vi.setSystemTime(Date.now() + 100), 100)
      await sleep(1100)
      vi.setSystemTime(Date.now() + milliseconds)
      const before = runs
      let [last, held] = [performance.now(), 0]
      const watch = setInterval(() => {
        held = Math.max(held, performance.now() - last)
        last = performance.now()
      }, 10)
      await sleep(2500)
      clearInterval(watch)
      clearInterval(tick)
      expect(runs - before).toBeGreaterThanOrEqual(1)
      expect(runs - before).toBeLessThanOrEqual(4)
      expect(held).toBeLessThan(1000)
    })
  })

  it('stopped: tells the present run, waits for its end, and starts none', async () => {
    let runs = 0
    let told = false
    const job = start(async (signal) => {
      runs += 1
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          told = true
          setTimeout(resolve, 5)
        })
      })
    })
    job.wake()
    job.wake()
    await job.stop()
    expect({ runs, told }).toEqual({ runs: 1, told: true })
    job.wake()
    await job.idle()
    expect(runs).toBe(1)
  })
})
