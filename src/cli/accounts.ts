/** `loa people invite|role|units|suspend|restore|reset-password|reset-codes|sessions`: who may sign in, and as what. */
import type { Command } from 'commander'
import { dayOf } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import {
  changeRole,
  endSessions,
  invite,
  personById,
  resetCodes,
  resetPassword,
  restore,
  type Role,
  roles,
  sessionsOf,
  setUnits,
  suspend,
} from '../people/index.ts'
import { unitByCode } from '../registry/index.ts'
import type { Work } from '../work.ts'
import { argument, counted, type Given, listing, personGiven, required, workCommand } from './shell.ts'

const byOption = ['--by <person>', 'người làm · who does it'] as const

/** Adds the verbs to `loa people`. */
export function accountCommands(nouns: Command): void {
  workCommand(
    nouns,
    'invite <id>',
    'đường dẫn một lần để tự đặt mật khẩu, dùng được 72 giờ · a one-time link to set a password, good for 72 hours',
    async (work, given) => linkAnswer(work, await invite(work.database, await asked(work, given))),
  ).option(...byOption)
  workCommand(nouns, 'role <id>', 'đổi vai trò · another role', async (work, given) => {
    const role = roleGiven(given)
    await changeRole(work.database, { ...(await asked(work, given)), role })
    return { json: { id: argument(given, 0), role }, lines: [`${argument(given, 0)}: ${role}`] }
  })
    .requiredOption('--role <role>', `${roles.join(', ')} · role`)
    .option(...byOption)
  workCommand(
    nouns,
    'units <id> [codes...]',
    'cán bộ xã lo những đơn vị nào, kể từ hôm nay · the units an operator speaks for, from today on',
    async (work, given) => {
      const today = dayOf(work.clock.now())
      const units = await Promise.all(
        given.args.slice(1).map((code) => unitByCode(work.database, code, today)),
      )
      const bound = units.map(({ code, validFrom }) => ({ code, validFrom }))
      await setUnits(work.database, { ...(await asked(work, given)), units: bound })
      const names = units.map(({ fullName }) => fullName)
      return { json: { id: argument(given, 0), units: bound }, lines: [names.join(', ') || 'không · none'] }
    },
  ).option(...byOption)
  workCommand(
    nouns,
    'suspend <id>',
    'tạm dừng ngay một người · stop a person at once',
    async (work, given) => {
      await suspend(work.database, await asked(work, given))
      return { json: { id: argument(given, 0) }, lines: ['Đã tạm dừng; mọi phiên đã chấm dứt · suspended'] }
    },
  ).option(...byOption)
  workCommand(nouns, 'restore <id>', 'cho làm việc lại · let them work again', async (work, given) => {
    await restore(work.database, await asked(work, given))
    return { json: { id: argument(given, 0) }, lines: ['Đã cho làm việc lại · restored'] }
  }).option(...byOption)
  resets(nouns)
  workCommand(nouns, 'sessions <id>', 'phiên đang mở · open sessions', async (work, given) => {
    const { id } = await personById(work.database, argument(given, 0))
    if (given.options['end'] === true) {
      const ended = await endSessions(work.database, await asked(work, given))
      return {
        json: { ended },
        lines: [`Đã chấm dứt ${String(ended)} phiên · ended ${counted(ended, 'session')}`],
      }
    }
    const open = await sessionsOf(work.database, id, work.clock.now())
    return {
      json: open,
      lines: listing(
        ['từ', 'địa chỉ', 'trình duyệt'],
        open.map(({ begunAt, address, browser }) => [begunAt, address ?? '', browser ?? '']),
        { vi: 'Không có phiên nào đang mở.', en: 'No session is open.' },
      ),
    }
  })
    .option('--end', 'chấm dứt tất cả · end them all')
    .option(...byOption)
}

function resets(nouns: Command): void {
  const keysTold = {
    vi: 'Khóa ký của người này tạm dừng; hai người ghi nhận lại bằng: loa keys enrol-again',
    en: 'Their signing keys are suspended; two people enrol them again with: loa keys enrol-again',
  }
  workCommand(
    nouns,
    'reset-password <id>',
    'bỏ mật khẩu cũ, cho đường dẫn đặt mật khẩu mới · a link to set a new password',
    async (work, given) => {
      const answer = linkAnswer(work, await resetPassword(work.database, await asked(work, given)))
      return { ...answer, lines: [...answer.lines, keysTold.vi, keysTold.en] }
    },
  ).option(...byOption)
  workCommand(
    nouns,
    'reset-codes <id>',
    'bỏ mã hai bước, người ấy cài lại khi vào · codes are set up anew at the next sign-in',
    async (work, given) => {
      await resetCodes(work.database, await asked(work, given))
      return { json: { id: argument(given, 0) }, lines: [keysTold.vi, keysTold.en] }
    },
  ).option(...byOption)
}

async function asked(work: Work, given: Given) {
  return { person: argument(given, 0), by: await personGiven(work, given), now: work.clock.now() }
}

function roleGiven(given: Given): Role {
  const typed = required(given, 'role')
  const role = roles.find((known) => known === typed)
  if (role !== undefined) return role
  throw new AppError('invalid', {
    vi: `Vai trò phải là một trong: ${roles.join(', ')}.`,
    en: `The role must be one of: ${roles.join(', ')}.`,
  })
}

/** The link is a secret: it goes to standard output once, and only its hash is kept. */
function linkAnswer(work: Work, secret: string) {
  const link = welcomeAddress(work.config, secret)
  return {
    json: { link },
    lines: [
      link,
      'Gửi riêng cho người ấy; dùng một lần, trong 72 giờ · Give it to them alone; it works once, within 72 hours',
    ],
  }
}

/** Where a one-time link opens. */
export function welcomeAddress(config: Work['config'], secret: string): string {
  return `${config.publicUrl ?? `http://localhost:${String(config.port)}`}/welcome/${secret}`
}
