/** The rendering that is under way, for all who watch it: how far it is, stopping it, letting it go on. */
import { AppError } from '../base/errors.ts'
import type { RenderProgress } from './progress.ts'
import type { Awaiting } from './wanted.ts'

/**
 * `idle`: nothing is under way; the counts are of what was last. `running`: see the counts. `stopped`: somebody
 * stopped it; what was finished stays, and nothing more is rendered until somebody lets it go on or the hub starts
 * anew. `starting`: somebody let it go on, and what is still missing is being looked up. `awaiting`: what only a
 * person can read, as the last whole run found it.
 */
export type RenderingState = RenderProgress & {
  state: 'idle' | 'starting' | 'running' | 'stopped'
  awaiting: readonly Awaiting[]
}

const nothing = { done: 0, total: 0, failed: 0, secondsLeft: undefined }

/** So many pages may watch at once; each holds a connection. */
const watchersMax = 200

export class RenderDesk {
  #state: RenderingState = { state: 'idle', ...nothing, awaiting: [] }
  #stop: AbortController | undefined
  readonly #watchers = new Set<(state: RenderingState) => void>()
  readonly #wake: () => void

  /** `wake` is asked for a run when somebody lets the rendering go on. */
  constructor(wake: () => void = () => undefined) {
    this.#wake = wake
  }

  get state(): RenderingState {
    return this.#state
  }

  /** Tells the watcher every change until the returned function is called. Refuses (`unavailable`) more than 200. */
  watch(watcher: (state: RenderingState) => void): () => void {
    if (this.#watchers.size >= watchersMax) {
      throw new AppError('unavailable', {
        vi: 'Có quá nhiều người đang cùng xem tiến độ. Hãy tải lại trang sau ít phút.',
        en: 'Too many people are watching the progress. Reload the page in a few minutes.',
      })
    }
    this.#watchers.add(watcher)
    return () => {
      this.#watchers.delete(watcher)
    }
  }

  /**
   * Does the work unless the rendering is stopped; resolves with undefined when it was, or is meanwhile.
   * What the work throws otherwise is thrown on; afterwards the desk is idle again.
   */
  async run<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal, onProgress: (progress: RenderProgress) => void) => Promise<T>,
  ): Promise<T | undefined> {
    if (this.#state.state === 'stopped') return undefined
    const stop = new AbortController()
    this.#stop = stop
    try {
      return await work(AbortSignal.any([signal, stop.signal]), (progress) => {
        if (!stop.signal.aborted && progress.total > 0)
          this.#tell({ ...this.#state, state: 'running', ...progress })
      })
    } catch (error) {
      if (stop.signal.aborted && !signal.aborted) return undefined
      throw error
    } finally {
      this.#stop = undefined
      if (!stop.signal.aborted && this.#state.state !== 'idle') {
        this.#tell({ ...this.#state, state: 'idle', secondsLeft: undefined })
      }
    }
  }

  /** What a whole run found that only a person can read. */
  awaits(awaiting: readonly Awaiting[]): void {
    if (JSON.stringify(awaiting) !== JSON.stringify(this.#state.awaiting))
      this.#tell({ ...this.#state, awaiting })
  }

  /** Stops what is under way within a second and keeps it stopped. What was finished stays. */
  stop(): void {
    this.#tell({ ...this.#state, state: 'stopped', secondsLeft: undefined })
    this.#stop?.abort(new Error('the rendering was stopped by a person'))
  }

  /** Lets the rendering go on with what is still missing; nothing when it was not stopped. */
  goOn(): void {
    if (this.#state.state !== 'stopped') return
    // The counts of before would read as if all were done.
    this.#tell({ ...this.#state, ...nothing, state: 'starting' })
    this.#wake()
  }

  #tell(state: RenderingState): void {
    this.#state = state
    for (const watcher of this.#watchers) watcher(state)
  }
}
