import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { returnVersion } from '../../src/approval/index.ts'
import { deedsOf } from '../../src/people/index.ts'
import {
  expireFact,
  type FactChange,
  factEntries,
  factsOf,
  importFacts,
  importScript,
  setFact,
  submittedVersion,
  withdrawVersion,
} from '../../src/scripts/index.ts'
import { digitsRead } from '../../src/scripts/facts/index.ts'
import { type Desk, monday, openDesk, source, submitted } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const tuesday = '2026-11-24T01:00:00.000Z'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const set = (fact: string, change: FactChange, more: { by?: string; now?: string; why?: string } = {}) =>
  setFact(desk.database, { fact, change, by: 'lan', now: tuesday, ...more })
const fact = async (id: string) => (await factsOf(desk.database)).find((one) => one.id === id)

describe('changing a fact', () => {
  it('adds an entry that holds from now on, and keeps what was said before', async () => {
    const changed = await set(
      'hotline-111',
      { value: '112', source: 'Công văn mẫu ngày 20/11/2026', confirmed: true },
      { why: 'tổng đài đổi số' },
    )
    expect(changed).toMatchObject({
      state: 'changed',
      heard: true,
      before: { value: '111' },
      fact: { value: '112' },
    })
    expect(
      (await factEntries(desk.database, 'hotline-111')).map(({ fact, by, at }) => [fact.value, by, at]),
    ).toEqual([
      ['111', null, monday],
      ['112', 'lan', tuesday],
    ])
    expect(await fact('hotline-111')).toMatchObject({
      ...{ value: '112', spoken: 'một một hai', status: 'confirmed', checkedOn: '2026-11-24' },
    })
    const [deed] = await deedsOf(desk.database, { subject: 'hotline-111' })
    expect(deed).toMatchObject({
      ...{ person: 'lan', what: 'fact.changed' },
      detail: { before: { value: '111' }, after: { value: '112' }, why: 'tổng đài đổi số' },
    })
  })

  it('to what it is already says so and adds nothing', async () => {
    const before = await factEntries(desk.database)
    expect(await set('hotline-111', { nameEn: 'National line' })).toMatchObject({
      state: 'same',
      heard: false,
    })
    expect(await factEntries(desk.database)).toEqual(before)
  })

  it('by an editor waits for an approver to read the source', async () => {
    await set('loan-2026', { value: 'sáu mươi triệu đồng', source: 'NĐ mẫu' }, { by: 'an' })
    expect(await fact('loan-2026')).toMatchObject({ status: 'needs-confirmation' })
    const confirming = set('loan-2026', { confirmed: true }, { by: 'an' })
    expect((await refusalOf(confirming)).code).toBe('forbidden')
    expect(await set('loan-2026', { confirmed: true })).toMatchObject({ fact: { status: 'confirmed' } })
  })

  it('of its name or source alone leaves it confirmed and heard as it was', async () => {
    const changed = await set('hotline-111', { nameVi: 'Tổng đài 111', source: 'NĐ 162/2025, Điều 5' })
    expect(changed).toMatchObject({ state: 'changed', heard: false, fact: { status: 'confirmed' } })
  })

  it('enters a new one with all it needs', async () => {
    const change = { kind: 'hotline', nameVi: 'Cấp cứu', nameEn: 'Ambulance', value: '115', source: 'mẫu' }
    expect(await set('hotline-115', change)).toMatchObject({
      state: 'new',
      fact: { spoken: 'một một năm', status: 'needs-confirmation', validFrom: '2026-11-24', validTo: null },
    })
  })

  it.each<[string, string, FactChange, object, string]>([
    ['another value without a source', 'hotline-111', { value: '112' }, {}, 'invalid'],
    [
      'a new fact without a name',
      'hotline-115',
      { kind: 'hotline', value: '115', source: 'x' },
      {},
      'invalid',
    ],
    ['a kind that is none', 'hotline-111', { kind: 'song' }, {}, 'invalid'],
    ['a value with braces', 'hotline-111', { value: '{{unit}}', source: 'x' }, {}, 'invalid'],
    ['a day that is none', 'loan-2026', { validTo: '2026-02-30' }, {}, 'invalid'],
    ['an end before the beginning', 'loan-2026', { validTo: '2025-12-31' }, {}, 'invalid'],
    ['a beginning to come for what holds now', 'hotline-111', { validFrom: '2027-01-01' }, {}, 'invalid'],
    [
      'a key that is none',
      '../x',
      { kind: 'law', nameVi: 'a', nameEn: 'b', value: 'c', source: 'd' },
      {},
      'invalid',
    ],
    ['an operator', 'hotline-111', { nameVi: 'x' }, { by: 'hoa' }, 'forbidden'],
    ['somebody of an exercise', 'hotline-111', { nameVi: 'x' }, { by: 'duyet-tap' }, 'forbidden'],
    ['nobody we know', 'hotline-111', { nameVi: 'x' }, { by: 'ai' }, 'not_found'],
  ])('is refused with %s, and nothing is kept', async (_said, id, change, more, code) => {
    const before = await factEntries(desk.database)
    expect((await refusalOf(set(id, change, more))).code).toBe(code)
    expect(await factEntries(desk.database)).toEqual(before)
  })

  it('ends on the day that is given', async () => {
    const ended = await expireFact(desk.database, {
      ...{ fact: 'hotline-111', on: '2027-03-01', by: 'an', why: 'theo công văn', now: tuesday },
    })
    expect(ended).toMatchObject({ state: 'changed', heard: false, fact: { validTo: '2027-03-01' } })
    expect((await deedsOf(desk.database, { subject: 'hotline-111' }))[0]).toMatchObject({
      what: 'fact.expired',
    })
    const unknown = expireFact(desk.database, { fact: 'x', on: '2027-03-01', by: 'an', now: tuesday })
    expect((await refusalOf(unknown)).code).toBe('not_found')
    const before = expireFact(desk.database, {
      fact: 'hotline-111',
      on: '2020-01-01',
      by: 'an',
      now: tuesday,
    })
    expect((await refusalOf(before)).code).toBe('invalid')
  })
})

describe('what a person has set', () => {
  it('stands when the programme comes with files that say otherwise', async () => {
    await set('hotline-111', { value: '112', source: 'mẫu' })
    const file = join(desk.contentFolder, 'facts', 'facts.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace("value: '111'", "value: '113'"))
    expect(await importFacts(desk.database, desk.contentFolder, tuesday)).toEqual({ facts: 6, changed: 0 })
    expect(await fact('hotline-111')).toMatchObject({ value: '112' })
  })
})

describe('a submitted version', () => {
  const call = 'Gọi {{hotline.national}}. Được vay {{loan}}.'
  const now = async () => (await submittedVersion(desk.database, { script: 'tim-viec', version: 1 }))!

  it('is over from the day on which a fact of it is heard otherwise', async () => {
    await submitted(desk, call)
    expect(await now()).toMatchObject({ changedFacts: [], heardUntil: '2027-01-01' })
    await set('hotline-111', { value: '112', source: 'mẫu', confirmed: true })
    expect(await now()).toMatchObject({ changedFacts: ['hotline-111'], heardUntil: '2026-11-24' })
  })

  it('is over when the confirmation of a fact is taken back', async () => {
    await submitted(desk, call)
    await set('hotline-111', { confirmed: false })
    expect(await now()).toMatchObject({ changedFacts: ['hotline-111'] })
  })

  it('stands again when the fact is what it was, and is not over for what is not heard', async () => {
    await submitted(desk, call)
    await set('hotline-111', { nameVi: 'Tổng đài 111' })
    expect((await now()).changedFacts).toEqual([])
    await set('hotline-111', { value: '112', source: 'mẫu', confirmed: true })
    await set('hotline-111', { value: '111', source: 'mẫu', confirmed: true })
    expect(await now()).toMatchObject({ changedFacts: [], heardUntil: '2027-01-01' })
  })

  it('counts from the entry it was submitted with, though all happens in one instant', async () => {
    await set('hotline-111', { value: '112', source: 'mẫu', confirmed: true }, { now: monday })
    await submitted(desk, call)
    expect(await now()).toMatchObject({ changedFacts: [] })
    await set('hotline-111', { value: '113', source: 'mẫu', confirmed: true }, { now: monday })
    expect(await now()).toMatchObject({ changedFacts: ['hotline-111'], heardUntil: '2026-11-23' })
  })

  it('says the day of the change, not of a later one', async () => {
    await submitted(desk, call)
    await set('hotline-111', { value: '112', source: 'mẫu', confirmed: true })
    const later = '2026-12-09T01:00:00.000Z'
    await set('hotline-111', { value: '113', source: 'mẫu', confirmed: true }, { now: later })
    expect((await now()).heardUntil).toBe('2026-11-24')
  })

  it('ends with the end a fact is given', async () => {
    await submitted(desk, call)
    await expireFact(desk.database, { fact: 'hotline-111', on: '2026-12-10', by: 'an', now: tuesday })
    expect(await now()).toMatchObject({ changedFacts: [], heardUntil: '2026-12-10' })
  })

  it('can be written anew with the same words, which then say the new', async () => {
    await submitted(desk, call)
    expect(await importScript(desk.database, source(call), { author: 'an', now: tuesday })).toMatchObject({
      state: 'same',
    })
    await set('hotline-111', { value: '112', source: 'mẫu', confirmed: true })
    const again = await submitted(desk, call, { now: tuesday })
    expect(again.version).toBe(2)
    expect((await submittedVersion(desk.database, again))?.text).toContain('Gọi một một hai.')
  })
})

describe('a telephone number', () => {
  it.each([
    ['111', 'một một một'],
    ['18001581', 'một tám không không, một năm tám một'],
    ['1800 1581', 'một tám không không, một năm tám một'],
    ['0235 3812 345', 'không hai ba năm, ba tám một hai, ba bốn năm'],
    ['0905.123.456', 'không chín không năm, một hai ba, bốn năm sáu'],
    ['công an', undefined],
    ['12', undefined],
  ])('%s is read digit by digit', (number, words) => {
    expect(digitsRead(number)).toBe(words)
  })
})

describe('somebody who is suspended', () => {
  it('enters no fact, and neither returns nor withdraws a script', async () => {
    const version = await submitted(desk, 'Một.')
    await desk.database.updateTable('person').set({ suspended_at: tuesday }).where('id', '=', 'lan').execute()
    const word = { ...version, by: 'lan', why: 'sai', now: tuesday }
    expect((await refusalOf(set('hotline-111', { nameVi: 'x' }))).code).toBe('forbidden')
    expect((await refusalOf(returnVersion(desk.database, word))).code).toBe('forbidden')
    expect((await refusalOf(withdrawVersion(desk.database, word))).code).toBe('forbidden')
  })
})
