/** What an approver must have heard before signing, chosen from all that the signature would cover. Pure. */
import type { Recording } from '../audio/index.ts'
import { sha256 } from '../base/hash.ts'

/**
 * One thing to listen to. `why`: `whole` is the one variant of its language that stands for all; `differs` is one
 * sentence of a kind that is not the same everywhere; `sample` a variant drawn by lot; `brought` a person's own
 * recording, of which each is like no other. `fromMs` to `toMs` lie within the recording.
 */
export type ToHear = {
  recording: string
  why: 'whole' | 'differs' | 'sample' | 'brought'
  fromMs: number
  toMs: number
  /** What is said there. */
  text: string
}

/** A stretch that was played to somebody, and how long that took by the server's clock. */
export type Heard = { recording: string; fromMs: number; toMs: number; tookMs: number }

/** Variants drawn by lot. */
const samples = 3
/** A player is a little ahead of the clock; a page that skips is far ahead of it. */
const pace = 0.97
/** Sounds of one kind of sentence are joined to a unit's form and name: this stands for the names. */
const name = '…'

type Candidate = Pick<
  Recording,
  'id' | 'language' | 'station' | 'spoken' | 'milliseconds' | 'sentences' | 'upload'
>

/**
 * The least that must be heard of these recordings, in the order to hear it: by language one whole variant, then one
 * sentence of each kind that differs from station to station and is not in it; three more variants drawn by lot; and
 * every recording that people brought, whole. `root` is what will be signed: it draws the lots, so that nobody can
 * know them before the recordings are there, and the same list comes again after a reload.
 */
export function hearingOf(recordings: readonly Candidate[], root: string): ToHear[] {
  const lot = ({ id }: Candidate): string => sha256(`${root} ${id}`)
  const drawn = recordings.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1))
  const made = drawn.filter(({ upload }) => upload === null)
  const hearing: ToHear[] = []
  const languages = [...Map.groupBy(made, ({ language }) => language)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [, variants] of languages) {
    const [first] = variants
    if (first !== undefined) hearing.push(whole(first, 'whole'), ...kindsIn(variants, first))
  }
  const rest = made.filter(
    ({ id }) => !hearing.some(({ recording, why }) => why === 'whole' && recording === id),
  )
  hearing.push(...rest.slice(0, samples).map((each) => whole(each, 'sample')))
  const brought = drawn.filter(({ upload }) => upload !== null)
  return [...hearing, ...brought.map((each) => whole(each, 'brought'))]
}

/** How long all of it takes, in milliseconds. */
export function lengthOf(hearing: readonly ToHear[]): number {
  return hearing.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
}

/**
 * What is still to hear. A stretch counts when it was played in one go and that took as long as it is; played faster
 * it counts for nothing.
 */
export function stillToHear(hearing: readonly ToHear[], heard: readonly Heard[]): ToHear[] {
  const counts = heard.filter(({ fromMs, toMs, tookMs }) => tookMs >= pace * (toMs - fromMs))
  return hearing.filter(
    ({ recording, fromMs, toMs }) =>
      !counts.some((one) => one.recording === recording && one.fromMs <= fromMs && one.toMs >= toMs),
  )
}

/** One sentence of each kind that some variants have and `first` has not. */
function kindsIn(variants: readonly Candidate[], first: Candidate): ToHear[] {
  const known = new Set(first.sentences.map(({ text }) => kindOf(text)))
  const found: ToHear[] = []
  for (const { id, sentences } of variants) {
    for (const { text, at, milliseconds } of sentences) {
      const kind = kindOf(text)
      if (known.has(kind)) continue
      known.add(kind)
      found.push({ recording: id, why: 'differs', fromMs: at, toMs: at + milliseconds, text })
    }
  }
  return found
}

/**
 * A sentence without its names: "Chào bà con xã Trà Leng" and "Chào bà con xã Trà My" are of one kind, "Chào bà con
 * phường An Khê" is of another. A name written in small letters makes a kind of its own, which is heard once more.
 */
export function kindOf(sentence: string): string {
  const words = sentence.split(' ')
  const isName = (word: string, index: number): boolean =>
    /^[\p{P}]*\p{Lu}/u.test(word) && (index > 0 || words.length === 1)
  return words
    .map((word, index) => (isName(word, index) ? word.replace(/[\p{L}\p{M}]+/gu, name) : word))
    .filter((word, index, all) => word !== name || all[index - 1] !== name)
    .join(' ')
    .replaceAll(/(?:… )+…/g, name)
}

function whole({ id, milliseconds, spoken }: Candidate, why: ToHear['why']): ToHear {
  return { recording: id, why, fromMs: 0, toMs: milliseconds, text: spoken }
}
