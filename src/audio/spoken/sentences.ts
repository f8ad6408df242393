/** Spoken text as paragraphs of sentences: what the voice is given one at a time, with pauses between. */

/**
 * Paragraphs of sentences, in order. A blank line ends a paragraph; a line end, a full stop, a question or
 * exclamation mark ends a sentence. Spoken text has no figures and no abbreviations, so a stop is a stop.
 */
export function sentencesOf(spoken: string): string[][] {
  return spoken
    .split(/\n\s*\n/u)
    .map((paragraph) =>
      paragraph
        .split(/\n|(?<=[.!?])\s+/u)
        .map((sentence) => sentence.trim())
        .filter((sentence) => /\p{L}/u.test(sentence)),
    )
    .filter((paragraph) => paragraph.length > 0)
}
