/** Which six notes end each airing. Pure; the sound itself is wire/notes.ts. */
import { createHmac } from 'node:crypto'
import { type Instant, millisecondsBetween } from '../base/time.ts'

/** So long before and after an airing nobody else has its notes: a clip tells its month from its neighbours. */
export const notesApartMs = 62 * 86_400_000
/**
 * Two airings of one station differ in so many of the six notes at least, so that a clip with one wrong note
 * is still nearer to its own airing than to any other of the station.
 */
export const notesDistanceMin = 3
/**
 * Notes that are tried for an airing. A station with 40 airings in reach leaves seven of eight tries good;
 * with 300 still two of five.
 */
export const notesTriesMax = 256

/** An airing and the notes it has. */
export type AiringWithNotes = { station: string; plannedAt: Instant; notes: string }

type AiringToNote = { id: string; station: string; plannedAt: Instant }

/**
 * Gives each of these airings its notes, in their order, by id. They follow from the secret and the airing's
 * id, so that nobody without the secret can say what is heard after an airing to come; the first are taken
 * that no other airing within 62 days has and that are far enough from all of the same station. When none of
 * 256 is both, those nobody has go first, then those farthest from the station's others.
 */
export function giveNotes(
  secret: string,
  airings: readonly AiringToNote[],
  there: readonly AiringWithNotes[],
): Map<string, string> {
  const byNotes = Map.groupBy(there, ({ notes }) => notes)
  const byStation = Map.groupBy(there, ({ station }) => station)
  const given = new Map<string, string>()
  for (const airing of airings) {
    const near = (others: readonly AiringWithNotes[] | undefined): readonly AiringWithNotes[] =>
      (others ?? []).filter(({ plannedAt }) => isNear(plannedAt, airing.plannedAt))
    const ofStation = near(byStation.get(airing.station))
    const notes = bestNotes(secret, airing.id, ofStation, (tried) => near(byNotes.get(tried)).length === 0)
    const added = { station: airing.station, plannedAt: airing.plannedAt, notes }
    byNotes.set(notes, [...(byNotes.get(notes) ?? []), added])
    byStation.set(airing.station, [...(byStation.get(airing.station) ?? []), added])
    given.set(airing.id, notes)
  }
  return given
}

function bestNotes(
  secret: string,
  airing: string,
  ofStation: readonly AiringWithNotes[],
  isFree: (notes: string) => boolean,
): string {
  let best = { notes: '', free: false, distance: -1 }
  for (let count = 0; count < notesTriesMax; count += 1) {
    const notes = triedNotes(secret, airing, count)
    const free = isFree(notes)
    const distance = Math.min(...ofStation.map((other) => notesDistance(notes, other.notes)), notes.length)
    if (free && distance >= notesDistanceMin) return notes
    if (free === best.free ? distance > best.distance : free) best = { notes, free, distance }
  }
  return best.notes
}

/** In how many places two sets of notes differ. */
export function notesDistance(one: string, other: string): number {
  let distance = 0
  for (let place = 0; place < one.length; place += 1) {
    if (one.charCodeAt(place) !== other.charCodeAt(place)) distance += 1
  }
  return distance
}

/** Six digits 0 to 7: eighteen bits of an HMAC, which say nothing of the secret. */
function triedNotes(secret: string, airing: string, count: number): string {
  const mac = createHmac('sha256', secret)
    .update(JSON.stringify(['notes', airing, count]))
    .digest()
  return Array.from(mac.subarray(0, 6), (byte) => String(byte & 7)).join('')
}

function isNear(one: Instant, other: Instant): boolean {
  return Math.abs(millisecondsBetween(one, other)) <= notesApartMs
}
