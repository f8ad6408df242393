/** Whoever is suspended does nothing, and is told so rather than that their role may not. */
import { AppError } from '../base/errors.ts'

/** Refuses (`forbidden`) a suspended person; everybody else passes. */
export function refuseSuspended(person: { name: string; suspendedAt: string | null }): void {
  if (person.suspendedAt === null) return
  throw new AppError('forbidden', {
    vi: `“${person.name}” đang bị tạm dừng nên chưa làm được gì. Hãy nhờ một quản trị cho làm việc lại, hoặc để người khác làm.`,
    en: `“${person.name}” is suspended and can do nothing for now. Ask an admin to restore them, or let somebody else do it.`,
  })
}
