import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approve, awaitingApproval } from '../../src/approval/index.ts'
import { type Desk, monday, openDesk, submitted } from '../support/desk.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

let desk: Desk
let version: { script: string; version: number }
beforeEach(async () => {
  desk = await openDesk()
  version = await submitted(desk, 'Bà con ơi, gọi {{hotline.national}}.')
})
afterEach(() => desk.close())

const approves = (who: 'lan' | 'minh', now = monday) =>
  approve(desk.database, { ...version, approver: who, key: desk.keys[who], now })

describe('a recording that an approver brought', () => {
  it('is not approved by that person, whatever waits beside it, but by another', async () => {
    await putRecording(desk.database, version)
    await putRecording(desk.database, { ...version, language: 'ktv', spoken: true, by: 'lan' })
    const refusal = await refusalOf(approves('lan'))
    expect(refusal.code).toBe('forbidden')
    expect(refusal.sentence.vi).toContain('đã đưa lên một bản ghi âm')
    expect(await awaitingApproval(desk.database, monday)).toMatchObject([{ renditions: 4 }])
    expect(await approves('minh')).toMatchObject({ renditions: 4 })
  })

  it('keeps that person from nothing once another has approved it', async () => {
    await putRecording(desk.database, { ...version, language: 'ktv', spoken: true, by: 'lan' })
    await approves('minh')
    await putRecording(desk.database, { ...version, take: 'later' })
    expect(await approves('lan')).toMatchObject({ renditions: 2 })
  })
})
