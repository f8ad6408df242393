/** The states of units, areas, airings and devices: each a word, a shape and a colour, in that order of importance. */
import type { Say, Word } from './words/index.ts'

export type Tone = 'met' | 'wait' | 'missed' | 'idle'

const states = {
  met: { tone: 'met', word: 'state.met' },
  waiting: { tone: 'wait', word: 'state.waiting' },
  unknown: { tone: 'wait', word: 'state.unknown' },
  partial: { tone: 'missed', word: 'state.partial' },
  missed: { tone: 'missed', word: 'state.missed' },
  refused: { tone: 'missed', word: 'state.refused' },
  coming: { tone: 'idle', word: 'state.coming' },
  unplanned: { tone: 'idle', word: 'state.unplanned' },
  cancelled: { tone: 'idle', word: 'state.cancelled' },
  approved: { tone: 'met', word: 'state.approved' },
  unapproved: { tone: 'wait', word: 'state.unapproved' },
  fit: { tone: 'met', word: 'state.fit' },
  unfit: { tone: 'missed', word: 'state.unfit' },
  'script-draft': { tone: 'idle', word: 'script.state-draft' },
  'script-submitted': { tone: 'wait', word: 'script.state-submitted' },
  'script-returned': { tone: 'missed', word: 'script.state-returned' },
  'script-approved': { tone: 'met', word: 'script.state-approved' },
  'script-in-force': { tone: 'met', word: 'script.state-in-force' },
  'script-expired': { tone: 'idle', word: 'script.state-expired' },
  'script-withdrawn': { tone: 'missed', word: 'script.state-withdrawn' },
  ready: { tone: 'met', word: 'device.ready' },
  downloading: { tone: 'wait', word: 'device.downloading' },
  silent: { tone: 'missed', word: 'device.silent' },
  disconnected: { tone: 'wait', word: 'device.disconnected' },
  never: { tone: 'wait', word: 'device.never' },
  'not-enrolled': { tone: 'idle', word: 'device.not-enrolled' },
} as const satisfies Record<string, { tone: Tone; word: Word }>

export type State = keyof typeof states
/** Every state there is. */
export const allStates = Object.keys(states) as State[]

export function isState(text: string): text is State {
  return Object.hasOwn(states, text)
}

/** The state's word. */
export function wordOf(state: State): Word {
  return states[state].word
}

/** The state's shape and colour. */
export function toneOf(state: State): Tone {
  return states[state].tone
}

const shapes: Record<Tone, string> = {
  met: '<circle cx="8" cy="8" r="6.500" class="fill"/>',
  wait: '<circle cx="8" cy="8" r="6" class="line"/><path d="M8 2a6 6 0 0 0 0 12z" class="fill"/>',
  missed: '<path d="m3 3 10 10M13 3 3 13" class="line thick"/>',
  idle: '<path d="M3 8h10" class="line thick"/>',
}

/** The shape of a tone as HTML, for a state whose words are longer than one of the table. */
export function shapeOf(tone: Tone): string {
  return `<svg class="shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shapes[tone]}</svg>`
}

/** The state as HTML: shape, then word, in its colour. */
export function chip(state: State, say: Say): string {
  const { tone, word } = states[state]
  return `<span class="chip ${tone}">${shapeOf(tone)}${say(word)}</span>`
}
