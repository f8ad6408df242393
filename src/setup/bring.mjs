// @ts-check
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runQuiet } from './child.mjs'
import { npm } from './npm.mjs'
import { EXIT_PERSON, Refusal } from './refusal.mjs'

/**
 * @typedef {import('./runtime.mjs').PinnedRuntime} PinnedRuntime
 */

/**
 * Brings the pinned Node into `.runtime`, with the npm that belongs to it: fetched with the person's own npm and its
 * configuration, their fingerprints compared with ours, unpacked, started once; only then does the folder get its
 * name. Must be called by one start at a time (see lock.mjs): what an interrupted one left is cleared first.
 *
 * An npm of its own, because npm leaves out every optional package that does not like the Node npm itself runs on:
 * run on Node 18, it would install no tests' compiler for Node 26, and say nothing.
 *
 * @param {PinnedRuntime} runtime
 * @param {{ root: string, env: NodeJS.ProcessEnv, step: import('./progress.mjs').Step, started?: (pid: number) => void }} around
 */
export async function bringRuntime(runtime, { root, env, step, started }) {
  const home = join(root, '.runtime')
  await mkdir(home, { recursive: true })
  for (const name of await readdir(home)) {
    if (name.startsWith('new-')) await rm(join(home, name), { recursive: true, force: true })
  }
  const draft = await mkdtemp(join(home, 'new-'))
  try {
    const { version } = runtime
    const parcels = [
      { name: runtime.name, version, integrity: runtime.integrity },
      { name: 'npm', ...runtime.npm },
    ]
    const where = { cwd: draft, env, ...(started === undefined ? {} : { started }) }
    await step(`Tải Node ${version} (khoảng 60 MB)`, `downloading Node ${version} (about 60 MB)`, (told) => {
      const wanted = parcels.map((parcel) => `${parcel.name}@${parcel.version}`)
      return npm(['pack', ...wanted, '--pack-destination', draft], { ...where, hear: told.note })
    })
    await step('Kiểm tra và giải nén Node', 'checking and unpacking Node', async () => {
      const [node = '', itsNpm = ''] = await Promise.all(parcels.map((parcel) => unpack(parcel, draft)))
      await place(node, itsNpm, runtime, join(draft, 'old'))
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/**
 * Unpacks one checked archive of the draft folder, and answers where its content is.
 *
 * @param {{ name: string, version: string, integrity: string }} parcel
 * @param {string} draft
 */
async function unpack({ name, version, integrity }, draft) {
  const archive = `${name}-${version}.tgz`
  if (!(await readdir(draft)).includes(archive)) throw notBrought(name, version)
  await checkIntegrity(join(draft, archive), integrity)
  const folder = join(draft, name)
  await mkdir(folder)
  await runQuiet('tar', ['-xzf', join(draft, archive), '-C', folder, '--no-same-owner'], {})
  return join(folder, 'package')
}

/**
 * Refuses a file that is not byte for byte the one we pinned.
 *
 * @param {string} file
 * @param {string} integrity `sha512-<base64>`, as in package-lock.json
 */
export async function checkIntegrity(file, integrity) {
  const hash = createHash('sha512')
  for await (const part of createReadStream(file)) hash.update(part)
  const found = `sha512-${hash.digest('base64')}`
  if (found === integrity) return
  throw new Refusal({
    vi: `Tệp Node tải về không đúng dấu vân tay nên không được dùng. Cần ${integrity}, nhận được ${found}. Hãy kiểm tra kho npm đang dùng (npm config get registry) rồi chạy lại.`,
    en: `The Node that was downloaded is not the one we pinned, so it is not used. Expected ${integrity}, got ${found}. Check which npm registry you use (npm config get registry) and start again.`,
  })
}

/**
 * Starts the program once, lays npm beside it as Node's own releases do, and moves both to their place in one move.
 *
 * @param {string} unpacked Node's folder
 * @param {string} itsNpm npm's folder
 * @param {PinnedRuntime} runtime
 * @param {string} aside where an older, incomplete runtime goes
 */
async function place(unpacked, itsNpm, runtime, aside) {
  const node = join(unpacked, 'bin', 'node')
  await chmod(node, 0o755)
  const said = await runQuiet(node, ['--version'], {}).catch((error) => String(error.vi ?? error))
  if (said.trim() !== `v${runtime.version}`) throw notStarting(runtime.version, said.trim())
  await mkdir(join(unpacked, 'lib', 'node_modules'), { recursive: true })
  await rename(itsNpm, join(unpacked, 'lib', 'node_modules', 'npm'))
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(unpacked, 'bin', name))
    await chmod(join(unpacked, 'bin', name), 0o755)
  }
  await mkdir(dirname(runtime.folder), { recursive: true })
  await rename(runtime.folder, aside).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(unpacked, runtime.folder)
}

/**
 * @param {string} name
 * @param {string} version
 */
function notBrought(name, version) {
  return new Refusal({
    vi: `npm không để lại tệp nào cho ${name}@${version}. Hãy thử «npm pack ${name}@${version}» để xem vì sao.`,
    en: `npm left no file for ${name}@${version}. Try "npm pack ${name}@${version}" to see why.`,
  })
}

/**
 * @param {string} version
 * @param {string} said
 */
function notStarting(version, said) {
  return new Refusal(
    {
      vi: `Node ${version} không chạy được trên máy này: ${said}\nHãy tự cài Node ${version} hoặc mới hơn rồi chạy lại.`,
      en: `Node ${version} does not start on this machine. Install Node ${version} or newer yourself and start again.`,
    },
    EXIT_PERSON,
  )
}
