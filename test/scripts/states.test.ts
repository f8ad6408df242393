import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approve, returnVersion, versionStates } from '../../src/approval/index.ts'
import { AppError } from '../../src/base/errors.ts'
import { deedsOf } from '../../src/people/index.ts'
import {
  importScript,
  scriptsOf,
  stateOf,
  type Step,
  stepsFrom,
  submitVersion,
  submittedVersions,
  type VersionState,
  withdrawVersion,
} from '../../src/scripts/index.ts'
import { type Desk, monday, openDesk, source } from '../support/desk.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

const states: readonly VersionState[] = [
  'draft',
  'submitted',
  'returned',
  'approved',
  'in-force',
  'expired',
  'withdrawn',
]
const tuesday = '2026-11-24T01:00:00.000Z'

describe('the state of a version', () => {
  // What happened to a version, day by day; the oracle lives through it, the function looks at the end only.
  const day = (index: number) => `2026-11-${String(index).padStart(2, '0')}`
  const event = fc.constantFrom('submit', 'return', 'approve', 'revoke', 'withdraw', 'nothing' as const)

  it('is what living through its days one by one gives', () => {
    const life = fc.record({
      events: fc.array(event, { maxLength: 25 }),
      from: fc.integer({ min: 1, max: 28 }),
      until: fc.option(fc.integer({ min: 1, max: 28 })),
    })
    fc.assert(
      fc.property(life, ({ events, from, until }) => {
        let lived: VersionState = 'draft'
        const facts = {
          submittedAt: null as string | null,
          returnedAt: null as string | null,
          withdrawnAt: null as string | null,
          approved: false,
        }
        for (const [index, what] of events.entries()) {
          const today = index + 1
          const at = `${day(today)}T01:00:00.000Z`
          if (until !== null && today >= until && ['submitted', 'approved', 'in-force'].includes(lived))
            lived = 'expired'
          else if (lived === 'approved' && today >= from) lived = 'in-force'
          const may = (step: Step) => stepsFrom[step].includes(lived)
          if (what === 'submit' && may('submit')) {
            facts.submittedAt = at
            lived = until !== null && today >= until ? 'expired' : 'submitted'
          } else if (what === 'return' && may('return')) {
            facts.returnedAt = at
            lived = 'returned'
          } else if (what === 'approve' && may('approve')) {
            facts.approved = true
            lived = today >= from ? 'in-force' : 'approved'
          } else if (what === 'revoke' && (lived === 'approved' || lived === 'in-force')) {
            facts.approved = false
            lived = 'submitted'
          } else if (what === 'withdraw' && may('withdraw')) {
            facts.withdrawnAt = at
            lived = 'withdrawn'
          }
          const asked = { ...facts, validFrom: day(from), heardUntil: until === null ? null : day(until) }
          expect(stateOf(asked, day(today))).toBe(lived)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('each step from each state', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = await openDesk()
  })
  afterEach(() => desk.close())

  const version = { script: 'tim-viec', version: 1 }

  const take: Record<Step, (now: string) => Promise<unknown>> = {
    submit: (now) =>
      submitVersion(desk.database, {
        ...{ ...version, by: 'an', now, placeholders: desk.placeholders, speakUnconfirmed: false },
      }),
    return: (now) => returnVersion(desk.database, { ...version, by: 'lan', why: 'câu ba khó hiểu', now }),
    approve: async (now) => {
      // A recording of its own each time: what is covered already needs no second signature.
      await putRecording(desk.database, { ...version, take: now })
      await approve(desk.database, { ...version, approver: 'lan', key: desk.keys.lan, now })
    },
    withdraw: (now) => withdrawVersion(desk.database, { ...version, by: 'an', why: 'sai số', now }),
  }

  /** Brings version 1 into a state by the real ways, and gives the instant at which it is in it. */
  async function bring(state: VersionState): Promise<string> {
    const head: Record<string, string> =
      state === 'approved'
        ? { valid_from: "'2026-12-24'" }
        : state === 'expired'
          ? { valid_to: "'2026-12-01'" }
          : {}
    await importScript(desk.database, source('Bà con ơi.', head), { author: 'an', now: monday })
    if (state === 'draft') return tuesday
    await take.submit(monday)
    if (state === 'approved' || state === 'in-force') await take.approve(monday)
    if (state === 'returned') await take.return(monday)
    if (state === 'withdrawn') await take.withdraw(monday)
    return state === 'expired' ? '2026-12-01T01:00:00.000Z' : tuesday
  }

  const stateNow = async (now: string) => (await versionStates(desk.database, now)).get('tim-viec/1')

  it.each(states)('a version is brought to: %s', async (state) => {
    expect(await stateNow(await bring(state))).toBe(state)
  })

  const leadsTo: Record<Step, VersionState> = {
    submit: 'submitted',
    return: 'returned',
    approve: 'in-force',
    withdraw: 'withdrawn',
  }
  const table = states.flatMap((state) =>
    (['submit', 'return', 'approve', 'withdraw'] as const).map((step) => [step, state] as const),
  )

  it.each(table.filter(([step, state]) => stepsFrom[step].includes(state)))(
    '%s from %s is done',
    async (step, state) => {
      const now = await bring(state)
      await take[step](now)
      const after = await stateNow(now)
      expect(after).toBe(step === 'approve' && state === 'approved' ? 'approved' : leadsTo[step])
    },
  )

  it.each(table.filter(([step, state]) => !stepsFrom[step].includes(state)))(
    '%s from %s is refused in words, and nothing changes',
    async (step, state) => {
      const now = await bring(state)
      const { code, sentence } = await refusalOf(take[step](now))
      expect(code).toBe('conflict')
      expect(sentence.vi).toContain('bản 1')
      expect(await stateNow(now)).toBe(state)
    },
  )

  it('an approved version turns into one in force on its first day', async () => {
    await bring('approved')
    expect(await stateNow('2026-12-23T16:59:59.999Z')).toBe('approved')
    expect(await stateNow('2026-12-23T17:00:00.000Z')).toBe('in-force')
  })

  describe('returning', () => {
    beforeEach(async () => {
      await bring('submitted')
    })
    const give = (more: object) =>
      returnVersion(desk.database, { ...version, by: 'lan', why: 'sai tên luật', now: tuesday, ...more })

    it('tells the author why, and nothing of the version is rendered or approved any more', async () => {
      await give({ why: '  câu ba\u200B khó hiểu ' })
      expect((await scriptsOf(desk.database))[0]?.versions[0]).toMatchObject({
        ...{ state: 'returned', returnedBy: 'lan', returnedAt: tuesday, returnedWhy: 'câu ba khó hiểu' },
      })
      expect(await submittedVersions(desk.database)).toEqual([])
      const [deed] = await deedsOf(desk.database, { subject: 'tim-viec/1' })
      expect(deed).toMatchObject({
        what: 'script.returned',
        person: 'lan',
        detail: { why: 'câu ba khó hiểu' },
      })
    })

    it('the same words may be submitted again as the next version', async () => {
      await give({})
      const again = await importScript(desk.database, source('Bà con ơi.'), { author: 'an', now: tuesday })
      expect(again).toEqual({ script: 'tim-viec', version: 2, state: 'new' })
    })

    it.each([
      ['without a reason', { why: ' \u200B ' }, 'invalid'],
      ['by an editor', { by: 'binh' }, 'forbidden'],
      ['by an operator', { by: 'hoa' }, 'forbidden'],
      ['by an approver of an exercise', { by: 'duyet-tap' }, 'forbidden'],
      ['by nobody we know', { by: 'ai' }, 'not_found'],
      ['of a version that is not there', { version: 7 }, 'not_found'],
    ])('%s is refused', async (_said, more, code) => {
      expect((await refusalOf(give(more))).code).toBe(code)
      expect(await stateNow(tuesday)).toBe('submitted')
    })

    it('one’s own work is refused, also when only the submitting was one’s own', async () => {
      for (const [author, by] of [
        ['lan', 'an'],
        ['an', 'lan'],
      ] as const) {
        const head = { slug: `cua-${author}` }
        const draft = await importScript(desk.database, source('Một.', head), { author, now: monday })
        const { script, version: number } = draft
        await submitVersion(desk.database, {
          ...{ script, version: number, by, now: monday, placeholders: desk.placeholders },
          speakUnconfirmed: false,
        })
        const refused = await refusalOf(give({ script, version: number }))
        expect(refused).toBeInstanceOf(AppError)
        expect(refused.code).toBe('forbidden')
      }
    })
  })
})
