/** One script: its versions with what was done to each, the difference between two, and how one of them sounds. */
import { versionStates } from '../../approval/index.ts'
import { type Deed, deedsOf, people } from '../../people/index.ts'
import {
  differenceOf,
  type ScriptSummary,
  type ScriptVersion,
  stepsFrom,
  type VersionState,
} from '../../scripts/index.ts'
import { dayIn, momentIn } from '../formats.ts'
import { askedSearch, askedVersion } from '../query.ts'
import { languageIn } from '../upload-cards.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { isWord } from '../words/index.ts'
import { scriptAsked, versionThere } from './editor.ts'
import { kindIn, priorityIn } from './editor-form.ts'
import { readAloud, type Reading } from './editor-reading.ts'
import { chipOf, writers } from './scripts.ts'
import { differenceLines } from './scripts-difference.ts'

/** `/scripts/<id>?version=&before=&place=&station=`: `refusal`: why a deed could not be done. */
export async function scriptPage(web: Web, visit: Visit, { refusal = '' } = {}): Promise<Page> {
  const { say } = visit
  const script = await scriptAsked(web, visit)
  const newest = script.versions.at(-1)?.version ?? 1
  const fromPath = Number(visit.part('version'))
  const number = fromPath > 0 ? fromPath : (askedVersion(visit.query) ?? newest)
  const version = await versionThere(web, script.id, number)
  const states = await versionStates(web.database, visit.now)
  const stateOf = (one: number): VersionState => states.get(`${script.id}/${one}`) ?? 'draft'
  const state = stateOf(number)
  const { source } = version
  const title = visit.language === 'vi' ? source.title : source.titleEn
  const writes = visit.is(writers)
  const reading = await readingOf(web, visit, version)
  const open = writes && stepsFrom.submit.includes(state)
  const notYet = open ? notYetIn(visit, reading) : ''
  return {
    view: 'scripts-one',
    title,
    section: 'scripts',
    scripts: ['editor.js'],
    model: {
      ...{ title, refusal, id: script.id, version: number, state: chipOf(state), writes },
      saved: saidIn(visit, number),
      older: number < newest ? say('script.older', { newest }) : '',
      kind: kindIn(visit, script.kind),
      writeHref: `/scripts/${script.id}/edit${number === newest ? '' : `?version=${number}`}`,
      markdown: `/scripts/${script.id}/${number}.md`,
      maySubmit: open && notYet === '',
      notYet,
      mayWithdraw: writes && stepsFrom.withdraw.includes(state),
      approval: approvalOf(web, visit, version, state),
      recordings: version.text === null ? null : `/recordings?q=${encodeURIComponent(title.slice(0, 100))}`,
      details: detailsOf(visit, version),
      versions: await versionLines(web, visit, script, number, stateOf),
      ...(await differenceIn(web, visit, script, version)),
      reading,
      place: askedSearch(new URLSearchParams({ q: visit.query.get('place') ?? '' })),
      path: `/scripts/${script.id}`,
    },
  }
}

/** What was just done, where the address says so. */
function saidIn({ say, query }: Visit, version: number): string {
  if (query.get('submitted') === '1') return say('script.submitted')
  return query.get('saved') === '1' ? say('script.saved', { version }) : ''
}

/** How much keeps a draft from being submitted, in words; empty when nothing does. */
function notYetIn({ say }: Visit, { problem, findings, questions, moreQuestions }: Reading): string {
  const errors = findings.filter(({ tone }) => tone === 'missed').length + (problem === '' ? 0 : 1)
  const unclear = questions.length + moreQuestions
  return errors + unclear === 0 ? '' : say('script.not-yet', { errors, unclear })
}

/** The way to the page where it is heard and approved, for those who may open it: to approve it, or to see how it stands. */
function approvalOf(
  web: Web,
  visit: Visit,
  { script, version, author, submittedBy }: ScriptVersion,
  state: VersionState,
): { href: string; text: string } | null {
  if (state !== 'submitted' || !web.mayOpen(visit.visitor, '/approvals')) return null
  const me = visit.person?.id ?? ''
  const approves = visit.is(['approver']) && ![author, submittedBy].includes(me)
  return {
    href: `/approvals/${script}/${version}`,
    text: visit.say(approves ? 'script.to-approval' : 'script.to-approval-look'),
  }
}

function detailsOf(visit: Visit, { source }: ScriptVersion): { name: string; value: string }[] {
  const { say, language } = visit
  const until =
    source.validTo === null
      ? say('script.no-end')
      : say('script.until', { day: dayIn(language, source.validTo) })
  const details = [
    { name: say('editor.title'), value: language === 'vi' ? source.titleEn : source.title },
    { name: say('editor.language'), value: languageIn(say, source.language) },
    { name: say('editor.priority'), value: priorityIn(visit, source.priority) },
    { name: say('script.validity'), value: `${dayIn(language, source.validFrom)} – ${until}` },
    { name: say('editor.audience'), value: source.audience.join(', ') },
    { name: say('editor.facts'), value: source.facts.join(', ') },
    { name: say('editor.sources'), value: source.sources.join(' · ') },
    { name: say('editor.summary'), value: source.summaryEn },
  ]
  const other = say(language === 'vi' ? 'editor.title-en' : 'editor.title')
  return details
    .map((one, index) => (index === 0 ? { ...one, name: other } : one))
    .filter(({ value }) => value !== '')
}

/** Versions, the newest first, each with what people did to it. */
async function versionLines(
  web: Web,
  visit: Visit,
  { id, versions }: ScriptSummary,
  shown: number,
  stateOf: (version: number) => VersionState,
) {
  const names = new Map((await people(web.database)).map((person) => [person.id, person.name]))
  const lines = []
  for (const { version } of [...versions].reverse()) {
    const deeds = await deedsOf(web.database, { subject: `${id}/${version}` })
    lines.push({
      version,
      href: `/scripts/${id}?version=${version}`,
      current: version === shown,
      state: chipOf(stateOf(version)),
      deeds: deeds.map((deed) => deedLine(visit, deed, names)),
    })
  }
  return lines
}

function deedLine(
  { say, language }: Visit,
  deed: Pick<Deed, 'at' | 'person' | 'what' | 'detail'>,
  names: ReadonlyMap<string, string>,
) {
  const word = `deed.${deed.what}`
  const why = (deed.detail as { why?: unknown } | null)?.why
  return {
    what: isWord(word) ? say(word) : deed.what,
    who: deed.person === null ? '' : (names.get(deed.person) ?? deed.person),
    at: momentIn(language, deed.at),
    why: typeof why === 'string' ? why : '',
  }
}

/** What is different from an earlier version, the one before unless another is asked for. */
async function differenceIn(web: Web, visit: Visit, { id, versions }: ScriptSummary, after: ScriptVersion) {
  const others = versions.map(({ version }) => version).filter((version) => version !== after.version)
  const asked = Number(visit.query.get('before'))
  const before = others.find((one) => one === asked) ?? others.filter((one) => one < after.version).at(-1)
  if (before === undefined) return { difference: null }
  const earlier = await versionThere(web, id, before)
  return {
    difference: {
      title: visit.say('script.difference', { before, after: after.version }),
      lines: differenceLines(differenceOf(earlier.source.body, after.source.body)),
      choices: others.map((version) => ({
        value: version,
        name: visit.say('recordings.version', { version }),
        chosen: version === before,
      })),
    },
  }
}

/** A draft as it would be heard today, with what is wrong; what was submitted, as it was fixed then. */
async function readingOf(
  web: Web,
  visit: Visit,
  { source, text }: ScriptVersion,
): Promise<Reading & { answers: '' }> {
  const { panel } = await readAloud(web, visit, {
    draft: { ...source, body: text ?? source.body },
    language: source.language,
    place: (visit.query.get('place') ?? '').slice(0, 100),
    station: visit.query.get('station') ?? '',
  })
  const weighed = text === null ? {} : { problem: '', findings: [], calm: false }
  return { ...panel, ...weighed, answers: '' }
}
