/** What waits for approval: for this approver, for others and why not for this one; and what they approved that airs soon. */
import { dayOf, plusDays, instantAt } from '../../base/calendar.ts'
import { foldName } from '../../base/text.ts'
import {
  approverStanding,
  type AwaitingApproval,
  awaitingApproval,
  draftStatement,
  type DraftStatement,
  hearingOfDraft,
} from '../../approval/index.ts'
import { AppError } from '../../base/errors.ts'
import { deedLog, people, type Person } from '../../people/index.ts'
import { airingsOf } from '../../schedule/index.ts'
import { type Priority, submittedVersions } from '../../scripts/index.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { dayIn, figureIn, lengthOf, momentIn } from '../formats.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import type { Tone } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { areaWords, languageNames, priorityWords } from './approvals-words.ts'

const groups = ['mine', 'others'] as const
type Group = (typeof groups)[number]

/** Airings of so many days ahead are soon. */
const soonDays = 7
/** Deeds of an approver that are looked through for what airs soon. */
const deedsLooked = 500

type Line = {
  script: string
  title: string
  titles: string
  href: string
  version: number
  group: Group
  tone: Tone
  state: string
  why: string
  since: string
  submittedAt: string
  submittedBy: string
  length: string
  /** What of it is to be heard before it is signed; empty for whoever does not sign it. */
  toHear: string
  seconds: number
  recordings: string
  languages: string
  area: string
  priority: string
  urgent: boolean
  training: boolean
  signed: string
}

/** `/approvals?q=&state=&page=` */
export async function approvalsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, group, all, found } = await approvalsAsked(web, visit)
  const { lines, paging } = pageOf(found, askedPage(visit.query), visit.link)
  const title = visit.say('approvals.title')
  const part = (which: Group) => lines.filter((line) => line.group === which)
  return {
    view: 'approvals',
    title,
    section: 'approvals',
    model: {
      ...{ title, q, paging, none: all.length === 0, filtered: q !== '' || group !== undefined },
      signs: visit.is(['approver']),
      training: visit.person?.training === true,
      choices: groups.map((each) => ({
        ...{ value: each, name: visit.say(`approvals.group-${each}`), chosen: each === group },
      })),
      found: found.length > 0,
      mine: part('mine'),
      mineHead: part('mine').length > 0 ? visit.say('approvals.mine') : '',
      others: part('others'),
      clear: '/approvals',
      csv: csvHref(visit, '/approvals.csv'),
      soon: await soonOf(web, visit),
    },
  }
}

/** `/approvals.csv`: all lines of the same filter. */
export async function approvalsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { say } = visit
  const { found } = await approvalsAsked(web, visit)
  return {
    name: 'loa-lang-cho-duyet',
    head: [
      ...['script', 'version', say('approvals.script'), say('approvals.state'), say('approvals.why')],
      ...[say('approvals.since'), say('approvals.by'), say('approvals.seconds'), say('approvals.recordings')],
      ...[
        say('approvals.languages'),
        say('approvals.area'),
        say('approvals.priority'),
        say('approvals.signed'),
      ],
    ],
    rows: found.map((line) => [
      ...[line.script, line.version, line.title, line.state, line.why, line.submittedAt, line.submittedBy],
      ...[line.seconds, line.recordings, line.languages, line.area, line.priority, line.signed],
    ]),
  }
}

async function approvalsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const group = askedChoice(visit.query, 'state', groups)
  const all = await linesOf(web, visit)
  const wanted = foldName(q)
  const found = all
    .filter((line) => group === undefined || line.group === group)
    .filter(
      ({ titles, script, submittedBy }) =>
        q === '' || (wanted !== '' && answers([titles, script, submittedBy], wanted)),
    )
  return { q, group, all, found }
}

/** Everything that waits, what this approver may sign first, oldest first. */
async function linesOf(web: Web, visit: Visit): Promise<Line[]> {
  const { database } = web
  const versions = new Map(
    (await submittedVersions(database)).map((one) => [`${one.script}/${one.version}`, one]),
  )
  const everyone = new Map((await people(database)).map((person) => [person.id, person]))
  const lines: Line[] = []
  for (const waiting of await awaitingApproval(database, visit.now)) {
    const version = versions.get(`${waiting.script}/${waiting.version}`)
    if (version === undefined) continue
    lines.push({
      ...(await headOf(web, visit, { ...waiting, ...version }, everyone)),
      ...(await standingOf(web, visit, waiting)),
      signed: visit.say('approvals.signed-by', {
        count: new Set(waiting.signedBy.map(({ person }) => person)).size,
        wanted: waiting.wanted.people,
      }),
    })
  }
  const order = (line: Line): string => `${groups.indexOf(line.group)} ${line.submittedAt} ${line.script}`
  return lines.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

async function headOf(
  web: Web,
  visit: Visit,
  one: AwaitingApproval & { titleEn: string; submittedAt: string; priority: Priority },
  everyone: ReadonlyMap<string, Person>,
) {
  const { script, version, title, titleEn, submittedAt, submittedBy, seconds, recordings, priority } = one
  const { languages, area, longest } = await coversOf(web, visit, one)
  return {
    ...{ script, version, href: `/approvals/${script}/${version}`, seconds, submittedAt },
    title: visit.language === 'vi' ? title : titleEn,
    titles: `${title} ${titleEn}`,
    since: momentIn(visit.language, submittedAt),
    submittedBy: everyone.get(submittedBy)?.name ?? submittedBy,
    training: everyone.get(submittedBy)?.training === true,
    length: visit.say('approvals.long', { length: lengthOf(longest) }),
    recordings: figureIn(visit.language, recordings),
    ...{ languages, area, priority: visit.say(priorityWords[priority]), urgent: priority === 'khan-cap' },
  }
}

/** Languages and area of what waits, and how long its longest recording takes in milliseconds, as nobody in particular would sign it. */
async function coversOf(web: Web, visit: Visit, { script, version }: AwaitingApproval) {
  const asked = { script, version, approver: '', kid: '', now: visit.now }
  const { statement, recordings } = await draftStatement(web.database, asked)
  const { languages, area } = statement
  const longest = Math.max(0, ...recordings.map(({ milliseconds }) => milliseconds))
  return { languages: languageNames(visit.say, languages), area: await areaWords(web, visit, area), longest }
}

/** Whether it waits for who looks at the page, and if not, why. */
async function standingOf(web: Web, visit: Visit, { script, version }: AwaitingApproval) {
  const { say, language, now, person } = visit
  const others = {
    ...{ toHear: '', group: 'others' as const, tone: 'idle' as const, state: say('approvals.for-others') },
  }
  if (person?.role !== 'approver')
    return { ...others, tone: 'wait' as const, state: say('approvals.waits'), why: '' }
  const standing = await approverStanding(web.database, { script, version, approver: person.id, now })
  if (standing.refusal !== null) return { ...others, why: standing.refusal.sentence[language] }
  const mine = {
    ...{ group: 'mine' as const, tone: 'wait' as const, state: say('approvals.for-you') },
    toHear: await toHearIn(web, visit, { script, version, approver: person.id }, standing.draft),
  }
  // It waits for this approver all the same: without a key it is theirs to get one.
  if (standing.keyRefusal !== null) return { ...mine, why: standing.keyRefusal[language] }
  const fromFiles = standing.lacksEd25519 && !standing.signedWithEd25519
  const byCommand = fromFiles || standing.key?.passkey === null
  return { ...mine, why: byCommand ? say('approvals.by-command') : '' }
}

/** How much of it must be heard before it is signed, in words. */
async function toHearIn(
  web: Web,
  { say }: Visit,
  listener: { script: string; version: number; approver: string },
  draft: DraftStatement | null,
): Promise<string> {
  if (draft === null) return ''
  const { items } = await hearingOfDraft(web.database, listener, draft)
  const wholeMs = items.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return say('approvals.must-hear', { length: lengthOf(wholeMs) })
}

/** What this approver signed that is planned for the coming days: when first, and at how many stations. */
async function soonOf(web: Web, visit: Visit): Promise<object[]> {
  const { person, now, language } = visit
  if (person?.role !== 'approver') return []
  const mine = { person: person.id, what: 'approval.signed' }
  const { deeds } = await deedLog(web.database, mine, { skip: 0, take: deedsLooked })
  const signed = new Set(deeds.map(({ subject }) => subject))
  const to = instantAt(plusDays(dayOf(now), soonDays + 1), '00:00')
  const coming = (await airingsOf(web.database, { from: now, to })).filter(
    (airing) => airing.cancelled === null && signed.has(`${airing.script}/${airing.version}`),
  )
  const titles = new Map(
    (await submittedVersions(web.database)).map((one) => [
      `${one.script}/${one.version}`,
      language === 'vi' ? one.title : one.titleEn,
    ]),
  )
  return [...Map.groupBy(coming, ({ script, version }) => `${script}/${version}`)].map(([name, airings]) => ({
    title: titles.get(name) ?? name,
    href: `/approvals/${name}`,
    text: visit.say('approvals.soon-line', {
      count: airings.length,
      first: momentIn(language, airings[0]?.plannedAt ?? now),
      until: dayIn(language, dayOf(airings.at(-1)?.plannedAt ?? now)),
    }),
  }))
}

/** Refuses (`not_found`) a number that is none, as the address of a version that is not there. */
export function versionIn(visit: Visit): { script: string; version: number } {
  const [script, number] = [visit.part('script'), visit.part('version')]
  if (/^[a-z0-9.-]{1,64}$/.test(script) && /^[1-9]\d{0,5}$/.test(number)) {
    return { script, version: Number(number) }
  }
  throw new AppError('not_found', {
    vi: `Không có bản tin “${script.slice(0, 60)}” bản “${number.slice(0, 20)}”. Hãy xem lại danh sách chờ duyệt.`,
    en: `There is no version “${number.slice(0, 20)}” of a script “${script.slice(0, 60)}”. Look it up in the list of what waits.`,
  })
}
