/** Which recordings there should be, from what was submitted, the stations and their units. Pure. */
import type { Sentence } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { derivedId } from '../base/ids.ts'
import type { Station, Unit } from '../registry/index.ts'
import { fillText, type SubmittedVersion } from '../scripts/index.ts'
import { type Lexicon, type Question, speak } from './spoken/index.ts'

/** One wanted recording. `refused` says why it cannot even be tried. */
export type Wanted = {
  id: string
  script: string
  version: number
  language: string
  station: string | null
  spoken: string
  /** A greeting opens with the chime: every airing plays the greeting and then the script. */
  chime: boolean
  refused?: Sentence
}

/**
 * One recording for each submitted bulletin version, and for the newest version of each greeting one for
 * every station that has a device and lies in a unit. `recipe` is what the sound depends on besides the words.
 */
export function wantedRecordings(input: {
  versions: readonly SubmittedVersion[]
  stations: readonly Station[]
  units: ReadonlyMap<string, Unit>
  lexicon: Lexicon
  recipeFor: (language: string, chime: boolean) => string | undefined
}): Wanted[] {
  const bulletins = input.versions.filter(({ kind }) => kind === 'bulletin')
  const greetings = newestOfEach(input.versions.filter(({ kind }) => kind === 'greeting'))
  return [
    ...bulletins.map((version) => one(input, version, null, version.text)),
    ...greetings.flatMap((version) =>
      input.stations.flatMap((station) => {
        const unit = input.units.get(station.id)
        if (station.devices.length === 0 || unit === undefined) return []
        const filled = fillText(version.text, { unit: inSentence(unit.fullName), station: station.name })
        if (filled.ok) return [one(input, version, station.id, filled.text)]
        return [{ ...one(input, version, station.id, version.text), refused: filled.why }]
      }),
    ),
  ]
}

type Input = Parameters<typeof wantedRecordings>[0]

function one(
  { lexicon, recipeFor }: Input,
  version: SubmittedVersion,
  station: string | null,
  text: string,
): Wanted {
  const { script, version: number, language } = version
  const chime = version.kind === 'greeting'
  const { spoken, questions } = speak(text, lexicon)
  const recipe = recipeFor(language, chime)
  const digest = sha256(JSON.stringify([spoken, recipe ?? '']))
  const wanted = {
    id: derivedId('rec', script, number, language, station ?? '', digest),
    script,
    version: number,
    language,
    station,
    spoken,
    chime,
  }
  if (recipe === undefined) return { ...wanted, refused: noVoice(language) }
  return questions.length === 0 ? wanted : { ...wanted, refused: undecided(questions) }
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
function inSentence(fullName: string): string {
  return fullName.charAt(0).toLowerCase() + fullName.slice(1)
}

function noVoice(language: string): Sentence {
  return {
    vi: `Chưa có giọng máy nào đọc được ngôn ngữ “${language}”. Bản tin này cần người thật đọc và thu âm.`,
    en: `No machine voice speaks the language “${language}”. This script needs a person to read and record it.`,
  }
}

function undecided(questions: readonly Question[]): Sentence {
  const tokens = [...new Set(questions.map(({ token }) => token))]
  const list = `“${tokens.slice(0, 8).join('”, “')}”${tokens.length > 8 ? ' …' : ''}`
  return {
    vi: `Chưa rõ cách đọc ${list}. Hãy viết rõ ra bằng chữ, hoặc thêm vào từ điển cách đọc, rồi trình lại.`,
    en: `It is not decided how to say ${list}. Write it out, or add it to the speech lexicon, and submit again.`,
  }
}
