/** A lexicon that staff do not edit, so that the tests of the rules do not move with it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type Lexicon, readLexicon } from '../../../src/audio/spoken/index.ts'

const read = readLexicon(parse(readFileSync(fileURLToPath(new URL('lexicon.yaml', import.meta.url)), 'utf8')))
if (!read.ok) throw new Error(read.why.en)

export const testLexicon: Lexicon = read.value
