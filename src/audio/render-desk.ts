/** The rendering that is under way, for all who watch it: how far it is, stopping it, letting it go on. */
import { AppError } from '../base/errors.ts'
import type { RenderProgress } from './progress.ts'
import type { Awaiting } from './wanted.ts'

/**
 * `idle`: nothing is under way; the counts are of what was last. `running`: see the counts. `stopped`: somebody
 * stopped it; what was finished stays, and nothing more is rendered until somebody lets it go on or the hub starts
 * anew. `starting`: somebody let it go on, and what is still missing is being looked up. `broken-off`: the last run
 * could not do its work; the counts are of how far it came, none when it had not begun to count. `awaiting`: what
 * only a person can read, `unmade`: how many recordings could not be made, both as the last whole run found it.
 */
export type RenderingState = RenderProgress & {
  state: 'idle' | 'starting' | 'running' | 'stopped' | 'broken-off'
  awaiting: readonly Awaiting[]
  unmade: number
}

const nothing = { done: 0, total: 0, failed: 0, secondsLeft: undefined }

/** So many pages may watch at once; each holds a connection. */
const watchersMax = 200

export class RenderDesk {
  #state: RenderingState = { state: 'idle', ...nothing, awaiting: [], unmade: 0 }
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
   * What the work throws otherwise is thrown on, and the rendering is then broken off; else it is idle again.
   */
  async run<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal, onProgress: (progress: RenderProgress) => void) => Promise<T>,
  ): Promise<T | undefined> {
    if (this.#state.state === 'stopped') return undefined
    const stop = new AbortController()
    this.#stop = stop
    try {
      const result = await work(AbortSignal.any([signal, stop.signal]), (progress) => {
        if (!stop.signal.aborted && progress.total > 0)
          this.#tell({ ...this.#state, state: 'running', ...progress })
      })
      if (!stop.signal.aborted) this.#ended()
      return result
    } catch (error) {
      if (stop.signal.aborted && !signal.aborted) return undefined
      // What was counted before this run says nothing of it.
      if (!stop.signal.aborted)
        this.#tell({ ...this.#counted(), state: 'broken-off', secondsLeft: undefined })
      throw error
    } finally {
      this.#stop = undefined
    }
  }

  /** A run that had nothing to make tells nothing: what was counted before a break is over then. */
  #ended(): void {
    if (this.#state.state !== 'idle')
      this.#tell({ ...this.#counted(), state: 'idle', secondsLeft: undefined })
  }

  /** The state with the counts of this run, none when it has not counted. */
  #counted(): RenderingState {
    return this.#state.state === 'running' ? this.#state : { ...this.#state, ...nothing }
  }

  /** What a whole run found: what only a person can read, and how many recordings could not be made. */
  found({ awaiting, failed }: { awaiting: readonly Awaiting[]; failed: number }): void {
    const isNews = JSON.stringify(awaiting) !== JSON.stringify(this.#state.awaiting)
    if (isNews || failed !== this.#state.unmade) this.#tell({ ...this.#state, awaiting, unmade: failed })
  }

  /** Stops what is under way within a second and keeps it stopped. What was finished stays. */
  stop(): void {
    this.#tell({ ...this.#state, state: 'stopped', secondsLeft: undefined })
    this.#stop?.abort(new Error('the rendering was stopped by a person'))
  }

  /**
   * Lets the rendering go on with what is still missing; nothing when one is under way, or when it was not stopped and
   * every recording could be made.
   */
  goOn(): void {
    const { state, unmade } = this.#state
    if (state === 'running' || state === 'starting' || (state !== 'stopped' && unmade === 0)) return
    // The counts of before would read as if all were done.
    this.#tell({ ...this.#state, ...nothing, state: 'starting' })
    this.#wake()
  }

  #tell(state: RenderingState): void {
    this.#state = state
    for (const watcher of this.#watchers) watcher(state)
  }
}
