/**
 * Jobs: work that looks at what is wanted and what is there and does the difference. A job takes no
 * input; a wake-up saves time and never changes the outcome; cron wakes it anyway. No retries
 * inside: the next run is the retry.
 */
import { createTask } from 'node-cron'
import type { Log } from './log.ts'
import { reasonOf } from './errors.ts'

export interface Job {
  /** Asks for a run soon. Any number of wake-ups during a run lead to exactly one more run. */
  wake(): void
  /** Resolves when no run is going on and none is asked for. */
  idle(): Promise<void>
  /** No further runs; resolves when the present one has ended. */
  stop(): Promise<void>
}

/**
 * Starts a job: runs `work` at each beat of the cron expression (with seconds, Asia/Ho_Chi_Minh) and
 * at each wake-up, one run at a time. A run that throws is logged with what was tried; the next beat
 * tries again.
 */
export function startJob(options: {
  name: string
  cron: string
  work: (signal: AbortSignal) => Promise<void>
  log: Log
  onRun?: (seconds: number, failed: boolean) => void
}): Job {
  const { name, work, log } = options
  const abort = new AbortController()
  let wanted = false
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    while (wanted && !abort.signal.aborted) {
      wanted = false
      const began = performance.now()
      let failed = false
      try {
        await work(abort.signal)
      } catch (error) {
        failed = true
        if (!abort.signal.aborted) log.error({ job: name, error: reasonOf(error), stack: (error as Error).stack }, 'job failed; the next run tries again')
      }
      options.onRun?.((performance.now() - began) / 1000, failed)
    }
  }

  function wake(): void {
    if (abort.signal.aborted) return
    wanted = true
    running ??= drain().finally(() => {
      running = undefined
      if (wanted) wake()
    })
  }

  const beat = createTask(options.cron, wake, { name, timezone: 'Asia/Ho_Chi_Minh' })
  void beat.start()

  return {
    wake,
    async idle() {
      while (running !== undefined) await running
    },
    async stop() {
      abort.abort()
      await beat.destroy()
      await running
    },
  }
}
