/** Where places lie, for a text that is asked about often. */
import { expect, it } from 'vitest'
import { lineAndColumn, linesOf } from '../../src/base/text.ts'

it('the line of each place is the one that people count', () => {
  for (const text of ['', 'một', '\n', 'một\nhai\n\nbốn', '\n\n\n', 'một\n'.repeat(20)]) {
    const lineAt = linesOf(text)
    for (let at = 0; at <= text.length; at++) expect(lineAt(at)).toBe(lineAndColumn(text, at).line)
  }
})
