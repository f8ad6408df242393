/** The register of facts on the command line: kept, ended, and what stands or falls with a fact. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type CommandLine } from '../support/command-line.ts'
import { markdown } from '../support/desk.ts'

let at: CommandLine
beforeAll(async () => {
  at = commandLine()
  for (const [id, role] of [
    ['an', 'editor'],
    ['lan', 'approver'],
    ['minh', 'approver'],
    ['hoa', 'operator'],
  ] as const) {
    await at.loa(['people', 'add', id, '--name', id, '--role', role])
  }
  const script = join(at.folder, 'a.md')
  writeFileSync(script, markdown('Bà con gọi số {{hotline.national}}.', { slug: 'a' }))
  await at.loa(['scripts', 'import', script, '--by', 'an'])
  await at.loa(['scripts', 'submit', 'a', '1', '--by', 'an'])
})
afterAll(() => {
  at.close()
})

describe('loa facts', () => {
  it('lists what holds now', async () => {
    const { stdout } = await at.loa(['facts'])
    expect(stdout).toMatch(/^hotline-111 +hotline +111 +2025-09-19 +● đã xác nhận/m)
  })

  it('says what rests on a fact', async () => {
    const { json } = await at.loa(['facts', 'touched', 'hotline-111', '--json'])
    expect(json).toMatchObject({
      versions: [{ script: 'a', version: 1, state: 'submitted', changed: false }],
      recordings: [],
      airings: [],
    })
    expect((await at.loa(['facts', 'touched', 'agency-bank'])).code).toBe(4)
  })

  it('changes one with its source, tells what is stopped, and keeps what was said before', async () => {
    const change = ['facts', 'set', 'hotline-111', '--value', '112', '--by', 'lan']
    expect((await at.loa(change)).stderr).toContain('Giá trị mới phải có nguồn')
    const { code, stdout } = await at.loa([...change, '--source', 'Công văn mẫu', '--why', 'đổi số'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^a +1 +– hết hiệu lực · expired +✕ dừng phát · stopped/m)
    const history = await at.loa(['facts', 'history', 'hotline-111', '--json'])
    expect(history.json).toMatchObject([
      { by: null, fact: { value: '111' } },
      { by: 'lan', fact: { value: '112', spoken: 'một một hai', source: 'Công văn mẫu' } },
    ])
    // Each command begins by reading the files of content/: they do not take a person's word back.
    expect((await at.loa(['facts'])).stdout).toMatch(/^hotline-111 +hotline +112 /m)
  })

  it('is confirmed by a second person, who names the entry that they read', async () => {
    const confirm = ['facts', 'confirm', 'hotline-111', '--json', '--by']
    expect((await at.loa([...confirm, 'lan'])).code).toBe(6)
    expect((await at.loa([...confirm, 'an'])).code).toBe(6)
    const history = await at.loa(['facts', 'history', 'hotline-111', '--json'])
    const [first, entered] = (history.json as { number: number }[]).map(({ number }) => String(number))
    expect((await at.loa([...confirm, 'minh', '--entry', first!])).code).toBe(5)
    const { json } = await at.loa([...confirm, 'minh', '--entry', entered!])
    expect(json).toMatchObject({ state: 'changed', fact: { value: '112', status: 'confirmed' } })
    expect((await at.loa(['facts'])).stdout).toMatch(/^hotline-111 .*● đã xác nhận/m)
  })

  it('ends one on a day', async () => {
    const { json } = await at.loa([
      'facts',
      'expire',
      'day-30-7',
      '--on',
      '2099-01-01',
      '--by',
      'an',
      '--json',
    ])
    expect(json).toMatchObject({ state: 'changed', fact: { validTo: '2099-01-01' } })
    const reopened = await at.loa(['facts', 'set', 'day-30-7', '--to', '', '--by', 'an', '--json'])
    expect(reopened.json).toMatchObject({ state: 'changed', fact: { validTo: null } })
  })

  it.each([
    [['set', 'hotline-111', '--name', 'x', '--by', 'hoa'], 6],
    [['set', 'hotline-111', '--confirmed', '--by', 'lan'], 2],
    [['confirm', 'hotline-111', '--by', 'hoa'], 6],
    [['confirm', 'hotline-111', '--by', 'minh', '--entry', 'hai'], 2],
    [['confirm', 'no', '--by', 'minh'], 4],
    [['confirm', 'hotline-111'], 2],
    [['set', 'hotline-111', '--name', 'x', '--by', 'ai'], 4],
    [['set', 'hotline-111', '--name', 'x'], 2],
    [['expire', 'hotline-111', '--on', 'mai', '--by', 'an'], 2],
    [['expire', 'no', '--on', '2099-01-01', '--by', 'an'], 4],
    [['history', 'no'], 4],
  ])('refuses %j with exit code %i', async (words, code) => {
    expect((await at.loa(['facts', ...words])).code).toBe(code)
  })
})
