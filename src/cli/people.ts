/** `loa people`: who works here, in which role, and how they sign in. */
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { accountsOf, addPerson, openInvitations, people, type Role } from '../people/index.ts'
import { accountCommands } from './accounts.ts'
import { argument, listing, personGiven, required, workCommand } from './shell.ts'

const roles: readonly Role[] = ['admin', 'editor', 'approver', 'operator', 'auditor']
const rolesTold = 'admin quản trị, editor biên tập, approver phê duyệt, operator cán bộ đài, auditor kiểm tra'

export function peopleCommands(program: Command): void {
  const nouns = program.command('people').description('người dùng · people')
  workCommand(nouns, 'list', 'mọi người · everyone', async (work) => {
    const accounts = await accountsOf(work.database)
    const invited = await openInvitations(work.database, work.clock.now())
    const all = (await people(work.database)).map((person) => {
      const account = accounts.get(person.id)
      return {
        ...person,
        account: account !== undefined,
        codes: account?.codes ?? false,
        reset: account?.reset ?? false,
        invited: invited.has(person.id),
      }
    })
    return {
      json: all,
      lines: listing(
        ['mã', 'vai trò', 'tên', 'tài khoản', ''],
        all.map((person) => [
          ...[person.id, person.role, person.name, accountWord(person)],
          person.training ? 'tập huấn' : '',
        ]),
        {
          vi: 'Chưa có ai. Thêm bằng: loa people add <mã> --name "Họ Tên" --role editor',
          en: 'Nobody yet. Add one: loa people add <id> --name "Full Name" --role editor',
        },
      ),
    }
  })
  workCommand(nouns, 'add <id>', 'thêm một người · add a person', async (work, given) => {
    const role = roles.find((known) => known === required(given, 'role'))
    if (role === undefined) {
      throw new AppError('invalid', {
        vi: `Vai trò phải là một trong: ${roles.join(', ')}.`,
        en: `The role must be one of: ${roles.join(', ')}.`,
      })
    }
    const now = work.clock.now()
    const id = argument(given, 0)
    const by = await personGiven(work, given)
    await addPerson(work.database, {
      id,
      name: required(given, 'name'),
      role,
      training: given.options['training'] === true,
      now,
      ...(by === null ? {} : { by }),
    })
    return { json: { id, role }, lines: [`Đã thêm ${id} (${role}) · added`] }
  })
    .requiredOption('--name <name>', 'họ và tên · full name')
    .requiredOption('--role <role>', `${rolesTold} · role`)
    .option('--training', 'chỉ để tập huấn · for exercises only')
    .option('--by <person>', 'người làm · who does it')
  accountCommands(nouns)
}

function accountWord(person: {
  suspendedAt: string | null
  account: boolean
  codes: boolean
  reset: boolean
  invited: boolean
}): string {
  if (person.suspendedAt !== null) return 'tạm dừng · suspended'
  if (person.reset) return 'đặt lại, chưa đặt mới · reset'
  if (person.account) return person.codes ? 'mật khẩu và mã · with codes' : 'mật khẩu · password'
  return person.invited ? 'đã mời · invited' : 'chưa mời · not invited'
}
