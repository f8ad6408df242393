/** People as the pages show them. */
import type { Instant } from '../base/time.ts'
import { accountsOf, boundUnits, openInvitations, people, type Person } from '../people/index.ts'
import { unitsOn } from '../registry/index.ts'
import { momentIn } from './formats.ts'
import { roleWords } from './role-words.ts'
import type { Visit, Web } from './visit.ts'

export type PersonLine = {
  id: string
  name: string
  href: string
  role: string
  units: string
  unitCodes: string
  /** With codes and names, as the field of an admin has them. */
  unitsInField: string
  /** In words; `tone` is its chip's. */
  account: string
  tone: 'met' | 'wait' | 'missed' | 'idle'
  training: boolean
  person: Person
  hasAccount: boolean
  codes: boolean
}

/** Everyone, by id. */
export async function personLines(web: Web, visit: Visit): Promise<PersonLine[]> {
  const { database } = web
  const accounts = await accountsOf(database)
  const invited = await openInvitations(database, visit.now)
  const names = new Map((await unitsOn(database, visit.today)).map((unit) => [unit.code, unit.fullName]))
  const lines: PersonLine[] = []
  for (const person of await people(database)) {
    const account = accounts.get(person.id)
    const bound = person.role === 'operator' ? await boundUnits(database, person.id, visit.today) : []
    lines.push({
      ...{ person, id: person.id, name: person.name, href: `/people/${person.id}` },
      role: visit.say(roleWords[person.role]),
      units: bound.map(({ code }) => names.get(code) ?? code).join(', '),
      unitCodes: bound.map(({ code }) => code).join(' '),
      unitsInField: bound.map(({ code }) => `${code} ${names.get(code) ?? ''}`.trim()).join(', '),
      training: person.training,
      hasAccount: account !== undefined,
      codes: account?.codes ?? false,
      ...accountWords(visit, person, account, invited.get(person.id)),
    })
  }
  return lines
}

function accountWords(
  { say, language }: Visit,
  person: Person,
  account: { codes: boolean; reset: boolean } | undefined,
  until: Instant | undefined,
): Pick<PersonLine, 'account' | 'tone'> {
  if (person.suspendedAt !== null) return { account: say('account.suspended'), tone: 'missed' }
  if (account?.reset === true) return { account: say('account.reset'), tone: 'wait' }
  if (account !== undefined) {
    return { account: say(account.codes ? 'account.codes' : 'account.password'), tone: 'met' }
  }
  if (until === undefined) return { account: say('account.none'), tone: 'idle' }
  return { account: say('account.invited', { until: momentIn(language, until) }), tone: 'wait' }
}
