/**
 * Written Vietnamese to spoken Vietnamese.
 *
 * The voice never sees a figure, a sign or an abbreviation, because it misreads most of them (15 as ten
 * years, 111 as a count, UBND as English). What can be read in one way is written out; what can be read in
 * several ways, or in none that we know, comes back as a question with its place. Nothing is guessed: a text
 * with a question is not spoken. Every spoken word knows which characters it stands for, so that a page can
 * show one beside the other. Pure: text and lexicon in, words out.
 */
export { type SpokenWord } from './assembly.ts'
export { readLexicon, type Lexicon, type ReadLexicon } from './lexicon.ts'
export { sentencesOf } from './sentences.ts'
export { looksForeign, questionsMax, speak, type Question, type Spoken } from './speak.ts'
