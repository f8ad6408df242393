/** People: everyone with role, units and account; and one of them, with what an admin may do. */
import { foldName } from '../../base/text.ts'
import { firstWordFor, personById, personKeys, roles, sessionsOf } from '../../people/index.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { browserName } from '../browser-name.ts'
import { momentIn } from '../formats.ts'
import { pageOf } from '../paging.ts'
import { type PersonLine, personLines } from '../people-lines.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import { roleWords } from '../role-words.ts'
import { askedSorting } from '../sorting.ts'
import { unitChoices } from '../units-typed.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/people?q=&role=&sort=&page=` */
export async function peoplePage(web: Web, visit: Visit): Promise<Page> {
  const { q, role, all, found, sorting } = await peopleAsked(web, visit)
  const { lines, paging } = pageOf(found, askedPage(visit.query), visit.link)
  const title = visit.say('people.title')
  return {
    view: 'people',
    title,
    section: 'people',
    model: {
      title,
      q,
      roles: roleChoices(visit, role),
      count: visit.say('people.count', { count: all }),
      filtered: q !== '' || role !== undefined,
      none: all === 0,
      mayInvite: visit.is(['admin']),
      lines,
      paging,
      sort: sorting.sort,
      columns: sorting.columns,
      csv: csvHref(visit, '/people.csv'),
    },
  }
}

/** `/people.csv`: all lines of the same filter. */
export async function peopleSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { found } = await peopleAsked(web, visit)
  const { say } = visit
  return {
    name: 'loa-lang-nguoi-dung',
    head: [
      ...[say('people.id'), say('people.person'), say('people.role'), say('people.units')],
      ...[say('people.account'), say('people.training')],
    ],
    rows: found.map(({ id, name, role, units, account, training }) => [
      ...[id, name, role, units, account],
      training ? say('people.training') : '',
    ]),
  }
}

async function peopleAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const role = askedChoice(visit.query, 'role', roles)
  const lines = await personLines(web, visit)
  const wanted = foldName(q)
  const found = lines
    .filter(({ person }) => role === undefined || person.role === role)
    .filter(({ id, name, units }) => q === '' || (wanted !== '' && answers([id, name, units], wanted)))
  const sorting = askedSorting(visit, {
    // Vietnamese lists of people go by the given name, which stands last.
    name: (line: PersonLine) => givenFirst(line.name),
    role: (line) => roles.indexOf(line.person.role),
    account: (line) => line.account,
    units: (line) => (line.units === '' ? null : line.units),
  })
  return { q, role, all: lines.length, found: sorting.order(found), sorting }
}

function givenFirst(name: string): string {
  const [given = '', ...before] = name.split(' ').reverse()
  return [given, ...before.reverse()].join(' ')
}

/** The roles to choose from. */
export function roleChoices({ say }: Visit, chosen: string | undefined): object[] {
  return roles.map((role) => ({ value: role, name: say(roleWords[role]), chosen: role === chosen }))
}

/** What was typed into one of the forms of a person's page, and why it was not taken. */
export type PersonTyped = { units?: string; unitsWhy?: string; refusal?: string }

/** `/people/<id>` */
export async function personPage(web: Web, visit: Visit, typed: PersonTyped = {}): Promise<Page> {
  const { id } = await personById(web.database, visit.part('id'))
  const line = (await personLines(web, visit)).find((each) => each.id === id)
  if (line === undefined) throw new Error('a person is in the list of people')
  const sessions = await sessionsOf(web.database, id, visit.now)
  const self = visit.person?.id === id
  const steers = visit.is(['admin']) && !self
  return {
    view: 'person',
    title: line.name,
    section: 'people',
    model: {
      ...line,
      self,
      steers,
      refusal: typed.refusal ?? '',
      operator: line.person.role === 'operator',
      suspended: line.person.suspendedAt !== null,
      roles: roleChoices(visit, line.person.role),
      unitsTyped: typed.units ?? line.unitsInField,
      unitsWhy: typed.unitsWhy ?? '',
      unitChoices: steers ? await unitChoices(web.database, visit) : [],
      keys: await keyLines(web, visit, id),
      sessions: sessions.map((each) => ({
        begun: momentIn(visit.language, each.begunAt),
        address: each.address ?? '',
        browser: browserName(each.browser),
      })),
      logHref: visit.is(['admin', 'auditor']) ? `/log?person=${id}` : '',
    },
  }
}

/** Suspended keys, and whether this visitor may say the word that is missing. */
async function keyLines(web: Web, visit: Visit, id: string): Promise<object[]> {
  const suspended = (await personKeys(web.database)).filter(
    (key) => key.person === id && key.suspendedAt !== null && key.revokedAt === null,
  )
  const speaks = visit.is(['admin', 'approver']) && visit.person?.id !== id
  const lines: object[] = []
  for (const key of suspended) {
    const { kid } = key
    // A word whose speaker was suspended, reset or lost the role meanwhile is none any more.
    const first = await firstWordFor(web.database, key)
    const said =
      first === undefined
        ? visit.say('people.key-suspended', { kid })
        : visit.say('people.key-half', { kid, name: first.name })
    const again = speaks && first?.id !== visit.person?.id ? visit.say('people.key-again', { kid }) : ''
    lines.push({ kid, said, again, person: id })
  }
  return lines
}
