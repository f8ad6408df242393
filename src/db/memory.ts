/** Small things the hub remembers from start to start, by name. */
import type { Db } from './transact.ts'

/** What was remembered under the name, if anything. */
export async function recall(db: Db, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('hub_memory').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/** Remembers a value under the name, in place of what was there. */
export async function remember(db: Db, name: string, value: string): Promise<void> {
  await db
    .insertInto('hub_memory')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
