import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { returnVersion } from '../../src/approval/index.ts'
import { deedsOf } from '../../src/people/index.ts'
import {
  confirmFact,
  expireFact,
  type FactChange,
  factEntries,
  factIfChanged,
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
const confirm = (fact: string, by = 'minh', more: { now?: string; basedOn?: number } = {}) =>
  confirmFact(desk.database, { fact, by, now: tuesday, ...more })
/** Entered by lan, confirmed by minh. */
const setAndConfirm = async (fact: string, change: FactChange, now = tuesday) => {
  await set(fact, change, { now })
  return confirm(fact, 'minh', { now })
}
const fact = async (id: string) => (await factsOf(desk.database)).find((one) => one.id === id)

describe('changing a fact', () => {
  it('adds an entry that holds from now on, and keeps what was said before', async () => {
    const changed = await set(
      'hotline-111',
      { value: '112', source: 'Công văn mẫu ngày 20/11/2026' },
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
      ...{ value: '112', spoken: 'một một hai', status: 'needs-confirmation', checkedOn: '2026-11-24' },
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

describe('what somebody entered', () => {
  const value = { value: '112', source: 'Công văn mẫu' }

  it('waits, also when an approver entered it, until a second person has read the source', async () => {
    await set('hotline-111', value, { by: 'lan' })
    expect((await refusalOf(confirm('hotline-111', 'lan'))).message).toContain('entered this')
    expect((await refusalOf(confirm('hotline-111', 'an'))).message).toContain('may not confirm a fact')
    expect(await fact('hotline-111')).toMatchObject({ status: 'needs-confirmation' })
    const later = '2026-11-25T01:00:00.000Z'
    expect(await confirm('hotline-111', 'minh', { now: later })).toMatchObject({
      state: 'changed',
      fact: { value: '112', status: 'confirmed', checkedOn: '2026-11-25' },
    })
  })

  it('is confirmed by an entry of its own, with who entered it in the log', async () => {
    await set('hotline-111', value, { by: 'an' })
    await confirm('hotline-111')
    const entries = await factEntries(desk.database, 'hotline-111')
    expect(entries.map(({ fact, by }) => [fact.value, fact.status, by])).toEqual([
      ['111', 'confirmed', null],
      ['112', 'needs-confirmation', 'an'],
      ['112', 'confirmed', 'minh'],
    ])
    expect((await deedsOf(desk.database, { subject: 'hotline-111' }))[0]).toMatchObject({
      ...{ person: 'minh', what: 'fact.confirmed' },
      detail: {
        before: { status: 'needs-confirmation' },
        after: { status: 'confirmed' },
        ...{ entry: entries[1]!.number, enteredBy: ['an'] },
      },
    })
    expect(await confirm('hotline-111')).toMatchObject({ state: 'same' })
    expect(await factEntries(desk.database, 'hotline-111')).toEqual(entries)
  })

  it('is not confirmed by whoever put in its reading, its source or its days since', async () => {
    await set('hotline-111', value, { by: 'an' })
    await set('hotline-111', { source: 'Công văn khác' }, { by: 'minh' })
    expect((await refusalOf(confirm('hotline-111', 'minh'))).code).toBe('forbidden')
    await set('hotline-111', { spoken: 'một trăm mười hai' }, { by: 'lan' })
    expect((await refusalOf(confirm('hotline-111', 'lan'))).code).toBe('forbidden')
  })

  it('stays theirs through a confirmation that is taken back', async () => {
    await setAndConfirm('hotline-111', value)
    await set('hotline-111', { confirmed: false }, { by: 'minh' })
    expect((await refusalOf(confirm('hotline-111', 'lan'))).code).toBe('forbidden')
    expect(await confirm('hotline-111', 'minh')).toMatchObject({ fact: { status: 'confirmed' } })
  })

  it('stays theirs when their role changes: an editor who becomes an approver confirms nothing of their own', async () => {
    await set('hotline-111', value, { by: 'an' })
    await desk.database.updateTable('person').set({ role: 'approver' }).where('id', '=', 'an').execute()
    expect((await refusalOf(confirm('hotline-111', 'an'))).code).toBe('forbidden')
  })

  it('is anybody’s to confirm where it came with the files of the programme', async () => {
    expect(await confirm('hotline-province', 'lan')).toMatchObject({ fact: { status: 'confirmed' } })
  })

  it('is not confirmed unseen: what was entered since is shown first', async () => {
    await set('hotline-111', value, { by: 'an' })
    const seen = (await factEntries(desk.database, 'hotline-111')).at(-1)!.number
    await set('hotline-111', { value: '113', source: 'mẫu' }, { by: 'binh' })
    const refusal = await refusalOf(confirm('hotline-111', 'minh', { basedOn: seen }))
    expect(refusal).toMatchObject({ code: 'conflict', newest: { fact: { value: '113' }, by: 'binh' } })
  })

  it.each(['hoa', 'duyet-tap'])('is not confirmed by %s', async (by) => {
    await set('hotline-111', value, { by: 'an' })
    expect((await refusalOf(confirm('hotline-111', by))).code).toBe('forbidden')
  })
})

describe('a fact that is over', () => {
  const law = async () => (await fact('law-old'))!

  it('waits for confirmation when somebody makes it hold again, by either way', async () => {
    await set('law-old', { validTo: '2027-07-01' }, { by: 'lan' })
    expect(await law()).toMatchObject({ status: 'needs-confirmation', validTo: '2027-07-01' })
    expect((await refusalOf(confirm('law-old', 'lan'))).code).toBe('forbidden')
    expect(await confirm('law-old', 'minh')).toMatchObject({ fact: { status: 'confirmed' } })
  })

  it('and is given a later end waits too', async () => {
    await expireFact(desk.database, { fact: 'law-old', on: '2027-07-01', by: 'an', now: tuesday })
    expect(await law()).toMatchObject({ status: 'needs-confirmation' })
  })
})

describe('an entry made meanwhile', () => {
  const number = async () => (await factEntries(desk.database, 'hotline-111')).at(-1)!.number
  const change = (value: string, basedOn: number, by = 'an') =>
    setFact(desk.database, {
      ...{ fact: 'hotline-111', change: { value, source: 'mẫu' }, by, basedOn, now: tuesday },
    })

  it('is a conflict that shows it, and nothing is written over', async () => {
    const seen = await number()
    await change('112', seen, 'binh')
    const refusal = await refusalOf(change('113', seen))
    expect(refusal).toMatchObject({ code: 'conflict', newest: { fact: { value: '112' }, by: 'binh' } })
    expect(await fact('hotline-111')).toMatchObject({ value: '112' })
    const ended = { fact: 'hotline-111', on: '2027-01-01', by: 'an', basedOn: seen, now: tuesday }
    expect((await refusalOf(expireFact(desk.database, ended))).code).toBe('conflict')
  })

  it('that says the same is none: sending twice enters once', async () => {
    const seen = await number()
    expect(await change('112', seen)).toMatchObject({ state: 'changed' })
    expect(await change('112', seen)).toMatchObject({ state: 'same' })
    expect(await factEntries(desk.database, 'hotline-111')).toHaveLength(2)
  })

  it('is one for a fact that was to be new', async () => {
    expect((await refusalOf(change('112', 0))).code).toBe('conflict')
  })
})

describe('looking before', () => {
  it('tells what would become of a fact, refuses what would be refused, and enters nothing', async () => {
    const before = await factEntries(desk.database)
    const given = { fact: 'hotline-111', by: 'an', now: tuesday }
    const look = (change: FactChange) => factIfChanged(desk.database, { ...given, change })
    expect(await look({ value: '112', source: 'mẫu' })).toMatchObject({
      ...{ state: 'changed', heard: true },
      fact: { value: '112', spoken: 'một một hai', status: 'needs-confirmation' },
    })
    expect(await refusalOf(look({ value: '112' }))).toMatchObject({ code: 'invalid', field: 'source' })
    expect(await refusalOf(look({ validTo: '2020-01-01' }))).toMatchObject({ field: 'validTo' })
    expect(await refusalOf(look({ value: 'a\nb', source: 'x' }))).toMatchObject({ field: 'value' })
    expect(await factIfChanged(desk.database, { ...given, on: '2027-01-01' })).toMatchObject({
      fact: { validTo: '2027-01-01', status: 'confirmed' },
    })
    expect(await factEntries(desk.database)).toEqual(before)
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
    await setAndConfirm('hotline-111', { value: '112', source: 'mẫu' })
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
    await setAndConfirm('hotline-111', { value: '112', source: 'mẫu' })
    await setAndConfirm('hotline-111', { value: '111', source: 'mẫu' })
    expect(await now()).toMatchObject({ changedFacts: [], heardUntil: '2027-01-01' })
  })

  it('counts from the entry it was submitted with, though all happens in one instant', async () => {
    await setAndConfirm('hotline-111', { value: '112', source: 'mẫu' }, monday)
    await submitted(desk, call)
    expect(await now()).toMatchObject({ changedFacts: [] })
    await setAndConfirm('hotline-111', { value: '113', source: 'mẫu' }, monday)
    expect(await now()).toMatchObject({ changedFacts: ['hotline-111'], heardUntil: '2026-11-23' })
  })

  it('says the day of the change, not of a later one', async () => {
    await submitted(desk, call)
    await setAndConfirm('hotline-111', { value: '112', source: 'mẫu' })
    const later = '2026-12-09T01:00:00.000Z'
    await setAndConfirm('hotline-111', { value: '113', source: 'mẫu' }, later)
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
    await setAndConfirm('hotline-111', { value: '112', source: 'mẫu' })
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
