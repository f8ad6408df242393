/** Who may say what was heard: no auditor, and of an exercise only who exists for exercises. */
import { AppError } from '../base/errors.ts'
import type { Db } from '../db/index.ts'
import { type Person, personById, refuseSuspended } from '../people/index.ts'
import { type Airing, airingsOf, campaignsOf, unknownAiring } from '../schedule/index.ts'

/** The person, if they may attest at all: whoever checks the evidence does not make it. */
export async function checkWitness(tx: Db, by: string): Promise<Person> {
  const person = await personById(tx, by)
  refuseSuspended(person)
  if (person.role !== 'auditor') return person
  throw new AppError('forbidden', {
    vi: 'Người kiểm tra không được xác nhận lượt phát: người kiểm tra bằng chứng không tạo ra bằng chứng.',
    en: 'An auditor may not attest: whoever checks the evidence does not make it.',
  })
}

/** Refuses (`forbidden`) anybody of these who is not of the airing's side (real work, exercises). */
export async function checkSide(tx: Db, airing: Airing | string, people: readonly Person[]): Promise<void> {
  const [found] = typeof airing === 'string' ? await airingsOf(tx, { ids: [airing] }) : [airing]
  if (found === undefined) throw unknownAiring(typeof airing === 'string' ? airing : airing.id)
  const campaign = (await campaignsOf(tx)).find(({ id }) => id === found.campaign)
  const other = people.find(({ training }) => training !== campaign?.training)
  if (other === undefined) return
  throw new AppError('forbidden', {
    vi: `“${other.name}” không cùng phía với lượt phát này (việc thật, tập huấn) nên không xác nhận được. Hãy nhờ người cùng phía.`,
    en: `“${other.name}” is not of the same side as this airing (real work, exercises) and may not speak of it. Ask somebody who is.`,
  })
}
