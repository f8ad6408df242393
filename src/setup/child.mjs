// @ts-check
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { EXIT_FAILED, Refusal } from './refusal.mjs'

/** How much of a quiet program's last words we keep for the day it fails. */
const KEPT_CHARACTERS = 16_000

/** How soon we notice that npm is gone. */
const LOOK_FOR_NPM_MS = 500

/** The signals that ask us to stop. */
const STOPPING = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv }} Where
 */

/**
 * Runs the program a person asked for, with their screen and keyboard, and answers its exit code. Signals sent to
 * us are passed on, and we wait for its goodbye.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Where} where
 * @returns {Promise<number>}
 */
export async function runForeground(program, args, where) {
  const quit = passSignals(isOnTerminal())
  const child = quit.to(spawn(program, args, { ...where, stdio: 'inherit' }))
  const unwatch = stopWithNpm(child, where.env ?? process.env)
  try {
    const { code, signal } = await ending(child)
    return code ?? exitOf(signal)
  } finally {
    unwatch()
    quit()
  }
}

/**
 * Runs a program that is ours to hear (apt, npm, tar), and answers what it said on standard output. If it fails,
 * its last words go into the refusal.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Where & { hear?: (line: string) => void, started?: (pid: number) => void }} where
 * @returns {Promise<string>}
 */
export async function runQuiet(program, args, { hear = () => {}, started = () => {}, ...where }) {
  const quit = passSignals(false)
  const child = quit.to(spawn(program, args, { ...where, stdio: ['ignore', 'pipe', 'pipe'] }))
  if (child.pid !== undefined) started(child.pid)
  let out = ''
  let both = ''
  const keep = (/** @type {string} */ text) => {
    both = (both + text).slice(-KEPT_CHARACTERS)
    const line = text.trimEnd().split('\n').at(-1)
    if (line) hear(line)
  }
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    out = (out + text).slice(-KEPT_CHARACTERS)
    keep(text)
  })
  child.stderr.setEncoding('utf8').on('data', keep)
  try {
    const { code, signal } = await ending(child)
    const stopped = quit.asked()
    if (stopped !== undefined)
      throw new Refusal({ vi: 'Đã dừng theo yêu cầu.', en: 'Stopped as asked.' }, stopped)
    if (code === 0) return out
    const how = signal === null ? `exit ${code}` : signal
    throw new Refusal(
      {
        vi: `Lệnh «${program} ${args.join(' ')}» không chạy được (${how}). Nó viết:\n${both.trim()}`,
        en: `The command "${program} ${args.join(' ')}" failed (${how}); its words are above.`,
      },
      EXIT_FAILED,
    )
  } finally {
    quit()
  }
}

/**
 * A killed npm does not tell us: it, or the shell between us, is simply gone, and the hub would run on unseen. So
 * under npm the loss of our parent means "stop". Elsewhere it does not: a service may well outlive its starter.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.ProcessEnv} env
 */
function stopWithNpm(child, env) {
  const parent = process.ppid
  if (env['npm_command'] === undefined) return () => {}
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    child.kill('SIGTERM')
  }, LOOK_FOR_NPM_MS)
  return () => clearInterval(look)
}

/** Is a person's terminal on any of our three ends? Then its Ctrl-C reaches our child without us. */
function isOnTerminal() {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
function ending(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

/**
 * Hands every stop signal to the child, once it is there. To be called before it is started: a signal that comes
 * while nobody listens ends us at once, and the child runs on. On a terminal Ctrl-C reaches the whole group, the child
 * too, and a second one would mean "at once" to it: there SIGINT is only swallowed.
 *
 * @param {boolean} terminal
 */
function passSignals(terminal) {
  /** @type {number | undefined} */
  let asked
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    asked = exitOf(signal)
    if (signal !== 'SIGINT' || !terminal) child?.kill(signal)
  }
  for (const signal of STOPPING) process.on(signal, pass)
  const quit = () => {
    for (const signal of STOPPING) process.off(signal, pass)
  }
  /**
   * @template {import('node:child_process').ChildProcess} T
   * @param {T} started
   * @returns {T}
   */
  const to = (started) => {
    child = started
    return started
  }
  return Object.assign(quit, { asked: () => asked, to })
}

/**
 * What a shell says of a program that a signal ended.
 *
 * @param {NodeJS.Signals | null} signal
 */
export function exitOf(signal) {
  return signal === null ? 1 : 128 + constants.signals[signal]
}
