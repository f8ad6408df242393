/**
 * Piper (the programme that takes JSON lines) as one lasting process: loading its model takes seconds, reading a
 * sentence a fraction of one, so a process for each sentence would spend most of its time loading.
 *
 * One line in, `{"text", "output_file"}`; when the sentence is done the file's name comes back as a line. Piper
 * writes that line before it closes the file, so the file's own header says when it is whole.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../base/time.ts'
import { createSlots } from '../slots.ts'
import { VoiceError } from './errors.ts'
import type { SynthesisOptions } from './voice.ts'
import { isWhole } from './wav.ts'

export type PiperWorker = {
  /** The sentence as the bytes of a WAV file, one sentence at a time; the others wait their turn. */
  say(sentence: string, options: SynthesisOptions): Promise<Uint8Array>
  /** Ends the process after the sentences that were asked for; killed when it does not go in 2 s. */
  close(): Promise<void>
}

/** A process that ended by itself in the middle of a sentence, with its last lines. */
class Crash extends Error {}

type Running = {
  child: ChildProcessWithoutNullStreams
  /** Last lines of standard error. */
  said: string[]
  /** Why there is no process at all. */
  unstarted: Error | undefined
  ended: boolean
  /** Resolves when the process is gone and its pipes are closed. */
  gone: Promise<void>
  /** Whoever waits for a sentence is told of words on standard output, and of the end. */
  onWords: ((words: string) => void) | undefined
  onEnd: (() => void) | undefined
}

/** A sentence is tried again once after a crash; so many crashes with no sentence between, and it is given up. */
const triesMax = 2
const crashesMax = 3
const endMsMax = 2000
/** A file is whole a moment after its name came; Piper only has to close it. */
const wholeMsMax = 2000
const lineMax = 4096

/**
 * The process is started by the first sentence, and ended when nothing was asked for `idleMs`: the model fills some
 * hundred megabytes. While idle it keeps nobody from ending; when we end, its input ends and so does it.
 */
export function createPiperWorker(program: string, options: readonly string[], idleMs = 60_000): PiperWorker {
  const turns = createSlots(1)
  let running: Running | undefined
  let crashes = 0
  let lastWords = ''
  let idle: NodeJS.Timeout | undefined

  async function sayInTurn(sentence: string, limits: SynthesisOptions): Promise<Uint8Array> {
    clearTimeout(idle)
    const folder = await mkdtemp(join(tmpdir(), 'loa-piper-'))
    try {
      for (let tries = 1; tries <= triesMax && crashes < crashesMax; tries += 1) {
        try {
          if (running === undefined || running.ended) running = start(program, options)
          hold(running, true)
          const wav = await sayOnce(running, sentence, join(folder, `${tries}.wav`), limits)
          hold(running, false)
          crashes = 0
          return wav
        } catch (error) {
          await dismiss()
          if (!(error instanceof Crash)) throw error
          crashes += 1
          lastWords = error.message
        }
      }
      throw endedItself(program, lastWords)
    } finally {
      await rm(folder, { recursive: true, force: true })
      idle = setTimeout(() => void close(), idleMs).unref()
    }
  }

  /** Kills what runs: after an abort or a time limit it would answer a question nobody asks any more. */
  async function dismiss(): Promise<void> {
    if (running === undefined) return
    const { child, gone } = running
    running = undefined
    killAll(child)
    await gone
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    await turns.run(async () => {
      if (running === undefined) return
      hold(running, true)
      running.child.stdin.end()
      const over = new AbortController()
      await Promise.race([running.gone, systemClock.wait(endMsMax, over.signal)])
      over.abort()
      await dismiss()
    })
  }

  return { say: (sentence, limits) => turns.run(() => sayInTurn(sentence, limits), limits.signal), close }
}

/** In a process group of its own: the programme may be a script that starts the real one, and both must go. */
function start(program: string, options: readonly string[]): Running {
  const child = spawn(program, options, { detached: true })
  const { promise: gone, resolve } = Promise.withResolvers<undefined>()
  const started: Running = {
    ...{ child, gone, said: [], ended: false },
    ...{ unstarted: undefined, onWords: undefined, onEnd: undefined },
  }
  const end = (): void => {
    started.ended = true
    resolve(undefined)
    started.onEnd?.()
  }
  child.once('close', end)
  child.on('error', (error) => {
    if (child.pid !== undefined) return
    started.unstarted = error
    end()
  })
  // Without a process there are no pipes either.
  if (child.pid === undefined) return started
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (words: string) => started.onWords?.(words))
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    started.said.push(words.trim().slice(-lineMax))
    if (started.said.length > 6) started.said.shift()
  })
  return started
}

function killAll({ pid }: ChildProcessWithoutNullStreams): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

/** What Node waits for before it ends; its pipes are so too, though their types do not say it. */
type Held = { ref(): void; unref(): void }

/** Whether our own process waits for it: only while a sentence is being read. */
function hold({ child }: Running, held: boolean): void {
  if (child.pid === undefined) return
  for (const part of [child, child.stdin, child.stdout, child.stderr] as unknown as Held[]) {
    if (held) part.ref()
    else part.unref()
  }
}

async function sayOnce(
  running: Running,
  sentence: string,
  path: string,
  { signal, deadlineMs }: SynthesisOptions,
): Promise<Uint8Array> {
  signal?.throwIfAborted()
  const { child } = running
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  let words = ''
  running.onWords = (more) => {
    words = (words + more).slice(-lineMax)
    if (words.includes(`${path}\n`)) resolve(undefined)
  }
  running.onEnd = () => {
    reject(running.unstarted ? startRefusal(child.spawnfile, running.unstarted) : crashOf(running))
  }
  const onAbort = (): void => reject(signal?.reason as Error)
  const deadline = setTimeout(() => reject(tooSlow(child.spawnfile, deadlineMs)), deadlineMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (child.pid !== undefined) {
    child.stdin.write(`${JSON.stringify({ text: sentence, output_file: path })}\n`)
  }
  try {
    await promise
    return await wholeFile(path)
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', onAbort)
    running.onWords = undefined
    running.onEnd = undefined
  }
}

function crashOf({ said }: Running): Crash {
  return new Crash(said.filter((words) => words !== '').join(' | '))
}

async function wholeFile(path: string): Promise<Uint8Array> {
  for (let waited = 0; ; waited += 5) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    if (isWhole(bytes) || waited >= wholeMsMax) return bytes
    await systemClock.wait(5)
  }
}

function startRefusal(program: string, cause: Error): VoiceError {
  const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
  return isMissing ? missingPiper(program, cause) : endedItself(program, cause.message)
}

/** The programme is not where the list says. */
export function missingPiper(program: string, cause?: unknown): VoiceError {
  return new VoiceError(
    'unavailable',
    {
      vi: `Máy này chưa có chương trình Piper (${program}). Hãy tải bản 2023.11.14-2 của rhasspy/piper, giải nén vào /opt/piper, rồi ghi đường dẫn tới tệp piper vào mục program trong voices.yaml.`,
      en: `The programme Piper (${program}) is not on this machine. Download release 2023.11.14-2 of rhasspy/piper, unpack it into /opt/piper, and put the path of its file piper under program in voices.yaml.`,
    },
    { cause },
  )
}

function tooSlow(program: string, deadlineMs: number): VoiceError {
  const seconds = Math.round(deadlineMs / 1000)
  return new VoiceError('timeout', {
    vi: `Piper (${program}) đọc một câu quá ${seconds} giây nên đã bị dừng. Máy có thể đang quá tải; hãy thử lại.`,
    en: `Piper (${program}) took more than ${seconds} seconds for a sentence and was stopped. The machine may be overloaded; try again.`,
  })
}

function endedItself(program: string, words: string): VoiceError {
  return new VoiceError('unavailable', {
    vi: `Piper (${program}) tự tắt khi đang đọc${words === '' ? '' : `: ${words}`}. Hãy xem lại bộ nhớ của máy và tệp giọng; nếu vẫn lỗi, báo cho người quản trị.`,
    en: `Piper (${program}) ended by itself while reading${words === '' ? '' : `: ${words}`}. See to the machine's memory and the voice's files; if it goes on, tell the administrator.`,
  })
}
