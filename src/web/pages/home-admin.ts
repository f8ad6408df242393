/** Where an admin begins: what is wrong first, then who waits for them, then what else keeps the month from being met. */
import { keyStates } from '../../approval/index.ts'
import { monthOf } from '../../base/calendar.ts'
import { accountsOf, openInvitations, people, type Person } from '../../people/index.ts'
import { coverageOf } from '../../reports/index.ts'
import { momentIn } from '../formats.ts'
import { type Task, tasksOf } from '../tasks.ts'
import type { Visit, Web } from '../visit.ts'

/** So many people are named; the rest is in the list of people. */
const namedMax = 10

export async function adminHome(web: Web, visit: Visit): Promise<object> {
  const coverage = await coverageOf(web.database, { month: monthOf(visit.now), now: visit.now })
  const tasks = await tasksOf(web, visit, coverage)
  const of = (...abouts: Task['about'][]): Task[] => tasks.filter(({ about }) => abouts.includes(about))
  return {
    alarms: [...of('registry', 'people'), ...of('devices')],
    people: [
      ...(await keyTasks(web, visit)),
      ...(await secondWordTasks(web, visit)),
      ...(await invited(web, visit)),
    ],
    tasks: of('scripts', 'plan', 'airings'),
    mayInvite: web.mayOpen(visit.visitor, '/people/new'),
  }
}

function leads(text: string, href: string): Task {
  return { text, commands: [], href, page: true, about: 'people' }
}

/** Keys that sign nothing yet: a second person has not confirmed them, or the offline root has not signed them. */
async function keyTasks(web: Web, visit: Visit): Promise<Task[]> {
  const { say, visitor, now } = visit
  const names = await namesOf(web)
  const pending = (await keyStates(web.database, now)).filter(({ state }) => state.startsWith('pending'))
  return pending.slice(0, namedMax).map(({ person, state }) => {
    const word = state === 'pending-root' ? 'home.key-root' : 'home.key-second'
    const href = web.mayOpen(visitor, '/keys') ? '/keys' : `/people/${person}`
    return leads(say(word, { name: names.get(person) ?? person }), href)
  })
}

/** Approvers whose keys rest since somebody else reset how they sign in, until two people vouch for them again. */
async function secondWordTasks(web: Web, { say, now }: Visit): Promise<Task[]> {
  const names = await namesOf(web)
  const resting = (await keyStates(web.database, now)).filter(({ state }) => state === 'suspended')
  return [...new Set(resting.map(({ person }) => person))]
    .slice(0, namedMax)
    .map((person) => leads(say('home.key-again', { name: names.get(person) ?? person }), `/people/${person}`))
}

/** Who was invited and has not come yet, and who never was: they cannot sign in. */
async function invited(web: Web, { say, language, now }: Visit): Promise<Task[]> {
  const { database } = web
  const [open, accounts] = [await openInvitations(database, now), await accountsOf(database)]
  const names = await namesOf(web)
  const tasks = [...open].slice(0, namedMax).map(([person, until]) => {
    const values = { name: names.get(person) ?? person, until: momentIn(language, until) }
    return leads(say('home.invited', values), `/people/${person}`)
  })
  const isOutside = ({ id, suspendedAt }: Person): boolean =>
    suspendedAt === null && !accounts.has(id) && !open.has(id)
  const outside = (await people(database)).filter(isOutside).length
  if (outside > 0) tasks.push(leads(say('home.no-account', { count: outside }), '/people?sort=account'))
  return tasks
}

async function namesOf(web: Web): Promise<Map<string, string>> {
  return new Map((await people(web.database)).map(({ id, name }) => [id, name]))
}
