// @ts-check
import { EXIT_PERSON, Refusal } from './refusal.mjs'
import { runQuiet } from './child.mjs'

/**
 * Settings that `npm run` and `npx` hand down as `npm_config_…` from flags meant for them (`--silent`, `--json`,
 * `--omit=dev`) or from a production machine. Handed on, they would make our own npm call do something else.
 */
const NOT_OURS = [
  ...['omit', 'include', 'production', 'only', 'also', 'dev', 'optional', 'global', 'location', 'prefix'],
  ...['json', 'long', 'parseable', 'silent', 'loglevel', 'dry_run', 'package_lock', 'package_lock_only'],
  ...['workspace', 'workspaces', 'include_workspace_root', 'if_present', 'call', 'package', 'install_links'],
].map((name) => `npm_config_${name}`)

/**
 * The environment in which npm does what its arguments say: the person's own configuration (registry, proxy,
 * certificates) and nothing of the command line we were called with.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(env) {
  const dropped = new Set(['node_env', ...NOT_OURS])
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !dropped.has(name.toLowerCase().replaceAll('-', '_'))),
  )
}

/**
 * @typedef {{ cwd: string, env: NodeJS.ProcessEnv, hear?: (line: string) => void, started?: (pid: number) => void }} Where
 */

/**
 * Runs npm: the person's own, on their own Node; or, with `own`, the one we brought, on the Node we brought, with the
 * person's configuration all the same. (Debian's npm is made for Debian's Node and would not do for ours.)
 *
 * @param {readonly string[]} args
 * @param {Where} where
 * @param {{ node: string, cli: string }} [own]
 * @returns {Promise<string>} what it said on standard output
 */
export async function npm(args, where, own) {
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier']
  const env = npmEnvironment(where.env)
  if (own === undefined) return runTheirs([...args, ...quiet], { ...where, env })
  // Another npm would look for the machine's common configuration (proxy, certificates) beside itself.
  const common = (await runTheirs(['config', 'get', 'globalconfig', ...quiet], { ...where, env })).trim()
  return runQuiet(own.node, [own.cli, ...args, ...quiet, `--globalconfig=${common}`], { ...where, env })
}

/**
 * @param {readonly string[]} args
 * @param {Where} where
 */
async function runTheirs(args, where) {
  try {
    return await runQuiet('npm', args, where)
  } catch (error) {
    if (/** @type {{ code?: unknown }} */ (error).code !== 'ENOENT') throw error
    throw new Refusal(
      {
        vi: 'Không tìm thấy lệnh npm. Hãy cài npm (trên Debian: apt-get install npm) rồi chạy lại.',
        en: 'There is no npm command. Install npm (on Debian: apt-get install npm) and start again.',
      },
      EXIT_PERSON,
    )
  }
}
