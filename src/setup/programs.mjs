// @ts-check
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The programs we call, each with the Debian package that has it.
 *
 * They come from the system and not from npm because Debian keeps them safe for years, and because their
 * licences (GPL) stay apart from ours when they are programs of their own.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const PACKAGE_OF = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  'espeak-ng': 'espeak-ng',
  mosquitto: 'mosquitto',
  chromium: 'chromium',
  opusdec: 'opus-tools',
  mpg123: 'mpg123',
  aplay: 'alsa-utils',
  'libatomic.so.1': 'libatomic1',
}

const SPOKEN = ['ffmpeg', 'ffprobe', 'espeak-ng', 'mosquitto']

/** What each verb needs besides Node; `aplay` is asked for nowhere, for a hub has no loudspeaker. */
export const NEEDS = {
  none: /** @type {string[]} */ ([]),
  run: SPOKEN,
  tests: [...SPOKEN, 'chromium', 'opusdec', 'mpg123'],
  // The Node we bring is linked with a library that the smallest Debian leaves out.
  runtime: ['libatomic.so.1'],
}

/** Where Debian keeps servers: not in the PATH of ordinary users, and `mosquitto` is one. */
const SERVER_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** Where libraries are, on Debian first. */
const LIBRARY_FOLDERS = [
  ...[
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/lib/x86_64-linux-gnu',
    '/lib/aarch64-linux-gnu',
  ],
  ...['/usr/lib64', '/lib64', '/usr/local/lib', '/usr/lib', '/lib'],
]

/** Lists of packages older than this may name versions the mirror has dropped. */
const LISTS_FRESH_MS = 24 * 3600_000

/**
 * The PATH with the folders of servers at its end.
 *
 * @param {string} path
 */
export function pathWithServers(path) {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  return [...folders, ...SERVER_FOLDERS.filter((folder) => !folders.includes(folder))].join(delimiter)
}

/**
 * Where a program is, or undefined. A name like `libatomic.so.1` is a library and looked for among libraries.
 *
 * @param {string} name
 * @param {string} path as the PATH variable
 */
export function findProgram(name, path) {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  if (!isLibrary(name)) return folders.map((folder) => join(folder, name)).find(isProgram)
  return LIBRARY_FOLDERS.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/**
 * @param {readonly string[]} names
 * @param {string} path
 */
export function missingPrograms(names, path) {
  return names.filter((name) => findProgram(name, path) === undefined)
}

/**
 * The packages that bring these programs, each once.
 *
 * @param {readonly string[]} programs
 */
export function packagesFor(programs) {
  return [...new Set(programs.map((name) => PACKAGE_OF[name] ?? name))]
}

/**
 * What to do about missing programs.
 * - `nothing`: none is missing;
 * - `ask`: a person is at the terminal and may say no;
 * - `install`: root without a terminal (a server's script, a container): the command was the consent;
 * - `print`: we may not, so the person gets the exact command;
 * - `tell`: no apt here, so the person gets the names.
 *
 * @typedef {'nothing' | 'ask' | 'install' | 'print' | 'tell'} Decision
 *
 * @param {{ missing: readonly string[], apt: boolean, root: boolean, terminal: boolean, allowed: boolean }} facts
 * @returns {Decision}
 */
export function decide({ missing, apt, root, terminal, allowed }) {
  if (missing.length === 0) return 'nothing'
  if (!apt) return 'tell'
  if (!root || !allowed) return 'print'
  return terminal ? 'ask' : 'install'
}

/**
 * The arguments of the one apt call. It waits for another apt up to 5 minutes: on a fresh machine the nightly
 * updates often hold the lock.
 *
 * @param {readonly string[]} packages
 */
export function aptArguments(packages) {
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0']
  return ['install', '-qq', '-y', '--no-install-recommends', ...options, ...packages]
}

/**
 * The command a person can type to get the same.
 *
 * @param {readonly string[]} packages
 * @param {boolean} root
 */
export function aptCommand(packages, root) {
  const sudo = root ? '' : 'sudo '
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/**
 * Must `apt-get update` run first? Yes if there are no lists of packages, or only old ones.
 *
 * @param {string} folder usually /var/lib/apt/lists
 * @param {number} now milliseconds since 1970
 */
export function listsAreStale(folder, now) {
  try {
    const times = readdirSync(folder)
      .filter((name) => name.includes('_Packages') || name.endsWith('Release'))
      .map((name) => statSync(join(folder, name)).ctimeMs)
    return times.length === 0 || Math.max(...times) < now - LISTS_FRESH_MS
  } catch {
    return true
  }
}

/** @param {string} name */
function isLibrary(name) {
  return name.includes('.so.')
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
