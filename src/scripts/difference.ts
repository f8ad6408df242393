/** What changed between two texts, as people read it: sentence by sentence, word by word. Pure. */
import { diffArrays } from 'diff'

/** A piece of text that both have, or only the later (`added`) or only the earlier (`removed`). */
export type Run = { how: 'same' | 'added' | 'removed'; text: string }

/** A sentence of either text: `same` as a whole, or with what changed in it. */
export type SentenceDifference = { same: boolean; runs: Run[] }

/** Looking for the shortest way between two texts costs its square; beyond this many steps they are simply different. */
const stepsMax = 2000
/** Sentences held against each other, earlier by later; above it each stands for itself. */
const pairsMax = 10_000
/** Words, spaces and signs of a sentence; a longer one is no sentence, and is shown as replaced. */
const wordsMax = 2000
/** Sentences that share less of their words than this are not one sentence that was changed. */
const likenessMin = 0.35

/**
 * The difference between two texts. All runs but the added ones make the earlier text, all but the removed ones the
 * later, letter by letter. A sentence that was changed shows the words that were; one that has hardly a word in
 * common with any stands as removed or added as a whole. Slots like `{{unit}}` count as one word.
 */
export function differenceOf(before: string, after: string): SentenceDifference[] {
  const found: SentenceDifference[] = []
  let removed: string[] = []
  let added: string[] = []
  const settle = (): void => {
    found.push(...changedSentences(removed, added))
    removed = []
    added = []
  }
  for (const { how, parts } of changesOf(sentencesOf(before), sentencesOf(after))) {
    if (how === 'removed') removed.push(...parts)
    else if (how === 'added') added.push(...parts)
    else {
      settle()
      found.push(...parts.map((text) => ({ same: true, runs: [{ how, text }] })))
    }
  }
  settle()
  return found
}

/** Sentences with the space behind them: together they are the text. */
function sentencesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?=\S)(?<=[.!?…]["”’»)\]]*\s+|\n\s*)/u)
}

/** Words, slots, spaces and signs: together they are the sentence. */
function wordsOf(sentence: string): string[] {
  return sentence.match(/\{\{[^{}]*\}\}|[\p{L}\p{M}\p{N}]+|\s+|[^]/gu) ?? []
}

function changesOf(before: string[], after: string[]): { how: Run['how']; parts: string[] }[] {
  // Undefined when there is no short way; the types do not say so.
  const changes = diffArrays(before, after, { maxEditLength: stepsMax }) as
    { value: string[]; added: boolean; removed: boolean }[] | undefined
  if (changes === undefined) {
    return [
      { how: 'removed', parts: before },
      { how: 'added', parts: after },
    ]
  }
  return changes.map(({ value, added, removed }) => {
    return { how: removed ? 'removed' : added ? 'added' : 'same', parts: value }
  })
}

/** Sentences that went and sentences that came, between two that stayed: like ones are shown as one, changed. */
function changedSentences(removed: readonly string[], added: readonly string[]): SentenceDifference[] {
  const pairs = pairsOf(removed, added)
  const found: SentenceDifference[] = []
  let [from, to] = [0, 0]
  const alone = (how: Run['how'], texts: readonly string[]): void => {
    found.push(...texts.map((text) => ({ same: false, runs: [{ how, text }] })))
  }
  for (const [index, partner] of pairs) {
    alone('removed', removed.slice(from, index))
    alone('added', added.slice(to, partner))
    found.push({ same: false, runs: runsOf(removed[index] ?? '', added[partner] ?? '') })
    from = index + 1
    to = partner + 1
  }
  alone('removed', removed.slice(from))
  alone('added', added.slice(to))
  return found
}

/** Which sentence became which, in order: the pairing with the most likeness in all. */
function pairsOf(removed: readonly string[], added: readonly string[]): [number, number][] {
  if (removed.length * added.length > pairsMax) return []
  const [before, after] = [removed.map(bagOf), added.map(bagOf)]
  const best = Array.from({ length: removed.length + 1 }, () => new Array<number>(added.length + 1).fill(0))
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0
  const like = before.map((bag) => after.map((other) => likeness(bag, other)))
  for (let i = removed.length - 1; i >= 0; i--) {
    for (let j = added.length - 1; j >= 0; j--) {
      const alike = like[i]?.[j] ?? 0
      const together = alike < likenessMin ? 0 : alike + at(i + 1, j + 1)
      const row = best[i]
      if (row !== undefined) row[j] = Math.max(together, at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: [number, number][] = []
  let [i, j] = [0, 0]
  while (i < removed.length && j < added.length) {
    if (at(i, j) === at(i + 1, j)) i++
    else if (at(i, j) === at(i, j + 1)) j++
    else pairs.push([i++, j++])
  }
  return pairs
}

type Bag = { count: number; words: ReadonlyMap<string, number> }

function bagOf(sentence: string): Bag {
  const words = new Map<string, number>()
  let count = 0
  for (const word of wordsOf(sentence.toLowerCase())) {
    if (!/[\p{L}\p{N}]/u.test(word)) continue
    words.set(word, (words.get(word) ?? 0) + 1)
    count += 1
  }
  return { count, words }
}

/** From 0 to 1: how much of their words two sentences share, in whatever order. */
function likeness(one: Bag, other: Bag): number {
  if (one.count + other.count === 0) return 0
  let shared = 0
  for (const [word, times] of one.words) shared += Math.min(times, other.words.get(word) ?? 0)
  return (2 * shared) / (one.count + other.count)
}

/** The words of one sentence against those of the other; a lone space between two changes goes with them. */
function runsOf(before: string, after: string): Run[] {
  const runs: Run[] = []
  let [removed, added] = ['', '']
  const add = (how: Run['how'], text: string): void => {
    const last = runs.at(-1)
    if (last !== undefined && last.how === how) last.text += text
    else if (text !== '') runs.push({ how, text })
  }
  const settle = (): void => {
    const tail = sharedTail(removed, added)
    add('removed', removed.slice(0, removed.length - tail.length))
    add('added', added.slice(0, added.length - tail.length))
    add('same', tail)
    removed = ''
    added = ''
  }
  const [words, others] = [wordsOf(before), wordsOf(after)]
  if (Math.max(words.length, others.length) > wordsMax) return replaced(before, after)
  const changes = changesOf(words, others)
  for (const [index, { how, parts }] of changes.entries()) {
    const text = parts.join('')
    const changing = removed !== '' || added !== ''
    if (how === 'removed') removed += text
    else if (how === 'added') added += text
    else if (changing && text.trim() === '' && index < changes.length - 1) {
      removed += text
      added += text
    } else {
      settle()
      add('same', text)
    }
  }
  settle()
  return runs
}

function replaced(before: string, after: string): Run[] {
  return [
    { how: 'removed', text: before },
    { how: 'added', text: after },
  ]
}

/** The space that both end in. */
function sharedTail(one: string, other: string): string {
  const [tail, its] = [one.slice(one.trimEnd().length), other.slice(other.trimEnd().length)]
  return tail === its ? tail : ''
}
