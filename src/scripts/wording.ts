/**
 * What a version says on the day it is submitted: its slots filled with facts that hold on that day, or the
 * reason why it may not be said. Pure.
 */
import { dayForPeople, type Day } from '../base/calendar.ts'
import type { Sentence } from '../base/errors.ts'
import { cleanText, figure, lineAndColumn } from '../base/text.ts'
import type { Fact, Placeholder } from './content.ts'
import { fillText } from './fill.ts'
import type { ScriptKind } from './source.ts'

/** A station is not held longer than this by one script. */
export const secondsMax = 300
/** Measured on the project's voice at its usual speed, pauses included: 11.9 characters of spoken text a second. */
export const charactersPerSecond = 12

/**
 * Turns written text into spoken words; `questions` are places (UTF-16 units in the text) that have several
 * readings or none, for a person to settle; `unlisted`: how many more there are; `foreign`: the text is hardly in
 * the language it was read in.
 */
export type SpokenOf = (text: string) => {
  spoken: string
  questions: readonly { token: string; at: number; choices: readonly string[] }[]
  unlisted?: number
  foreign?: boolean
}

/** `text`: what will be rendered, facts resolved. `facts`: ids of the facts it rests on, sorted. */
export type Wording =
  { ok: true; text: string; facts: string[]; seconds: number } | { ok: false; why: Sentence }

export type Draft = {
  kind: ScriptKind
  body: string
  validFrom: Day
  validTo: Day | null
  /** Facts declared in the front matter. */
  facts: readonly string[]
}

/** Everything but the draft that decides what may be said. */
export type Ground = {
  placeholders: readonly Placeholder[]
  facts: ReadonlyMap<string, Fact>
  day: Day
  /** Whether facts that still wait for confirmation may be spoken (demonstrations and exercises). */
  speakUnconfirmed: boolean
  spokenOf?: SpokenOf
}

/** Stands in for a station's own names while a text that names them is measured. */
const exampleNames = { unit: 'xã Trà Leng', station: 'đài truyền thanh xã Trà Leng' }
/** Reading a text aloud in words hardly makes it shorter: twice the limit is refused before any work is done. */
const textCharactersMax = 2 * secondsMax * charactersPerSecond

/**
 * The wording of a draft on a day. Refused: outside its own validity; a slot that is unknown, wrongly
 * written, or bare without a confirmed fact; a fact that is unknown, not in force that day, or unconfirmed
 * and outside `{{#if}}`; nothing left to say; longer than five minutes; open questions of the reading.
 * What the registry fills (`{{unit}}`, `{{station}}`) stays as it is, for each station's own names.
 */
export function wordingOf(draft: Draft, ground: Ground): Wording {
  if (draft.validTo !== null && draft.validTo <= ground.day) {
    return no(
      `Bản tin đã hết hiệu lực từ ngày ${dayForPeople(draft.validTo)}. Hãy sửa valid_to trong bản mới.`,
      `The script’s validity ended on ${draft.validTo}. Correct valid_to in a new version.`,
    )
  }
  const filled = fillText(draft.body, slotsOf(draft.kind, ground))
  if (!filled.ok) {
    const { line, column, why } = filled
    return no(`Dòng ${line}, cột ${column}: ${why.vi}`, `Line ${line}, column ${column}: ${why.en}`)
  }
  const facts = factsUsed(draft, filled, ground.placeholders)
  const fault = factFault(facts, ground)
  if (fault !== undefined) return fault
  const text = tidy(filled.text)
  const length = lengthOf(text, filled.text, ground.spokenOf)
  return length.ok ? { ok: true, text, facts, seconds: length.seconds } : length
}

/** The slots that are heard when the text is filled today; undefined when it cannot be filled. */
export function slotsHeard(draft: Draft, ground: Ground): string[] | undefined {
  const filled = fillText(draft.body, slotsOf(draft.kind, ground))
  return filled.ok ? filled.used : undefined
}

/**
 * Every fact that is unknown or waits for confirmation and that the draft rests on, as sentences; none while the text
 * cannot be filled. What ended or is to come is a finding of the lint.
 */
export function factsMissing(draft: Draft, ground: Ground): Sentence[] {
  const filled = fillText(draft.body, slotsOf(draft.kind, ground))
  if (!filled.ok) return []
  return factsUsed(draft, filled, ground.placeholders).flatMap((id) => {
    const fact = ground.facts.get(id)
    if (fact === undefined) return [unknownFault(id)]
    const holds = fact.validFrom <= ground.day && (fact.validTo === null || fact.validTo > ground.day)
    return holds && isUnconfirmed(fact, ground) ? [unconfirmedFault(fact)] : []
  })
}

/** Why a draft is too long to be heard, if it is; one that cannot be filled is measured as it stands. */
export function lengthFault(draft: Draft, ground: Ground): Sentence | undefined {
  const filled = fillText(draft.body, slotsOf(draft.kind, ground))
  const text = tidy(filled.ok ? filled.text : draft.body)
  if (text.length > textCharactersMax) return tooLong(estimatedSeconds(text)).why
  const measured = cleanText(withExampleNames(text))
  const seconds = estimatedSeconds(ground.spokenOf?.(measured).spoken ?? measured)
  return seconds > secondsMax ? tooLong(seconds).why : undefined
}

/** Length in seconds as the voice will speak it, estimated from its measured pace. */
export function estimatedSeconds(spoken: string): number {
  return Array.from(spoken.replaceAll(/\s+/g, ' ').trim()).length / charactersPerSecond
}

/** A figure is read as a word of about so many characters: 1022 as "một không hai hai". */
const charactersPerFigure = 5

/**
 * Length in seconds of a submitted text in any language when a person reads it, roughly: nobody says here how its
 * figures are read, so each counts as a word, and round thousands as they are named. What the registry fills counts
 * as names of the usual length.
 */
export function readingSeconds(text: string): number {
  const written = withExampleNames(text).replaceAll(/\d+(?:\.\d{3})*/g, (number) =>
    'x'.repeat(wordsIn(number) * charactersPerFigure),
  )
  return estimatedSeconds(written)
}

/** Words of a number: its figures, and the names of hundreds, thousands and millions: 100.000.000 has three. */
function wordsIn(number: string): number {
  const digits = number.replaceAll('.', '')
  const figures = digits.replace(/0+$/, '').length
  if (figures === 0) return digits.length
  const zeros = digits.length - figures
  const namesOfZeros = (zeros % 3 > 0 ? 1 : 0) + (zeros >= 3 ? 1 : 0)
  const named = number.replace(/(?:\.000)+$/, '').split('.').length - 1
  return figures + namesOfZeros + named
}

/** Every name that may stand in a text of this kind, with what it says on that day; undefined: nothing to say. */
export function slotsOf(kind: ScriptKind, ground: Ground): Record<string, string | undefined> {
  const slots: Record<string, string | undefined> = {}
  for (const { name, from, where } of ground.placeholders) {
    if (where === 'greeting' && kind !== 'greeting') continue
    if ('registry' in from) {
      // Stays as it is, to be filled for each station when its recording is made.
      slots[name] = `{{${name}}}`
      continue
    }
    const fact = ground.facts.get(from.fact)
    const speakable = fact !== undefined && (fact.status === 'confirmed' || ground.speakUnconfirmed)
    // What is heard is fixed here: where a fact says how it is read, that is what the text gets.
    slots[name] = speakable ? (fact.spoken ?? fact.value) : undefined
  }
  return slots
}

/** Facts that are declared or spoken, without those whose slot fell away. */
function factsUsed(
  draft: Draft,
  filled: { used: readonly string[]; mentioned: readonly string[] },
  placeholders: readonly Placeholder[],
): string[] {
  const factBehind = new Map(
    placeholders.flatMap(({ name, from }): [string, string][] => ('fact' in from ? [[name, from.fact]] : [])),
  )
  const behind = (names: readonly string[]) => names.flatMap((name) => factBehind.get(name) ?? [])
  const spoken = new Set(behind(filled.used))
  const fallen = new Set(behind(filled.mentioned).filter((fact) => !spoken.has(fact)))
  return [...new Set([...spoken, ...draft.facts.filter((fact) => !fallen.has(fact))])].sort()
}

function factFault(facts: readonly string[], ground: Ground): Extract<Wording, { ok: false }> | undefined {
  const today = dayForPeople(ground.day)
  for (const id of facts) {
    const fact = ground.facts.get(id)
    if (fact === undefined) {
      return { ok: false, why: unknownFault(id) }
    }
    if (fact.validTo !== null && fact.validTo <= ground.day) {
      return no(
        `Dữ kiện “${fact.name.vi}” (${id}) hết hiệu lực từ ngày ${dayForPeople(fact.validTo)}; hôm nay là ${today}. Hãy sửa bản tin theo dữ kiện mới.`,
        `The fact “${fact.name.en}” (${id}) ended on ${fact.validTo}; today is ${ground.day}. Rewrite the script with the new fact.`,
      )
    }
    if (fact.validFrom > ground.day) {
      return no(
        `Dữ kiện “${fact.name.vi}” (${id}) tới ngày ${dayForPeople(fact.validFrom)} mới có hiệu lực; hôm nay là ${today}. Hãy trình lại từ ngày ấy.`,
        `The fact “${fact.name.en}” (${id}) is not in force before ${fact.validFrom}; today is ${ground.day}. Submit again from that day on.`,
      )
    }
    if (isUnconfirmed(fact, ground)) return { ok: false, why: unconfirmedFault(fact) }
  }
  return undefined
}

function isUnconfirmed({ status }: Fact, { speakUnconfirmed }: Ground): boolean {
  return status !== 'confirmed' && !speakUnconfirmed
}

function unknownFault(id: string): Sentence {
  return {
    vi: `Không có dữ kiện nào mang mã “${id}”. Hãy sửa mục facts, hoặc ghi dữ kiện ấy vào content/facts.`,
    en: `There is no fact “${id}”. Correct the field facts, or enter that fact in content/facts.`,
  }
}

function unconfirmedFault({ id, name }: Fact): Sentence {
  return {
    vi: `Dữ kiện “${name.vi}” (${id}) còn chờ người phê duyệt hoặc quản trị xác nhận. Hãy nhờ xác nhận, hoặc bỏ câu nói về nó.`,
    en: `The fact “${name.en}” (${id}) waits for an approver or an admin to confirm it. Ask one of them, or leave out what rests on it.`,
  }
}

/** `filled` has the lines of the script's own text, so that questions can name them; `text` is what will be rendered. */
function lengthOf(
  text: string,
  filled: string,
  spokenOf?: SpokenOf,
): { ok: true; seconds: number } | Extract<Wording, { ok: false }> {
  if (text === '') {
    return no(
      'Bản tin không còn chữ nào để đọc, vì mọi câu đều đang chờ dữ kiện. Hãy viết thêm, hoặc xác nhận dữ kiện.',
      'Nothing is left to say, because every sentence waits for a fact. Write more, or have the facts confirmed.',
    )
  }
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return no(
      'Bản tin chỉ có dấu câu hoặc ký hiệu, không có chữ nào để đọc. Hãy viết nội dung.',
      'The script has only marks and signs, no word to read. Write its text.',
    )
  }
  if (text.length > textCharactersMax) return tooLong(estimatedSeconds(text))
  const measured = cleanText(withExampleNames(filled))
  const read = spokenOf?.(measured) ?? { spoken: measured, questions: [] }
  if (read.questions.length > 0) return openQuestions(read, measured)
  const seconds = estimatedSeconds(read.spoken)
  return seconds > secondsMax ? tooLong(seconds) : { ok: true, seconds }
}

/** More tokens than these are counted, not named: a refusal is read by a person. */
const questionsShownMax = 50

function openQuestions(
  { questions, unlisted = 0, foreign = false }: ReturnType<SpokenOf>,
  text: string,
): Extract<Wording, { ok: false }> {
  const asked = askedOnce(questions, text)
  const shown = asked.slice(0, questionsShownMax)
  const list = (line: string) => shown.map((one) => `${line} ${one.line}: ${one.what}`).join('; ')
  const more = questions.length + unlisted - shown.reduce((count, one) => count + one.times, 0)
  const hint: Sentence = foreign
    ? {
        vi: ' Phần lớn chữ không phải tiếng Việt: nếu bản tin do người đọc bằng tiếng khác, hãy ghi đúng mục language.',
        en: ' Most of it is not Vietnamese: if a person is to read it in another language, correct the field language.',
      }
    : { vi: '', en: '' }
  return no(
    `Chưa rõ phải đọc thế nào: ${list('dòng')}${more > 0 ? `; và ${more} chỗ nữa` : ''}. Hãy viết rõ bằng chữ, hoặc ghi cách đọc vào từ điển phát âm.${hint.vi}`,
    `It is not clear how to read: ${list('line')}${more > 0 ? `; and ${more} more` : ''}. Write it out in words, or enter its reading in the lexicon.${hint.en}`,
  )
}

/** The questions in order, each token once a line, however often it stands there. */
function askedOnce(
  questions: ReturnType<SpokenOf>['questions'],
  text: string,
): { line: number; what: string; times: number }[] {
  const asked = new Map<string, { line: number; what: string; times: number }>()
  for (const { token, at, choices } of questions) {
    const { line } = lineAndColumn(text, at)
    const shown = token.length > 60 ? `${token.slice(0, 60)}…` : token
    const what = `“${shown}”${choices.length === 0 ? '' : ` (${choices.join(' / ')})`}`
    const before = asked.get(`${line} ${what}`)
    if (before === undefined) asked.set(`${line} ${what}`, { line, what, times: 1 })
    else before.times += 1
  }
  return [...asked.values()]
}

function tooLong(seconds: number): Extract<Wording, { ok: false }> {
  const minutes = Math.ceil(seconds / 6) / 10
  return no(
    `Bản tin dài khoảng ${figure(minutes)} phút; mỗi bản tin tối đa ${secondsMax / 60} phút. Hãy cắt ngắn hoặc chia thành nhiều bản tin.`,
    `The script takes about ${minutes} minutes; at most ${secondsMax / 60} are allowed. Shorten it or make several scripts of it.`,
  )
}

function withExampleNames(text: string): string {
  return text.replaceAll('{{unit}}', exampleNames.unit).replaceAll('{{station}}', exampleNames.station)
}

/** Sentences that fell away leave no double spaces and no empty paragraphs behind. */
function tidy(text: string): string {
  return cleanText(text)
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

function no(vi: string, en: string): { ok: false; why: Sentence } {
  return { ok: false, why: { vi, en } }
}
