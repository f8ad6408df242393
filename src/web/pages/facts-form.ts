/** The forms about facts: what was typed, what of it is wrong, and what it makes of the fact. */
import { cleanText } from '../../base/text.ts'
import type { Fact, FactChange, FactEntry, FactField } from '../../scripts/index.ts'
import { dayShown } from '../day-shown.ts'
import { fieldIn } from '../forms.ts'
import type { Page, Visit } from '../visit.ts'
import type { Word } from '../words/index.ts'
import { byIn, differencesOf, factKinds, kindWords } from './facts-lines.ts'

/** The fields of the form as they were typed, each on one line. */
export type Typed = Readonly<Record<FactField | 'why', string>> & { doubt: boolean }
export type Wrong = Partial<Record<FactField | 'on', string>>

const typedFields = [
  ...([
    'id',
    'kind',
    'nameVi',
    'nameEn',
    'value',
    'spoken',
    'source',
    'validFrom',
    'validTo',
    'why',
  ] as const),
]

/** Reads the form. */
export function typedIn(body: unknown): Typed {
  const texts = typedFields.map((name) => [name, oneLine(fieldIn(body, name))])
  return {
    ...(Object.fromEntries(texts) as Record<FactField | 'why', string>),
    doubt: fieldIn(body, 'doubt') !== '',
  }
}

function oneLine(text: string): string {
  return cleanText(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
}

/** The form of a fact as it is: the source is asked anew, because it is of the new value. */
export function typedOf(fact: Fact): Typed {
  return {
    ...{ id: fact.id, kind: fact.kind, nameVi: fact.name.vi, nameEn: fact.name.en, value: fact.value },
    ...{ spoken: fact.spoken ?? '', validFrom: fact.validFrom, validTo: fact.validTo ?? '' },
    ...{ source: '', why: '', doubt: false },
  }
}

/** What was changed in the form, which began with the fact `seen`: what was left as it stood is not changed. */
export function changeIn(typed: Typed, seen: Fact): FactChange {
  const before = typedOf(seen)
  const change: FactChange = {}
  for (const field of ['value', 'nameVi', 'nameEn', 'validFrom'] as const) {
    if (typed[field] !== before[field]) change[field] = typed[field]
  }
  if (typed.source !== '') change.source = typed.source
  if (typed.spoken !== before.spoken) change.spoken = typed.spoken === '' ? null : typed.spoken
  if (typed.validTo !== before.validTo) change.validTo = typed.validTo === '' ? null : typed.validTo
  if (typed.doubt) change.confirmed = false
  return change
}

/** What was typed for a fact that is to be new. */
export function newIn(typed: Typed): FactChange {
  const { kind, nameVi, nameEn, value, spoken, source, validFrom, validTo } = typed
  return {
    ...{ kind, nameVi, nameEn, value },
    ...(spoken === '' ? {} : { spoken }),
    ...(source === '' ? {} : { source }),
    ...(validFrom === '' ? {} : { validFrom }),
    validTo: validTo === '' ? null : validTo,
  }
}

/** Required fields that were left empty. */
export function missingIn({ say }: Visit, typed: Typed, required: readonly FactField[]): Wrong {
  const missing = required.filter((field) => typed[field] === '')
  return Object.fromEntries(missing.map((field) => [field, say('facts.needed')]))
}

/** What was typed, put on top of what somebody else entered meanwhile: what was not touched follows them. */
export function typedOver(typed: Typed, seen: Fact, newest: Fact): Typed {
  const [before, after] = [typedOf(seen), typedOf(newest)]
  const texts = typedFields.map((name) => [name, typed[name] === before[name] ? after[name] : typed[name]])
  return { ...typed, ...(Object.fromEntries(texts) as Record<FactField | 'why', string>) }
}

/** What stands in the form besides its fields. `theirs`: an entry made since `seen`. */
export type Around = {
  wrong?: Wrong
  refusal?: string
  conflict?: { seen: Fact; theirs: FactEntry; names: ReadonlyMap<string, string> }
}

/** `/facts/<id>/change` */
export function changePage(visit: Visit, newest: FactEntry, typed: Typed, around: Around = {}): Page {
  const { say } = visit
  const { fact } = newest
  const name = fact.name[visit.language]
  return {
    view: 'fact-form',
    title: say('facts.change-title'),
    section: 'facts',
    model: {
      ...{ title: say('facts.change-title'), lead: say('facts.change-lead') },
      ...{
        back: `/facts/${fact.id}`,
        backName: name,
        action: `/facts/${fact.id}/change`,
        based: newest.number,
      },
      ...{ button: say('facts.look'), refusal: around.refusal ?? '', kinds: null, doubt: typed.doubt },
      mayDoubt: fact.status === 'confirmed',
      conflict: conflictOf(visit, typed, around.conflict),
      fields: fieldsOf(visit, typed, around.wrong ?? {}, {
        ...{ isNew: false, sourceNow: fact.source },
      }),
    },
  }
}

/** `/facts/new` */
export function newPage(visit: Visit, typed: Typed, around: Around = {}): Page {
  const { say } = visit
  const title = say('facts.new')
  const kindWhy = around.wrong?.kind ?? ''
  return {
    view: 'fact-form',
    title,
    section: 'facts',
    model: {
      ...{
        title,
        lead: say('facts.new-lead'),
        back: '/facts',
        backName: say('facts.title'),
        action: '/facts',
      },
      ...{ based: 0, button: say('facts.enter'), refusal: around.refusal ?? '', conflict: null },
      ...{ mayDoubt: false, doubt: false },
      kinds: {
        why: kindWhy,
        choices: factKinds.map((value) => ({
          ...{ value, name: say(kindWords[value]), chosen: value === typed.kind },
        })),
      },
      fields: fieldsOf(visit, typed, around.wrong ?? {}, { isNew: true, sourceNow: '' }),
    },
  }
}

type Asked = {
  name: FactField | 'why'
  label: Word
  max: number
  help?: Word
  required?: boolean
  date?: boolean
}

const asked: readonly Asked[] = [
  { name: 'value', label: 'facts.value', max: 200, help: 'facts.value-help', required: true },
  { name: 'spoken', label: 'facts.spoken', max: 400, help: 'facts.spoken-help' },
  { name: 'source', label: 'facts.source-new', max: 1000, help: 'facts.source-help' },
  { name: 'validFrom', label: 'facts.valid-from', max: 10, date: true, required: true },
  { name: 'validTo', label: 'facts.valid-to', max: 10, help: 'facts.valid-to-help', date: true },
  { name: 'nameVi', label: 'facts.name-vi', max: 400, required: true },
  { name: 'nameEn', label: 'facts.name-en', max: 400, required: true },
  { name: 'why', label: 'facts.why', max: 500, help: 'facts.why-help' },
]
const askedOfNew: readonly Asked[] = [
  { name: 'id', label: 'facts.id', max: 64, help: 'facts.id-help', required: true },
  ...asked.filter(({ name }) => name.startsWith('name')),
  ...asked.filter(({ name }) => !name.startsWith('name')),
]

function fieldsOf(
  visit: Visit,
  typed: Typed,
  wrong: Wrong,
  { isNew, sourceNow }: { isNew: boolean; sourceNow: string },
): object[] {
  const { say } = visit
  return (isNew ? askedOfNew : asked).map(({ name, label, max, help, required, date }) => {
    const why = name === 'why' ? '' : (wrong[name] ?? '')
    const helped = name === 'source' && !isNew ? say('facts.source-now', { source: sourceNow }) : ''
    const shown = date === true ? dayShown(visit, typed[name]) : ''
    const said = [shown, helped, help === undefined ? '' : say(help)].filter((text) => text !== '').join(' ')
    return {
      ...{ name, max, why, value: typed[name], label: say(label), help: said },
      required: required === true || (isNew && name === 'source'),
      date: date === true,
      long: name === 'source' || name === 'why' || name === 'nameVi' || name === 'nameEn',
      describedBy: [said === '' ? '' : `${name}-help`, why === '' ? '' : `${name}-why`].join(' ').trim(),
    }
  })
}

/** Both values of every field in which the two differ from each other. */
function conflictOf(visit: Visit, typed: Typed, conflict: Around['conflict']): object | null {
  if (conflict === undefined) return null
  const { seen, theirs, names } = conflict
  const mine: Fact = {
    ...theirs.fact,
    ...{ value: typed.value, spoken: typed.spoken === '' ? null : typed.spoken },
    name: { vi: typed.nameVi, en: typed.nameEn },
    source: typed.source === '' ? theirs.fact.source : typed.source,
    ...{ validFrom: typed.validFrom, validTo: typed.validTo === '' ? null : typed.validTo },
  }
  return {
    lead: visit.say('facts.conflict', { name: byIn(visit, theirs.by, names) }),
    theirs: differencesOf(visit, seen, theirs.fact),
    mine: differencesOf(visit, theirs.fact, mine),
  }
}
