/** What stands around every page: its name, the way to the others, language and search. */
import type { Icon } from './icons.ts'
import type { Page, Visit, Web } from './visit.ts'
import { roleWords } from './role-words.ts'
import type { Word } from './words/index.ts'

const sections = {
  month: { href: '/', icon: 'month', word: 'nav.month' },
  units: { href: '/units', icon: 'units', word: 'nav.units' },
  airings: { href: '/airings', icon: 'airings', word: 'nav.airings' },
  recordings: { href: '/recordings', icon: 'recordings', word: 'nav.recordings' },
  stations: { href: '/stations', icon: 'stations', word: 'nav.stations' },
  devices: { href: '/devices', icon: 'devices', word: 'nav.devices' },
  people: { href: '/people', icon: 'people', word: 'nav.people' },
  log: { href: '/log', icon: 'log', word: 'nav.log' },
  about: { href: '/about', icon: 'about', word: 'nav.about' },
} as const satisfies Record<string, { href: string; icon: Icon; word: Word }>

export type Section = keyof typeof sections

/** Those that find room in the bar at the foot of a phone; the others stand behind “more”. */
const barSections: readonly Section[] = ['month', 'units', 'airings']

/** Sections of which the month is part of the address; it goes along from one to the next. */
const withMonth: readonly Section[] = ['month', 'units', 'airings']

const itemsMax = 8

/** The model of the layout. */
export function shellOf(web: Web, visit: Visit, shown: Page): object {
  const month = visit.query.get('month')
  const keepsMonth = shown.status === undefined && month !== null && month !== ''
  const open = (Object.keys(sections) as Section[]).filter((section) =>
    web.mayOpen(visit.visitor, sections[section].href),
  )
  // More than eight nobody reads; the way to the last one is at the foot of every page as well.
  const listed = open.length > itemsMax ? open.filter((section) => section !== 'about') : open
  const items = listed.map((section) => {
    const { href, icon, word } = sections[section]
    const along = keepsMonth && withMonth.includes(section) ? `?month=${encodeURIComponent(month)}` : ''
    return {
      section,
      icon,
      name: visit.say(word),
      href: `${href}${along}`,
      current: section === shown.section,
    }
  })
  const other = visit.language === 'vi' ? 'en' : 'vi'
  return {
    title: shown.title,
    training: web.training,
    version: web.version,
    stylesheet: web.assets.address('style.css'),
    favicon: web.assets.address('icon.svg'),
    scripts: (['htmx.js', 'sse.js', ...(shown.scripts ?? [])] as const).map((name) =>
      web.assets.address(name),
    ),
    rail: items,
    bar: items.filter(({ section }) => barSections.includes(section)),
    more: items.filter(({ section }) => !barSections.includes(section)),
    moreCurrent: shown.section !== null && !barSections.includes(shown.section),
    person:
      visit.person === undefined
        ? null
        : { name: visit.person.name, role: visit.say(roleWords[visit.person.role]) },
    signIn: visit.visitor.kind === 'nobody' && shown.section !== null,
    search: web.mayOpen(visit.visitor, '/units'),
    otherLanguage: visit.posted ? null : other,
    otherLanguageHref: visit.link({ lang: other }),
  }
}
