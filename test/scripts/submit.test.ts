import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deedsOf } from '../../src/people/index.ts'
import {
  fillText,
  importScript,
  scriptsOf,
  type SpokenOf,
  submitVersion,
  submittedVersion,
  submittedVersions,
  withdrawVersion,
} from '../../src/scripts/index.ts'
import { type Desk, monday, openDesk, source, submitted } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const tuesday = '2026-11-24T01:00:00.000Z'
const newYear = '2027-01-01T01:00:00.000Z'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

/** Imports a draft and submits it; what is not said is usual. */
async function submit(
  body: string,
  more: {
    head?: Readonly<Record<string, string>>
    by?: string
    now?: string
    speakUnconfirmed?: boolean
    spokenOf?: SpokenOf
  } = {},
) {
  const { head, by = 'an', now = monday, speakUnconfirmed = false, spokenOf } = more
  const draft = await importScript(desk.database, source(body, head), { author: 'an', now: monday })
  const { script, version } = draft
  const submission = { script, version, by, now, placeholders: desk.placeholders, speakUnconfirmed }
  await submitVersion(desk.database, spokenOf === undefined ? submission : { ...submission, spokenOf })
  return (await submittedVersion(desk.database, { script, version }))!
}

describe('bringing a script in', () => {
  it('gives it version 1, and the same text again is the same version', async () => {
    const by = { author: 'an', now: monday }
    expect(await importScript(desk.database, source('Một.'), by)).toEqual({
      script: 'tim-viec',
      version: 1,
      state: 'new',
    })
    expect(await importScript(desk.database, source('Một.'), { author: 'binh', now: tuesday })).toEqual({
      script: 'tim-viec',
      version: 1,
      state: 'same',
    })
    expect((await scriptsOf(desk.database))[0]?.versions).toMatchObject([
      { version: 1, state: 'draft', author: 'an', createdAt: monday },
    ])
  })

  it.each([
    ['text', 'Hai.', {}],
    ['title', 'Một.', { title: 'Tên khác' }],
    ['validity', 'Một.', { valid_to: "'2028-01-01'" }],
    ['priority', 'Một.', { priority: 'uu-tien' }],
  ])('with another %s gives the next version', async (_what, body, head) => {
    await importScript(desk.database, source('Một.'), { author: 'an', now: monday })
    const next = await importScript(desk.database, source(body, head), { author: 'an', now: tuesday })
    expect(next).toMatchObject({ version: 2, state: 'new' })
  })

  it('after it was submitted is still the same when nothing changed', async () => {
    await submitted(desk, 'Gọi {{hotline.national}}.')
    const again = await importScript(desk.database, source('Gọi {{hotline.national}}.'), {
      author: 'an',
      now: tuesday,
    })
    expect(again).toMatchObject({ version: 1, state: 'same' })
  })

  it('by an operator, by nobody we know, or as another kind is refused', async () => {
    const draft = source('Một.')
    expect((await refusalOf(importScript(desk.database, draft, { author: 'hoa', now: monday }))).code).toBe(
      'forbidden',
    )
    expect((await refusalOf(importScript(desk.database, draft, { author: 'ai', now: monday }))).code).toBe(
      'not_found',
    )
    await importScript(desk.database, draft, { author: 'an', now: monday })
    const greeting = source('Một.', { kind: 'greeting' })
    expect((await refusalOf(importScript(desk.database, greeting, { author: 'an', now: monday }))).code).toBe(
      'conflict',
    )
    expect((await scriptsOf(desk.database)).map(({ kind, versions }) => [kind, versions.length])).toEqual([
      ['bulletin', 1],
    ])
  })
})

describe('submitting fixes the wording', () => {
  it('with the facts of that day, as they are said', async () => {
    const version = await submit('Bà con gọi {{hotline.national}}. Được vay {{loan}}.', { by: 'binh' })
    expect(version).toMatchObject({
      text: 'Bà con gọi một một một. Được vay năm mươi triệu đồng.',
      facts: ['hotline-111', 'loan-2026'],
      author: 'an',
      submittedBy: 'binh',
      submittedAt: monday,
    })
  })

  it('an unconfirmed fact falls away with its sentence and leaves no trace', async () => {
    const body =
      'Một.\n\n{{#if hotline.province}}Gọi {{hotline.province}}. {{/if}}\n\nGọi {{hotline.national}}.  {{#if hotline.province}}Hay {{hotline.province}}.{{/if}} Hết.'
    const version = await submit(body, { head: { facts: '[hotline-province]' } })
    expect(version.text).toBe('Một.\n\nGọi một một một. Hết.')
    expect(version.facts).toEqual(['hotline-111'])
  })

  it('an unconfirmed fact is spoken where that is wanted, and recorded', async () => {
    const body = 'Một. {{#if hotline.province}}Gọi {{hotline.province}}.{{/if}}'
    const version = await submit(body, { speakUnconfirmed: true })
    expect(version.text).toBe('Một. Gọi 18001581.')
    expect(version.facts).toEqual(['hotline-province'])
    expect((await deedsOf(desk.database, { subject: 'tim-viec/1', limit: 1 }))[0]?.detail).toMatchObject({
      speakUnconfirmed: true,
    })
  })

  it('a fact that is not there at all falls away too', async () => {
    expect((await submit('Một.{{#if missing}} Hai {{missing}}.{{/if}}')).text).toBe('Một.')
  })

  it('declared facts are recorded with those of the slots', async () => {
    const version = await submit('Gọi {{hotline.national}}.', { head: { facts: '[loan-2026]' } })
    expect(version.facts).toEqual(['hotline-111', 'loan-2026'])
    expect(version.heardUntil).toBe('2027-01-01')
  })

  it('a greeting keeps the names of unit and station, to be filled for each station', async () => {
    const head = { kind: 'greeting', slug: 'greeting' }
    const version = await submit('Kính chào bà con {{unit}}, đây là {{station}}. Gọi {{hotline.national}}.', {
      head,
    })
    expect(version).toMatchObject({
      kind: 'greeting',
      text: 'Kính chào bà con {{unit}}, đây là {{station}}. Gọi một một một.',
    })
    const names = { unit: 'xã Trà Leng', station: 'đài truyền thanh xã Trà Leng' }
    expect(fillText(version.text, names)).toMatchObject({
      ok: true,
      text: 'Kính chào bà con xã Trà Leng, đây là đài truyền thanh xã Trà Leng. Gọi một một một.',
    })
  })

  it('a bulletin keeps those names that bulletins may use too', async () => {
    const version = await submit('Bà con {{unit}} cứ gọi {{hotline.national}}.')
    expect(version).toMatchObject({ kind: 'bulletin', text: 'Bà con {{unit}} cứ gọi một một một.' })
  })

  it('for good: the database itself refuses to change a submitted version', async () => {
    await submit('Một.')
    for (const change of [
      { body: 'Hai.' },
      { submitted_text: 'Hai.' },
      { title: 'Hai' },
      { facts: '[]' },
      { language: 'en' },
    ]) {
      await expect(desk.database.updateTable('script_version').set(change).execute()).rejects.toThrow(
        'never changes',
      )
    }
  })
})

describe('submitting is refused, with a sentence, and nothing is changed:', () => {
  afterEach(async () => {
    expect(await submittedVersions(desk.database)).toEqual([])
  })

  it.each([
    [
      'an unknown placeholder',
      'Gọi\n{{hotline.nowhere}}.',
      'Dòng 2, cột 1: Chỗ trống {{hotline.nowhere}} không có trong danh sách',
      'Line 2, column 1: The placeholder {{hotline.nowhere}} is not in the list',
    ],
    [
      'a name that only a greeting may use',
      'Chào {{station}}.',
      'Chỗ trống {{station}} không có trong danh sách',
      'is not in the list for this script',
    ],
    ['more power than a name', '{{#each this}}x{{/each}}', 'Chỉ được viết {{tên}}', 'Write only {{name}}'],
    [
      'an unconfirmed fact without a guard',
      'Gọi {{hotline.province}}.',
      'Hãy đặt cả câu trong {{#if hotline.province}}',
      'Put the whole sentence inside',
    ],
    [
      'a fact that is not there',
      'Gọi {{missing}}.',
      'Chưa có dữ kiện được xác nhận cho {{missing}}',
      'no confirmed fact for {{missing}}',
    ],
    [
      'a fact that has ended',
      'Theo {{law.old}}.',
      'Dữ kiện “Luật cũ” (law-old) hết hiệu lực từ ngày 01/07/2025; hôm nay là 23/11/2026.',
      'The fact “The old law” (law-old) ended on 2025-07-01; today is 2026-11-23.',
    ],
    [
      'a fact that has ended, even guarded',
      'Một. {{#if law.old}}Theo {{law.old}}.{{/if}}',
      'hết hiệu lực từ ngày 01/07/2025',
      'ended on 2025-07-01',
    ],
    [
      'a fact that is not in force yet',
      'Theo {{law.coming}}.',
      'tới ngày 01/01/2027 mới có hiệu lực',
      'is not in force before 2027-01-01',
    ],
    [
      'a text of which nothing is left',
      '{{#if hotline.province}}Gọi {{hotline.province}}.{{/if}}',
      'Bản tin không còn chữ nào để đọc',
      'Nothing is left to say',
    ],
  ])('%s', async (_name, body, vi, en) => {
    const { code, sentence } = await refusalOf(submit(body))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain(vi)
    expect(sentence.en).toContain(en)
  })

  it.each([
    ['a declared fact that has ended', '[law-old]', 'law-old'],
    ['a declared fact that nobody knows', '[nobody-knows]', 'Không có dữ kiện nào mang mã “nobody-knows”'],
    [
      'a declared fact that is unconfirmed and not behind a slot',
      '[figure-open]',
      'còn chờ người phê duyệt hoặc quản trị xác nhận',
    ],
  ])('%s', async (_name, facts, vi) => {
    expect((await refusalOf(submit('Một.', { head: { facts } }))).sentence.vi).toContain(vi)
  })

  it('a fact that ends between two days: the day it ends it is refused', async () => {
    const { sentence } = await refusalOf(submit('Được vay {{loan}}.', { now: newYear }))
    expect(sentence.en).toBe(
      'The fact “Loan of 2026” (loan-2026) ended on 2027-01-01; today is 2027-01-01. Rewrite the script with the new fact.',
    )
  })

  it('a script whose own validity is over', async () => {
    const refusal = await refusalOf(submit('Một.', { head: { valid_to: "'2026-11-23'" } }))
    expect(refusal.sentence.vi).toContain('hết hiệu lực từ ngày 23/11/2026')
  })

  it('more than five minutes', async () => {
    const sentence = 'Bà con mình ơi. '
    const { sentence: said } = await refusalOf(submit(sentence.repeat(231)))
    expect(said.vi).toContain('Bản tin dài khoảng 5,2 phút; mỗi bản tin tối đa 5 phút.')
    expect(said.en).toContain('about 5.2 minutes; at most 5')
  })

  it('more than five minutes only when read out, because figures are longer in words', async () => {
    const spokenOf: SpokenOf = (text) => ({ spoken: text.repeat(30), questions: [] })
    expect((await refusalOf(submit('Bà con mình ơi. '.repeat(10), { spokenOf }))).sentence.vi).toContain(
      'phút',
    )
  })

  it('fifty thousand characters, at once', async () => {
    const began = performance.now()
    const said = await refusalOf(submit('Bà con ơi, '.repeat(4600)))
    expect(said.sentence.vi).toContain('50599 ký tự')
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('ten thousand characters without asking how they are read', async () => {
    const spokenOf: SpokenOf = () => {
      throw new Error('asked')
    }
    expect((await refusalOf(submit('Bà con ơi. '.repeat(900), { spokenOf }))).sentence.vi).toContain('phút')
  })

  it('open questions of the reading, each named with its choices', async () => {
    const questions = [
      { token: 'TT', at: 4, choices: ['thị trấn', 'thông tư'] },
      { token: 'XYZ', at: 9, choices: [] },
    ]
    const { code, sentence } = await refusalOf(
      submit('Hỏi TT và XYZ.', { spokenOf: () => ({ spoken: '', questions }) }),
    )
    expect(code).toBe('invalid')
    expect(sentence.vi).toBe(
      'Chưa rõ phải đọc thế nào: dòng 1: “TT” (thị trấn / thông tư); dòng 1: “XYZ”. Hãy viết rõ bằng chữ, hoặc ghi cách đọc vào từ điển phát âm.',
    )
    expect(sentence.en).toContain('line 1: “TT” (thị trấn / thông tư); line 1: “XYZ”')
  })

  it('open questions on the lines of the script itself, also below a sentence that fell away', async () => {
    const spokenOf: SpokenOf = (text) => ({
      spoken: '',
      questions: [...text.matchAll(/TT/g)].map(({ index }) => ({ token: 'TT', at: index, choices: [] })),
    })
    const body =
      'Một là hỏi.\n\n{{#if hotline.province}}Có số {{hotline.province}}.{{/if}}\n\n\n\nĐến TT.\nGặp TT.'
    const { sentence } = await refusalOf(submit(body, { spokenOf }))
    expect(sentence.vi).toContain('dòng 7: “TT”; dòng 8: “TT”.')
  })

  it('open questions of a text full of them: fifty by name, the others by their number', async () => {
    const questions = Array.from({ length: 200 }, (_, index) => ({ token: `Q${index}`, at: 0, choices: [] }))
    const spokenOf: SpokenOf = () => ({ spoken: '', questions, unlisted: 30, foreign: true })
    const { sentence } = await refusalOf(submit('Never go alone.', { spokenOf }))
    expect(sentence.vi).toContain('“Q49”; và 180 chỗ nữa.')
    expect(sentence.vi).not.toContain('Q50')
    expect(sentence.vi).toContain('language')
    expect(sentence.en).toContain('“Q49”; and 180 more.')
  })

  it('an open question once a line, however often its token stands there', async () => {
    const spokenOf: SpokenOf = (text) => ({
      spoken: '',
      questions: [...text.matchAll(/TT/g)].map(({ index }) => ({ token: 'TT', at: index, choices: [] })),
    })
    const { sentence } = await refusalOf(submit('Hỏi TT, TT và TT.\nGặp TT.', { spokenOf }))
    expect(sentence.vi).toContain('thế nào: dòng 1: “TT”; dòng 2: “TT”. Hãy')
  })

  it('marks and signs without a word', async () => {
    expect((await refusalOf(submit('...!!!???—'))).sentence.vi).toContain('không có chữ nào để đọc')
  })

  it('someone who may not write, and someone nobody knows', async () => {
    expect((await refusalOf(submit('Một.', { by: 'hoa' }))).code).toBe('forbidden')
    expect((await refusalOf(submit('Một.', { by: 'ai' }))).code).toBe('not_found')
  })

  it('a version that is not there', async () => {
    const { database, placeholders } = desk
    const nowhere = {
      script: 'tim-viec',
      version: 7,
      by: 'an',
      now: monday,
      placeholders,
      speakUnconfirmed: false,
    }
    expect(await refusalOf(submitVersion(database, nowhere))).toMatchObject({
      code: 'not_found',
      sentence: { vi: 'Không có bản tin “tim-viec” bản 7. Hãy xem lại danh sách bản tin.' },
    })
  })
})

describe('a submitted version', () => {
  it('is not submitted again', async () => {
    await submitted(desk, 'Một.')
    expect(await refusalOf(submit('Một.'))).toMatchObject({
      code: 'conflict',
      sentence: { vi: expect.stringContaining('đã trình rồi') as string },
    })
  })

  it('leaves no way back to an older draft', async () => {
    const old = await importScript(desk.database, source('Một.'), { author: 'an', now: monday })
    await submitted(desk, 'Hai.')
    const { database, placeholders } = desk
    const submission = {
      script: old.script,
      version: old.version,
      by: 'an',
      now: monday,
      placeholders,
      speakUnconfirmed: false,
    }
    expect(await refusalOf(submitVersion(database, submission))).toMatchObject({
      code: 'conflict',
      sentence: { vi: expect.stringContaining('bản 2') as string },
    })
  })

  it('stands until it is withdrawn, with who and why', async () => {
    const version = await submitted(desk, 'Một.')
    await withdrawVersion(desk.database, { ...version, by: 'lan', why: ' sai số điện thoại ', now: tuesday })
    expect(await submittedVersions(desk.database)).toEqual([])
    expect(await submittedVersion(desk.database, version)).toBeUndefined()
    expect((await scriptsOf(desk.database))[0]?.versions).toMatchObject([
      { state: 'withdrawn', withdrawnAt: tuesday, withdrawnWhy: 'sai số điện thoại' },
    ])
    expect(
      (await deedsOf(desk.database, { subject: 'tim-viec/1' })).map(({ what, person }) => [what, person]),
    ).toEqual([
      ['script.withdrawn', 'lan'],
      ['script.submitted', 'an'],
      ['script.imported', 'an'],
    ])
  })

  it('is withdrawn once, with a reason, by someone who may, and only after it was submitted', async () => {
    const version = await submitted(desk, 'Một.')
    const withdraw = (more: object) =>
      withdrawVersion(desk.database, { ...version, by: 'lan', why: 'sai', now: tuesday, ...more })
    expect((await refusalOf(withdraw({ why: ' \u200B ' }))).code).toBe('invalid')
    expect((await refusalOf(withdraw({ by: 'hoa' }))).code).toBe('forbidden')
    expect((await refusalOf(withdraw({ version: 9 }))).code).toBe('not_found')
    await importScript(desk.database, source('Hai.'), { author: 'an', now: monday })
    expect((await refusalOf(withdraw({ version: 2 }))).sentence.vi).toContain('bản nháp')
    await withdraw({})
    expect((await refusalOf(withdraw({}))).sentence.vi).toContain('đã bị thu hồi')
    const again = {
      ...version,
      by: 'an',
      now: tuesday,
      placeholders: desk.placeholders,
      speakUnconfirmed: false,
    }
    expect((await refusalOf(submitVersion(desk.database, again))).code).toBe('conflict')
  })
})
