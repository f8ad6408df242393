/** The difference between two texts, as the pages show it: sentence by sentence. */
import type { SentenceDifference } from '../../scripts/index.ts'

/** The model of one line of the part `difference`: what stayed is folded away beyond the sentences beside a change. */
export type DifferenceLine = {
  /** A stretch that both have, so long that it is only counted. */
  skipped: number
  changed: boolean
  runs: { same: boolean; added: boolean; text: string }[]
}

/** Sentences that stayed and are shown on either side of a change. */
const around = 1

/** The lines to show; empty where nothing is different. */
export function differenceLines(sentences: readonly SentenceDifference[]): DifferenceLine[] {
  if (sentences.every(({ same }) => same)) return []
  const near = (index: number): boolean =>
    sentences.slice(Math.max(0, index - around), index + around + 1).some(({ same }) => !same)
  const lines: DifferenceLine[] = []
  for (const [index, { same, runs }] of sentences.entries()) {
    const last = lines.at(-1)
    if (near(index)) {
      const shown = runs.map(({ how, text }) => ({ same: how === 'same', added: how === 'added', text }))
      lines.push({ skipped: 0, changed: !same, runs: shown })
    } else if (last !== undefined && last.skipped > 0) last.skipped += 1
    else lines.push({ skipped: 1, changed: false, runs: [] })
  }
  return lines
}
