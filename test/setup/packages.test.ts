import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { npmEnvironment } from '../../src/setup/npm.mjs'
import { installPackages, packagesAreCurrent, stampPackages } from '../../src/setup/packages.mjs'
import { stepsOn } from '../../src/setup/progress.mjs'

const target = { version: '26.10.0', arch: 'x64' }
const silent = stepsOn({ write: () => true })

type Locked = Record<
  string,
  { version: string; integrity?: string; optional?: boolean; os?: string[]; cpu?: string[]; libc?: string[] }
>
const zod: Locked = { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } }
const forMac: Locked = {
  'node_modules/fsevents': { version: '2.0.0', optional: true, os: ['darwin'], cpu: ['arm64', 'x64'] },
}
const forUs: Locked = {
  'node_modules/binding': {
    version: '1.0.0',
    optional: true,
    os: ['linux'],
    cpu: ['x64', 'arm64'],
    libc: ['glibc', 'musl'],
  },
}

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'loa-lang-packages-'))
  mkdirSync(join(root, 'node_modules'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function lockfile(packages: Locked): void {
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { '': { name: 'loa' }, ...packages } }),
  )
}
function installed(packages: Locked): void {
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
}
const current = (changed: Partial<typeof target> = {}): boolean =>
  packagesAreCurrent(root, { ...target, ...changed })

/** An npm that notes how it was called, and does what it is told. */
function npmThat(does: string): NodeJS.ProcessEnv {
  mkdirSync(join(root, 'bin'), { recursive: true })
  writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\necho "$@" > calls\nenv > environment\n${does}\n`)
  chmodSync(join(root, 'bin', 'npm'), 0o755)
  return { ...process.env, PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` }
}

describe('installed packages', () => {
  it('are not there in a fresh clone', () => {
    lockfile(zod)
    expect(current()).toBe(false)
  })

  it('are current once stamped, until lockfile, Node or processor differ', () => {
    lockfile(zod)
    installed(zod)
    expect(stampPackages(root, target)).toBe(true)
    expect(current()).toBe(true)
    expect(current({ version: '27.0.0' })).toBe(false)
    expect(current({ arch: 'arm64' })).toBe(false)
    lockfile({ 'node_modules/zod': { version: '4.6.8', integrity: 'sha512-b' } })
    expect(current()).toBe(false)
  })

  it('are no longer current when npm has since changed them', () => {
    lockfile(zod)
    installed(zod)
    stampPackages(root, target)
    installed({})
    expect(current()).toBe(false)
  })

  it('are taken as they are when npm itself put all of them there', () => {
    lockfile({ ...zod, ...forMac })
    installed(zod)
    expect(current()).toBe(true)
  })

  it('are not taken without an optional one made for this machine', () => {
    lockfile({ ...zod, ...forUs })
    installed(zod)
    expect(current()).toBe(false)
    installed({ ...zod, ...forUs })
    expect(current()).toBe(true)
  })

  it.each<[string, Locked]>([
    ['one is missing (npm install --omit=dev)', {}],
    ['one has another version', { 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-a' } }],
    ['one has other bytes', { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-x' } }],
  ])('are not taken when %s', (_said, found) => {
    lockfile(zod)
    installed(found)
    expect(current()).toBe(false)
  })

  it('cannot be known without a lockfile', () => {
    expect(() => current()).toThrow(/package-lock.json is missing/)
  })
})

describe('installing packages', () => {
  it('does exactly the lockfile, development packages too, and runs no scripts', async () => {
    lockfile(zod)
    const env = npmThat('cp package-lock.json node_modules/.package-lock.json')
    await installPackages(root, target, {
      env: { ...env, NODE_ENV: 'production', npm_config_omit: 'dev' },
      step: silent,
    })
    expect(current()).toBe(true)
    expect(readFileSync(join(root, 'calls'), 'utf8')).toMatch(/^ci --ignore-scripts --include=dev /)
    expect(readFileSync(join(root, 'environment'), 'utf8')).not.toMatch(/^(NODE_ENV|npm_config_omit)=/m)
  })

  it('uses the npm we brought, with the common configuration of the person’s own', async () => {
    lockfile(zod)
    const env = npmThat('echo /etc/npmrc')
    writeFileSync(
      join(root, 'cli.js'),
      `const fs = require('node:fs')
       fs.writeFileSync('own-calls', process.argv.slice(2).join(' '))
       fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')`,
    )
    const own = { node: process.execPath, cli: join(root, 'cli.js') }
    await installPackages(root, target, { env, step: silent }, own)
    expect(readFileSync(join(root, 'calls'), 'utf8')).toMatch(/^config get globalconfig /)
    expect(readFileSync(join(root, 'own-calls'), 'utf8')).toMatch(
      /^ci --ignore-scripts .*--globalconfig=\/etc\/npmrc$/,
    )
  })

  it('says which packages npm left out', async () => {
    lockfile({ ...zod, ...forUs })
    const env = npmThat(`echo '{ "packages": ${JSON.stringify(zod)} }' > node_modules/.package-lock.json`)
    await expect(installPackages(root, target, { env, step: silent })).rejects.toThrow(
      /1 packages .*node_modules\/binding/,
    )
    expect(current()).toBe(false)
  })

  it('is done again after an interruption, however far it had come', async () => {
    lockfile(zod)
    installed(zod)
    stampPackages(root, target)
    lockfile({ ...zod, 'node_modules/ky': { version: '1.0.0' } })
    const env = npmThat('kill -TERM $$')
    await expect(installPackages(root, target, { env, step: silent })).rejects.toThrow(/npm/)
    expect(existsSync(join(root, 'node_modules', '.loa-lang-stamp.json'))).toBe(false)
    expect(current()).toBe(false)
  })
})

describe("npm's environment", () => {
  it("keeps the person's own configuration and drops the flags of the call", () => {
    const kept = {
      HOME: '/home/loa',
      npm_config_userconfig: '/home/loa/.npmrc',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
    }
    const dropped = { NODE_ENV: 'production', npm_config_omit: 'dev', NPM_CONFIG_PRODUCTION: 'true' }
    const flags = { npm_config_json: 'true', npm_config_loglevel: 'silent', 'npm_config_dry-run': 'true' }
    expect(npmEnvironment({ ...kept, ...dropped, ...flags })).toEqual(kept)
  })
})
