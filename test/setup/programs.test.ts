import fc from 'fast-check'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isYes } from '../../src/setup/apt.mjs'
import {
  aptArguments,
  aptCommand,
  decide,
  findProgram,
  listsAreStale,
  missingPrograms,
  NEEDS,
  PACKAGE_OF,
  packagesFor,
  pathWithServers,
} from '../../src/setup/programs.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-lang-programs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('looking for programs', () => {
  function program(place: string, name: string, mode = 0o755): void {
    mkdirSync(join(folder, place), { recursive: true })
    writeFileSync(join(folder, place, name), '#!/bin/sh\n')
    chmodSync(join(folder, place, name), mode)
  }

  it('finds the first one on the PATH, and names those that are nowhere', () => {
    program('a', 'ffmpeg')
    program('b', 'ffmpeg')
    program('b', 'mosquitto')
    const path = `${join(folder, 'a')}::${join(folder, 'b')}`
    expect(findProgram('ffmpeg', path)).toBe(join(folder, 'a', 'ffmpeg'))
    expect(missingPrograms(['ffmpeg', 'ffprobe', 'espeak-ng', 'mosquitto'], path)).toEqual([
      'ffprobe',
      'espeak-ng',
    ])
  })

  it('takes neither a folder nor a file that cannot be started for a program', () => {
    mkdirSync(join(folder, 'a', 'ffmpeg'), { recursive: true })
    program('a', 'mosquitto', 0o644)
    expect(missingPrograms(['ffmpeg', 'mosquitto'], join(folder, 'a'))).toEqual(['ffmpeg', 'mosquitto'])
  })

  it('looks where Debian keeps servers, which is not in the PATH of ordinary users', () => {
    expect(pathWithServers('/usr/bin:/bin')).toBe('/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin')
    expect(pathWithServers('/usr/sbin:/usr/bin')).toBe('/usr/sbin:/usr/bin:/usr/local/sbin:/sbin')
  })

  it('looks for a library among libraries', () => {
    program('a', 'libatomic.so.1')
    expect(findProgram('libatomic.so.1', join(folder, 'a'))).not.toBe(join(folder, 'a', 'libatomic.so.1'))
    expect(findProgram('libc.so.6', '')).toMatch(/^\/.*\/libc\.so\.6$/)
    expect(findProgram('libnobody.so.1', '')).toBeUndefined()
    expect(packagesFor(NEEDS.runtime)).toEqual(['libatomic1'])
  })

  it('knows a Debian package for every program it asks for, and names each once', () => {
    for (const name of [...NEEDS.tests, ...NEEDS.runtime]) expect(PACKAGE_OF).toHaveProperty(name)
    expect(packagesFor(['ffmpeg', 'ffprobe', 'opusdec'])).toEqual(['ffmpeg', 'opus-tools'])
  })
})

describe('what to do about missing programs', () => {
  const facts = { missing: ['ffmpeg'], apt: true, root: true, terminal: true, allowed: true }

  it.each([
    ['nothing is missing', { missing: [] }, 'nothing'],
    ['root at a terminal', {}, 'ask'],
    ['root without a terminal', { terminal: false }, 'install'],
    ['an ordinary user', { root: false }, 'print'],
    ['an ordinary user without a terminal', { root: false, terminal: false }, 'print'],
    ['root, but LOA_APT=0', { allowed: false }, 'print'],
    ['no apt', { apt: false }, 'tell'],
    ['no apt, and not root', { apt: false, root: false }, 'tell'],
  ])('%s', (_said, changed, decision) => {
    expect(decide({ ...facts, ...changed })).toBe(decision)
  })

  it('never touches the machine unless it is root, with apt, and allowed', () => {
    const all = fc.record({
      missing: fc.subarray(NEEDS.tests),
      apt: fc.boolean(),
      root: fc.boolean(),
      terminal: fc.boolean(),
      allowed: fc.boolean(),
    })
    fc.assert(
      fc.property(all, (found) => {
        const acts = ['ask', 'install'].includes(decide(found))
        expect(acts).toBe(found.missing.length > 0 && found.apt && found.root && found.allowed)
      }),
    )
  })

  it.each(['', 'y', 'Y', 'yes', ' có ', 'C'])('takes "%s" for a yes', (answer) =>
    expect(isYes(answer)).toBe(true),
  )
  it.each(['n', 'N', 'no', 'không', 'k', 'what?'])('takes "%s" for a no', (answer) =>
    expect(isYes(answer)).toBe(false),
  )
})

describe('the apt command', () => {
  it('is one call that waits for another apt and asks nothing', () => {
    expect(aptArguments(['ffmpeg', 'mosquitto']).join(' ')).toBe(
      'install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 ffmpeg mosquitto',
    )
  })

  it('can be typed by a person, with sudo where needed', () => {
    expect(aptCommand(['ffmpeg'], true)).toBe(
      'apt-get update && apt-get install -y --no-install-recommends ffmpeg',
    )
    expect(aptCommand(['ffmpeg'], false)).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg',
    )
  })

  it('updates the lists first when there are none or they are more than a day old', () => {
    const now = performance.timeOrigin + performance.now()
    expect(listsAreStale(join(folder, 'none'), now)).toBe(true)
    mkdirSync(join(folder, 'partial'))
    expect(listsAreStale(folder, now)).toBe(true)
    const list = join(folder, 'deb.example_debian_dists_bookworm_main_binary-amd64_Packages')
    writeFileSync(list, '')
    // apt gives a list the server's time: only when it came here counts.
    utimesSync(list, 0, 0)
    expect(listsAreStale(folder, now + 1000)).toBe(false)
    expect(listsAreStale(folder, now + 25 * 3600_000)).toBe(true)
  })
})
