/** The airings of the page of today as its views want them. */
import { dayOf, timeOfDay } from '../base/calendar.ts'
import { millisecondsBetween, plusMilliseconds } from '../base/time.ts'
import {
  type Attestation,
  missedReasons,
  missedReasonWords,
  noteCharactersMax,
  takeBackWithinHours,
} from '../evidence/index.ts'
import { people } from '../people/index.ts'
import { villagesOf } from '../registry/index.ts'
import { airingHref } from './by-hand.ts'
import { dayIn, lengthOf, momentIn } from './formats.ts'
import { titlesOf } from './titles.ts'
import { placeOf, type Place, type TodayAiring, type TodayFacts } from './today-facts.ts'
import type { Visit, Web } from './visit.ts'
import type { Who } from './who.ts'

/** A form that was refused: what was typed, and why it was not taken. */
export type Refused = { airing: string; typed: TypedWord; why: string }
export type TypedWord = {
  outcome: string
  playedAt: string
  reason: string
  note: string
  villages: readonly string[]
}

/** Looks up what many cards need, once. */
type Desk = {
  web: Web
  visit: Visit
  title: (script: string, version: number) => string
  nameOf: (person: string) => string
  maySpeak: boolean
  refused: Refused | undefined
}

/** Who may say what was heard: everyone with an account but those who check it. */
export const witnesses: readonly Who[] = ['admin', 'editor', 'approver', 'operator']

/** The cards of the page in their places, those that wait longest first. */
export async function todayCards(web: Web, visit: Visit, facts: TodayFacts, refused?: Refused) {
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const desk: Desk = {
    web,
    visit,
    title: await titlesOf(web, visit.language),
    nameOf: (person) => names.get(person) ?? person,
    maySpeak: visit.is(witnesses),
    refused,
  }
  const placed: Record<Place, object[]> = { 'to-say': [], 'to-sign': [], said: [], others: [], ahead: [] }
  for (const one of facts.airings) {
    const place = placeOf(one, visit.person?.id, visit.now)
    if (place !== undefined) placed[place].push(await cardOf(desk, one, place))
  }
  const next = facts.airings.find(
    ({ airing }) => airing.plannedAt > visit.now && airing.cancelled === null,
  )?.airing
  return {
    ...{ toSay: placed['to-say'], toSign: placed['to-sign'], said: placed.said },
    ...{ others: placed.others, ahead: placed.ahead },
    next:
      next === undefined
        ? ''
        : visit.say('today.nothing-next', {
            moment: momentIn(visit.language, next.plannedAt),
            title: desk.title(next.script, next.version),
          }),
  }
}

async function cardOf(desk: Desk, one: TodayAiring, place: Place) {
  const { visit } = desk
  const { airing, station, outcome, said } = one
  const { language, say } = visit
  const { moment, title: name, label } = named(desk, airing)
  const today = dayOf(airing.plannedAt) === visit.today
  const isToPlay = outcome.state === 'coming' || (outcome.state === 'waiting' && said.length === 0)
  const byHand = airing.devices.length === 0
  const mine = said.find(({ person }) => person === visit.person?.id)
  return {
    id: airing.id,
    plannedAt: airing.plannedAt,
    time: timeOfDay(airing.plannedAt).slice(0, 5),
    day: today ? '' : dayIn(language, dayOf(airing.plannedAt)),
    moment,
    title: name,
    label,
    length: say('today.length', { length: lengthOf(millisecondsBetween(airing.plannedAt, airing.endsAt)) }),
    stationName: station.name,
    sample: station.sample,
    state: outcome.state,
    // Where people decide, the heading above says what is missing.
    why: byHand && place !== 'others' ? '' : (outcome.why?.[language] ?? ''),
    file: isToPlay ? airingHref(airing, visit.today) : null,
    print: isToPlay && byHand ? `/airings/${airing.id}/script` : null,
    words: await wordsOf(desk, one, place),
    sign: place === 'to-sign' && desk.maySpeak ? await toSign(desk, one) : null,
    mine: mine === undefined ? null : await saidLine(desk, mine, station.id),
    mayTakeBack:
      place === 'said' &&
      mine !== undefined &&
      visit.now <= plusMilliseconds(mine.at, takeBackWithinHours * 3_600_000),
    takeBackHelp: say('today.take-back-help', { hours: takeBackWithinHours }),
  }
}

/** An airing in a few words: when and what. */
function named({ visit, title: titleOf }: Desk, { plannedAt, script, version }: TodayAiring['airing']) {
  const [moment, title] = [momentIn(visit.language, plannedAt), titleOf(script, version)]
  return { moment, title, label: `${moment}, ${title}` }
}

/** The two forms of a card: shown when it has begun; until then they wait in the page for the phone's own clock. */
async function wordsOf(desk: Desk, { airing, station, outcome, said }: TodayAiring, place: Place) {
  const { visit, web, maySpeak } = desk
  const later = place === 'others' && outcome.state === 'coming' && airing.devices.length === 0
  if (!maySpeak || (place !== 'to-say' && place !== 'to-sign' && !later)) return null
  const refused = desk.refused?.airing === airing.id ? desk.refused : undefined
  const typed = refused?.typed
  const planned = `${dayOf(airing.plannedAt)}T${timeOfDay(airing.plannedAt).slice(0, 5)}`
  const wrong = (outcome: string): string => (typed?.outcome === outcome ? (refused?.why ?? '') : '')
  return {
    id: airing.id,
    ...{ action: `/airings/${airing.id}/attest`, ...named(desk, airing) },
    person: visit.person?.id ?? '',
    opens: later ? airing.plannedAt : null,
    ...formsIn(place, said),
    playedWord: visit.oneTime(),
    missedWord: visit.oneTime(),
    playedWhy: wrong('played'),
    missedWhy: wrong('missed'),
    planned,
    playedAt: typed === undefined || typed.playedAt === '' ? planned : typed.playedAt,
    note: typed?.note ?? '',
    most: noteCharactersMax,
    villages: (await villagesOf(web.database, station.id)).map(({ id, name }) => {
      return { id, name, chosen: typed?.villages.includes(id) ?? false }
    }),
    reasons: missedReasons.map((reason) => ({
      value: reason,
      name: missedReasonWords[reason][visit.language],
      chosen: typed?.reason === reason,
    })),
  }
}

/** Which forms a card has: both, or beside somebody's word only the one that says otherwise. */
function formsIn(place: Place, said: readonly Attestation[]) {
  if (place !== 'to-sign') return { differs: false, played: true, missed: true }
  const open = said.filter(({ countersignedBy }) => countersignedBy === null)
  const has = (outcome: Attestation['outcome']): boolean => open.some((word) => word.outcome === outcome)
  return { differs: true, played: !has('played'), missed: !has('missed') }
}

async function toSign(desk: Desk, { said, station }: TodayAiring) {
  const open = said.filter(({ countersignedBy }) => countersignedBy === null)
  const lines = []
  for (const attestation of open) lines.push(await saidLine(desk, attestation, station.id))
  return lines
}

/** What somebody said, in words. */
async function saidLine({ visit, nameOf, web }: Desk, attestation: Attestation, station: string) {
  const { language, say } = visit
  const { reason, playedAt, villagesMissed, note } = attestation
  const what =
    playedAt !== null
      ? say('today.given-played', { moment: momentIn(language, playedAt) })
      : reason === null
        ? say('today.given-missed-plain')
        : say('today.given-missed', { reason: missedReasonWords[reason][language] })
  const missed = villagesMissed.length === 0 ? [] : await villagesOf(web.database, station)
  const villages = missed.filter(({ id }) => villagesMissed.includes(id)).map(({ name }) => name)
  return {
    id: attestation.id,
    person: visit.person?.id ?? '',
    played: attestation.outcome === 'played',
    what,
    villages: villages.length === 0 ? '' : say('today.given-villages', { villages: villages.join(', ') }),
    note,
    by: say('today.given-by', {
      name: nameOf(attestation.person),
      moment: momentIn(language, attestation.at),
    }),
  }
}
