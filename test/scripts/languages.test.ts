/** One list of languages for what is written and what is read out: what is waited for can always be brought. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  importScript,
  languageOf,
  readScript,
  scriptLanguages,
  submitVersion,
} from '../../src/scripts/index.ts'
import { markdown, monday, openDesk, source } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const tags = [
  'vi',
  'ktv',
  'cua',
  'sed',
  'sed-x-cadong',
  'jeh-x-bhnoong',
  'jeh-x-ve',
  'stg-x-tarieng',
  'mkh-x-mnong',
]

describe('the languages of the area', () => {
  const areas = readFileSync(new URL('../../devices/priority-areas.csv', import.meta.url), 'utf8')

  it('each have a tag', () => {
    const named = new Set(
      areas.match(/Cơ Tu|Xơ Đăng(?: \(Ca Dong\))?|M'Nông|(?<=[,;"])Co(?=[,;"])|Bhnoong|Ve(?=\))|Tà Riềng/g),
    )
    expect(named.size).toBe(8)
    expect(scriptLanguages.map(({ tag }) => tag)).toEqual(tags)
    for (const tag of tags) {
      expect(languageOf(` ${tag.toUpperCase()} `)).toBe(tag)
      expect(tag.length).toBeLessThanOrEqual(16)
    }
  })

  it.each(tags)('may each be the language of a script: %s', (tag) => {
    expect(readScript(markdown('Bà con ơi.', { language: tag }))).toMatchObject({
      ok: true,
      value: { language: tag },
    })
  })
})

describe('a tag that no language has', () => {
  it.each(['vn', 'en', 'vie', 'kt', 'sed-x-ve', 'vi-quang-nam', 'constructor', 'Tiếng Việt'])(
    'is refused where the script comes in, with those there are: %s',
    (tag) => {
      const read = readScript(markdown('Bà con ơi.', { language: tag }))
      if (read.ok) throw new Error('it was read')
      expect(read.why.vi).toContain(
        'Mục “language” phải là một trong các mã: vi (Tiếng Việt), ktv (Cơ Tu), cua (Co)',
      )
      expect(read.why.en).toContain('The field “language” must be one of these tags: vi (Tiếng Việt), ktv')
    },
  )

  it('is refused at the latest where the script is submitted, when it was kept before', async () => {
    const desk = await openDesk()
    const kept = { ...source('Bà con ơi.'), language: 'vn' }
    const { script, version } = await importScript(desk.database, kept, { author: 'an', now: monday })
    const { placeholders } = desk
    const what = { script, version, by: 'an', now: monday, placeholders, speakUnconfirmed: false }
    const { code, sentence } = await refusalOf(submitVersion(desk.database, what))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain('Không có ngôn ngữ mang mã “vn”')
    await desk.close()
  })
})
