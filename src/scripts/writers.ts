/** Who may write what the loudspeakers say. */
import { AppError } from '../base/errors.ts'
import type { Db } from '../db/index.ts'
import { type Person, personById, type Role } from '../people/index.ts'

const writers: readonly Role[] = ['admin', 'editor', 'approver']

/** The person, if they may work on scripts; refuses (`not_found`, `forbidden`). */
export async function checkWriter(db: Db, id: string): Promise<Person> {
  const person = await personById(db, id)
  if (writers.includes(person.role)) return person
  throw new AppError('forbidden', {
    vi: `“${person.name}” không có quyền soạn bản tin. Việc này của biên tập, phê duyệt hoặc quản trị.`,
    en: `“${person.name}” may not work on scripts. That is for editors, approvers and admins.`,
  })
}

/** The person, if they may edit the register of facts, which all scripts share; refuses (`not_found`, `forbidden`). */
export async function checkKeeper(db: Db, id: string): Promise<Person> {
  const person = await personById(db, id)
  if (!writers.includes(person.role)) {
    throw new AppError('forbidden', {
      vi: `“${person.name}” không có quyền sửa sổ dữ kiện. Việc này của biên tập, phê duyệt hoặc quản trị.`,
      en: `“${person.name}” may not edit the register of facts. That is for editors, approvers and admins.`,
    })
  }
  if (person.training) {
    throw new AppError('forbidden', {
      vi: `“${person.name}” chỉ dùng cho tập huấn, không sửa được sổ dữ kiện mà bản tin thật dựa vào.`,
      en: `“${person.name}” exists for exercises and may not edit the facts that real scripts rest on.`,
    })
  }
  return person
}
