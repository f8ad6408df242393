// @ts-check

/** Without a terminal a long step speaks this often, so that a log shows it is alive. */
const SPEAK_EVERY_MS = 15_000

/** On a terminal the line is drawn again this often. */
const DRAW_EVERY_MS = 1_000

/**
 * Where progress goes: standard error, because standard output belongs to the command itself.
 *
 * @typedef {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} Screen
 *
 * @typedef {{ note(line: string): void }} Told what a running step may say of itself: its latest line of output
 *
 * @typedef {<T>(vi: string, en: string, work: (told: Told) => Promise<T>) => Promise<T>} Step
 */

/**
 * A teller of long steps: one line a step, Vietnamese first, with the seconds it has taken. On a terminal the
 * line is kept up to date in place; elsewhere there is a line at the start, one every 15 s, and one at the end.
 *
 * @param {Screen} screen
 * @param {{ now?: () => number, every?: (ms: number, tick: () => void) => () => void }} [clock]
 * @returns {Step}
 */
export function stepsOn(screen, clock = {}) {
  const now = clock.now ?? (() => performance.now())
  const every = clock.every ?? repeatedly
  return async function step(vi, en, work) {
    const from = now()
    let latest = ''
    const seconds = () => `${Math.round((now() - from) / 1000)} s`
    const draw = () => screen.write(`\r\x1b[K${fitted(`… ${vi} · ${en}  ${seconds()}  ${latest}`, screen)}`)
    const speak = () => screen.write(`… ${vi} · ${en}  ${seconds()}\n`)
    const end = (/** @type {string} */ sign) =>
      screen.write(`${screen.isTTY === true ? '\r\x1b[K' : ''}${sign} ${vi} · ${en}  ${seconds()}\n`)

    const told = { note: (/** @type {string} */ line) => void (latest = line) }
    if (screen.isTTY === true) draw()
    else screen.write(`… ${vi} · ${en}\n`)
    const stop = screen.isTTY === true ? every(DRAW_EVERY_MS, draw) : every(SPEAK_EVERY_MS, speak)
    try {
      const result = await work(told)
      stop()
      end('✓')
      return result
    } catch (error) {
      stop()
      end('✗')
      throw error
    }
  }
}

/**
 * The line cut to the screen, because one that wraps cannot be drawn over.
 *
 * @param {string} line
 * @param {Screen} screen
 */
function fitted(line, screen) {
  // Colours and cursor moves of apt and npm would disturb the line.
  const plain = line.replace(/\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f]/g, ' ').trimEnd()
  return [...plain].slice(0, Math.max(20, (screen.columns ?? 80) - 1)).join('')
}

/**
 * @param {number} ms
 * @param {() => void} tick
 */
function repeatedly(ms, tick) {
  const timer = setInterval(tick, ms)
  timer.unref()
  return () => clearInterval(timer)
}
