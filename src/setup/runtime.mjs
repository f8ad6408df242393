// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, NEEDS } from './programs.mjs'
import { EXIT_PERSON, Refusal } from './refusal.mjs'

/**
 * The Node the product runs on: the version we bring, the oldest major of the machine's own that will do, the npm
 * that belongs to it, and for each kind of machine the npm package with its fingerprint.
 *
 * @typedef {{
 *   version: string,
 *   oldestMajor: number,
 *   npm: { version: string, integrity: string },
 *   packages: Record<string, { name: string, integrity: string }>,
 * }} Pin
 *
 * @typedef {{ version: string, execPath: string, platform: string, arch: string }} Machine
 *
 * @typedef {{ kind: 'system', node: string, version: string }} SystemRuntime
 *
 * @typedef {{
 *   kind: 'pinned',
 *   node: string,
 *   version: string,
 *   folder: string,
 *   name: string,
 *   integrity: string,
 *   npm: { version: string, integrity: string, cli: string },
 * }} PinnedRuntime
 *
 * @typedef {SystemRuntime | PinnedRuntime} Runtime
 */

/** @returns {Pin} */
export function readPin() {
  return JSON.parse(readFileSync(new URL('runtime.json', import.meta.url), 'utf8'))
}

/**
 * Which Node will run the product: the machine's own if it is new enough, else the pinned one under `.runtime`
 * (whether it is there already or not). Refuses on a machine for which we can bring none.
 *
 * @param {string} root the checkout
 * @param {Pin} pin
 * @param {Machine} machine
 * @returns {Runtime}
 */
export function chooseRuntime(root, pin, machine) {
  const major = Number.parseInt(machine.version, 10)
  if (major >= pin.oldestMajor) return { kind: 'system', node: machine.execPath, version: machine.version }
  const kind = `${machine.platform}-${machine.arch}`
  const found = pin.packages[kind]
  if (found === undefined) throw noRuntimeFor(kind, pin)
  const folder = join(root, '.runtime', `node-v${pin.version}-${kind}`)
  const cli = join(folder, 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const node = join(folder, 'bin', 'node')
  return { kind: 'pinned', node, version: pin.version, folder, ...found, npm: { ...pin.npm, cli } }
}

/** The machine we are on. */
export function thisMachine() {
  const { version, execPath, platform, arch } = process
  return { version: version.slice(1), execPath, platform, arch }
}

/**
 * Is the runtime there? The folder appears whole or not at all, so its presence is enough.
 *
 * @param {Runtime} runtime
 */
export function hasRuntime(runtime) {
  return runtime.kind === 'system' || (existsSync(runtime.node) && existsSync(runtime.npm.cli))
}

/**
 * The libraries the runtime needs from the system. Asked for only where apt can bring them: elsewhere they may lie in
 * folders we do not know, and starting the runtime once shows the truth.
 *
 * @param {Runtime} runtime
 * @param {string} path as the PATH variable
 */
export function librariesOf(runtime, path) {
  return runtime.kind === 'pinned' && findProgram('apt-get', path) !== undefined ? NEEDS.runtime : NEEDS.none
}

/**
 * @param {string} kind
 * @param {Pin} pin
 */
function noRuntimeFor(kind, pin) {
  const known = Object.keys(pin.packages).join(', ')
  return new Refusal(
    {
      vi: `Máy này là ${kind}; chương trình chỉ tự mang Node cho ${known}. Hãy tự cài Node ${pin.oldestMajor} hoặc mới hơn rồi chạy lại.`,
      en: `This machine is ${kind}; Node can be brought for ${known} only. Install Node ${pin.oldestMajor} or newer yourself and start again.`,
    },
    EXIT_PERSON,
  )
}
