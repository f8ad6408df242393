/** Where an editor begins: their drafts with what is open in them, what came back, and what is heard this week. */
import { versionStates } from '../../approval/index.ts'
import { people } from '../../people/index.ts'
import { scriptsOf, versionOf, type VersionState, type VersionSummary } from '../../scripts/index.ts'
import { type DraftQuestions, draftQuestions } from '../draft-questions.ts'
import { momentIn } from '../formats.ts'
import type { Visit, Web } from '../visit.ts'
import { daysAhead, weekAhead } from '../week.ts'

/** So many drafts are looked at; the rest is counted. */
const draftsMax = 10

/** The newest version of a script, when it is one's own. */
type Own = { script: string; version: VersionSummary; state: VersionState }

export async function editorHome(web: Web, visit: Visit, me: string): Promise<object> {
  const own = await ownVersions(web, visit, me)
  const of = (state: VersionState): Own[] => own.filter((one) => one.state === state)
  const drafts = of('draft')
  return {
    mayWrite: web.mayOpen(visit.visitor, '/scripts/new'),
    mayUpload: web.mayOpen(visit.visitor, '/uploads/new'),
    drafts: await draftLines(web, visit, drafts.slice(0, draftsMax)),
    moreDrafts:
      drafts.length > draftsMax ? visit.say('home.more-drafts', { count: drafts.length - draftsMax }) : '',
    scriptsHref: web.mayOpen(visit.visitor, '/scripts') ? '/scripts' : null,
    returned: await returnedLines(web, visit, of('returned')),
    waiting: of('submitted').map((one) => lineOf(web, visit, one)),
    days: await daysAhead(web, visit, await weekAhead(web, visit)),
  }
}

/** Newest first. */
async function ownVersions(web: Web, visit: Visit, me: string): Promise<Own[]> {
  const states = await versionStates(web.database, visit.now)
  const own = (await scriptsOf(web.database)).flatMap(({ id, versions }): Own[] => {
    const version = versions.toSorted((a, b) => b.version - a.version)[0]
    if (version === undefined || ![version.author, version.submittedBy].includes(me)) return []
    return [{ script: id, version, state: states.get(`${id}/${version.version}`) ?? 'draft' }]
  })
  return own.sort((a, b) => (a.version.createdAt > b.version.createdAt ? -1 : 1))
}

function lineOf(web: Web, visit: Visit, { script, version }: Own) {
  return {
    title: visit.language === 'vi' ? version.title : version.titleEn,
    href: web.mayOpen(visit.visitor, '/scripts') ? `/scripts/${script}` : null,
    version: visit.say('recordings.version', { version: version.version }),
    since: momentIn(visit.language, version.submittedAt ?? version.createdAt),
  }
}

async function draftLines(web: Web, visit: Visit, drafts: readonly Own[]): Promise<object[]> {
  const sources = []
  for (const { script, version } of drafts) {
    const whole = await versionOf(web.database, { script, version: version.version })
    if (whole !== undefined) sources.push(whole.source)
  }
  const open = await draftQuestions(web, visit, sources)
  return drafts.map((draft, index) => {
    const found = open[index] ?? { errors: 0, warnings: 0, questions: 0 }
    return { ...lineOf(web, visit, draft), ...openWords(visit, found) }
  })
}

function openWords({ say }: Visit, { errors, warnings, questions }: DraftQuestions) {
  const open = [
    ...(errors > 0 ? [say('home.draft-errors', { count: errors })] : []),
    ...(questions > 0 ? [say('home.draft-questions', { count: questions })] : []),
    ...(warnings > 0 ? [say('home.draft-warnings', { count: warnings })] : []),
  ]
  const tone = errors > 0 ? 'missed' : open.length > 0 ? 'wait' : 'met'
  return { tone, open: open.length === 0 ? say('home.draft-ready') : open.join(' · ') }
}

async function returnedLines(web: Web, visit: Visit, returned: readonly Own[]): Promise<object[]> {
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  return returned.map((one) => {
    const { returnedBy, returnedAt, returnedWhy } = one.version
    const by = returnedBy === null ? '' : (names.get(returnedBy) ?? returnedBy)
    const at = returnedAt === null ? '' : momentIn(visit.language, returnedAt)
    return {
      ...lineOf(web, visit, one),
      by: visit.say('home.returned-by', { by, at }),
      why: returnedWhy ?? '',
    }
  })
}
