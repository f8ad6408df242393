/** Bad input at the command line: a clear sentence in both languages, the right exit code, nothing half done. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type CommandLine } from '../support/command-line.ts'

let at: CommandLine
beforeAll(async () => {
  at = commandLine()
  await at.loa(['people', 'add', 'soan', '--name', 'Người soạn', '--role', 'editor'])
  await at.loa(['people', 'add', 'duyet', '--name', 'Người duyệt', '--role', 'approver'])
}, 60_000)
afterAll(() => {
  at.close()
})

/** A script file with this body and front matter, in the test's folder. */
function script(slug: string, body: string, facts = '[]'): string {
  const file = join(at.folder, `${slug}.md`)
  const front = {
    title: 'Thử',
    title_en: 'A try',
    slug,
    audience: '[mọi người]',
    language: 'vi',
    valid_from: "'2025-01-01'",
    valid_to: "''",
    priority: 'thong-thuong',
    demo: 'false',
    facts,
    sources: '[thử]',
    summary_en: 'A try.',
  }
  writeFileSync(
    file,
    `---\n${Object.entries(front)
      .map(([key, value]) => `${key}: ${value}`)
      .join('\n')}\n---\n\n${body}\n`,
  )
  return file
}

// One of each exit code, and one that commander refuses, run alone: the code is then that of a process.
describe('a refused command', () => {
  it.each([
    {
      what: 'an unknown unit code',
      alone: true,
      args: ['units', 'show', '99999'],
      code: 4,
      vi: /99999/,
      en: /99999/,
    },
    {
      what: 'a code that names two units, without a day',
      args: ['units', 'show', '20443'],
      code: 5,
      vi: /A Xan[\s\S]*Hùng Sơn|Hùng Sơn[\s\S]*A Xan/,
      en: /A Xan/,
    },
    { what: 'a day that is none', args: ['units', '--on', '2025-02-31'], code: 2, vi: /ngày/, en: /day/ },
    {
      what: 'a month that is none',
      args: ['coverage', '--month', '2025-13'],
      code: 2,
      vi: /tháng/,
      en: /month/,
    },
    {
      what: 'an unknown airing',
      args: ['attest', 'air-khong-co', '--by', 'soan'],
      code: 4,
      vi: /air-khong-co/,
      en: /air-khong-co/,
    },
    {
      what: 'a reason that is not in the list',
      args: ['attest', 'air-khong-co', '--by', 'soan', '--missed', '--reason', 'luoi'],
      code: 2,
      vi: /“luoi” không có trong các lý do: power/,
      en: /“luoi” is none of the reasons: power/,
    },
    {
      what: 'an unknown person',
      args: ['scripts', 'import', '--by', 'khong-ai'],
      code: 4,
      vi: /khong-ai/,
      en: /khong-ai/,
    },
    {
      what: 'a role that is none',
      alone: true,
      args: ['people', 'add', 'x.y', '--name', 'X', '--role', 'vua'],
      code: 2,
      vi: /Vai trò/,
      en: /role/,
    },
    {
      what: 'a file that is not there',
      args: ['scripts', 'import', 'khong-co.md', '--by', 'soan'],
      code: 4,
      vi: /khong-co\.md/,
      en: /khong-co\.md/,
    },
    {
      what: 'an unknown command',
      alone: true,
      args: ['hat'],
      code: 2,
      vi: /Không có lệnh “loa hat”/,
      en: /no command “loa hat”/,
    },
    {
      what: 'a verb that its noun does not have',
      args: ['units', 'hat'],
      code: 2,
      vi: /list, find, show/,
      en: /no command “loa units hat”/,
    },
    {
      what: 'an option that is nearly right',
      args: ['coverage', '--mont', '2026-11'],
      code: 2,
      vi: /Có phải là --month\?/,
      en: /Did you mean --month\?/,
    },
    {
      what: 'a missing option',
      args: ['attest', 'x'],
      code: 2,
      vi: /thiếu --by <person>/,
      en: /loa attest lacks --by <person>/,
    },
    {
      what: 'a missing argument',
      args: ['recordings', 'list', 'greeting'],
      code: 2,
      vi: /thiếu <version>/,
      en: /lacks <version>/,
    },
    {
      what: 'a name with a space and no quotes',
      args: ['units', 'find', 'tra', 'cang'],
      code: 2,
      vi: /ngoặc kép/,
      en: /in quotes/,
    },
    { what: 'no name to look for', args: ['units', 'find', ' '], code: 2, vi: /Chưa nêu tên/, en: /no name/ },
    {
      what: 'a station that is none',
      args: ['airings', '--station', 'tt-00000'],
      code: 4,
      vi: /tt-00000/,
      en: /tt-00000/,
    },
    {
      what: 'recordings of a script that is none',
      args: ['recordings', 'list', 'khong-co', '1'],
      code: 4,
      vi: /khong-co/,
      en: /khong-co/,
    },
    {
      what: 'a key for somebody who approves nothing',
      alone: true,
      args: ['keys', 'new', 'soan', '--file', join(tmpdir(), 'loa-khoa-thua.pem'), '--by', 'duyet'],
      code: 6,
      vi: /không phải người phê duyệt/,
      en: /not an approver/,
    },
    {
      what: 'a root key on a drive that is not plugged in',
      alone: true,
      args: ['keys', 'root', '--file', join(tmpdir(), 'o-chua-cam', 'goc.pem')],
      code: 3,
      vi: /o-chua-cam/,
      en: /no folder/,
    },
    {
      what: 'a window that ends before it begins',
      args: ['windows', 'set', 'nguoc', '--opens', '18:00', '--closes', '05:00'],
      code: 2,
      vi: /18:00|05:00/,
      en: /18:00|05:00/,
    },
    {
      what: 'a campaign with a script that is not there',
      args: ['campaigns', 'new', 'thu', '--title', 'Thử', '--scripts', 'khong-co', '--by', 'soan'],
      code: 4,
      vi: /khong-co/,
      en: /khong-co/,
    },
    {
      what: 'enrolment before a root has signed',
      alone: true,
      args: ['devices', 'enrol', '--all', '--out', 'x.json'],
      code: 5,
      vi: /khóa gốc/,
      en: /root key/,
    },
    {
      what: 'a fleet without credentials',
      args: ['fleet', '--devices', '2', '--credentials', 'khong-co.json'],
      code: 4,
      vi: /khong-co\.json/,
      en: /khong-co\.json/,
    },
  ])('says what is wrong with $what', async ({ args, alone = false, code, vi, en }) => {
    const ran = await (alone ? at.alone : at.loa)([...args, '--json'])
    expect(ran.stderr).toMatch(vi)
    expect(ran.stderr).toMatch(en)
    expect(ran.stderr).not.toMatch(/at .*\.ts:\d+/)
    expect({ code: ran.code, json: ran.json }).toMatchObject({
      code,
      json: { error: { vi: expect.any(String) as string, en: expect.any(String) as string } },
    })
  })

  it('refuses a weak passphrase for a key, and writes no key file', async () => {
    const file = join(at.folder, 'yeu.pem')
    const ran = await at.loa(['keys', 'root', '--file', file], { env: { LOA_PASSPHRASE: 'abc' } })
    expect(ran.code).toBe(2)
    expect(ran.stderr).toMatch(/LOA_PASSPHRASE/)
    const again = await at.loa(['keys', 'root', '--file', file])
    expect(again.code).toBe(0)
  })

  it('leaves no key file behind for a person nobody knows', async () => {
    const file = join(at.folder, 'khong-ai.pem')
    const ran = await at.loa(['keys', 'new', 'khong-ai', '--file', file, '--by', 'duyet'])
    expect({ code: ran.code, left: existsSync(file) }).toEqual({ code: 4, left: false })
  })

  it('says every wrong variable of the configuration at once', async () => {
    const ran = await at.loa(['units'], { env: { LOA_PORT: 'tám', LOA_LOG: 'nhiều' } })
    expect(ran.code).toBe(2)
    expect(ran.stderr).toMatch(/LOA_PORT[\s\S]*LOA_LOG/)
  })
})

describe('a script that cannot be submitted', () => {
  it.each([
    { what: 'an empty text', body: '   ', facts: '[]', en: /empty|text/i },
    {
      what: 'more than five minutes',
      body: 'Bà con ơi, xin nghe kỹ điều này. '.repeat(300),
      facts: '[]',
      en: /at most 5/,
    },
    {
      what: 'an unknown placeholder',
      body: 'Gọi ngay {{hotline.sao_hoa}} nhé.',
      facts: '[]',
      en: /hotline\.sao_hoa/,
    },
    {
      what: 'a helper where only names may stand',
      body: 'Gọi {{lookup this "constructor"}}.',
      facts: '[]',
      en: /lookup|name/,
    },
    {
      what: 'a fact that is not in the register',
      body: 'Bà con nhớ gọi nhé.',
      facts: '[khong-co-that]',
      en: /khong-co-that/,
    },
    { what: 'a word that has several readings', body: 'Bà con đến TT để hỏi.', facts: '[]', en: /TT/ },
  ])('for $what', async ({ what, body, facts, en }) => {
    const slug = `thu-${String(what.length)}-${what.replaceAll(/[^a-z]/g, '').slice(0, 20)}`
    const imported = await at.loa(['scripts', 'import', script(slug, body, facts), '--by', 'soan'])
    const ran =
      imported.code === 0 ? await at.loa(['scripts', 'submit', slug, '1', '--by', 'soan']) : imported
    expect(ran.code).toBe(2)
    expect(ran.stderr).toMatch(en)
  })

  it('leaves nothing half done: there is nothing to render', async () => {
    const rendered = await at.loa(['audio', 'render', '--json'])
    expect(rendered.json).toMatchObject({ rendered: 0, failed: 0 })
  })

  it('is not approved before it is submitted, and by nobody without a key', async () => {
    const ran = await at.loa([
      'approval',
      'sign',
      'viec-nhe-luong-cao',
      '1',
      '--by',
      'duyet',
      '--key-file',
      join(at.folder, 'khong-co.pem'),
    ])
    expect(ran.code).toBe(4)
  })
})

describe('a program that is missing', () => {
  it('is named with the package that has it, and the recording waits', async () => {
    const slug = 'bai-ngan'
    await at.loa(['scripts', 'import', script(slug, 'Bà con nhớ nhé.'), '--by', 'soan'])
    await at.loa(['scripts', 'submit', slug, '1', '--by', 'soan'])
    const without = await at.alone(['audio', 'render'], { env: { PATH: '/nowhere' } })
    expect(without.code).toBe(3)
    expect(without.stderr).toMatch(/apt/)
    expect(without.stderr).toMatch(/espeak-ng|ffmpeg/)
    const withIt = await at.loa(['audio', 'render', '--json'])
    expect(withIt.json).toMatchObject({ rendered: 1, failed: 0 })
  })
})

describe('what lies under the name of a file to write, and is no file,', () => {
  const kinds: [what: string, make: (path: string) => void][] = [
    ['a folder', (path) => mkdirSync(path)],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link to a file', (path) => symlinkSync(join(at.folder, 'cua-minh.txt'), path)],
    ['a link to nothing', (path) => symlinkSync(join(at.folder, 'khong-co'), path)],
  ]

  it.each(kinds)('is never replaced, also when told to replace what is there: %s', async (what, make) => {
    const path = join(at.folder, `o-do-${what.replaceAll(' ', '-')}`)
    const own = join(at.folder, 'cua-minh.txt')
    writeFileSync(own, 'của mình')
    make(path)
    const before = lstatSync(path)
    const commands = [
      ['airings', 'file', 'air-1', '--out', path, '--force'],
      ['airings', 'file', 'air-1', '--out', path],
      ['voices', 'try', 'espeak-south', '--out', path],
    ]
    for (const args of commands) {
      const { code, stderr } = await at.loa(args)
      expect(code).toBe(5)
      expect(stderr).toContain('không phải là một tệp thường')
      expect(stderr).toContain('is not a regular file')
    }
    const secret = await at.loa(['keys', 'new', 'duyet', '--file', path, '--by', 'duyet'])
    expect(secret.code).toBe(5)
    expect([lstatSync(path).ino, lstatSync(path).mode]).toEqual([before.ino, before.mode])
    expect(existsSync(join(at.folder, 'khong-co'))).toBe(false)
    expect(readFileSync(own, 'utf8')).toBe('của mình')
  })
})

describe('the keys of controllers', () => {
  it('are written once, before anything is enrolled, and are never overwritten', async () => {
    const root = join(at.folder, 'goc.pem')
    const out = join(at.folder, 'thiet-bi.json')
    await at.loa(['keys', 'root', '--file', root])
    await at.loa(['keys', 'sign', '--root-file', root])

    const nowhere = await at.loa(['devices', 'enrol', '--all', '--out', join(at.folder, 'o-roi', 'x.json')])
    expect({ code: nowhere.code, enrolled: await enrolled() }).toEqual({ code: 3, enrolled: 0 })

    expect((await at.loa(['devices', 'enrol', '--all', '--out', out])).code).toBe(0)
    const written = readFileSync(out, 'utf8')
    expect((JSON.parse(written) as unknown[]).length).toBe(await enrolled())

    const again = await at.loa(['devices', 'enrol', '--all', '--out', out])
    const elsewhere = join(at.folder, 'lai.json')
    const twice = await at.loa(['devices', 'enrol', '--all', '--out', elsewhere])
    expect({ again: again.code, twice: twice.code, left: existsSync(elsewhere) }).toEqual({
      again: 5,
      twice: 5,
      left: false,
    })
    expect(readFileSync(out, 'utf8')).toBe(written)
  })

  it('are not given in the name of a person nobody knows', async () => {
    const file = join(at.folder, 'ai-do.json')
    const [device] = (await at.loa(['devices', '--json'])).json as { device: string }[]
    const revoked = await at.loa([
      'devices',
      'revoke',
      device?.device ?? '',
      '--why',
      'mất',
      '--by',
      'khong-ai',
    ])
    expect({ code: revoked.code, left: existsSync(file), enrolled: await enrolled() }).toMatchObject({
      code: 4,
      enrolled: 82,
    })
  })

  async function enrolled(): Promise<number> {
    return ((await at.loa(['devices', '--json'])).json as unknown[]).length
  }
})
