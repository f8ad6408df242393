#!/usr/bin/env node
// @ts-check
// `loa`: the product's command line, whatever the Node of the machine. What is missing is set up first.
import { NEEDS } from './programs.mjs'
import { EXIT_FAILED, Refusal, tellError } from './refusal.mjs'
import { loa } from './verbs.mjs'

/** Only these start programs at once; asking for a browser or a broker to count units would be absurd. */
const SPEAKING = ['hub', 'demo']

const args = process.argv.slice(2)

try {
  process.exitCode = await loa(args, SPEAKING.includes(args[0] ?? '') ? NEEDS.run : NEEDS.none)
} catch (error) {
  process.stderr.write(`${tellError(error)}\n`)
  process.exitCode = error instanceof Refusal ? error.exit : EXIT_FAILED
}
