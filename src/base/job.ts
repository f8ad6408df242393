/**
 * Jobs: work that looks at what is wanted and what is there and does the difference. A job takes no
 * input; a wake-up saves time and never changes the outcome; cron wakes it anyway. No retries
 * inside: the next run is the retry.
 */
import { createTask } from 'node-cron'
import type { Log } from './log.ts'
import { AppError, reasonOf } from './errors.ts'
import { systemClock, toMilliseconds } from './time.ts'

export interface Job {
  /** Asks for a run soon. Any number of wake-ups during a run lead to exactly one more run. */
  wake(): void
  /** Resolves when no run is going on and none is asked for. */
  idle(): Promise<void>
  /** No further runs; resolves when the present one has ended. */
  stop(): Promise<void>
}

/** A timer does not notice that the machine's clock was set; so often we look at it again. */
const lookMsMax = 1000

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
  /** Told after each run; `failure` is what it threw, undefined when it went well. */
  onRun?: (run: { seconds: number; failure: unknown }) => void
}): Job {
  const { name, work, log } = options
  const abort = new AbortController()
  let wanted = false
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    while (wanted && !abort.signal.aborted) {
      wanted = false
      const began = performance.now()
      let failure: unknown
      try {
        await work(abort.signal)
      } catch (error) {
        // What a stopped run throws is the stop itself.
        if (!isOver(abort.signal)) {
          // A refusal says all there is to say; anything else is a bug and shows where it came from.
          const stack = error instanceof Error && !(error instanceof AppError) ? { stack: error.stack } : {}
          log.error({ job: name, error: reasonOf(error), ...stack }, 'job failed; the next run tries again')
          failure = error ?? new Error('a job threw nothing')
        }
      }
      options.onRun?.({ seconds: (performance.now() - began) / 1000, failure })
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

  const stopBeating = beat(options, wake)

  return {
    wake,
    async idle() {
      while (running !== undefined) await running
    },
    async stop() {
      abort.abort()
      await stopBeating()
      await running
    },
  }
}

/**
 * Calls `wake` at each beat until it is stopped. node-cron only says when the next beat is. Its own
 * timer is not used: after the clock was set back it stands still for as long, and after it was set
 * forward it counts every beat in between, one by one, while nothing else runs.
 */
function beat({ name, cron }: { name: string; cron: string }, wake: () => void): () => Promise<void> {
  const task = createTask(cron, wake, { name, timezone: 'Asia/Ho_Chi_Minh' })
  const nextBeat = (): number => task.getNextRuns(1)[0]?.getTime() ?? Infinity
  const now = (): number => toMilliseconds(systemClock.now())
  let next = nextBeat()
  let seen = now()
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    const present = now()
    const due = present >= next
    // Beats that were passed over count as one; a clock that was set back has its next beat sooner.
    if (due || present < seen) next = nextBeat()
    seen = present
    arm()
    if (due) wake()
  }

  function arm(): void {
    timer = setTimeout(look, Math.min(lookMsMax, Math.max(1, next - now())))
  }

  arm()
  return async () => {
    clearTimeout(timer)
    await task.destroy()
  }
}

/** Asked after a wait, when the answer may have changed since the loop looked. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}
