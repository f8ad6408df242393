/**
 * Where a deed comes from. Whoever takes a request or a command says so once, and every deed recorded while it is
 * worked on carries it, in whichever module: a deed without it would have to be told by each caller, and one of
 * them would forget.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** `api`: a programme, for somebody who signed in; `desk`: the open desk of the hub's own machine; `system`: a job, without anybody asking. */
export type Via = 'web' | 'api' | 'cli' | 'desk' | 'system'

/** `address`: the network address of the one who asks, where there is a network. */
export type Origin = { via: Via; address: string | null }

const origins = new AsyncLocalStorage<Origin>()

/** Does the work, and everything that follows from it, as coming from there. */
export function actingFrom<T>(origin: Origin, work: () => T): T {
  return origins.run(origin, work)
}

/** Where the present work comes from: the system itself unless somebody said otherwise. */
export function presentOrigin(): Origin {
  return origins.getStore() ?? { via: 'system', address: null }
}
