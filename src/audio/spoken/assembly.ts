/**
 * What the rules said, put together: words apart by one space, one mark of punctuation between them, lines and
 * paragraphs. It is tidied mark by mark while it grows, never as a finished string, so that every word keeps its
 * place in the source.
 */

/** A word of the spoken text (`at`), and the characters of the source it stands for (`from` up to `to`). */
export type SpokenWord = { word: string; at: number; from: number; to: number }

/** Where a token stood in the source. */
type Source = { from: number; to: number }

/** Grows the spoken text and its words, from left to right. */
export class Assembly {
  readonly words: SpokenWord[] = []
  readonly #parts: string[] = []
  #length = 0
  /** Marks since the last word: a stop wins, several others are one comma. */
  #mark = ''
  #marks = 0
  /** Line ends since the last word. */
  #lines = 0
  #sentenceBegins = true

  /**
   * What a rule said of a token: words with pauses, or marks alone. Hyphens inside loan words only help the eye.
   * `capital`: the token was written with a capital, which its first word keeps where a sentence begins.
   */
  say(text: string, source: Source, capital: boolean): void {
    const plain = /\p{L}/u.test(text) ? text.replaceAll(/\s+-\s+/gu, ', ').replaceAll('-', ' ') : text
    let first = true
    for (const [part] of plain.matchAll(/[.,;:!?]|[^\s.,;:!?]+/gu)) {
      if (/^[.,;:!?]/u.test(part)) this.#addMark(part)
      else {
        const raised = first && capital && this.#beginsSentence()
        this.#addWord(raised ? part.charAt(0).toUpperCase() + part.slice(1) : part, source)
        first = false
      }
    }
  }

  /** A token nobody could read stands as it was written. */
  keep(token: string, from: number): void {
    for (const run of token.matchAll(/\S+/gu)) {
      const start = this.#open()
      for (const word of run[0].matchAll(/[^.,;:!?]+/gu)) {
        const at = from + run.index + word.index
        this.words.push({ word: word[0], at: start + word.index, from: at, to: at + word[0].length })
      }
      this.#push(run[0])
    }
  }

  /** So many line ends. */
  breakLine(lines: number): void {
    if (this.#parts.length > 0) this.#lines += lines
  }

  /** The whole text. */
  text(): string {
    return this.#parts.join('') + this.#mark
  }

  #addMark(mark: string): void {
    // A line does not begin with a mark.
    if (this.#parts.length === 0 || this.#lines > 0 || /[.!?]/u.test(this.#mark)) return
    this.#marks += 1
    this.#mark = /[.!?]/u.test(mark) || this.#marks === 1 ? mark : ','
  }

  #addWord(word: string, { from, to }: Source): void {
    this.words.push({ word, at: this.#open(), from, to })
    this.#push(word)
  }

  #beginsSentence(): boolean {
    return this.#sentenceBegins || this.#lines > 0 || /[.!?]/u.test(this.#mark)
  }

  /** Writes what stands between the last word and the next; gives the place of the next. */
  #open(): number {
    const space = this.#lines > 1 ? '\n\n' : this.#lines === 1 ? '\n' : this.#parts.length > 0 ? ' ' : ''
    this.#push(this.#mark + space)
    this.#mark = ''
    this.#marks = 0
    this.#lines = 0
    this.#sentenceBegins = false
    return this.#length
  }

  #push(part: string): void {
    if (part === '') return
    this.#parts.push(part)
    this.#length += part.length
  }
}
