import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import { deedsOf } from '../../src/people/index.ts'
import { campaignsIn, campaignsOf, createCampaign, setWindow, windowsOf } from '../../src/schedule/index.ts'
import { monday } from '../support/desk.ts'
import { bulletin, type HubDesk, openHubDesk } from '../support/ledger-hub.ts'
import { refusalOf } from '../support/refusal.ts'

let desk: HubDesk
let database: Database
beforeEach(async () => {
  desk = await openHubDesk({ enrolled: 0 })
  database = desk.database
  await bulletin(desk, 'viec-nhe')
  await bulletin(desk, 'cuoi-chong')
})
afterEach(() => desk.close())

type Given = Parameters<typeof createCampaign>[1]
const campaign: Given = {
  ...{ id: 'thang', title: ' Mỗi tháng một lần ', fromMonth: '2026-11', toMonth: '2027-02', training: false },
  ...{ scripts: ['viec-nhe', 'cuoi-chong'], by: 'an', now: monday },
}

describe('a campaign', () => {
  it('is in force from its first to its last month', async () => {
    await createCampaign(database, campaign)
    const inForce = async (month: string): Promise<string[]> =>
      (await campaignsIn(database, month)).map(({ id }) => id)
    expect(await inForce('2026-10')).toEqual([])
    expect(await inForce('2026-11')).toEqual(['thang'])
    expect(await inForce('2027-02')).toEqual(['thang'])
    expect(await inForce('2027-03')).toEqual([])
  })

  it('keeps its bulletins in the order in which they take turns, and who made it', async () => {
    await createCampaign(database, campaign)
    expect(await campaignsOf(database)).toMatchObject([
      { title: 'Mỗi tháng một lần', scripts: ['viec-nhe', 'cuoi-chong'] },
    ])
    expect(await deedsOf(database, { subject: 'thang' })).toMatchObject([
      { person: 'an', what: 'campaign.created' },
    ])
  })

  it.each<[string, Partial<Given>, string]>([
    ['an id with spaces', { id: 'đợt một' }, 'invalid'],
    ['no title', { title: '  ' }, 'invalid'],
    ['a month that is none', { fromMonth: '2026-13' }, 'invalid'],
    ['an end before the beginning', { toMonth: '2026-10' }, 'invalid'],
    ['no bulletin', { scripts: [] }, 'invalid'],
    ['a bulletin named twice', { scripts: ['viec-nhe', 'viec-nhe'] }, 'invalid'],
    ['a bulletin nobody wrote', { scripts: ['viec-nhe', 'khong-co'] }, 'not_found'],
    ['a person nobody knows', { by: 'khong-ai' }, 'not_found'],
  ])('is refused with %s, and nothing is half made', async (_name, change, code) => {
    expect((await refusalOf(createCampaign(database, { ...campaign, ...change }))).code).toBe(code)
    expect(await campaignsOf(database)).toEqual([])
  })

  it('is refused when its id is taken', async () => {
    await createCampaign(database, campaign)
    expect((await refusalOf(createCampaign(database, campaign))).code).toBe('conflict')
  })
})

describe('a window', () => {
  const window = {
    id: 'sang',
    station: null,
    opens: '05:00',
    closes: '05:30',
    validFrom: '2026-01-01',
    validTo: null,
    sample: false,
  }
  const set = { by: 'an', now: monday }

  it('leaves in the log who set it, with what stood there before', async () => {
    await setWindow(database, { ...window, ...set })
    await setWindow(database, { ...window, closes: '06:00', by: null, now: monday })
    const [changed, first] = await deedsOf(database, { subject: 'sang' })
    expect(first).toMatchObject({ what: 'window.set', person: 'an', detail: { after: { closes: '05:30' } } })
    expect(first?.detail).not.toHaveProperty('before')
    expect(changed).toMatchObject({
      ...{ what: 'window.set', person: null },
      detail: { before: { opens: '05:00', closes: '05:30' }, after: { opens: '05:00', closes: '06:00' } },
    })
  })

  it('is set for all stations or for one, and changed under its id', async () => {
    await setWindow(database, { ...window, ...set })
    await setWindow(database, { ...window, id: 'rieng', station: 'tt-20440', closes: '24:00', ...set })
    await setWindow(database, { ...window, closes: '06:00', ...set })
    expect(await windowsOf(database)).toEqual([
      { ...window, closes: '06:00' },
      { ...window, id: 'rieng', station: 'tt-20440', closes: '24:00' },
    ])
  })

  it.each<
    [
      string,
      Partial<typeof window> | { by: string } | { station: string } | { validTo: string },
      string,
      RegExp,
    ]
  >([
    ['over midnight', { opens: '22:00', closes: '04:00' }, 'invalid', /two: 22:00–24:00 and 00:00–04:00/],
    ['that ends when it begins', { closes: '05:00' }, 'invalid', /closes before it opens/],
    ['at a time that is none', { opens: '25:00' }, 'invalid', /HH:MM/],
    ['at seconds', { opens: '05:00:30' }, 'invalid', /HH:MM/],
    ['from 31 February', { validFrom: '2026-02-31' }, 'invalid', /not a real day/],
    ['that expires before it begins', { validTo: '2025-12-31' }, 'invalid', /ends .* before/],
    ['by somebody nobody knows', { by: 'ai' }, 'not_found', /./],
    ['of a station nobody knows', { station: 'tt-99999' }, 'not_found', /./],
  ])('is refused %s', async (_name, change, code, why) => {
    const refusal = await refusalOf(setWindow(database, { ...window, ...set, ...change }))
    expect(refusal.code).toBe(code)
    expect(refusal.sentence.en).toMatch(why)
    expect(await windowsOf(database)).toEqual([])
  })
})
