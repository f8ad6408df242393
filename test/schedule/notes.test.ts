import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import { type AiringWithNotes, giveNotes } from '../../src/schedule/notes.ts'

const day = 86_400_000
const start = '2026-11-01T00:00:00.000Z'
type ToNote = { id: string; station: string; plannedAt: string }

/** So many airings over the stations, each on one of so many days. */
function airings(count: number, stations: number, days: number): ToNote[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `air-${String(index)}`,
    station: `dai-${String(index % stations)}`,
    plannedAt: plusMilliseconds(start, ((index * 7919) % days) * day),
  }))
}

/** Airings with the notes they were given. */
function noted(secret: string, toNote: readonly ToNote[], there: readonly AiringWithNotes[] = []) {
  const notes = giveNotes(secret, toNote, there)
  return toNote.map((airing) => ({ ...airing, notes: notes.get(airing.id)! }))
}

const differences = (one: string, other: string): number =>
  [0, 1, 2, 3, 4, 5].filter((place) => one[place] !== other[place]).length

describe('the notes that airings are given', () => {
  it('are six digits, other ones for every airing of four months', () => {
    const all = noted('secret', airings(5000, 241, 62))
    for (const { notes } of all) expect(notes).toMatch(/^[0-7]{6}$/)
    expect(new Set(all.map(({ notes }) => notes)).size).toBe(5000)
  })

  it('differ in three of six from those of every other airing of the station, so that a wrong note does no harm', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        (secret, each, stations) => {
          const all = noted(secret, airings(each * stations, stations, 62))
          for (const one of all) {
            for (const other of all) {
              if (one === other || one.station !== other.station) continue
              expect(differences(one.notes, other.notes)).toBeGreaterThanOrEqual(3)
            }
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('keep away from those given before, cancelled or not, as far as 62 days', () => {
    const [first] = noted('secret', airings(1, 1, 1))
    const again = (apartMs: number, station: string): string => {
      const there = [{ station, plannedAt: plusMilliseconds(first!.plannedAt, apartMs), notes: first!.notes }]
      return noted('secret', airings(1, 1, 1), there)[0]!.notes
    }
    for (const apart of [62 * day, -62 * day]) {
      expect(differences(again(apart, 'dai-0'), first!.notes)).toBeGreaterThanOrEqual(3)
      expect(again(apart, 'dai-khac')).not.toBe(first!.notes)
    }
    expect(again(62 * day + 1, 'dai-0')).toBe(first!.notes)
  })

  it('follow from the secret and the airing alone', () => {
    expect(noted('secret', airings(300, 7, 31))).toEqual(noted('secret', airings(300, 7, 31)))
    const given = noted('secret', airings(20, 7, 31)).map(({ notes }) => notes)
    expect(given.slice(0, 3)).toEqual(['216022', '442122', '251446'])
  })

  it('cannot be guessed without the secret: no note is more likely than another, whatever is known of the others', () => {
    const mine = noted('secret of this hub', airings(4000, 4000, 1))
    const other = noted('secret of another hub', airings(4000, 4000, 1))
    // One of eight is right by chance in each place: 3,000 of 24,000, give or take 51.
    const right = mine.reduce((sum, { notes }, index) => sum + 6 - differences(notes, other[index]!.notes), 0)
    expect(Math.abs(right - 3000)).toBeLessThan(260)
    for (let place = 0; place < 6; place += 1) {
      const counts = Map.groupBy(mine, ({ notes }) => notes[place])
      expect(counts.size).toBe(8)
      for (const [, those] of counts) expect(Math.abs(those.length - 500)).toBeLessThan(105)
      // The note before says nothing of this one either.
      const pairs = Map.groupBy(mine, ({ notes }) => `${notes[place]}${notes[(place + 1) % 6]}`)
      for (const [, those] of pairs) expect(Math.abs(those.length - 62.5)).toBeLessThan(45)
    }
  })

  it('are the farthest of 256 that nobody has, where a station leaves none far enough', () => {
    // With these, every six digits are within two of some airing of the station.
    const plannedAt = start
    const there = Array.from({ length: 4096 }, (_, index) => {
      return { station: 'dai-0', plannedAt, notes: `${index.toString(8).padStart(4, '0')}00` }
    })
    const all = noted('secret', airings(5, 1, 1), there)
    for (const { notes } of all) {
      expect(Math.min(...there.map((other) => differences(notes, other.notes)))).toBe(2)
    }
    expect(new Set(all.map(({ notes }) => notes)).size).toBe(5)
  })
})
