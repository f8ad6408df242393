import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { factsOf, lint, placeNames, submittedVersions } from '../../src/scripts/index.ts'
import { submitted } from '../support/desk.ts'
import { type HubDesk, openHubDesk } from '../support/ledger-hub.ts'
import { refusalOf } from '../support/refusal.ts'

let desk: HubDesk
let places: Set<string>
beforeAll(async () => {
  desk = await openHubDesk({ enrolled: 0 })
  places = await placeNames(desk.database, '2026-11-23')
})
afterAll(() => desk.close())

/** `rule “words”` of what is found in a text that is read before the bulletin, and so needs no hotline. */
async function found(text: string): Promise<string[]> {
  const facts = new Map((await factsOf(desk.database)).map((fact) => [fact.id, fact]))
  const draft = { kind: 'greeting' as const, body: text, validFrom: '2026-01-01', validTo: null, facts: [] }
  const ground = {
    placeholders: desk.placeholders,
    facts,
    day: '2026-11-23',
    speakUnconfirmed: false,
    places,
  }
  return lint(draft, ground).map(({ rule, at, length }) => `${rule} “${text.slice(at, at + length)}”`)
}

describe('the communes of the register', () => {
  it('are places and no persons, those of today and those that were merged', async () => {
    expect(places.size).toBeGreaterThan(241)
    for (const name of places) {
      for (const text of [`Bà con ở ${name} gần thôn 3.`, `Xã ${name} họp ở thôn 3.`, `${name} có thôn 3.`]) {
        expect(await found(text), text).toEqual([])
      }
    }
  })

  it('give away who lives there, by their name alone', async () => {
    expect(await found('Nghe Lê Thị Mai kể, người Trà Leng đấy.')).toEqual(['person-with-place “Lê Thị Mai”'])
  })
})

describe('sentences as communes write them', () => {
  const prose = readFileSync(fileURLToPath(new URL('../audio/spoken/prose.txt', import.meta.url)), 'utf8')
  const sentences = prose.split('\n').flatMap((line) => (/^(?!#)(.+?) \| /.exec(line) ?? []).slice(1))

  it('have no person in them, and no number that is not one', async () => {
    expect(sentences.length).toBeGreaterThan(100)
    const all = (await Promise.all(sentences.map(found))).flat()
    expect(
      all.filter((finding) => !/^(?:hotline-typed “(?:111|113|18001581)”|phone-unknown )/.test(finding)),
    ).toEqual([])
    const unknown = all.flatMap((finding) => /^phone-unknown “(.+)”$/.exec(finding)?.slice(1) ?? [])
    expect(
      unknown.filter(
        (number) => number.replaceAll(/\D/g, '').length < 8 && !/^(?:113|114|115)$/.test(number),
      ),
    ).toEqual([])
  })
})

describe('submitting', () => {
  it('is refused where somebody is named with the commune they live in, and nothing is kept as submitted', async () => {
    const { code, sentence } = await refusalOf(
      submitted(desk, 'Bà con ơi.\nNghe Lê Thị Mai kể, người Trà Leng đấy. Gọi {{hotline.national}}.'),
    )
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain('Dòng 2, cột 6: “Lê Thị Mai” là tên người')
    expect(sentence.en).toContain('Line 2, column 6: “Lê Thị Mai” is a person’s name')
    expect(await submittedVersions(desk.database)).toEqual([])
  })

  it('names the first error and counts the others', async () => {
    const { sentence } = await refusalOf(submitted(desk, 'Gọi 0905123456. Xem example.com. Gọi 111.'))
    expect(sentence.vi).toContain('“0905123456”')
    expect(sentence.vi).toContain('(và 2 lỗi nữa)')
  })

  it('goes on where there are only warnings', async () => {
    expect(await submitted(desk, 'Nghe Lê Thị Mai kể chuyện.', { head: { slug: 'ke' } })).toMatchObject({
      version: 1,
    })
  })
})
