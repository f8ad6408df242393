// @ts-check
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.mjs'
import { Refusal } from './refusal.mjs'

const STAMP = 'node_modules/.loa-lang-stamp.json'

/** npm's own note of what it put into node_modules; written last, so it is only there after a whole install. */
const INSTALLED = 'node_modules/.package-lock.json'

/**
 * @typedef {{ version: string, arch: string }} For the Node and the kind of machine the packages are for
 *
 * @typedef {{ lockfile: string, installed: string, node: string, arch: string }} Stamp
 */

/**
 * One package as package-lock.json has it.
 *
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Locked
 */

/**
 * Are the packages of the lockfile there, whole, for this Node and machine? If npm itself put them there (a person
 * typed `npm install`), they are taken as they are and stamped.
 *
 * @param {string} root the checkout
 * @param {For} target
 */
export function packagesAreCurrent(root, target) {
  const wanted = stampOf(root, target)
  if (wanted === undefined) return false
  const kept = read(join(root, STAMP))
  if (kept !== undefined) return kept === JSON.stringify(wanted)
  return notInstalled(root).length === 0
}

/**
 * Installs exactly the lockfile, development packages too (the checks and tests are part of the product), running
 * no package's scripts. The stamp goes first and comes back last, so an interrupted install is done again.
 *
 * @param {string} root
 * @param {For} target
 * @param {{ env: NodeJS.ProcessEnv, step: import('./progress.mjs').Step, started?: (pid: number) => void }} around
 * @param {{ node: string, cli: string }} [ownNpm] the npm we brought, if the Node is ours
 */
export async function installPackages(root, target, { env, step, started }, ownNpm) {
  rmSync(join(root, STAMP), { force: true })
  const where = { cwd: root, env, ...(started === undefined ? {} : { started }) }
  const count = Object.keys(lockedPackages(root)).length
  await step(`Cài ${count} gói npm`, `installing ${count} npm packages`, (told) =>
    npm(
      [
        ...['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--package-lock=true'],
        ...['--engine-strict=false', '--install-strategy=hoisted'],
      ],
      { ...where, hear: told.note },
      ownNpm,
    ),
  )
  const missing = notInstalled(root)
  if (missing.length > 0) throw notWhole(missing)
  stampPackages(root, target)
}

/**
 * Notes that what is in node_modules now is right for this lockfile, Node and machine.
 *
 * @param {string} root
 * @param {For} target
 * @returns {boolean} false if there is nothing installed to stamp
 */
export function stampPackages(root, target) {
  const stamp = stampOf(root, target)
  if (stamp === undefined) return false
  const draft = join(root, `${STAMP}.${process.pid}`)
  writeFileSync(draft, JSON.stringify(stamp))
  renameSync(draft, join(root, STAMP))
  return true
}

/**
 * @param {string} root
 * @param {For} target
 * @returns {Stamp | undefined} undefined when nothing is installed
 */
function stampOf(root, { version, arch }) {
  const lockfile = read(join(root, 'package-lock.json'))
  const installed = read(join(root, INSTALLED))
  if (lockfile === undefined) throw noLockfile()
  if (installed === undefined) return undefined
  // What npm noted is part of the stamp: a later `npm prune` or `npm install` by hand makes it differ.
  return { lockfile: hashOf(lockfile), installed: hashOf(installed), node: version, arch }
}

/**
 * The packages of the lockfile that npm's note does not have in their version. Optional ones count if they are made
 * for this machine: npm leaves them out without a word when it does not like its own Node.
 *
 * @param {string} root
 */
function notInstalled(root) {
  const installed = packagesIn(read(join(root, INSTALLED)))
  return Object.entries(lockedPackages(root))
    .filter(([place, locked]) => {
      const found = installed[place]
      if (found === undefined) return locked.optional !== true || isForThisMachine(locked)
      return found.version !== locked.version || found.integrity !== locked.integrity
    })
    .map(([place]) => place)
}

/**
 * Is a package made for one kind of machine, and is this one?
 *
 * @param {Locked} locked
 */
function isForThisMachine({ os, cpu, libc }) {
  if (os?.includes(process.platform) !== true || cpu?.includes(process.arch) !== true) return false
  return libc === undefined || libc.includes('glibcVersionRuntime' in reportHeader() ? 'glibc' : 'musl')
}

/** @returns {object} what Node knows of the C library it runs on */
function reportHeader() {
  const report = /** @type {{ header?: object }} */ (process.report?.getReport() ?? {})
  return report.header ?? {}
}

/**
 * @param {string} root
 */
function lockedPackages(root) {
  const { '': _ours, ...others } = packagesIn(read(join(root, 'package-lock.json')))
  return others
}

/**
 * @param {string | undefined} text
 * @returns {Record<string, Locked>}
 */
function packagesIn(text) {
  return text === undefined ? {} : (JSON.parse(text).packages ?? {})
}

/** @param {string} text */
function hashOf(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined
    throw error
  }
}

/** @param {readonly string[]} missing */
function notWhole(missing) {
  const some = missing.slice(0, 3).join(', ')
  return new Refusal({
    vi: `npm báo đã cài xong nhưng còn thiếu ${missing.length} gói (${some}). Hãy xóa node_modules rồi chạy lại.`,
    en: `npm said it was done, but ${missing.length} packages are not there (${some}). Delete node_modules and start again.`,
  })
}

function noLockfile() {
  return new Refusal({
    vi: 'Thiếu tệp package-lock.json nên không biết cần cài gói nào. Hãy lấy lại tệp này từ kho mã (git checkout package-lock.json).',
    en: 'package-lock.json is missing, so it is not known what to install. Bring it back (git checkout package-lock.json).',
  })
}
