/** Who may let people in and steer them: an admin at work, of the same side. */
import { AppError } from '../../base/errors.ts'
import type { Db } from '../../db/index.ts'
import { personById } from '../store.ts'
import { refuseSuspended } from '../suspended.ts'
import type { Person } from '../types.ts'

/**
 * Refuses (`forbidden`) whoever is suspended, is no admin, or is of the other side (real work, exercises) than the person;
 * (`not_found`) a stranger. Null, the command line, passes. Call it in the transaction of the deed: a request that was
 * let in may wait while its sender is stopped.
 */
export async function checkSteering(tx: Db, person: Person, by: string | null): Promise<void> {
  if (by === null) return
  const admin = await personById(tx, by)
  refuseSuspended(admin)
  if (admin.role !== 'admin') {
    throw new AppError('forbidden', {
      vi: `“${admin.name}” không phải quản trị nên không làm việc này được. Hãy nhờ một quản trị.`,
      en: `“${admin.name}” is no admin and may not do this. Ask an admin.`,
    })
  }
  if (admin.training === person.training) return
  throw new AppError('forbidden', {
    vi: `“${person.name}” và “${admin.name}” không cùng phía (việc thật, tập huấn). Hãy nhờ một quản trị cùng phía với người ấy.`,
    en: `“${person.name}” and “${admin.name}” are not of the same side (real work, exercises). Ask an admin of that person’s side.`,
  })
}
