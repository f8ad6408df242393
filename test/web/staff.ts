/** People with sessions, for the pages: each with the cookies of a browser that signed in. */
import type { Database } from '../../src/db/index.ts'
import { type Role, setUnits } from '../../src/people/index.ts'
import { Browser, gateOn, goodPassword, setUpCodes, withAccount } from '../people/office.ts'
import { clockAt, today } from './month.ts'

/** Today's xã Hùng Sơn, which xã Ga Ri (station tt-20440) and others became. */
export const ownUnit = { code: '20443', validFrom: '2025-07-01' }

/** Adds a person with an account and signs them in, with codes where their role needs them; gives the cookies. */
export async function signedIn(
  database: Database,
  id: string,
  role: Role,
  { publicUrl }: { publicUrl?: string } = {},
): Promise<Browser> {
  await withAccount(database, { id, name: `Người ${id}`, role, now: today })
  const browser = new Browser('127.0.0.1')
  const gate = gateOn(database, clockAt(today), publicUrl)
  if (role === 'admin' || role === 'approver') await setUpCodes(gate, browser, id)
  else browser.take(await gate.signIn({ name: id, password: goodPassword }, browser.from))
  return browser
}

/** An operator bound to `ownUnit`. */
export async function operatorSignedIn(database: Database, id: string): Promise<Browser> {
  const browser = await signedIn(database, id, 'operator')
  await setUnits(database, { person: id, units: [ownUnit], by: null, now: today })
  return browser
}
