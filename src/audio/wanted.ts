/** Which recordings there should be, from what was submitted, the stations and their units. Pure. */
import type { Sentence } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { derivedId } from '../base/ids.ts'
import type { Station, Unit } from '../registry/index.ts'
import { fillText, type SubmittedVersion } from '../scripts/index.ts'
import { type Lexicon, type Question, speak } from './spoken/index.ts'

/** One wanted recording. `refused` says why it cannot even be tried; `byPerson`: no voice speaks its language. */
export type Wanted = {
  script: string
  version: number
  language: string
  /** Whose own recording it is; null when all stations have the same. */
  station: string | null
  spoken: string
  /** A greeting opens with the chime: every airing plays the greeting and then the script. */
  chime: boolean
  byPerson: boolean
  refused?: Sentence
}

/** A version that waits for a person to read it, and how many recordings of it are wanted (of each station its own). */
export type Awaiting = { script: string; version: number; language: string; recordings: number }

/** What somebody brought: a version, a language, and the station when it is one station's own. */
export type Brought = { script: string; version: number; language: string; station: string | null }

/**
 * One recording for each submitted bulletin version; when its text names unit or station, one for every station
 * that lies in a unit. For the newest version of each greeting one for every such station, with devices or
 * without: there people play the files by hand. Where no voice can read, what people brought is all that is wanted.
 */
export function wantedRecordings(input: {
  versions: readonly SubmittedVersion[]
  stations: readonly Station[]
  units: ReadonlyMap<string, Unit>
  /** How each language is read; a language that is not among them has no voice. */
  lexicons: ReadonlyMap<string, Lexicon>
  brought: readonly Brought[]
}): Wanted[] {
  const bulletins = input.versions.filter(({ kind }) => kind === 'bulletin')
  const greetings = newestOfEach(input.versions.filter(({ kind }) => kind === 'greeting'))
  const reader = createReader()
  const wanted = [...bulletins, ...greetings].flatMap((version) => {
    const lexicon = input.lexicons.get(version.language)
    return textsOf(version, input).map(({ station, text, refused }): Wanted => {
      const { script, version: number, language } = version
      const chime = version.kind === 'greeting'
      const base = { script, version: number, language, station, chime, byPerson: lexicon === undefined }
      if (lexicon === undefined) return { ...base, spoken: text }
      const { spoken, questions } = reader(text, lexicon)
      const why = refused ?? (questions.length === 0 ? undefined : undecided(questions))
      return { ...base, spoken, ...(why && { refused: why }) }
    })
  })
  const isBrought = (one: Wanted): boolean =>
    input.brought.some(
      ({ script, version, language, station }) =>
        script === one.script &&
        version === one.version &&
        language === one.language &&
        (station === null || station === one.station),
    )
  return wanted.filter((one) => input.lexicons.has(one.language) || !isBrought(one))
}

/** Of what is wanted, what only a person can read: one entry for each version, in the order given. */
export function awaitingPerson(wanted: readonly Wanted[]): Awaiting[] {
  const versions = Map.groupBy(
    wanted.filter(({ byPerson }) => byPerson),
    ({ script, version, language }) => JSON.stringify([script, version, language]),
  )
  return [...versions.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return []
    const { script, version, language } = first
    return [{ script, version, language, recordings: 1 + rest.length }]
  })
}

type Input = Parameters<typeof wantedRecordings>[0]

/** The recording's own name; `recipe` is what its sound depends on besides the words. */
export function recordingIdOf(wanted: Wanted, recipe: string): string {
  const { script, version, language, station, spoken } = wanted
  const digest = sha256(JSON.stringify([spoken, recipe]))
  return derivedId('rec', script, version, language, station ?? '', digest)
}

/** The texts of a version: one for all, or one for each station. */
function textsOf(
  { kind, text }: SubmittedVersion,
  { stations, units }: Input,
): { station: string | null; text: string; refused?: Sentence }[] {
  if (kind === 'bulletin' && !/\{\{(unit|station)\}\}/.test(text)) return [{ station: null, text }]
  return stations.flatMap((station) => {
    const unit = units.get(station.id)
    if (unit === undefined) return []
    const filled = filledFor(text, { unit: inSentence(unit.fullName), station: station.name })
    const { id } = station
    return filled.ok ? [{ station: id, text: filled.text }] : [{ station: id, text, refused: filled.why }]
  })
}

/** Parsing a text takes half a millisecond, and there are 241 stations: a text of bare names alone is not parsed. */
function filledFor(
  text: string,
  names: { unit: string; station: string },
): { ok: true; text: string } | { ok: false; why: Sentence } {
  const bare = /\{\{(unit|station)\}\}/g
  if (/[{}\\]/.test(text.replaceAll(bare, ''))) return fillText(text, names)
  return { ok: true, text: text.replaceAll(bare, (_, name: 'unit' | 'station') => names[name]) }
}

/**
 * Reads paragraph by paragraph, each different one once: the variants of a bulletin differ in one of them, and
 * reading a whole bulletin 241 times takes seconds. No rule looks over a blank line.
 */
function createReader(): (text: string, lexicon: Lexicon) => { spoken: string; questions: Question[] } {
  const known = new Map<Lexicon, Map<string, { spoken: string; questions: Question[] }>>()
  return (text, lexicon) => {
    const read = known.get(lexicon) ?? new Map<string, { spoken: string; questions: Question[] }>()
    known.set(lexicon, read)
    const paragraphs = text.split(/\n\s*\n/u).map((paragraph) => {
      const found = read.get(paragraph) ?? speak(paragraph, lexicon)
      read.set(paragraph, found)
      return found
    })
    return {
      spoken: paragraphs
        .map(({ spoken }) => spoken)
        .filter((spoken) => spoken !== '')
        .join('\n\n'),
      questions: paragraphs.flatMap(({ questions }) => questions),
    }
  }
}

function newestOfEach(versions: readonly SubmittedVersion[]): SubmittedVersion[] {
  const newest = new Map<string, SubmittedVersion>()
  for (const version of versions) {
    const known = newest.get(version.script)
    if (known === undefined || known.version < version.version) newest.set(version.script, version)
  }
  return [...newest.values()]
}

/** "Xã Trà Leng" as it stands inside a sentence: "xã Trà Leng". */
function inSentence(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function undecided(questions: readonly Question[]): Sentence {
  const tokens = [...new Set(questions.map(({ token }) => token))]
  const list = `“${tokens.slice(0, 8).join('”, “')}”${tokens.length > 8 ? ' …' : ''}`
  return {
    vi: `Chưa rõ cách đọc ${list}. Hãy viết rõ ra bằng chữ, hoặc thêm vào từ điển cách đọc, rồi trình lại.`,
    en: `It is not decided how to say ${list}. Write it out, or add it to the speech lexicon, and submit again.`,
  }
}
