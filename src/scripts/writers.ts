/** Who may write what the loudspeakers say. */
import { AppError } from '../base/errors.ts'
import type { Db } from '../db/index.ts'
import { type Person, personById, refuseSuspended, type Role } from '../people/index.ts'

const writers: readonly Role[] = ['admin', 'editor', 'approver']

/** The person, if they may work on scripts; refuses (`not_found`, `forbidden`). */
export async function checkWriter(db: Db, id: string): Promise<Person> {
  const person = await personById(db, id)
  refuseSuspended(person)
  if (writers.includes(person.role)) return person
  throw new AppError('forbidden', {
    vi: `“${person.name}” không có quyền soạn bản tin. Việc này của biên tập, phê duyệt hoặc quản trị.`,
    en: `“${person.name}” may not work on scripts. That is for editors, approvers and admins.`,
  })
}

/**
 * Exercises and real work never meet: refuses (`forbidden`) a person of the one who would write on, submit or withdraw
 * what somebody of the other wrote, because the newest version is the one that is heard.
 */
export async function checkSameSide(db: Db, person: Person, author: string): Promise<void> {
  if ((await personById(db, author)).training === person.training) return
  throw new AppError(
    'forbidden',
    person.training
      ? {
          vi: `“${person.name}” chỉ dùng cho tập huấn, không động được vào bản tin thật. Hãy dùng mã bản tin khác cho buổi tập.`,
          en: `“${person.name}” exists for exercises and may not touch a real script. Use another script id for the exercise.`,
        }
      : {
          vi: `Bản tin này chỉ dùng cho tập huấn, “${person.name}” không động được vào. Hãy dùng mã bản tin khác.`,
          en: `This script is for exercises: “${person.name}” may not touch it. Use another script id.`,
        },
  )
}

/** The person, if they may edit the register of facts, which all scripts share; refuses (`not_found`, `forbidden`). */
export async function checkKeeper(db: Db, id: string): Promise<Person> {
  const person = await personById(db, id)
  refuseSuspended(person)
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
