// @ts-check
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { runQuiet } from './child.mjs'
import {
  aptArguments,
  aptCommand,
  decide,
  findProgram,
  listsAreStale,
  missingPrograms,
  packagesFor,
} from './programs.mjs'
import { EXIT_PERSON, Refusal } from './refusal.mjs'

const LISTS = '/var/lib/apt/lists'

/**
 * @typedef {{ path: string, env: NodeJS.ProcessEnv, step: import('./progress.mjs').Step, started?: (pid: number) => void }} Around
 */

/**
 * Sees to it that the programs are there: installs them where we may, and otherwise stops with the exact command.
 *
 * @param {readonly string[]} programs
 * @param {Around} around `path` is where to look, as the PATH variable
 */
export async function ensurePrograms(programs, around) {
  const missing = missingPrograms(programs, around.path)
  const root = process.getuid?.() === 0
  const packages = packagesFor(missing)
  const decision = decide({
    missing,
    root,
    apt: findProgram('apt-get', around.path) !== undefined,
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
    allowed: around.env['LOA_APT'] !== '0',
  })
  if (decision === 'nothing') return
  if (decision === 'tell') throw notDebian(missing, packages)
  if (decision === 'print' || (decision === 'ask' && !(await agrees(packages)))) {
    throw typeThis(missing, aptCommand(packages, root))
  }
  await install(packages, missing.includes('mosquitto'), around)
  const still = missingPrograms(programs, around.path)
  if (still.length > 0) throw typeThis(still, aptCommand(packagesFor(still), root))
}

/**
 * @param {readonly string[]} packages
 * @param {boolean} brokerIsNew
 * @param {Around} around
 */
async function install(packages, brokerIsNew, { env, step, started }) {
  const where = {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    ...(started === undefined ? {} : { started }),
  }
  const update = () =>
    step('Cập nhật danh mục gói Debian', 'updating the package lists', (told) =>
      runQuiet('apt-get', ['update', '-q', '-o', 'DPkg::Lock::Timeout=300'], { ...where, hear: told.note }),
    )
  const names = packages.join(', ')
  const fetch = () =>
    step(`Cài ${names} bằng apt`, `installing ${names} with apt`, (told) =>
      runQuiet('apt-get', aptArguments(packages), { ...where, hear: told.note }),
    )
  if (listsAreStale(LISTS, performance.timeOrigin + performance.now())) {
    await update()
    await fetch()
  } else {
    // Lists that look fresh may still be those of an old machine image and name versions that are gone: one more try.
    await fetch().catch(async () => {
      await update()
      await fetch()
    })
  }
  if (brokerIsNew && existsSync('/run/systemd/system')) {
    // Debian starts a broker of its own on the usual port; the hub brings its own, with its own access list.
    await step('Tắt mosquitto mặc định của Debian', "switching off Debian's own mosquitto service", () =>
      runQuiet('systemctl', ['disable', '--now', 'mosquitto'], where),
    )
  }
}

/**
 * Asks the person at the terminal; Enter means yes, the end of input means no.
 *
 * @param {readonly string[]} packages
 */
async function agrees(packages) {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const ended = new Promise((resolve) => asking.once('close', () => resolve('n')))
    const answer = await Promise.race([
      asking.question(
        `Cần cài bằng apt: ${packages.join(' ')}\nThese Debian packages are needed. Cài ngay? Install now? [Y/n] `,
      ),
      ended,
    ])
    return isYes(String(answer))
  } finally {
    asking.close()
  }
}

/**
 * @param {string} answer
 */
export function isYes(answer) {
  return ['', 'y', 'yes', 'c', 'có', 'co'].includes(answer.trim().toLowerCase())
}

/**
 * @param {readonly string[]} missing
 * @param {string} command
 */
function typeThis(missing, command) {
  return new Refusal(
    {
      vi: `Máy còn thiếu: ${missing.join(', ')}. Hãy chạy lệnh sau với quyền quản trị, rồi chạy lại:`,
      en: `These programs are missing. Run this as an administrator, then start again:\n\n  ${command}\n`,
    },
    EXIT_PERSON,
  )
}

/**
 * @param {readonly string[]} missing
 * @param {readonly string[]} packages
 */
function notDebian(missing, packages) {
  return new Refusal(
    {
      vi: `Máy còn thiếu: ${missing.join(', ')}, và không có apt để cài. Hãy cài các chương trình này theo cách của hệ điều hành, rồi chạy lại.`,
      en: `These programs are missing and there is no apt here. Install them in your system's own way (on Debian the packages are called ${packages.join(', ')}), then start again.`,
    },
    EXIT_PERSON,
  )
}
