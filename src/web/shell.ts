/** What stands around every page: its name, the way to the others, language and search. */
import { isMonth } from '../base/calendar.ts'
import { monthIn } from './formats.ts'
import type { Icon } from './icons.ts'
import type { Page, Visit, Web } from './visit.ts'
import { roleWords } from './role-words.ts'
import type { Word } from './words/index.ts'

/** Every page's place. A group is one item of the rail; its pages stand beside each other as tabs. */
const sections = {
  home: { group: 'home', href: '/', word: 'nav.home' },
  today: { group: 'today', href: '/today', word: 'nav.today' },
  month: { group: 'coverage', href: '/month', word: 'nav.month' },
  units: { group: 'coverage', href: '/units', word: 'nav.units' },
  map: { group: 'coverage', href: '/map', word: 'nav.map' },
  scripts: { group: 'scripts', href: '/scripts', word: 'nav.scripts' },
  facts: { group: 'scripts', href: '/facts', word: 'nav.facts' },
  approvals: { group: 'approvals', href: '/approvals', word: 'nav.approvals' },
  recordings: { group: 'recordings', href: '/recordings', word: 'nav.recordings' },
  uploads: { group: 'recordings', href: '/uploads', word: 'nav.uploads' },
  airings: { group: 'airings', href: '/airings', word: 'nav.airings' },
  calendar: { group: 'airings', href: '/calendar', word: 'nav.calendar' },
  stations: { group: 'stations', href: '/stations', word: 'nav.stations' },
  devices: { group: 'stations', href: '/devices', word: 'nav.devices' },
  people: { group: 'people', href: '/people', word: 'nav.people' },
  keys: { group: 'people', href: '/keys', word: 'nav.keys' },
  log: { group: 'people', href: '/log', word: 'nav.log' },
  about: { group: 'about', href: '/about', word: 'nav.about' },
} as const satisfies Record<string, { group: string; href: string; word: Word }>

export type Section = keyof typeof sections
type Group = (typeof sections)[Section]['group']

/** The items of the rail, in order: eight for whoever may open most, the programme's own page standing at the foot. */
const groups: readonly { group: Group; icon: Icon; word: Word }[] = [
  { group: 'home', icon: 'home', word: 'nav.home' },
  { group: 'today', icon: 'today', word: 'nav.today' },
  { group: 'coverage', icon: 'month', word: 'nav.coverage' },
  { group: 'scripts', icon: 'scripts', word: 'nav.scripts' },
  { group: 'approvals', icon: 'approvals', word: 'nav.approvals' },
  { group: 'recordings', icon: 'recordings', word: 'nav.recordings' },
  { group: 'airings', icon: 'airings', word: 'nav.airings' },
  { group: 'stations', icon: 'stations', word: 'nav.stations' },
  { group: 'people', icon: 'people', word: 'nav.office' },
]

/** Groups that find room in the bar at the foot of a phone, at most three; the others stand behind “more”. */
const inBar: readonly Group[] = ['home', 'today', 'coverage', 'airings', 'approvals']
const barMax = 3

/** Sections of which the month is part of the address; it goes along from one to the next. */
const withMonth: readonly Section[] = ['month', 'units', 'map', 'airings', 'calendar']

/** The ways to the other pages: the rail, its items for the foot of a phone, and the tabs beside this page. */
function waysFrom(web: Web, visit: Visit, shown: Page) {
  const month = visit.query.get('month')
  const along = shown.status === undefined && month !== null && month !== '' ? month : undefined
  const may = (section: Section): boolean => web.mayOpen(visit.visitor, sections[section].href)
  // Where somebody begins with today, the start page only leads there.
  const open = (Object.keys(sections) as Section[]).filter(
    (section) => may(section) && !(section === 'home' && may('today')),
  )
  const hrefOf = (section: Section): string => {
    const { href } = sections[section]
    return along !== undefined && withMonth.includes(section)
      ? `${href}?month=${encodeURIComponent(along)}`
      : href
  }
  const here = shown.section === null ? undefined : sections[shown.section].group
  const rail = groups.flatMap(({ group, icon, word }) => {
    const [first] = open.filter((section) => sections[section].group === group)
    if (first === undefined) return []
    const name = visit.say(group === 'people' && !open.includes('log') ? 'nav.office-keys' : word)
    return [{ group, icon, name, href: hrefOf(first), current: group === here }]
  })
  const bar = rail.filter(({ group }) => inBar.includes(group)).slice(0, barMax)
  const more = rail.filter((item) => !bar.includes(item))
  const beside = open.filter((section) => sections[section].group === here)
  return {
    rail,
    bar,
    more,
    moreCurrent: more.some(({ current }) => current),
    tabs:
      beside.length < 2
        ? []
        : beside.map((section) => ({
            name: visit.say(sections[section].word),
            href: hrefOf(section),
            current: section === shown.section,
          })),
  }
}

/** So many units are named in the top line. */
const unitsNamedMax = 3

/** What this page is about, for the top line: its month, and whose part of the province it shows. */
function aboutOf({ visitor, language, say }: Visit, { model }: Page): string {
  const { month } = model as { month?: unknown }
  const units = visitor.kind === 'person' ? (visitor.unitNames ?? []) : []
  const more = units.length > unitsNamedMax ? ['…'] : []
  return [
    ...(typeof month === 'string' && isMonth(month)
      ? [say('month.title', { month: monthIn(language, month) })]
      : []),
    ...(units.length === 0 ? [] : [[...units.slice(0, unitsNamedMax), ...more].join(', ')]),
  ].join(' · ')
}

/** The model of the layout. */
export function shellOf(web: Web, visit: Visit, shown: Page): object {
  const other = visit.language === 'vi' ? 'en' : 'vi'
  return {
    title: shown.title,
    about: aboutOf(visit, shown),
    training: web.training,
    version: web.version,
    stylesheet: web.assets.address('style.css'),
    favicon: web.assets.address('icon.svg'),
    scripts: (['htmx.js', 'sse.js', 'shell.js', ...(shown.scripts ?? [])] as const).map((name) =>
      web.assets.address(name),
    ),
    ...waysFrom(web, visit, shown),
    person:
      visit.person === undefined
        ? null
        : { name: visit.person.name, role: visit.say(roleWords[visit.person.role]) },
    signIn: visit.visitor.kind === 'nobody' && shown.section !== null,
    search: web.mayOpen(visit.visitor, '/units'),
    // What answers a form has an address only where a page to look at stands at it too.
    otherLanguage: visit.posted && !web.mayOpen(visit.visitor, visit.line) ? null : other,
    otherLanguageHref: visit.link({ lang: other }),
  }
}
