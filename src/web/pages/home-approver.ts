/** Where an approver begins: what waits for their signature, what they approved that is heard soon, and facts that end. */
import { awaitingApproval, type AwaitingApproval, keyStanding } from '../../approval/index.ts'
import { recordingsOf } from '../../audio/index.ts'
import { plusDays } from '../../base/calendar.ts'
import { deedLog, people } from '../../people/index.ts'
import type { Airing } from '../../schedule/index.ts'
import { factsOf, submittedVersions, type SubmittedVersion } from '../../scripts/index.ts'
import { dayIn, lengthOf, momentIn } from '../formats.ts'
import { languageIn } from '../upload-cards.ts'
import type { Visit, Web } from '../visit.ts'
import { scriptsAhead, weekAhead } from '../week.ts'

/** Facts that end within so many days are told of, and those that ended so many days ago. */
const [soonDays, pastDays] = [30, 90]
/** So many of one's own signatures are looked at, the newest. */
const signedMax = 1000

export async function approverHome(web: Web, visit: Visit, me: string): Promise<object> {
  const all = await awaitingApproval(web.database, visit.now)
  const isOwn = ({ author, submittedBy }: AwaitingApproval): boolean => [author, submittedBy].includes(me)
  const signed = ({ signedBy }: AwaitingApproval): boolean => signedBy.some(({ person }) => person === me)
  const forOthers = all.filter((one) => isOwn(one) || signed(one)).length
  return {
    noKey: await noKeyIn(web, visit, me),
    waiting: await waitingLines(
      web,
      visit,
      all.filter((one) => !isOwn(one) && !signed(one)),
    ),
    forOthers: forOthers === 0 ? '' : visit.say('home.for-others', { count: forOthers }),
    approvalsHref: web.mayOpen(visit.visitor, '/approvals') ? '/approvals' : null,
    soon: await scriptsAhead(web, visit, await ownAhead(web, visit, me)),
    facts: await endingFacts(web, visit),
    factsHref: web.mayOpen(visit.visitor, '/facts') ? '/facts' : null,
  }
}

/** Why this approver cannot sign anything yet, with the way to the page of keys; null when a key of theirs is in force. */
async function noKeyIn(
  web: Web,
  { say, visitor, now }: Visit,
  me: string,
): Promise<{ text: string; href: string | null; button: string } | null> {
  const standing = await keyStanding(web.database, { person: me, now })
  if (standing === 'active') return null
  return {
    text: say(`home.key-${standing}`),
    href: web.mayOpen(visitor, '/keys') ? '/keys' : null,
    button: say(standing === 'none' ? 'keys.make' : 'approvals.to-keys'),
  }
}

/** Oldest first, each with the length of its longest recording and its languages. */
async function waitingLines(web: Web, visit: Visit, waiting: readonly AwaitingApproval[]): Promise<object[]> {
  const { say, language } = visit
  const versions = await submittedVersions(web.database)
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const lines = waiting.flatMap((one) => {
    const version = versions.find(
      ({ script, version: number }) => script === one.script && number === one.version,
    )
    return version === undefined ? [] : [{ one, version }]
  })
  lines.sort((a, b) => (a.version.submittedAt < b.version.submittedAt ? -1 : 1))
  return Promise.all(
    lines.map(async ({ one, version }) => ({
      title: language === 'vi' ? version.title : version.titleEn,
      href: hrefOf(web, visit, version),
      version: say('recordings.version', { version: version.version }),
      since: say('home.submitted', {
        by: names.get(version.submittedBy) ?? version.submittedBy,
        at: momentIn(language, version.submittedAt),
      }),
      sound: await soundOf(web, visit, one),
      signatures: signaturesOf(visit, one),
      urgent: version.priority === 'khan-cap' ? say('home.urgent') : '',
    })),
  )
}

function hrefOf(
  web: Web,
  { visitor, language }: Visit,
  { script, version, title, titleEn }: SubmittedVersion,
) {
  if (web.mayOpen(visitor, '/approvals')) return `/approvals/${script}/${version}`
  return `/recordings?${new URLSearchParams({ q: language === 'vi' ? title : titleEn }).toString()}`
}

async function soundOf(web: Web, { say }: Visit, { script, version }: AwaitingApproval): Promise<string> {
  const recordings = await recordingsOf(web.database, { script, version })
  const longest = Math.max(0, ...recordings.map(({ milliseconds }) => milliseconds))
  const languages = [...new Set(recordings.map(({ language }) => language))].sort()
  return say('home.sound', {
    length: lengthOf(longest),
    languages: languages.map((tag) => languageIn(say, tag)).join(', '),
    count: recordings.length,
  })
}

function signaturesOf({ say }: Visit, { wanted, signedBy }: AwaitingApproval): string {
  if (wanted.people === 1) return ''
  return say('home.signatures', {
    given: new Set(signedBy.map(({ person }) => person)).size,
    wanted: wanted.people,
  })
}

/** Airings of the next days whose version has this person's signature; what it no longer lets be heard is not planned. */
async function ownAhead(web: Web, visit: Visit, me: string): Promise<Airing[]> {
  const filter = { person: me, what: 'approval.signed' }
  const { deeds } = await deedLog(web.database, filter, { skip: 0, take: signedMax })
  const signed = new Set(deeds.map(({ subject }) => subject))
  return (await weekAhead(web, visit)).filter(({ script, version }) => signed.has(`${script}/${version}`))
}

/** Facts that ended lately or end soon, the first to end first. */
async function endingFacts(web: Web, visit: Visit): Promise<object[]> {
  const { say, language, today } = visit
  const ending = (await factsOf(web.database)).flatMap((fact) =>
    fact.validTo !== null &&
    fact.validTo > plusDays(today, -pastDays) &&
    fact.validTo <= plusDays(today, soonDays)
      ? [{ ...fact, validTo: fact.validTo }]
      : [],
  )
  ending.sort((a, b) => (a.validTo < b.validTo ? -1 : 1))
  return ending.map(({ id, name, value, validTo }) => {
    const over = validTo <= today
    return {
      name: name[language],
      value,
      href: web.mayOpen(visit.visitor, '/facts') ? `/facts/${id}` : null,
      tone: over ? 'missed' : 'wait',
      when: say(over ? 'home.fact-ended' : 'home.fact-ends', { day: dayIn(language, validTo) }),
    }
  })
}
