/** What is wrong, or may be, with a text before anybody approves it. Pure. */
import { type Day, dayForPeople, plusDays } from '../../base/calendar.ts'
import { lineAndColumn } from '../../base/text.ts'
import type { Sentence } from '../../base/errors.ts'
import type { Fact } from '../content.ts'
import { bodyCharactersMax } from '../fill.ts'
import { type Draft, type Ground, lengthFault, slotsHeard } from '../wording.ts'
import { factsBehind, type Finding, slotsIn, withoutSlots } from './finding.ts'
import { linkFindings } from './links.ts'
import { type Hotline, numberFindings } from './numbers.ts'
import { personFindings } from './people.ts'
import { unitFindings } from './units.ts'

/** `places`: names of communes and villages (“Trà Leng”), so that they are not taken for persons, and are for places. */
export type LintGround = Ground & { places: ReadonlySet<string> }

/** A fact that ends within so many days is warned of. */
const soonDays = 30

/**
 * Everything the rules find in a version, in the order of the text; what concerns it as a whole comes first. An
 * error keeps it from being submitted; a warning is for people to weigh. A text far too long to be a script is only
 * told so, so that looking at it is bounded.
 */
export function lint(draft: Draft, ground: LintGround): Finding[] {
  const long = lengthFinding(draft, ground)
  if (draft.body.length > bodyCharactersMax) return long
  const text = withoutSlots(draft.body)
  const here = slotsIn(draft.body).flatMap(({ name, at }) =>
    name === 'unit' || name === 'station' ? [at] : [],
  )
  const found = [
    ...long,
    ...hotlineFindings(draft, ground),
    ...factFindings(draft, ground),
    ...numberFindings(text, hotlinesOf(ground)),
    ...personFindings(text, here, ground.places),
    ...linkFindings(text, ground.facts.values()),
    ...unitFindings(draft.body),
  ]
  const whole = ({ length }: Finding): number => (length === 0 ? 0 : 1)
  return found.sort((a, b) => whole(a) - whole(b) || a.at - b.at || (a.rule < b.rule ? -1 : 1))
}

/** The first error as a refusal, with its line and how many more there are; undefined when there is none. */
export function lintRefusal(findings: readonly Finding[], body: string): Sentence | undefined {
  const errors = findings.filter(({ level }) => level === 'error')
  const [first] = errors
  if (first === undefined) return undefined
  const { line, column } = lineAndColumn(body, first.at)
  const more = errors.length - 1
  const rest: Sentence =
    more === 0 ? { vi: '', en: '' } : { vi: ` (và ${more} lỗi nữa)`, en: ` (and ${more} more)` }
  return {
    vi: `Dòng ${line}, cột ${column}: ${first.vi}${rest.vi}`,
    en: `Line ${line}, column ${column}: ${first.en}${rest.en}`,
  }
}

function lengthFinding(draft: Draft, ground: LintGround): Finding[] {
  const fault = lengthFault(draft, ground)
  return fault === undefined ? [] : [{ rule: 'too-long', level: 'error', at: 0, length: 0, ...fault }]
}

function hotlinesOf({ facts, placeholders }: LintGround): Hotline[] {
  const behind = factsBehind(placeholders)
  return [...facts.values()]
    .filter(({ kind }) => kind === 'hotline')
    .map((fact) => {
      const slot = [...behind].find(([, id]) => id === fact.id)?.[0]
      return { digits: fact.value.replaceAll(/\D/g, ''), slot, fact }
    })
    .filter(({ digits }) => digits !== '')
}

/** Who hears of danger must hear whom to call: a number that is heard today, not one that waits for confirmation. */
function hotlineFindings(draft: Draft, ground: LintGround): Finding[] {
  if (draft.kind === 'greeting') return []
  const behind = factsBehind(ground.placeholders)
  const isHotline = (slot: string): boolean => ground.facts.get(behind.get(slot) ?? '')?.kind === 'hotline'
  const heard = slotsHeard(draft, ground) ?? slotsIn(draft.body).map(({ name }) => name)
  if (heard.some(isHotline)) return []
  return [
    {
      ...{ rule: 'no-hotline', level: 'warning', at: 0, length: 0 },
      vi: 'Bản tin không nhắc số điện thoại nào để gọi khi cần. Nên thêm, ví dụ {{hotline.national}}.',
      en: 'The script names no number to call. Better add one, for example {{hotline.national}}.',
    },
  ]
}

function factFindings(draft: Draft, ground: LintGround): Finding[] {
  const behind = factsBehind(ground.placeholders)
  const places = new Map<string, { at: number; length: number }>()
  for (const { name, at, length } of slotsIn(draft.body)) {
    const id = behind.get(name)
    if (id !== undefined && !places.has(id)) places.set(id, { at, length })
  }
  for (const id of draft.facts) if (!places.has(id)) places.set(id, { at: 0, length: 0 })
  return [...places].flatMap(([id, place]) => {
    const fact = ground.facts.get(id)
    return fact === undefined ? [] : factFinding(fact, ground.day, place)
  })
}

function factFinding(fact: Fact, day: Day, place: { at: number; length: number }): Finding[] {
  const { id, name, validFrom, validTo } = fact
  const what = { vi: `Dữ kiện “${name.vi}” (${id})`, en: `The fact “${name.en}” (${id})` }
  if (validFrom > day) {
    return [
      {
        ...{ rule: 'fact-coming', level: 'error', ...place },
        vi: `${what.vi} tới ngày ${dayForPeople(validFrom)} mới có hiệu lực. Hãy trình từ ngày ấy.`,
        en: `${what.en} is not in force before ${validFrom}. Submit from that day on.`,
      },
    ]
  }
  if (validTo === null || validTo > plusDays(day, soonDays)) return []
  if (validTo <= day) {
    return [
      {
        ...{ rule: 'fact-expired', level: 'error', ...place },
        vi: `${what.vi} đã hết hiệu lực từ ngày ${dayForPeople(validTo)}. Hãy dùng dữ kiện mới.`,
        en: `${what.en} ended on ${validTo}. Use the new fact.`,
      },
    ]
  }
  return [
    {
      ...{ rule: 'fact-expiring', level: 'warning', ...place },
      vi: `${what.vi} sẽ hết hiệu lực ngày ${dayForPeople(validTo)}; từ ngày ấy bản tin không được phát nữa.`,
      en: `${what.en} ends on ${validTo}; the script is not heard from that day on.`,
    },
  ]
}
