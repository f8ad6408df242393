/** What the command line says to people who look for their way: help, empty lists, and a reader who stops reading. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type CommandLine } from '../support/command-line.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

let at: CommandLine
beforeAll(() => {
  at = commandLine()
})
afterAll(() => {
  at.close()
})

describe('the help of a command', () => {
  it('speaks both languages and says what must be given', async () => {
    const { stdout, code } = await at.alone(['people', 'add', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Cách dùng · Usage: loa people add/)
    expect(stdout).toMatch(/--name <name> +họ và tên · full name \(bắt buộc · required\)/)
    expect(stdout).not.toMatch(/display help/)
  })

  it('of a bare noun shows what its list takes', async () => {
    const { stdout } = await at.loa(['coverage', '--help'])
    expect(stdout).toMatch(/--month <month>/)
    expect(stdout).toMatch(/“loa coverage list”/)
  })

  it.each(['windows set', 'airings cancel'])('leaves no option of %s without a word', async (words) => {
    const { stdout } = await at.loa([...words.split(' '), '--help'])
    expect(stdout.split('\n').filter((line) => /^ {2}--?\S+( <[^>]+>)? *$/.test(line))).toEqual([])
  })
})

describe('a list with nothing in it', () => {
  it.each([['people'], ['devices'], ['airings']])(
    'of %s says what to do next, in both languages',
    async (noun) => {
      const { stdout, code } = await at.loa([noun])
      const [vi, en] = stdout.trimEnd().split('\n')
      expect(code).toBe(0)
      expect(vi).toMatch(/loa /)
      expect(en).toMatch(/loa /)
    },
  )

  it('of a month before the records says so', async () => {
    expect((await at.loa(['coverage', '--month', '1999-01'])).stdout).toMatch(/2021-12/)
  })
})

it('stops quietly when nobody reads on', async () => {
  const child = spawn(process.execPath, [cli, 'stations', '--json'], {
    env: { ...process.env, LOA_DATA: join(at.folder, 'data') },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdout.destroy()
  const [code] = (await once(child, 'close')) as [number]
  expect({ code, said }).toEqual({ code: 0, said: '' })
})
