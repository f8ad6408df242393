/** What the command line does for those who write: lints, drafts as files, what changed, and sending back. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type CommandLine } from '../support/command-line.ts'
import { markdown } from '../support/desk.ts'

const contentScripts = fileURLToPath(new URL('../../content/scripts/', import.meta.url))

let at: CommandLine
beforeAll(async () => {
  at = commandLine()
  for (const [id, role] of [
    ['an', 'editor'],
    ['lan', 'approver'],
    ['hoa', 'operator'],
  ] as const) {
    await at.loa(['people', 'add', id, '--name', id, '--role', role])
  }
})
afterAll(() => {
  at.close()
})

function file(name: string, text: string): string {
  const path = join(at.folder, name)
  writeFileSync(path, text)
  return path
}

type Linted = { script: string; findings: { rule: string; level: string; line: number; column: number }[] }[]

describe('loa scripts lint', () => {
  it('finds no error in what comes with the programme, and says so with exit code 0', async () => {
    const { code, json } = await at.loa(['scripts', 'lint', '--json'])
    expect(code).toBe(0)
    expect((json as Linted).length).toBeGreaterThan(13)
    expect((json as Linted).flatMap(({ findings }) => findings)).toEqual([])
  })

  it('names rule, line and column of every fault in a file, and ends with exit code 2', async () => {
    const bad = file(
      'sai.md',
      markdown('Bà con ơi.\n\nGọi 0905123456 nhé. Em Nguyễn Thị Lan ở thôn 3 đã về.'),
    )
    const { code, json, stderr } = await at.loa(['scripts', 'lint', bad, '--json'])
    expect(code).toBe(2)
    const line =
      readFileSync(bad, 'utf8')
        .split('\n')
        .findIndex((text) => text.startsWith('Gọi')) + 1
    expect((json as Linted)[0]?.findings).toMatchObject([
      { rule: 'no-hotline', level: 'warning' },
      { rule: 'phone-unknown', level: 'error', line, column: 5 },
      { rule: 'person-with-place', level: 'error', line, column: 24 },
    ])
    expect(stderr).toContain('Có 2 lỗi phải sửa')
    expect((await at.loa(['scripts', 'lint', bad])).stdout).toContain(
      `sai.md:${line}:5 ✕ lỗi · error phone-unknown`,
    )
  })

  it('with warnings alone ends with exit code 0', async () => {
    const plain = file('nhac.md', markdown('Bà con ơi.'))
    const { code, stdout } = await at.loa(['scripts', 'lint', plain])
    expect(code).toBe(0)
    expect(stdout).toContain('0 lỗi, 1 lời nhắc')
  })

  it('looks at a version that is kept, and refuses one that is not', async () => {
    await at.loa(['scripts', 'import', file('a.md', markdown('Gọi 111 nhé.', { slug: 'a' })), '--by', 'an'])
    expect((await at.loa(['scripts', 'lint', 'a@1', '--json'])).code).toBe(2)
    expect((await at.loa(['scripts', 'lint', 'a@7'])).code).toBe(4)
    expect((await at.loa(['scripts', 'lint', join(at.folder, 'no.md')])).code).toBe(4)
    expect((await at.loa(['scripts', 'lint', file('x.md', 'không phải bản tin')])).code).toBe(2)
  })

  it('keeps a script with an error from being submitted, and says where', async () => {
    await at.loa(['scripts', 'import', file('b.md', markdown('Gọi 111 nhé.', { slug: 'b' })), '--by', 'an'])
    const { code, stderr } = await at.loa(['scripts', 'submit', 'b', '1', '--by', 'an'])
    expect(code).toBe(2)
    expect(stderr).toContain('Dòng 1, cột 5')
    expect(stderr).toContain('{{hotline.national}}')
  })
})

describe('a script as a file', () => {
  it('is written as it was brought in, and brought in again is the same', async () => {
    const name = join(contentScripts, 'tim-viec-tren-mang.md')
    await at.loa(['scripts', 'import', name, '--by', 'an'])
    const { stdout } = await at.loa(['scripts', 'export', 'tim-viec-tren-mang', '1'])
    const again = await at.loa(['scripts', 'import', file('c.md', stdout), '--by', 'an', '--json'])
    expect(again.json).toEqual([{ script: 'tim-viec-tren-mang', version: 1, state: 'same' }])
  })

  it('shows what changed from one version to the next', async () => {
    for (const body of [
      'Bà con gọi công an xã ngay. Nhớ nhé.',
      'Bà con gọi bộ đội biên phòng ngay. Nhớ nhé.',
    ])
      await at.loa(['scripts', 'import', file('d.md', markdown(body, { slug: 'd' })), '--by', 'an'])
    const { stdout } = await at.loa(['scripts', 'difference', 'd', '1', '2'])
    expect(stdout.trim()).toBe('Bà con gọi [-công an xã-]{+bộ đội biên phòng+} ngay.')
    expect((await at.loa(['scripts', 'difference', 'd', '1', '1'])).stdout).toContain('giống hệt')
    expect((await at.loa(['scripts', 'difference', 'd', '1', '9'])).code).toBe(4)
  })
})

describe('loa scripts return', () => {
  it('sends a submitted script back with a reason, and the list says so', async () => {
    const text = markdown('Bà con gọi số {{hotline.national}}.', { slug: 'e' })
    await at.loa(['scripts', 'import', file('e.md', text), '--by', 'an'])
    await at.loa(['scripts', 'submit', 'e', '1', '--by', 'an'])
    const give = (...more: string[]) => at.loa(['scripts', 'return', 'e', '1', ...more])
    expect((await give('--by', 'an', '--why', 'x')).code).toBe(6)
    expect((await give('--by', 'lan')).code).toBe(2)
    expect((await give('--by', 'lan', '--why', 'câu hai khó hiểu')).code).toBe(0)
    expect((await give('--by', 'lan', '--why', 'lần nữa')).code).toBe(5)
    expect((await at.loa(['scripts', 'list'])).stdout).toMatch(/^e +1 +✕ bị trả lại · returned/m)
  })
})
