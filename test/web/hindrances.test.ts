/** What keeps a draft from being submitted: the same for the home of its writer and for its page. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { lint, type LintGround, loadFacts, loadPlaceholders } from '../../src/scripts/index.ts'
import { hindrances } from '../../src/web/hindrances.ts'

const content = fileURLToPath(new URL('../../content/', import.meta.url))
const facts = new Map(loadFacts(content).map((fact) => [fact.id, fact]))
const [open] = [...facts.values()].filter(({ status }) => status === 'needs-confirmation')
const ground: LintGround = {
  ...{ placeholders: loadPlaceholders(content), facts, day: '2026-11-23', speakUnconfirmed: false },
  places: new Set(),
}

function saidOf(body: string, more: { facts?: string[]; validTo?: string } = {}): string[] {
  const draft = {
    kind: 'bulletin' as const,
    body,
    validFrom: '2026-01-01',
    validTo: null,
    facts: [],
    ...more,
  }
  return hindrances(draft, ground, lint(draft, ground)).map(({ vi }) => vi)
}

it('every fact that is unknown or waits is said, also beside other errors', () => {
  const said = saidOf('Gọi 0905 123 456.', { facts: [open!.id, 'khong-co'] })
  expect(said).toHaveLength(2)
  expect(said.join()).toContain('còn chờ người phê duyệt hoặc quản trị xác nhận')
  expect(said.join()).toContain('“khong-co”')
})

it('what ended, and a slot that does not exist, is said once', () => {
  expect(saidOf('Gọi {{hotline.national}}.', { validTo: '2026-11-01' })[0]).toContain('hết hiệu lực')
  expect(saidOf('Gọi {{khong.co}}.')[0]).toMatch(/^Dòng 1, cột 5: /)
  expect(saidOf('Dài quá. '.repeat(800))).toEqual([])
})

it('a text with nothing in the way has none', () => {
  expect(saidOf('Gọi {{hotline.national}}.')).toEqual([])
})
