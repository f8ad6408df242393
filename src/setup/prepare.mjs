// @ts-check
import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePrograms } from './apt.mjs'
import { bringRuntime } from './bring.mjs'
import { takeLock } from './lock.mjs'
import { installPackages, packagesAreCurrent } from './packages.mjs'
import { missingPrograms, pathWithServers } from './programs.mjs'
import { stepsOn } from './progress.mjs'
import { Refusal } from './refusal.mjs'
import { chooseRuntime, hasRuntime, librariesOf, readPin, thisMachine } from './runtime.mjs'

/** The checkout this file belongs to, wherever it was called from. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/**
 * All that is needed to run the product: the Node to run it with, and the environment for it.
 *
 * @typedef {{ node: string, env: NodeJS.ProcessEnv }} Prepared
 */

/**
 * Makes the checkout ready: programs, Node, packages, in this order, each only if it is not there. When all is
 * there it changes nothing and takes milliseconds. Safe to interrupt at any moment, and safe to run twice at once.
 *
 * @param {{ programs: readonly string[], root?: string, env?: NodeJS.ProcessEnv, screen?: import('./progress.mjs').Screen }} wish
 * @returns {Promise<Prepared>}
 */
export async function prepare({ programs, root = ROOT, env = process.env, screen = process.stderr }) {
  const path = pathWithServers(env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
  const runtime = chooseRuntime(root, readPin(), thisMachine())
  const target = { version: runtime.version, arch: process.arch }
  const needed = [...librariesOf(runtime, path), ...programs]
  const isReady = () =>
    hasRuntime(runtime) && packagesAreCurrent(root, target) && missingPrograms(needed, path).length === 0

  if (!isReady()) {
    const step = stepsOn(screen)
    const lock = await lockOf(root, () =>
      screen.write('… Chờ một lần chạy khác cài đặt xong · waiting for another start to finish setting up\n'),
    )
    try {
      const around = { root, path, env, step, started: lock.shareWith }
      await ensurePrograms(needed, around)
      if (runtime.kind === 'pinned' && !hasRuntime(runtime)) await bringRuntime(runtime, around)
      if (!packagesAreCurrent(root, target)) {
        const ownNpm = runtime.kind === 'pinned' ? { node: runtime.node, cli: runtime.npm.cli } : undefined
        await installPackages(root, target, around, ownNpm)
      }
    } finally {
      lock.release()
    }
  }
  // What Node made of our sources once, it reads again: commands start in half the time.
  const cache = join(root, '.runtime', 'compile-cache')
  return {
    node: runtime.node,
    env: { NODE_COMPILE_CACHE: cache, ...env, PATH: dirname(runtime.node) + delimiter + path },
  }
}

/**
 * The lock lives in the ignored folder of the runtime.
 *
 * @param {string} root
 * @param {() => void} waiting
 */
async function lockOf(root, waiting) {
  const home = join(root, '.runtime')
  try {
    mkdirSync(home, { recursive: true })
    return await takeLock(join(home, 'setup.lock'), { waiting })
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === undefined || !['EACCES', 'EROFS', 'EPERM'].includes(code)) throw error
    throw new Refusal({
      vi: `Không ghi được vào ${root}, nên không cài đặt được. Hãy chạy bằng tài khoản sở hữu thư mục này, hoặc lấy mã nguồn về một thư mục của mình.`,
      en: `${root} cannot be written to, so nothing can be set up. Run as the owner of this folder, or clone into a folder of your own.`,
    })
  }
}
