/** The page of today: what a commune operator does with a phone in one hand; and the same for one station. */
import { unitHref } from '../coverage.ts'
import { dayIn, momentIn, monthIn } from '../formats.ts'
import { stationSeen } from '../seen.ts'
import { todayCards, type Refused } from '../today-cards.ts'
import { type TodayFacts, todayFacts } from '../today-facts.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** Words that wait on a phone: so many at most, and each for so long (assets/waiting-words.js). */
export const waitingWords = { most: 200, days: 30 } as const

/** `/today?said=`: every station in the operator's scope. */
export function todayPage(web: Web, visit: Visit): Promise<Page> {
  return todayOf(web, visit, {})
}

/** `/stations/<id>/today?said=`: one station, for whoever may see it. */
export async function stationTodayPage(web: Web, visit: Visit): Promise<Page> {
  return todayOf(web, visit, { station: await stationSeen(web, visit, visit.part('id')) })
}

/** The page; with a form that was refused, what was typed stands in it again with the reason. */
export async function todayOf(
  web: Web,
  visit: Visit,
  { station, refused }: { station?: { id: string; name: string }; refused?: Refused },
): Promise<Page> {
  const { say, language } = visit
  const facts = await todayFacts(web, visit, station?.id)
  const cards = await todayCards(web, visit, facts, refused)
  const day = dayIn(language, visit.today)
  const title =
    station === undefined
      ? say('today.title', { day })
      : say('today.title-station', { station: station.name, day })
  const operator = visit.is(['operator'])
  return {
    view: 'today',
    title,
    section: operator ? 'today' : 'stations',
    ...(refused === undefined ? {} : { status: 400 }),
    // An operator's phone keeps words that cannot be sent; a desk has its network.
    scripts: operator ? ['waiting-words.js', 'operator.js'] : [],
    model: {
      title,
      ...cards,
      recorded: saidNow(visit, facts),
      nothing: cards.toSay.length + cards.toSign.length + cards.others.length === 0,
      noUnits: !facts.any,
      month: say('today.month', { month: monthIn(language, facts.month) }),
      units: facts.units.map(({ unit, areasMet, areasDue, state }) => ({
        name: unit.fullName,
        href: unitHref(unit, facts.month),
        state,
        sentence: say('today.unit', {
          ...{ month: monthIn(language, facts.month), met: areasMet, total: areasDue },
        }),
      })),
      waiting: operator ? waitingModel(visit) : null,
    },
  }
}

/** Whether the address names a word that this person gave: then it was given just now. */
function saidNow({ query, person }: Visit, { airings }: TodayFacts): boolean {
  return airings.some(({ said }) =>
    said.some((word) => word.id === query.get('said') && word.person === person?.id),
  )
}

/** What the script of the page is told: whose words wait here, and its words. */
function waitingModel({ say, now, language, person }: Visit) {
  const { most, days } = waitingWords
  return {
    person: person?.id ?? '',
    offline: say('today.offline', { moment: momentIn(language, now) }),
    why: say('today.queue-why', { most, days }),
    words: JSON.stringify({
      most,
      days,
      count: say('today.queue', { count: '{count}' }),
      drop: say('today.queue-drop'),
      dismiss: say('today.queue-dismiss'),
      old: say('today.queue-old', { days }),
      refused: say('today.queue-refused'),
      signedOut: say('today.queue-signed-out'),
      waits: say('today.waits'),
      sent: say('today.sent'),
    }),
  }
}
