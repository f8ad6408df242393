/** Plans and what devices said of themselves, in the database. */
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'

/** A plan as it was signed and given out: never changed, never removed. */
export type KeptPlan = {
  device: string
  generation: number
  /** Of what it says, without generation and times. */
  digest: string
  envelope: Uint8Array
  createdAt: Instant
}

/** What a device last said of itself. */
export type Said = {
  device: string
  state: 'ready' | 'lost' | 'disconnected'
  stateAt: Instant
  /** Of the plan it follows; 0 = none. */
  generation: number
  missing: number
  lastSequence: number
  reportedAt: Instant | null
}

/** Rows written by one statement: well under SQLite's 32,766 variables. */
const rowsMax = 500

/** Every device's newest plan. */
export async function newestPlans(db: Db): Promise<Map<string, KeptPlan>> {
  const newest = db
    .selectFrom('device_plan')
    .select(({ fn }) => ['device_id', fn.max('generation').as('generation')])
    .groupBy('device_id')
    .as('newest')
  const rows = await db
    .selectFrom('device_plan')
    .innerJoin(newest, (join) =>
      join
        .onRef('newest.device_id', '=', 'device_plan.device_id')
        .onRef('newest.generation', '=', 'device_plan.generation'),
    )
    .selectAll('device_plan')
    .execute()
  return new Map(
    rows.map((row) => [
      row.device_id,
      {
        device: row.device_id,
        generation: row.generation,
        digest: row.digest,
        envelope: Buffer.from(row.envelope, 'utf8'),
        createdAt: row.created_at,
      },
    ]),
  )
}

/** The newest generation of every device's plan. */
export async function newestGenerations(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('device_plan')
    .select(({ fn }) => ['device_id', fn.max('generation').as('generation')])
    .groupBy('device_id')
    .execute()
  return new Map(rows.map((row) => [row.device_id, row.generation]))
}

/** Keeps new plans. Fails when a device already has a plan with that generation. */
export async function addPlans(db: Db, plans: readonly KeptPlan[]): Promise<void> {
  const rows = plans.map(({ device, generation, digest, envelope, createdAt }) => ({
    device_id: device,
    generation,
    digest,
    // The signed bytes are a line of ASCII and JSON in UTF-8: text keeps them byte for byte.
    envelope: Buffer.from(envelope).toString('utf8'),
    created_at: createdAt,
  }))
  for (let first = 0; first < rows.length; first += rowsMax) {
    await db
      .insertInto('device_plan')
      .values(rows.slice(first, first + rowsMax))
      .execute()
  }
}

/** What devices last said, by device. */
export async function saidByDevices(db: Db): Promise<Map<string, Said>> {
  const rows = await db.selectFrom('device_status').selectAll().execute()
  return new Map(
    rows.map((row) => [
      row.device_id,
      {
        device: row.device_id,
        state: row.state as Said['state'],
        stateAt: row.state_at,
        generation: row.generation,
        missing: row.missing,
        lastSequence: row.last_sequence,
        reportedAt: row.reported_at,
      },
    ]),
  )
}

/** Keeps what devices say now in place of what they said before. */
export async function keepSaid(db: Db, said: readonly Said[]): Promise<void> {
  for (let first = 0; first < said.length; first += rowsMax) {
    const rows = said.slice(first, first + rowsMax).map((one) => ({
      device_id: one.device,
      state: one.state,
      state_at: one.stateAt,
      generation: one.generation,
      missing: one.missing,
      last_sequence: one.lastSequence,
      reported_at: one.reportedAt,
    }))
    await db
      .insertInto('device_status')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('device_id').doUpdateSet((row) => ({
          state: row.ref('excluded.state'),
          state_at: row.ref('excluded.state_at'),
          generation: row.ref('excluded.generation'),
          missing: row.ref('excluded.missing'),
          last_sequence: row.ref('excluded.last_sequence'),
          reported_at: row.ref('excluded.reported_at'),
        })),
      )
      .execute()
  }
}
