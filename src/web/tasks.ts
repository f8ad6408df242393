/**
 * What must be done now, the most pressing first, each with the next step: what stands in the way of
 * anything being heard at all, then what keeps this month from being met.
 */
import { monthOf } from '../base/calendar.ts'
import {
  approvedRecordings,
  awaitingApproval,
  type AwaitingApproval,
  currentKeysDocument,
  isOwnWork,
  keyStates,
} from '../approval/index.ts'
import { type Awaiting, recordingsOf, renderFailures } from '../audio/index.ts'
import { airingOutcomes, attestationsOf } from '../evidence/index.ts'
import { people, type Role } from '../people/index.ts'
import type { Coverage } from '../reports/index.ts'
import { scriptsOf, submittedVersions } from '../scripts/index.ts'
import { campaignsIn, previewMonth, windowsOf } from '../schedule/index.ts'
import type { AiringState } from './airing-lines.ts'
import { deviceLines, type DeviceState } from './device-lines.ts'
import { studio } from './route.ts'
import { wordOf } from './states.ts'
import type { Visit, Web } from './visit.ts'
import type { Word } from './words/index.ts'

/**
 * A thing to do: why, and the next command, or the list to look at, or (`page`) the page where it is done. `about`: what
 * of the work it belongs to.
 */
export type Task = {
  text: string
  commands: string[]
  href: string | null
  page?: boolean
  /** What the way to that page is called. */
  open?: string
  about?: 'registry' | 'people' | 'scripts' | 'plan' | 'devices' | 'airings'
}

/** So many titles are named in one sentence. */
const titlesMax = 3

/** What is to be done in the present month. */
export async function tasksOf(web: Web, visit: Visit, coverage: Coverage): Promise<Task[]> {
  if (coverage.obligations === 0) {
    return [{ ...does(visit.say('todo.registry'), 'loa registry load'), about: 'registry' }]
  }
  const who = await peopleWho(web, visit)
  return [
    ...about('people', await peopleTasks(web, visit)),
    ...about('scripts', await scriptTasks(web, visit, who)),
    ...about('plan', await planTasks(web, visit, who)),
    ...about('devices', await deviceTasks(web, visit)),
    ...about('airings', await airingTasks(web, visit, who)),
  ]
}

/** The one to name in a command: somebody of the role, not the one excepted; a word to replace when there is nobody. */
type Who = (role: Role, except?: string) => string

async function peopleWho(web: Web, { say }: Visit): Promise<Who> {
  const everyone = await people(web.database)
  return (role, except) =>
    everyone.find((one) => one.role === role && one.id !== except && one.suspendedAt === null)?.id ??
    `<${say('todo.somebody')}>`
}

function does(text: string, ...commands: string[]): Task {
  return { text, commands, href: null }
}

function sees(text: string, href: string, ...commands: string[]): Task {
  return { text, commands, href }
}

function about(what: NonNullable<Task['about']>, tasks: readonly Task[]): Task[] {
  return tasks.map((task) => ({ ...task, about: what }))
}

/** What the pages to go to are called. */
const pageNames: Readonly<Record<string, Word>> = {
  '/keys': 'nav.keys',
  '/approvals': 'nav.approvals',
  '/scripts': 'nav.scripts',
}

/** The page where it is done in place of the command, for whoever signed in and may open it: they have no command line. */
function onPage(web: Web, { visitor, person, say }: Visit, path: string, task: Task): Task {
  if (person === undefined || !web.mayOpen(visitor, path)) return task
  const name = pageNames[path]
  const open = name === undefined ? {} : { open: say('todo.open-page', { page: say(name) }) }
  return { ...task, ...open, href: path, page: true, commands: [] }
}

async function peopleTasks(web: Web, visit: Visit): Promise<Task[]> {
  const { say, now } = visit
  const everyone = await people(web.database)
  const approvers = everyone.filter(({ role }) => role === 'approver')
  const keys = (await keyStates(web.database, now)).filter(({ state }) => state !== 'revoked')
  const confirmed = keys.filter(({ state }) => state !== 'pending-confirmation')
  const signing = new Set(confirmed.map(({ person }) => person))
  const tasks: Task[] = []
  if (everyone.length === 0) {
    tasks.push(
      does(
        say('todo.people'),
        'loa people add nguyen.van.a --name "Nguyễn Văn A" --role editor',
        'loa people add tran.thi.b --name "Trần Thị B" --role approver',
      ),
    )
  } else if (approvers.length === 0) {
    const command = 'loa people add tran.thi.b --name "Trần Thị B" --role approver'
    tasks.push(onPage(web, visit, '/people/new', does(say('todo.approver'), command)))
  } else if (!approvers.some(({ id }) => signing.has(id))) {
    const somebody = `<${say('todo.somebody')}>`
    const admin = everyone.find(({ role }) => role === 'admin')?.id ?? somebody
    const [waits] = keys
    const command =
      waits === undefined
        ? `loa keys new ${approvers[0]?.id ?? ''} --file khoa-duyet.pem --by ${admin}`
        : `loa keys confirm ${waits.kid} --by ${somebody}`
    const word = visit.person === undefined ? 'todo.approver-key' : 'todo.approver-passkey'
    tasks.push(onPage(web, visit, '/keys', does(say(word), command)))
  }
  if ((await currentKeysDocument(web.database)) === undefined) {
    tasks.push(
      does(say('todo.keys'), 'loa keys root --file khoa-goc.pem', 'loa keys sign --root-file khoa-goc.pem'),
    )
  } else {
    const unlisted = keys.filter(
      ({ state, role, training }) =>
        state === 'pending-root' && role === 'approver' && training === web.training,
    )
    if (unlisted.length > 0)
      tasks.push(
        does(say('todo.keys-again', { count: unlisted.length }), 'loa keys sign --root-file khoa-goc.pem'),
      )
  }
  return tasks
}

async function scriptTasks(web: Web, visit: Visit, who: Who): Promise<Task[]> {
  const { database } = web
  const { say, language, now } = visit
  const submitted = await submittedVersions(database)
  if (submitted.length === 0) {
    const drafts = (await scriptsOf(database)).flatMap(({ id, versions }) =>
      versions.map(({ version }) => ({ id, version })),
    )
    const [draft] = drafts
    if (draft === undefined) {
      const task = does(say('todo.scripts'), `loa scripts import --by ${who('editor')}`)
      return [onPage(web, visit, '/scripts/new', task)]
    }
    const command = `loa scripts submit ${draft.id} ${draft.version} --by ${who('editor')}`
    return [onPage(web, visit, '/scripts', does(say('todo.submit', { count: drafts.length }), command))]
  }
  const awaiting = web.desk?.state.awaiting ?? []
  const tasks = readingTasks(web, visit, { awaiting, who })
  const silent = []
  for (const { script, version } of submitted) {
    if (awaiting.some((one) => one.script === script && one.version === version)) continue
    if ((await recordingsOf(database, { script, version })).length === 0) silent.push(script)
  }
  if (silent.length > 0)
    tasks.push(sees(say('todo.render', { count: silent.length }), '/recordings', 'loa audio render'))
  const failures = (await renderFailures(database)).filter(({ script, version }) =>
    submitted.some((each) => each.script === script && each.version === version),
  )
  for (const [why, failed] of Map.groupBy(failures, (failure) => failure.why[language])) {
    const said = say('todo.render-failed', { count: failed.length, why })
    tasks.push(sees(said, '/recordings', 'loa audio render --again'))
  }
  const waiting = await awaitingApproval(database, now)
  const [first] = waiting
  if (first !== undefined) {
    const named = waiting.slice(0, titlesMax).map(({ script, version, title }) => {
      const known = submitted.find((each) => each.script === script && each.version === version)
      return language === 'en' ? (known?.titleEn ?? title) : title
    })
    const titles = `${named.join('; ')}${waiting.length > titlesMax ? '…' : ''}`
    const command = `loa approval sign ${first.script} ${first.version} --by ${(await nextApprover(web, first)) ?? `<${say('todo.somebody')}>`} --key-file khoa-duyet.pem --root ${first.root.slice(0, 16)}`
    const task = sees(say('todo.approve', { count: waiting.length, titles }), '/recordings', command)
    tasks.push(onPage(web, visit, '/approvals', task))
  }
  return tasks
}

/** Somebody who may sign next: an approver whose own work it is not, first of all one who has not signed it yet. */
async function nextApprover({ database }: Web, waiting: AwaitingApproval): Promise<string | undefined> {
  const { script, version, author, signedBy } = waiting
  const everyone = await people(database)
  const side = everyone.find(({ id }) => id === author)?.training
  const signed = new Set(signedBy.map(({ person }) => person))
  for (const { id, role, training, suspendedAt } of everyone) {
    if (role !== 'approver' || suspendedAt !== null || training !== side || signed.has(id)) continue
    if (!(await isOwnWork(database, { script, version, person: id }))) return id
  }
  return undefined
}

/** What no voice can read is no failure: a person reads it. */
function readingTasks(
  web: Web,
  visit: Visit,
  { awaiting, who }: { awaiting: readonly Awaiting[]; who: Who },
): Task[] {
  const [first] = awaiting
  if (first === undefined) return []
  const { script, version, language } = first
  const command = `loa uploads add ghi-am.m4a --script ${script} --version ${version} --language ${language} --speaker … --consent … --by ${who('editor')}`
  const task = sees(visit.say('todo.read', { count: awaiting.length }), '/uploads', command)
  return [visit.is(studio) ? onPage(web, visit, '/uploads/new', task) : onPage(web, visit, '/uploads', task)]
}

async function planTasks(web: Web, { say, language, now }: Visit, who: Who): Promise<Task[]> {
  const { database } = web
  const tasks: Task[] = []
  const month = monthOf(now)
  const campaigns = await campaignsIn(database, month)
  const windows = await windowsOf(database)
  if (campaigns.length === 0) {
    const [script] = (await submittedVersions(database)).filter(({ kind }) => kind === 'bulletin')
    const command = `loa campaigns new hang-thang --title "Mỗi tháng một lần" --scripts ${script?.script ?? 'viec-nhe-luong-cao'} --by ${who('editor')}`
    tasks.push(does(say('todo.campaign'), command))
  }
  if (windows.length === 0)
    tasks.push(does(say('todo.window'), 'loa windows set sang --opens 05:30 --closes 06:30'))
  const approved = (await approvedRecordings(database, now)).some(({ kind }) => kind === 'bulletin')
  if (tasks.length > 0 || !approved) return tasks
  const preview = await previewMonth(database, month, now)
  if (preview.airings.length > 0)
    tasks.push(does(say('todo.plan', { count: preview.airings.length }), 'loa plan run'))
  for (const [why, unplaced] of Map.groupBy(preview.unplaced, (one) => one.why[language])) {
    tasks.push(does(say('todo.unplaced', { count: unplaced.length, why })))
  }
  return tasks
}

async function deviceTasks(web: Web, visit: Visit): Promise<Task[]> {
  const { say } = visit
  const lines = await deviceLines(web, visit)
  const count = (state: DeviceState): number => lines.filter((line) => line.state === state).length
  const tasks: Task[] = []
  const silent = count('silent')
  if (silent > 0) tasks.push(sees(say('todo.silent', { count: silent }), '/devices?state=silent'))
  const unknown = count('not-enrolled')
  if (unknown > 0) {
    tasks.push(
      sees(
        say('todo.enrol', { count: unknown }),
        '/devices?state=not-enrolled',
        'loa devices enrol --all --out khoa-thiet-bi.json',
      ),
    )
  }
  const never = count('never')
  if (never > 0) tasks.push(sees(say('todo.never', { count: never }), '/devices?state=never'))
  return tasks
}

async function airingTasks(web: Web, { say, now, person }: Visit, who: Who): Promise<Task[]> {
  const { database } = web
  const month = monthOf(now)
  const outcomes = await airingOutcomes(database, { month, now })
  const unsigned = new Map(
    (await attestationsOf(database, { month }))
      .filter(({ countersignedBy }) => countersignedBy === null)
      .map((attestation) => [attestation.airing, attestation]),
  )
  // Only operators confirm, and they do it on a page of theirs: to others with an account the command says nothing.
  const byCommand = (command: string): string[] => (person === undefined ? [command] : [])
  const list = (state: AiringState): string => `/airings?month=${month}&state=${state}`
  const tasks: Task[] = []
  for (const state of ['missed', 'refused', 'partial'] as const) {
    const count = outcomes.filter((outcome) => outcome.state === state).length
    if (count > 0) tasks.push(sees(say('todo.failed', { count, state: say(wordOf(state)) }), list(state)))
  }
  for (const state of ['unknown', 'waiting'] as const) {
    // A controller may still be on its way with its receipt; nobody needs to do anything for that.
    const unsaid = outcomes.filter(
      (one) =>
        one.state === state && !unsigned.has(one.airing) && (state === 'unknown' || one.villages === null),
    )
    const [first] = unsaid
    if (first === undefined) continue
    const word = state === 'unknown' ? 'todo.unknown' : 'todo.attest'
    tasks.push(
      sees(
        say(word, { count: unsaid.length }),
        list(state),
        ...byCommand(`loa attest ${first.airing} --by ${who('operator')}`),
      ),
    )
  }
  const waiting = outcomes.filter(
    ({ state, airing }) => (state === 'waiting' || state === 'unknown') && unsigned.has(airing),
  )
  const attestation = unsigned.get(waiting[0]?.airing ?? '')
  if (attestation !== undefined) {
    const command = `loa countersign ${attestation.id} --by ${who('operator', attestation.person)}`
    tasks.push(
      sees(say('todo.countersign', { count: waiting.length }), list('waiting'), ...byCommand(command)),
    )
  }
  return tasks
}
