/** `loa people` about accounts: who may sign in, by hand on the hub's own machine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { acceptLink, addPersonKey, deedLog, personKey } from '../../src/people/index.ts'
import { openWork, type Work } from '../../src/work.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { goodPassword } from '../people/office.ts'
import { commandLine, type CommandLine, type Ran } from '../support/command-line.ts'

let at: CommandLine
let work: Work
beforeAll(async () => {
  at = commandLine()
  for (const [id, role] of [
    ['quan', 'admin'],
    ['lan', 'approver'],
    ['minh', 'approver'],
    ['hoa', 'operator'],
  ] as const)
    await at.loa(['people', 'add', id, '--name', `Người ${id}`, '--role', role])
  work = await openWork(readConfig({ LOA_DATA: `${at.folder}/data` }))
})
afterAll(async () => {
  await work.close()
  at.close()
})

const secretIn = ({ stdout }: Ran): string => /\/welcome\/([\w-]{43})$/m.exec(stdout)![1]!
const accept = (ran: Ran) =>
  acceptLink(work.database, { secret: secretIn(ran), password: goodPassword, now: work.clock.now() })
const standing = async (id: string): Promise<object | undefined> => {
  const { json } = await at.loa(['people', '--json'])
  return (json as { id: string }[]).find((person) => person.id === id)
}

describe('loa people', () => {
  it('invites with a link that works once, at the address people use', async () => {
    const env = { LOA_PUBLIC_URL: 'https://loa.quangnam.example/' }
    const ran = await at.loa(['people', 'invite', 'quan'], { env })
    expect(ran.stdout).toMatch(/^https:\/\/loa\.quangnam\.example\/welcome\/[\w-]{43}\n/)
    expect(await standing('quan')).toMatchObject({ account: false, invited: true })
    await accept(ran)
    expect(await standing('quan')).toMatchObject({ account: true, codes: false, invited: false })
    expect((await at.loa(['people', 'invite', 'quan'])).code).toBe(5)
    expect((await at.loa(['people', 'invite', 'khong-ai'])).code).toBe(4)
  })

  it('says in the log what was done by hand, and by whom if that was said', async () => {
    await at.loa(['people', 'role', 'minh', '--role', 'auditor', '--by', 'quan'])
    await at.loa(['people', 'role', 'minh', '--role', 'approver'])
    const { deeds } = await deedLog(work.database, { what: 'person.role-changed' }, { skip: 0, take: 9 })
    expect(deeds).toMatchObject([
      { person: null, via: 'cli', address: null, detail: { after: { role: 'approver' } } },
      { person: 'quan', via: 'cli', detail: { before: { role: 'approver' }, after: { role: 'auditor' } } },
    ])
  })

  it('adds a person with the name of who did it, if that was said', async () => {
    await at.loa(['people', 'add', 'mai', '--name', 'Mai', '--role', 'editor', '--by', 'quan'])
    const { deeds } = await deedLog(work.database, { what: 'person.added' }, { skip: 0, take: 2 })
    expect(deeds).toMatchObject([
      { subject: 'mai', person: 'quan', via: 'cli' },
      { subject: 'hoa', person: null, via: 'cli' },
    ])
    const unknown = ['people', 'add', 'tu', '--name', 'Tú', '--role', 'editor', '--by', 'khong-ai']
    expect((await at.loa(unknown)).code).toBe(4)
  })

  it('binds an operator to communes in force, and refuses others', async () => {
    expect((await at.loa(['people', 'units', 'hoa', '20443', '--json'])).json).toEqual({
      id: 'hoa',
      units: [{ code: '20443', validFrom: '2025-07-01' }],
    })
    // Xã Ga Ri became part of another on 1 July 2025.
    expect((await at.loa(['people', 'units', 'hoa', '20440'])).code).toBe(4)
  })

  it('suspends and restores, but never the last admin', async () => {
    expect((await at.loa(['people', 'suspend', 'hoa'])).code).toBe(0)
    expect((await at.loa(['people'])).stdout).toMatch(/hoa .*tạm dừng/)
    expect((await at.loa(['people', 'restore', 'hoa'])).code).toBe(0)
    const last = await at.loa(['people', 'suspend', 'quan'])
    expect([last.code, last.stderr]).toEqual([5, expect.stringContaining('quản trị duy nhất')])
  })

  it('resets a password, which suspends the keys until two people enrol them again', async () => {
    await accept(await at.loa(['people', 'invite', 'lan']))
    const { publicKey, kid } = newSigningKey()
    await addPersonKey(work.database, { person: 'lan', publicKey, now: work.clock.now() })
    const reset = await at.loa(['people', 'reset-password', 'lan'])
    expect(reset.stdout).toContain('loa keys enrol-again')
    expect((await personKey(work.database, kid))?.suspendedAt).not.toBeNull()
    await accept(reset)
    const again = (by: string) => at.loa(['keys', 'enrol-again', kid, '--by', by, '--json'])
    expect((await again('lan')).code).toBe(6)
    expect((await again('minh')).json).toEqual({ kid, state: 'waiting' })
    expect((await again('quan')).json).toEqual({ kid, state: 'enrolled' })
    expect((await personKey(work.database, kid))?.suspendedAt).toBeNull()
  })

  it('shows and ends sessions', async () => {
    expect((await at.loa(['people', 'sessions', 'lan'])).stdout).toContain('Không có phiên nào')
    expect((await at.loa(['people', 'sessions', 'lan', '--end', '--json'])).json).toEqual({ ended: 0 })
  })
})
