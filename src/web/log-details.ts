/** The details of a deed as people read them: what each is called and its value, and what has changed. */
import { isDay } from '../base/calendar.ts'
import { missedReasons, missedReasonWords } from '../evidence/index.ts'
import { type Deed, roles } from '../people/index.ts'
import { dayIn, figureIn, lengthOf, momentIn } from './formats.ts'
import { roleWords } from './role-words.ts'
import { titlesOf } from './titles.ts'
import type { Visit, Web } from './visit.ts'
import { isWord } from './words/index.ts'

/** Longer values are cut: the whole stands in the CSV. */
const valueMax = 120
const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/
const digest = /^[\da-f]{32,}$/

/** “lý do: mưa to; dài 1:37”: known details by their words, others by their own names; empty ones say nothing. */
export function detailIn(visit: Visit, detail: unknown): string {
  if (!isRecord(detail)) return isEmpty(detail) ? '' : cut(JSON.stringify(detail))
  const { before, after, ...more } = detail
  return [...changesIn(visit, before, after), ...pairsIn(visit, more)].join('; ')
}

function pairsIn(visit: Visit, detail: Record<string, unknown>): string[] {
  return Object.entries(detail)
    .filter(([, value]) => !isEmpty(value))
    .map(([key, value]) => `${labelOf(visit, key)}: ${valueIn(visit, key, value)}`)
}

/** What is other than it was. Where there was nothing before, all there is now. */
function changesIn(visit: Visit, before: unknown, after: unknown): string[] {
  if (!isRecord(after)) {
    return pairsIn(visit, { ...(isEmpty(before) ? {} : { before }), ...(isEmpty(after) ? {} : { after }) })
  }
  if (!isRecord(before)) return pairsIn(visit, after)
  const told = (key: string, value: unknown): string =>
    isEmpty(value) ? visit.say('detail.none') : valueIn(visit, key, value)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${labelOf(visit, key)}: ${told(key, before[key])} → ${told(key, after[key])}`)
}

function labelOf({ say }: Visit, key: string): string {
  const word = `detail.${key}`
  return isWord(word) ? say(word) : key
}

function valueIn(visit: Visit, key: string, value: unknown): string {
  const { say, language } = visit
  if (Array.isArray(value)) return cut(value.map((each) => valueIn(visit, key, each)).join(', '))
  if (typeof value === 'boolean') return say(value ? 'detail.yes' : 'detail.no')
  if (typeof value === 'number') return key === 'seconds' ? lengthOf(value * 1000) : figureIn(language, value)
  if (typeof value !== 'string') return cut(nestedIn(visit, value))
  if (key === 'outcome' && (value === 'played' || value === 'missed')) return say(`detail.${value}`)
  const role = key === 'role' ? roles.find((each) => each === value) : undefined
  if (role !== undefined) return say(roleWords[role])
  const reason = key === 'reason' ? missedReasons.find((each) => each === value) : undefined
  if (reason !== undefined) return missedReasonWords[reason][language]
  if (instant.test(value)) return momentIn(language, value)
  if (isDay(value)) return dayIn(language, value)
  return digest.test(value) ? `${value.slice(0, 16)}…` : cut(value)
}

function nestedIn(visit: Visit, value: unknown): string {
  // A name in several languages is read in one of them.
  if (isRecord(value) && typeof value[visit.language] === 'string') return String(value[visit.language])
  return isRecord(value) ? pairsIn(visit, value).join(', ') : JSON.stringify(value)
}

/** Whom or what deeds are about, by its name, with its page where this visitor may open it. */
export async function subjectsOf(
  web: Web,
  visit: Visit,
  names: ReadonlyMap<string, string>,
): Promise<(deed: Deed) => { text: string; href: string | null; plain: string }> {
  const title = await titlesOf(web, visit.language)
  const may = (path: string): boolean => web.mayOpen(visit.visitor, path)
  return ({ what, subject }) => {
    const bare = { text: subject, href: null, plain: '' }
    const [kind = ''] = what.split('.')
    const [, script, version] = /^([a-z\d.-]+)\/(\d+)$/.exec(subject) ?? []
    if (script !== undefined && ['script', 'recording', 'approval'].includes(kind)) {
      const named = title(script, Number(version))
      const plain = named === script ? '' : subject
      return {
        text: plain === '' ? subject : named,
        href: may('/scripts') ? `/scripts/${script}` : null,
        plain,
      }
    }
    if (kind === 'fact') return { ...bare, href: may('/facts') ? `/facts/${subject}` : null }
    const station = kind === 'window' ? /^tt-\d+$/.exec(subject)?.[0] : undefined
    if (station !== undefined) return { ...bare, href: may('/stations') ? `/stations/${station}` : null }
    const name = names.get(subject)
    if (name === undefined) return bare
    return { text: name, href: may('/people') ? `/people/${subject}` : null, plain: subject }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function cut(text: string): string {
  return text.length <= valueMax ? text : `${text.slice(0, valueMax)}…`
}
