/** The page of today: what a commune operator does with a phone in one hand; and the same for one station. */
import type { Month } from '../../base/calendar.ts'
import type { UnitCoverage } from '../../reports/index.ts'
import { unitHref } from '../coverage.ts'
import { dayIn, momentIn, monthIn } from '../formats.ts'
import { stationSeen } from '../seen.ts'
import { todayCards, type Refused } from '../today-cards.ts'
import { type TodayFacts, todayFacts } from '../today-facts.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** Words that wait on a phone: so many at most, and each for so long (assets/waiting-words.js). */
export const waitingWords = { most: 200, days: 30 } as const

/** So many areas are named that are not met. */
const areasNamedMax = 5

/** What was done just now, as the address says it after a form. */
const doneWords = {
  given: 'today.recorded-waits',
  signed: 'today.signed',
  'taken-back': 'today.taken-back',
} as const
export type Done = keyof typeof doneWords

/** `/today?said=&done=`: every station in the operator's scope. */
export function todayPage(web: Web, visit: Visit): Promise<Page> {
  return todayOf(web, visit, {})
}

/** `/stations/<id>/today?said=&done=`: one station, for whoever may see it. */
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
  const done = doneNow(visit, facts)
  const recorded = done === undefined ? '' : say(doneWords[done])
  return {
    view: 'today',
    title,
    section: operator ? 'today' : 'stations',
    ...(refused === undefined ? {} : { status: 400 }),
    // An operator's phone keeps words that cannot be sent; a desk has its network.
    scripts: operator ? ['waiting-words.js', 'operator.js'] : [],
    model: {
      title,
      station: station ?? null,
      ...cards,
      recorded,
      nothing: recorded === '' && cards.toSay.length + cards.toSign.length + cards.others.length === 0,
      noUnits: !facts.any,
      month: say('today.month', { month: monthIn(language, facts.month) }),
      units: facts.units.map((line) => ({
        name: line.unit.fullName,
        href: unitHref(line.unit, facts.month),
        state: line.state,
        sentence: unitSentence(visit, line, facts.month),
      })),
      waiting: operator ? waitingModel(visit) : null,
    },
  }
}

/** How a unit stands, with the areas that are not met by their names. */
function unitSentence({ say, language }: Visit, { areas, areasMet, areasDue }: UnitCoverage, month: Month) {
  const values = { month: monthIn(language, month), met: areasMet, total: areasDue }
  const left = areas.filter(({ state }) => state !== 'met').map(({ areaName }) => shortName(areaName))
  if (left.length === 0) return say('today.unit', values)
  const names = left.slice(0, areasNamedMax).join(', ')
  const more = left.length - areasNamedMax
  return say('today.unit-left', {
    ...values,
    names: more > 0 ? say('today.unit-more', { names, count: more }) : names,
  })
}

// "Xã Ga Ri" is Ga Ri to those who live there.
function shortName(area: string): string {
  return area.replace(/^(?:Xã|Phường|Thị trấn) (?=\D)/, '')
}

/** What the address says was done; a word that it names must be one that this person gave. */
function doneNow({ query, person }: Visit, { airings }: TodayFacts): Done | undefined {
  const given = airings.some(({ said }) =>
    said.some((word) => word.id === query.get('said') && word.person === person?.id),
  )
  if (given) return 'given'
  return (Object.keys(doneWords) as Done[]).find((each) => each === query.get('done'))
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
