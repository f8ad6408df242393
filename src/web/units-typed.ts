/** Communes as admins type them: by code, by name, or both together as the list beside the field gives them. */
import { foldName } from '../base/text.ts'
import type { Db } from '../db/index.ts'
import type { BoundUnit } from '../people/index.ts'
import { type Unit, unitsOn } from '../registry/index.ts'
import type { Visit } from './visit.ts'

/** So many are read at most; nobody is bound to more. */
const unitsMax = 50
/** What was typed is shown to this length. */
const shownMax = 60
/** So many choices are named where a name is that of several. */
const choicesMax = 6

/** The communes in force today as the list beside a field names them: "20443 Xã Hùng Sơn". */
export async function unitChoices(db: Db, { today }: Visit): Promise<string[]> {
  return (await unitsOn(db, today)).map(choiceOf)
}

function choiceOf({ code, fullName }: Unit): string {
  return `${code} ${fullName}`
}

/**
 * The communes in force today that were typed, at most fifty: codes in any row, names (with or without diacritics) between
 * commas. Or why not: nothing typed, none of that code or name, or several of that name.
 */
export async function unitsTyped(
  db: Db,
  { say, today }: Visit,
  typed: string,
): Promise<{ units: BoundUnit[] } | { why: string }> {
  // A code begins a commune also where nothing stands between it and the name before.
  const parts = typed.split(/[,;\r\n]+|(?=\b\d{5}\b)/).map((part) => part.trim())
  const asked = parts.filter((part) => part !== '').slice(0, unitsMax)
  if (asked.length === 0) return { why: say('people.units-needed') }
  const communes = await unitsOn(db, today)
  const units = new Map<string, BoundUnit>()
  for (const part of asked) {
    const found = namedBy(communes, part)
    const [one] = found
    const shown = part.slice(0, shownMax)
    if (one === undefined) return { why: say('people.units-wrong', { code: shown }) }
    if (found.length > 1) {
      const choices = found.slice(0, choicesMax).map(choiceOf).join(', ')
      return { why: say('people.units-several', { name: shown, choices }) }
    }
    units.set(one.code, { code: one.code, validFrom: one.validFrom })
  }
  return { units: [...units.values()] }
}

/** Whom a code, a name or both mean; a name as it is written comes before those that are like it without diacritics. */
function namedBy(communes: readonly Unit[], part: string): Unit[] {
  const [, code, name = ''] = /^(\d{5})?\s*(.*)$/su.exec(part) ?? []
  const among = code === undefined ? communes : communes.filter((unit) => unit.code === code)
  if (name === '') return [...among]
  const exact = among.filter((unit) => [unit.fullName, unit.name].some((each) => plain(each) === plain(name)))
  if (exact.length > 0) return exact
  const folded = foldName(name)
  return among.filter((unit) => [unit.fullName, unit.name].some((each) => foldName(each) === folded))
}

function plain(name: string): string {
  return name.normalize('NFC').toLocaleLowerCase('vi').replace(/\s+/g, ' ')
}
