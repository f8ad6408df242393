/**
 * Sentences: every sentence is read, mastered, encoded and checked once, and kept.
 *
 * Encoding is nearly all the cost of a rendering, and the recordings of a campaign share nearly all their sentences.
 * A sentence's name is made of all its bytes depend on (words, voice, engine, gain, chain, encoders), so nothing is
 * ever out of date: what changed has another name. Promises: a piece is there whole or not at all, also after a kill
 * or a full disk, and for several processes at once; made again it has the same bytes, beside any others; a damaged
 * one is made again; the store is bounded, and loses first what was not used for longest.
 */
export { boundStore, storeBytesMax, storeSize, type StoreSize } from './bound.ts'
export { lettersOf } from './check.ts'
export { entryPath, type EntryNote, type Pieces, readEntry } from './entry.ts'
export { framed, leadMs } from './framing.ts'
export { sentenceKey, type Source } from './key.ts'
export { type Made, Sentences, type Wish } from './make.ts'
