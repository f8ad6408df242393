/** A text as one station would hear it: the words, how long they take, what must be decided, and what is wrong. */
import type { Sentence } from '../../base/errors.ts'
import { lineAndColumn, linesOf } from '../../base/text.ts'
import {
  estimatedSeconds,
  type Draft,
  factsMissing,
  type Finding,
  heardAt,
  type HeardText,
  lint,
  readingSeconds,
  secondsMax,
  type SpokenOf,
} from '../../scripts/index.ts'
import { lengthOf } from '../formats.ts'
import { hindrances } from '../hindrances.ts'
import type { Visit, Web } from '../visit.ts'
import { groundOf, type Place, placesFor, spokenIn } from './editor-ground.ts'

/** What is to be read, and for whom: `place` as it was typed, `station` as it was chosen. */
export type ToRead = { draft: Draft; language: string; place: string; station: string }

type Question = {
  token: string
  before: string
  after: string
  line: number | null
  /** Where the token stands in what was written; null where a fact brought it. */
  at: number | null
  choices: { value: string; words: string }[]
  /** The answer for a reading that somebody types, and the name of its field. */
  typed: { value: string; field: string } | null
}

/** The model of the panel `reading`. */
export type Reading = {
  place: string
  stations: { value: string; name: string; chosen: boolean }[]
  /** For whom it is read: “Đài … · xã …”; empty without any station. */
  heardBy: string
  /** Whether that station was made up for trying out. */
  sample: boolean
  spoken: string
  /** Why it cannot be filled, or may not be submitted; empty when it may. */
  problem: string
  lengths: { name: string; length: string; tooLong: boolean }[]
  questions: Question[]
  moreQuestions: number
  findings: { tone: 'missed' | 'wait'; level: string; where: string; text: string }[]
  moreFindings: number
  calm: boolean
}

/** The panel, and the words for a voice; those are null while it cannot be spoken. */
export type ReadAloud = { panel: Reading; spoken: string | null }

/** Questions, and findings, that are shown; the others are counted. */
const questionsShown = 30
const findingsShown = 100
const contextMax = 30

/** Reads a draft for the station that was asked for, or for the first that answers to what was typed. */
export async function readAloud(web: Web, visit: Visit, asked: ToRead): Promise<ReadAloud> {
  const ground = await groundOf(web, visit)
  const spokenOf = await spokenIn(web, visit, asked.language)
  const places = await placesFor(web, visit, asked.place)
  const chosen = places.find(({ station }) => station.id === asked.station) ?? places[0]
  const heard = heardAt(asked.draft, ground, namesOf(chosen))
  const read = heard.ok ? wordsOf(heard.text, spokenOf) : undefined
  const listed = read?.questions.slice(0, questionsShown) ?? []
  const whole = spokenOf === undefined ? ground : { ...ground, spokenOf }
  const found = lint(asked.draft, whole)
  const lineAt = linesOf(asked.draft.body)
  const missing = factsMissing(asked.draft, ground)
  const findings = [
    ...missing.map((why) => errorLine(visit, why)),
    ...found.slice(0, findingsShown).map((finding) => findingLine(visit, lineAt, finding)),
  ]
  // Facts stand among the findings; the rest is said above everything.
  const [first] = missing.length > 0 ? [] : hindrances(asked.draft, ground, found)
  const problem = heard.ok ? (first?.[visit.language] ?? '') : notHeard(visit, heard)
  const questions = heard.ok ? listed.map((one) => questionOf(asked.draft.body, heard, one)) : []
  const panel: Reading = {
    place: asked.place,
    stations: places.map((place) => ({
      value: place.station.id,
      name: placeName(place),
      chosen: place === chosen,
    })),
    sample: chosen?.station.sample ?? false,
    heardBy: chosen === undefined ? '' : placeName(chosen),
    spoken: read?.spoken ?? '',
    problem,
    lengths: heard.ok ? lengthsOf(visit, asked.language, heard.text, read?.spoken) : [],
    questions,
    moreQuestions: (read?.questions.length ?? 0) + (read?.unlisted ?? 0) - listed.length,
    findings,
    moreFindings: found.length - findings.length,
    calm: problem === '' && questions.length === 0 && findings.length === 0,
  }
  const speakable = read !== undefined && read.questions.length === 0 && spokenOf !== undefined
  return { panel, spoken: speakable && read.spoken.trim() !== '' ? read.spoken : null }
}

function wordsOf(text: string, spokenOf: SpokenOf | undefined): ReturnType<SpokenOf> {
  // What no voice reads, a person reads as it is written.
  return spokenOf?.(text) ?? { spoken: text.trim(), questions: [] }
}

function namesOf(place: Place | undefined): { unit: string; station: string } {
  if (place === undefined) return { unit: 'xã Trà Leng', station: 'đài truyền thanh xã Trà Leng' }
  const { fullName } = place.unit
  // Inside a sentence: “xã Trà Leng”.
  return { unit: fullName.charAt(0).toLowerCase() + fullName.slice(1), station: place.station.name }
}

function placeName({ station, unit }: Place): string {
  return `${station.name} · ${unit.fullName}`
}

/** Why and where the text cannot be filled. */
function notHeard({ language }: Visit, { line, column, why }: Extract<HeardText, { ok: false }>): string {
  return language === 'vi'
    ? `Dòng ${line}, cột ${column}: ${why.vi}`
    : `Line ${line}, column ${column}: ${why.en}`
}

function lengthsOf(
  { say }: Visit,
  language: string,
  text: string,
  spoken: string | undefined,
): Reading['lengths'] {
  const line = (name: string, seconds: number) => {
    return { name, length: lengthOf(seconds * 1000), tooLong: seconds > secondsMax }
  }
  const byPerson = line(
    say(language === 'vi' ? 'editor.length-other' : 'editor.length-person'),
    readingSeconds(text),
  )
  return language === 'vi' && spoken !== undefined
    ? [line(say('editor.length-voice'), estimatedSeconds(spoken)), byPerson]
    : [byPerson]
}

type Asked = ReturnType<SpokenOf>['questions'][number]

function questionOf(
  body: string,
  { text, placeOf }: Extract<HeardText, { ok: true }>,
  { token, at, choices }: Asked,
): Question {
  const place = placeOf(at)
  const written = place === undefined || body.slice(place, place + token.length) !== token ? null : place
  const [lineStart, lineEnd] = [text.lastIndexOf('\n', at - 1) + 1, (text + '\n').indexOf('\n', at)]
  const from = Math.max(lineStart, at - contextMax)
  const to = Math.min(lineEnd, at + token.length + contextMax)
  return {
    token,
    before: `${from > lineStart ? '…' : ''}${text.slice(from, at)}`,
    after: `${text.slice(at + token.length, to)}${to < lineEnd ? '…' : ''}`,
    at: written,
    line: written === null ? null : lineAndColumn(body, written).line,
    choices:
      written === null
        ? []
        : choices.map((words) => ({ words, value: answerText({ at: written, token, say: words }) })),
    typed:
      written === null
        ? null
        : { value: answerText({ at: written, token, say: '' }), field: `say-${String(written)}` },
  }
}

/** An answer to a question: what is to be said for the token that stands at a place. An empty one is in a field. */
export type Answer = { at: number; token: string; say: string }

function answerText({ at, token, say }: Answer): string {
  return JSON.stringify([at, token, say])
}

/** The answer that a button brought; undefined when it is none of ours. */
export function answerFrom(text: string): Answer | undefined {
  const [, at, token, say] = /^\[(\d{1,6}),("(?:[^"\\]|\\.)*"),("(?:[^"\\]|\\.)*")\]$/.exec(text) ?? []
  if (at === undefined || token === undefined || say === undefined) return undefined
  try {
    return { at: Number(at), token: String(JSON.parse(token)), say: String(JSON.parse(say)) }
  } catch {
    return undefined
  }
}

/** Nobody leaves more space before a word; looking further back would cost its square. */
const spacesMax = 40

/**
 * The text with one token written as it is to be said; a sentence still begins with a capital. Undefined when the
 * token does not stand there any more.
 */
export function answered(body: string, { at, token, say }: Answer): string | undefined {
  const words = say.trim()
  if (words === '' || body.slice(at, at + token.length) !== token) return undefined
  const begins = /(?:^|[.!?…]["”’)]?\s+|\n\s*)$/u.test(body.slice(Math.max(0, at - spacesMax), at))
  const written = begins ? words.charAt(0).toUpperCase() + words.slice(1) : words
  return body.slice(0, at) + written + body.slice(at + token.length)
}

/** What is in the way and stands at no place of the text. */
function errorLine({ say, language }: Visit, why: Sentence): Reading['findings'][number] {
  return { tone: 'missed', level: say('editor.level-error'), where: '', text: why[language] }
}

function findingLine(
  { say, language }: Visit,
  lineAt: (at: number) => number,
  finding: Finding,
): Reading['findings'][number] {
  const isError = finding.level === 'error'
  return {
    tone: isError ? 'missed' : 'wait',
    level: say(isError ? 'editor.level-error' : 'editor.level-warning'),
    where: finding.length === 0 ? '' : say('editor.line', { line: lineAt(finding.at) }),
    text: finding[language],
  }
}
