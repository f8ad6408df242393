/**
 * Ledgers: cases written as lines a station clerk could read. Each line is a word, then fields; days and
 * times are those of the villages (+07:00).
 */
import { instantAt } from '../../src/base/calendar.ts'
import type { Instant } from '../../src/base/time.ts'

/** One line of a ledger: its first word and the other fields. */
export type Line = { word: string; fields: string[]; text: string }

/** The lines of a ledger, without blank ones. */
export function linesOf(ledger: string): Line[] {
  return ledger
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((text) => {
      const [word = '', ...fields] = text.split(/\s+/)
      return { word, fields, text }
    })
}

/** The field at a place; a line without it is a mistake in the test. */
export function field(line: Line, index: number): string {
  const value = line.fields[index]
  if (value === undefined) throw new Error(`ledger line too short: "${line.text}"`)
  return value
}

/** The fields after a word of the line: `devices a b` gives a and b. */
export function after(line: Line, word: string): string[] {
  const at = line.fields.indexOf(word)
  return at < 0 ? [] : line.fields.slice(at + 1)
}

/** `2026-11-03 05:00` (two fields) as an instant. */
export function momentAt(line: Line, index: number): Instant {
  return instantAt(field(line, index), field(line, index + 1))
}

/** `75s` as milliseconds. */
export function lengthOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)s$/.exec(text)
  if (match?.[1] === undefined) throw new Error(`not a length: "${text}"`)
  return Math.round(Number(match[1]) * 1000)
}

/** The only line with this word. */
export function only(lines: readonly Line[], word: string): Line {
  const [line, ...more] = lines.filter((each) => each.word === word)
  if (line === undefined || more.length > 0) throw new Error(`the ledger needs exactly one line "${word}"`)
  return line
}

export function unknownWord(line: Line): never {
  throw new Error(`unknown ledger line: "${line.text}"`)
}
