/** What the pages call the roles. */
import type { Role } from '../people/index.ts'
import type { Word } from './words/index.ts'

export const roleWords: Record<Role, Word> = {
  admin: 'role.admin',
  editor: 'role.editor',
  approver: 'role.approver',
  operator: 'role.operator',
  auditor: 'role.auditor',
}
