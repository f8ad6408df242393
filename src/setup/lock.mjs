// @ts-check
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { EXIT_FAILED, Refusal } from './refusal.mjs'

/** Another start may be fetching everything over a slow line; after this we ask a person to look. */
const WAIT_MS = 30 * 60_000

/** How often a waiting start looks again. */
const LOOK_EVERY_MS = 300

/**
 * A process that holds the lock. A pid alone is not enough: after a restart of the machine it may be another's.
 *
 * @typedef {{ pid: number, started: string }} Holder
 *
 * @typedef {{ shareWith(pid: number): void, release(): void }} Lock
 */

/**
 * Takes the lock of a checkout, so that two starts at once do not tear down each other's `node_modules`.
 *
 * The lock holds as long as one of its processes lives: the start itself and the npm it runs, which may outlive a
 * start that was killed. Whoever finds a lock of the dead takes it over.
 *
 * @param {string} file
 * @param {{ waitMs?: number, waiting?: () => void }} [options] `waiting` is called once, if there is a wait
 * @returns {Promise<Lock>}
 */
export async function takeLock(file, { waitMs = WAIT_MS, waiting = () => {} } = {}) {
  const giveUp = performance.now() + waitMs
  let told = false
  for (;;) {
    if (claim(file)) return lockOn(file)
    const seen = read(file)
    if (seen !== undefined && holdersIn(seen).some(lives)) {
      if (performance.now() > giveUp) throw tooLong(file, seen)
      if (!told) waiting()
      told = true
      await pause(LOOK_EVERY_MS)
    } else if (seen !== undefined) {
      bury(file, seen)
    }
  }
}

/**
 * Is one of the lock's processes alive?
 *
 * @param {string} file
 */
export function isHeld(file) {
  const seen = read(file)
  return seen !== undefined && holdersIn(seen).some(lives)
}

/**
 * The lock appears with its content in one move (a link), so nobody ever reads half a lock.
 *
 * @param {string} file
 */
function claim(file) {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify([holder(process.pid)]))
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * @param {string} file
 * @returns {Lock}
 */
function lockOn(file) {
  const holders = [holder(process.pid)]
  return {
    shareWith(pid) {
      holders.push(holder(pid))
      const draft = `${file}.${process.pid}`
      writeFileSync(draft, JSON.stringify(holders))
      renameSync(draft, file)
    },
    release() {
      rmSync(file, { force: true })
    },
  }
}

/**
 * Takes a dead lock out of the way. Another start may have done so a moment before and hold a new lock by now: then
 * that one is put back.
 *
 * @param {string} file
 * @param {string} seen the content that was found dead
 */
function bury(file, seen) {
  const grave = `${file}.dead.${process.pid}`
  try {
    renameSync(file, grave)
    if (readFileSync(grave, 'utf8') !== seen) linkSync(grave, file)
    unlinkSync(grave)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error
    rmSync(grave, { force: true })
  }
}

/**
 * @param {string} text
 * @returns {Holder[]} none if the text is no lock of ours: then it is nobody's
 */
function holdersIn(text) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(text))
    return Array.isArray(value) ? value.filter((entry) => typeof entry?.pid === 'number') : []
  } catch {
    return []
  }
}

/**
 * A zombie, dead but not yet mourned by its parent, does not hold anything.
 *
 * @param {Holder} found
 */
function lives(found) {
  try {
    process.kill(found.pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    if (codeOf(error) !== 'EPERM') return false
  }
  const { state, started } = statOf(found.pid)
  if (state === 'Z' || state === 'X') return false
  return started === '' || found.started === '' || started === found.started
}

/**
 * @param {number} pid
 * @returns {Holder}
 */
function holder(pid) {
  return { pid, started: statOf(pid).started }
}

/**
 * What the kernel says of a process: its state, and when it began, counted from the machine's start (fields 3 and
 * 22 of its stat line); both empty where there is no /proc.
 *
 * @param {number} pid
 */
function statOf(pid) {
  const line = read(`/proc/${pid}/stat`) ?? ''
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', started: fields[19] ?? '' }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return undefined
    throw error
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return String(/** @type {{ code?: unknown }} */ (error)?.code ?? '')
}

/**
 * @param {string} file
 * @param {string} seen
 */
function tooLong(file, seen) {
  const pids = holdersIn(seen).map(({ pid }) => pid)
  return new Refusal(
    {
      vi: `Một lần chạy khác (tiến trình ${pids.join(', ')}) vẫn đang cài đặt. Hãy chờ nó xong, hoặc dừng nó rồi xóa ${file}.`,
      en: `Another start (process ${pids.join(', ')}) is still setting up. Wait for it, or stop it and delete ${file}.`,
    },
    EXIT_FAILED,
  )
}
