// @ts-check
import { execFileSync } from 'node:child_process'
import fs, { accessSync, constants } from 'node:fs'
import { packagesAreCurrent } from './packages.mjs'
import { ROOT } from './prepare.mjs'
import { aptCommand, findProgram, NEEDS, PACKAGE_OF, packagesFor, pathWithServers } from './programs.mjs'
import { EXIT_PERSON } from './refusal.mjs'
import { chooseRuntime, hasRuntime, librariesOf, readPin, thisMachine } from './runtime.mjs'

/**
 * One thing looked at. `needed` says what for: to run at all, or only for the tests; `ours` is what the next start
 * brings by itself.
 *
 * @typedef {{ name: string, ok: boolean, found: string, needed: 'run' | 'tests', ours: boolean }} Finding
 */

/** What a first start needs at most: packages, runtime, programs, chromium, and some audio. */
const DISK_NEEDED = 2_000_000_000

/**
 * Looks at everything and changes nothing. Exit code 3 if something is missing that the product needs and a person
 * must see to; a machine that never runs the tests is in order without their programs.
 *
 * @param {readonly string[]} args `--json`
 */
export function doctor(args) {
  const findings = [...ofNode(), ...ofPrograms(), ofDisk(), ofFolder()]
  const lacking = findings.filter(({ ok, ours }) => !ok && !ours)
  const ready = lacking.every(({ needed }) => needed === 'tests')
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ ok: ready, findings })}\n`)
  } else {
    for (const { name, ok, found, needed, ours } of findings) {
      const sign = ok ? '✓' : ours ? '…' : '✗'
      const note = ok ? '' : needed === 'tests' ? ' (chỉ cho kiểm thử · for the tests only)' : ''
      process.stdout.write(`${sign} ${name}: ${found}${note}\n`)
    }
    process.stdout.write(`${advice(ready, lacking)}\n`)
  }
  return ready ? 0 : EXIT_PERSON
}

/** @returns {Finding[]} */
function ofNode() {
  const machine = thisMachine()
  const runtime = chooseRuntime(ROOT, readPin(), machine)
  const there = hasRuntime(runtime)
  const starts = there ? versionOf(runtime.node) : 'sẽ được tải về · will be downloaded'
  const packages = packagesAreCurrent(ROOT, { version: runtime.version, arch: machine.arch })
  return [
    {
      name: "Node của máy · the machine's Node",
      ok: true,
      found: machine.version,
      needed: 'run',
      ours: true,
    },
    {
      name: 'Node của chương trình · the Node that runs us',
      ok: there && starts === `v${runtime.version}`,
      found: there ? `${starts} (${runtime.node})` : starts,
      needed: 'run',
      ours: !there,
    },
    {
      name: 'Gói npm · npm packages',
      ok: packages,
      found: packages ? 'đủ · complete' : 'sẽ được cài · will be installed',
      needed: 'run',
      ours: true,
    },
  ]
}

/** @returns {Finding[]} */
function ofPrograms() {
  const path = pathWithServers(process.env['PATH'] ?? '')
  const libraries = librariesOf(chooseRuntime(ROOT, readPin(), thisMachine()), path)
  return [...libraries, ...NEEDS.tests].map((name) => {
    const found = findProgram(name, path)
    return {
      name,
      ok: found !== undefined,
      found: found ?? 'thiếu · missing',
      needed: NEEDS.tests.includes(name) && !NEEDS.run.includes(name) ? 'tests' : 'run',
      ours: false,
    }
  })
}

/** @returns {Finding} */
function ofDisk() {
  // The first releases of Node 18 cannot tell; then it is not held against the machine.
  const { bavail, bsize } = fs.statfsSync?.(ROOT) ?? { bavail: Infinity, bsize: 1 }
  const free = bavail * bsize
  return {
    name: 'Đĩa trống · free disk',
    ok: free >= DISK_NEEDED,
    found: `${(free / 1e9).toFixed(1)} GB (nên có · wanted: ${(DISK_NEEDED / 1e9).toFixed(0)} GB)`,
    needed: 'run',
    ours: false,
  }
}

/** @returns {Finding} */
function ofFolder() {
  let ok = true
  try {
    accessSync(ROOT, constants.W_OK)
  } catch {
    ok = false
  }
  const found = ok ? ROOT : `${ROOT}: không ghi được · not writable`
  return { name: 'Thư mục · folder', ok, found, needed: 'run', ours: false }
}

/**
 * @param {boolean} ready
 * @param {Finding[]} lacking
 */
function advice(ready, lacking) {
  const said = ready
    ? 'Sẵn sàng: npm run demo · Ready: npm run demo'
    : 'Chưa sẵn sàng, xem các dòng ✗ · Not ready yet, see the lines with ✗'
  const programs = lacking.map(({ name }) => name).filter((name) => Object.hasOwn(PACKAGE_OF, name))
  if (programs.length === 0) return said
  return `${said}\n\n  ${aptCommand(packagesFor(programs), process.getuid?.() === 0)}\n`
}

/** @param {string} node */
function versionOf(node) {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  } catch (error) {
    return String(/** @type {Error} */ (error).message).split('\n')[0] ?? ''
  }
}
