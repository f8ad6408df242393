/** `loa keys` and `loa approve`: from a key nobody knows to a signature over what was read from the disk. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type CommandLine } from '../support/command-line.ts'

let at: CommandLine
let keyFile: string
beforeAll(async () => {
  at = commandLine()
  keyFile = join(at.folder, 'duyet.pem')
  for (const [id, role] of [
    ['quan-tri', 'admin'],
    ['duyet', 'approver'],
    ['duyet-hai', 'approver'],
    ['soan', 'editor'],
  ] as const) {
    expect((await at.loa(['people', 'add', id, '--name', id, '--role', role])).code).toBe(0)
  }
  expect((await at.loa(['keys', 'root', '--file', join(at.folder, 'goc.pem')])).code).toBe(0)
})
afterAll(() => {
  at.close()
})

const rootSigns = () => at.loa(['keys', 'sign', '--root-file', join(at.folder, 'goc.pem')])
async function stateOf(kid: string): Promise<string | undefined> {
  const { json } = await at.loa(['keys', 'list', '--json'])
  return (json as { kid: string; state: string }[]).find((key) => key.kid === kid)?.state
}

describe('loa keys', () => {
  it('makes a key that an admin enrols, a second person confirms and the root signs', async () => {
    const by = ['--by', 'quan-tri']
    const made = await at.loa(['keys', 'new', 'duyet', '--file', keyFile, ...by, '--json'])
    const { kid } = made.json as { kid: string }
    expect([made.code, await stateOf(kid)]).toEqual([0, 'pending-confirmation'])
    expect((await at.loa(['keys', 'confirm', kid, '--by', 'duyet'])).code).toBe(6)
    expect((await at.loa(['keys', 'confirm', kid, '--by', 'duyet-hai'])).code).toBe(0)
    expect(await stateOf(kid)).toBe('pending-root')
    const look = await at.loa(['keys', 'sign', '--look'])
    expect(look.stdout).toContain(
      `${kid}: duyet (duyet); ghi nhận · enrolled: quan-tri; xác nhận · confirmed: duyet-hai`,
    )
    expect(await stateOf(kid)).toBe('pending-root')
    expect((await rootSigns()).stdout).toContain('1 khóa')
    expect(await stateOf(kid)).toBe('active')
    expect((await at.loa(['keys', 'list'])).stdout).toContain('● có hiệu lực · active')
  })

  it('makes a key on its owner’s machine, which an admin enrols by its public half', async () => {
    const file = join(at.folder, 'tu-tao.pem')
    const { json } = await at.loa(['keys', 'make', '--file', file, '--json'])
    const { kid, publicKey } = json as { kid: string; publicKey: string }
    expect(readFileSync(file, 'utf8')).toContain('ENCRYPTED')
    expect(await stateOf(kid)).toBeUndefined()
    const enrol = (by: string) =>
      at.loa(['keys', 'enrol', 'duyet-hai', `--public-key=${publicKey}`, '--by', by])
    expect((await enrol('soan')).code).toBe(6)
    expect((await enrol('quan-tri')).code).toBe(0)
    expect(await stateOf(kid)).toBe('pending-confirmation')
  })
})

describe('loa approve', () => {
  const approve = (...more: string[]) =>
    at.loa(['approve', 'bai-ngan', '1', '--by', 'duyet', '--key-file', keyFile, ...more])
  const sounds = (): string[] => {
    const audio = join(at.folder, 'data', 'audio')
    const names = readdirSync(audio, { recursive: true, encoding: 'utf8' })
    return names.filter((name) => /[0-9a-f]{64}\.mp3$/.test(name)).map((name) => join(audio, name))
  }

  beforeAll(async () => {
    const head = [
      'title: Bài ngắn\ntitle_en: A short one\nslug: bai-ngan\naudience: [mọi người]\nlanguage: vi',
      "valid_from: '2026-01-01'\nvalid_to: ''\npriority: thong-thuong\nfacts: []",
    ]
    const file = join(at.folder, 'bai-ngan.md')
    writeFileSync(file, `---\n${head.join('\n')}\n---\nBà con nhớ nhé.\n`)
    expect((await at.loa(['scripts', 'import', file, '--by', 'soan'])).code).toBe(0)
    expect((await at.loa(['scripts', 'submit', 'bai-ngan', '1', '--by', 'soan'])).code).toBe(0)
    expect((await at.loa(['audio', 'render'])).code).toBe(0)
  })

  it('shows what would be signed, read from the files, and signs nothing', async () => {
    const looked = await approve('--look')
    expect(looked.stdout).toMatch(/mã gốc · root +[0-9a-f]{64}/)
    for (const told of ['bai-ngan', 'vi', 'toàn tỉnh', 'thông thường · normal', '2 (']) {
      expect(looked.stdout).toContain(told)
    }
    expect((await at.loa(['approval', 'list', '--json'])).json).toHaveLength(1)
  })

  it('refuses when a byte on this machine is another, or a file is not there', async () => {
    const [file = ''] = sounds()
    const whole = readFileSync(file)
    const changed = Buffer.from(whole)
    changed.writeUInt8(changed.readUInt8(999) ^ 1, 999)
    writeFileSync(file, changed)
    const ran = await approve()
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('bị hỏng')
    writeFileSync(file, whole)
    expect((await at.loa(['approval', 'list', '--json'])).json).toHaveLength(1)
  })

  it('refuses a root that was not the one that was listed', async () => {
    expect((await approve('--root', 'abcdefabcdef')).code).toBe(5)
    expect((await approve('--root', 'xyz')).code).toBe(2)
    expect((await approve('--root', '')).code).toBe(2)
  })

  it('signs what it read, and says so', async () => {
    const { json } = await at.loa(['approval', 'list', '--json'])
    const [{ root } = { root: '' }] = json as { root: string }[]
    const signed = await approve('--root', root.slice(0, 16), '--json')
    expect(signed.json).toMatchObject({ renditions: 2, root, statement: { approver: 'duyet', leaves: 2 } })
    expect((await at.loa(['approval', 'list', '--json'])).json).toEqual([])
  })
})
