/** Every device's newest plan, read once from the database and kept at hand. */
import { type Database, transact } from '../db/index.ts'
import { DevicePlan, readMessage } from '../wire/messages.ts'
import type { PlanThere } from './plan.ts'
import { addPlans, type KeptPlan, newestPlans } from './store.ts'

/** A plan as it was given out, read. */
export type NewestPlan = KeptPlan & PlanThere

export class PlanBook {
  readonly #database: Database
  #plans: Map<string, NewestPlan> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** The newest plan of every device that was ever given one. */
  async newest(): Promise<ReadonlyMap<string, NewestPlan>> {
    this.#plans ??= new Map(
      [...(await newestPlans(this.#database))].map(([device, kept]) => [device, readPlan(kept)]),
    )
    return this.#plans
  }

  /** Keeps new generations, all or none: kept before they are sent, so that no number is given out twice. */
  async keep(made: readonly NewestPlan[]): Promise<void> {
    if (made.length === 0) return
    try {
      await transact(this.#database, (tx) => addPlans(tx, made))
    } catch (error) {
      // Somebody else may have written: look again next time.
      this.#plans = undefined
      throw error
    }
    for (const plan of made) this.#plans?.set(plan.device, plan)
  }
}

/** A plan of our own database: signed by us when it was made. */
function readPlan(kept: KeptPlan): NewestPlan {
  const bytes = Buffer.from(kept.envelope)
  const end = bytes.indexOf(10)
  const [, kid = ''] = bytes.subarray(0, end).toString('latin1').split(' ')
  const plan = readMessage(DevicePlan, bytes.subarray(end + 1))
  if (!plan.ok)
    throw new Error(`plan ${String(kept.generation)} of ${kept.device} cannot be read: ${plan.why}`)
  return { ...kept, plan: plan.value, kid }
}
