import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const setup = fileURLToPath(new URL('../../src/setup', import.meta.url))

/** What a small checkout's own command line does in these tests: says how it was called, and obeys its first word. */
const COMMAND_LINE = `
console.log(JSON.stringify({ args: process.argv.slice(2), node: process.version, path: process.env['PATH'] }))
const asked: string = process.argv.at(-1) ?? ''
if (asked === 'fail') process.exitCode = 7
if (asked === 'wait') {
  const alive = setInterval(() => undefined, 1000)
  process.once('SIGTERM', () => {
    clearInterval(alive)
    console.log('goodbye')
    process.exitCode = 5
  })
  console.log('waiting')
}
`

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'loa-lang-first-run-'))
  mkdirSync(join(root, 'bin'))
  cpSync(setup, join(root, 'src', 'setup'), { recursive: true })
  writeFileSync(join(root, 'src', 'cli.ts'), COMMAND_LINE)
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
  )
  npmTaking(0)
  for (const name of ['ffmpeg', 'ffprobe', 'espeak-ng', 'mosquitto']) script(name, 'true')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** An npm that takes so many seconds, and says so if two of it meet. */
function npmTaking(seconds: number): void {
  script(
    'npm',
    `mkdir npm-at-work || echo met >> met\necho x >> npm-calls\nsleep ${String(seconds)}\nmkdir -p node_modules\ncp package-lock.json node_modules/.package-lock.json\nrmdir npm-at-work`,
  )
}

function script(name: string, does: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${does}\n`)
  chmodSync(join(root, 'bin', name), 0o755)
}

function start(file: 'cli.mjs' | 'loa.mjs', ...args: string[]): ChildProcess {
  // Only what the tests put there, and the shell's own: no apt, whatever machine this is.
  const tools = join(root, 'tools')
  if (!existsSync(tools)) {
    mkdirSync(tools)
    for (const name of ['mkdir', 'rmdir', 'cp', 'sleep', 'sh'])
      script(`../tools/${name}`, `exec /bin/${name} "$@"`)
  }
  const env = { ...process.env, PATH: [join(root, 'bin'), tools].join(delimiter), LOA_APT: '0' }
  return spawn(process.execPath, [join(root, 'src', 'setup', file), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function ending(child: ChildProcess): Promise<{ out: string; err: string; exit: unknown }> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr?.on('data', (part: Buffer) => (err += part.toString()))
  const [exit] = (await once(child, 'close')) as unknown[]
  return { out, err, exit }
}

describe('a first start', () => {
  it('sets up, and leaves standard output to the command itself', async () => {
    const first = await ending(start('cli.mjs', 'demo', '--once', '--json'))
    expect(first.err).toMatch(/✓ Cài 1 gói npm · installing 1 npm packages {2}\d+ s\n$/)
    expect(JSON.parse(first.out)).toMatchObject({ args: ['demo', '--once', '--json'], node: process.version })

    const second = await ending(start('cli.mjs', 'demo'))
    expect(second.err).toBe('')
    expect(readFileSync(join(root, 'npm-calls'), 'utf8')).toBe('x\n')
  })

  it('gives the command the right Node first in its PATH, and servers last', async () => {
    const { out } = await ending(start('loa.mjs', 'units'))
    const folders = (JSON.parse(out) as { path: string }).path.split(delimiter)
    expect(folders[0]).toBe(dirname(process.execPath))
    expect(folders).toContain('/usr/sbin')
  })

  it('happens once when two start together', async () => {
    npmTaking(1)
    const [demo, units] = await Promise.all([
      ending(start('cli.mjs', 'demo')),
      ending(start('loa.mjs', 'units', '--on', '2021-12-31')),
    ])
    expect([demo.exit, units.exit]).toEqual([0, 0])
    expect(demo.err + units.err).toContain('waiting for another start')
    expect(readFileSync(join(root, 'npm-calls'), 'utf8')).toBe('x\n')
    expect(existsSync(join(root, 'met'))).toBe(false)
    expect(existsSync(join(root, '.runtime', 'setup.lock'))).toBe(false)
  })

  it('is made good by the next when it was killed', async () => {
    npmTaking(0.5)
    const killed = start('cli.mjs', 'demo')
    await once(killed.stderr!, 'data')
    killed.kill('SIGKILL')
    await once(killed, 'close')
    const next = await ending(start('cli.mjs', 'demo'))
    expect(next.exit).toBe(0)
    expect(JSON.parse(next.out)).toMatchObject({ args: ['demo'] })
    expect(existsSync(join(root, 'met'))).toBe(false)
  })

  it('stops when asked to, takes its npm with it, and frees the lock', async () => {
    script('npm', 'echo x >> npm-calls\nexec sleep 20')
    const asked = start('cli.mjs', 'demo')
    const ended = ending(asked)
    await expect.poll(() => existsSync(join(root, 'npm-calls'))).toBe(true)
    asked.kill('SIGTERM')
    expect(await ended).toMatchObject({
      exit: 143,
      err: expect.stringContaining('Stopped as asked') as string,
    })
    expect(existsSync(join(root, '.runtime', 'setup.lock'))).toBe(false)
  })

  it('tells which programs are missing before it fetches anything, with exit code 3', async () => {
    rmSync(join(root, 'bin', 'ffmpeg'))
    const { err, out, exit } = await ending(start('cli.mjs', 'start'))
    expect({ exit, out }).toEqual({ exit: 3, out: '' })
    expect(err).toContain('Máy còn thiếu: ffmpeg, và không có apt')
    expect(existsSync(join(root, 'npm-calls'))).toBe(false)
  })

  it('prints the exact command where apt is not allowed', async () => {
    rmSync(join(root, 'bin', 'espeak-ng'))
    script('apt-get', `echo called >> ${root}/apt-calls`)
    const { err, exit } = await ending(start('cli.mjs', 'start'))
    expect(exit).toBe(3)
    expect(err).toMatch(
      /\n {2}(?:sudo )?apt-get update && (?:sudo )?apt-get install -y --no-install-recommends espeak-ng\n/,
    )
    expect(existsSync(join(root, 'apt-calls'))).toBe(false)
  })

  it('asks for no program to count units', async () => {
    rmSync(join(root, 'bin', 'ffmpeg'))
    expect((await ending(start('loa.mjs', 'units'))).exit).toBe(0)
  })

  it('shows what npm said when npm fails', async () => {
    script('npm', 'echo "disk is full" >&2; exit 28')
    const { err, exit } = await ending(start('loa.mjs', 'units'))
    expect(exit).toBe(1)
    expect(err).toContain('disk is full')
    expect(err).toContain('✗ Cài 1 gói npm')
  })
})

describe('a command', () => {
  it('has its exit code passed on', async () => {
    expect((await ending(start('loa.mjs', 'fail'))).exit).toBe(7)
  })

  it('is asked to stop when its starter is, and says goodbye in its own time', async () => {
    const hub = start('cli.mjs', 'start', 'wait')
    const ended = ending(hub)
    hub.stdout!.on('data', (part: Buffer) => part.includes('waiting') && hub.kill('SIGTERM'))
    expect(await ended).toMatchObject({
      exit: 5,
      out: expect.stringMatching(/waiting\ngoodbye\n$/) as string,
    })
  })

  it('stops when the npm that started it is killed', async () => {
    // A shell that stays between, as npx puts one there.
    script('npx', `"${process.execPath}" ${root}/src/setup/loa.mjs wait; true`)
    const env = { ...process.env, PATH: `${root}/bin:/usr/bin:/bin`, npm_command: 'exec' }
    const npx = spawn(join(root, 'bin', 'npx'), [], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = ending(npx)
    npx.stdout.on('data', (part: Buffer) => part.includes('waiting') && npx.kill('SIGKILL'))
    // The output closes only when the last of them is gone.
    expect((await ended).out).toMatch(/waiting\ngoodbye\n$/)
  })

  it('that does not exist is answered with those that do', async () => {
    const { err, exit } = await ending(start('cli.mjs', 'bake'))
    expect(exit).toBe(1)
    expect(err).toContain('Không có lệnh «bake»')
    expect(err).toContain('setup, doctor, demo, start, test, check, bench, soak')
  })
})

describe('the doctor', () => {
  it('looks at everything, changes nothing, and says by its exit code if a person must act', async () => {
    rmSync(join(root, 'bin', 'ffprobe'))
    const { out, exit } = await ending(start('cli.mjs', 'doctor', '--json'))
    const report = JSON.parse(out) as { ok: boolean; findings: { name: string; ok: boolean }[] }
    expect({ exit, ok: report.ok }).toEqual({ exit: 3, ok: false })
    expect(report.findings.find(({ name }) => name === 'ffprobe')).toMatchObject({ ok: false, needed: 'run' })
    expect(report.findings.find(({ name }) => name === 'ffmpeg')).toMatchObject({ ok: true })
    expect(existsSync(join(root, 'node_modules'))).toBe(false)
    expect(existsSync(join(root, '.runtime'))).toBe(false)
  })
})
