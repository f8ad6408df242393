/** `loa units`: how many communes there were on the days that matter, and finding one as people type. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type CommandLine } from '../support/command-line.ts'

let at: CommandLine
beforeAll(() => {
  at = commandLine()
})
afterAll(() => {
  at.close()
})

describe('loa units', () => {
  it.each([
    ['2021-12-31', 241],
    ['2023-04-10', 241],
    ['2025-01-01', 233],
    ['2025-07-01', 78],
  ])('counts the communes in force on %s: %i', async (day, count) => {
    const ran = await at.loa(['units', '--on', day, '--json'])
    expect(ran.code).toBe(0)
    expect(ran.json).toMatchObject({ day, count })
  })

  it('finds Trà Cang by "tra cang" and Đại Lộc by "dai loc"', async () => {
    expect((await at.loa(['units', 'find', 'tra cang'])).stdout).toContain('Xã Trà Cang')
    expect((await at.loa(['units', 'find', 'dai loc'])).stdout).toContain('Đại Lộc')
  })

  it('tells a reused code apart by the day', async () => {
    expect((await at.loa(['units', 'show', '20443', '--on', '2024-01-01', '--json'])).json).toMatchObject({
      fullName: 'Xã A Xan',
    })
    expect((await at.loa(['units', 'show', '20443', '--on', '2025-07-01', '--json'])).json).toMatchObject({
      fullName: 'Xã Hùng Sơn',
    })
  })

  it('keeps standard output to one line of JSON', async () => {
    const { stdout } = await at.alone(['stations', '--json'])
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  })
})
