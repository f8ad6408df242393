/**
 * Many sentences for few starts from here. Starting a programme copies the page tables of whoever starts it: from a
 * process of our size that costs more than the reading. So a small shell is started for some sentences, and starts
 * the programme for each; every sentence still has a run of its own, and sounds the same in any company.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { SynthesisOptions } from './voice.ts'

/** Sentences of one shell: each has its own pipe, and a shell redirects by one digit only; 0 to 2 are taken. */
export const togetherMax = 7
const firstPipe = 3

/** A sentence came to nothing: the programme's exit code, and the last lines that it or the shell said. */
export class ReadingFailed extends Error {
  readonly code: number | null
  readonly lines: readonly string[]

  constructor(code: number | null, lines: readonly string[]) {
    super(lines.join('\n'))
    this.code = code
    this.lines = lines
  }
}

export type Reader = {
  /**
   * What the programme writes for a sentence of one line. Rejects with `ReadingFailed`, with what `tooLate` or
   * `tooMuch` gives, with the signal's reason, or when nothing can be started. No process outlives its sentences, as
   * long as this one lives.
   */
  read(sentence: string, options: SynthesisOptions): Promise<Buffer>
}

export type ReaderOptions = {
  /** Programme and arguments; it reads standard input and writes standard output. */
  command: readonly string[]
  /** Shells at a time. Sentences beyond wait in a list; the caller bounds it. */
  shellsMax: number
  /** Bytes that one sentence may give. */
  bytesMax: number
  tooMuch: () => Error
  tooLate: (deadlineMs: number) => Error
}

type Wish = SynthesisOptions & {
  sentence: string
  resolve: (sound: Buffer) => void
  reject: (error: unknown) => void
}

/** A reader without a process; shells come and go with what is to be read. */
export function createReader(options: ReaderOptions): Reader {
  const waiting: Wish[] = []
  let shells = 0
  let isCalled = false

  /** Those who ask in the same turn of the event loop are read by the same shell, evenly over all shells. */
  function call(): void {
    if (isCalled) return
    isCalled = true
    setImmediate(() => {
      isCalled = false
      while (shells < options.shellsMax && waiting.length > 0) {
        const share = Math.ceil(waiting.length / (options.shellsMax - shells))
        void open(waiting.splice(0, Math.min(togetherMax, share)))
      }
    })
  }

  async function open(wishes: Wish[]): Promise<void> {
    shells += 1
    // Whom another's failure stopped is read again, before those who came later.
    try {
      waiting.unshift(...(await readTogether(wishes, options)).filter(isStillWanted))
    } catch (error) {
      for (const { reject } of wishes) reject(error)
    }
    shells -= 1
    if (waiting.length > 0) call()
  }

  return {
    read(sentence, limits) {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
      waiting.push({ ...limits, sentence, resolve, reject })
      call()
      return promise
    },
  }
}

function isStillWanted({ signal, reject }: Wish): boolean {
  if (signal?.aborted === true) reject(signal.reason)
  return signal?.aborted !== true
}

/** Stands between what is said of one sentence and of the next. */
const separator = '\u001e'

/** After each sentence the shell says how it went, in a line of its own, and ends its pipe. */
const script = (count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const pipe = String(firstPipe + index)
    return `IFS= read -r s; printf %s "$s" | "$@" >&${pipe}; echo $?; printf '\\036' >&2; exec ${pipe}>&-`
  }).join('\n')

const linesMax = 6
/** Characters kept of what a shell says; a programme that says more is not listened to. */
const saidMax = 64 * 1024

/** The last different lines that were said of a sentence. */
function linesOf(said: string, index: number): string[] {
  const lines = (said.split(separator)[index] ?? '').split('\n').map((line) => line.trim())
  return [...new Set(lines.filter(Boolean))].slice(-linesMax)
}

type Shell = ChildProcessByStdio<Writable, Readable, Readable>

function openShell(command: readonly string[], sentences: readonly string[]): Shell {
  const pipes = sentences.map(() => 'pipe' as const)
  // A group of its own, so that the shell and what it started can be stopped together.
  return spawn('sh', ['-c', script(sentences.length), 'sh', ...command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...pipes],
  })
}

function stopWithAll({ pid }: Shell): void {
  // Group 0 would be our own.
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Ended by itself meanwhile.
  }
}

/** What comes out of a shell, by sentence: its sound, its exit code, and what was said of it. */
type Outcome = { sounds: Buffer[][]; codes: number[]; said: string }

/** Collects it as it comes; tells when a sentence has ended, and when one gives more than it may. */
function listen(
  shell: Shell,
  {
    count,
    bytesMax,
    ended,
    tooMuch,
  }: { count: number; bytesMax: number; ended: () => void; tooMuch: () => void },
): Outcome {
  const outcome: Outcome = { sounds: [], codes: [], said: '' }
  shell.stderr.setEncoding('utf8').on('data', (part: string) => {
    if (outcome.said.length < saidMax) outcome.said += part
  })
  shell.stdout.setEncoding('utf8').on('data', (lines: string) => {
    for (const line of lines.split('\n').filter(Boolean)) outcome.codes.push(Number(line))
    ended()
  })
  for (let index = 0; index < count; index += 1) {
    const chunks: Buffer[] = []
    outcome.sounds.push(chunks)
    let bytes = 0
    const pipe = shell.stdio[firstPipe + index] as Readable
    pipe.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= bytesMax) chunks.push(chunk)
      else {
        // Nobody is to take the beginning for the whole.
        chunks.length = 0
        tooMuch()
      }
    })
  }
  return outcome
}

/** Reads them one after the other in one shell, and settles each; returns those that were not begun. */
function readTogether(given: readonly Wish[], options: ReaderOptions): Promise<Wish[]> {
  const wishes = given.filter(isStillWanted)
  if (wishes.length === 0) return Promise.resolve([])
  const sentences = wishes.map(({ sentence }) => sentence)
  const { promise, resolve } = Promise.withResolvers<Wish[]>()
  const shell = openShell(options.command, sentences)
  // Without a process (no file handles left, say) there are no pipes either; the error says why.
  shell.on('error', (error) => {
    for (const { reject } of wishes) reject(error)
    resolve([])
  })
  if (shell.pid === undefined) return promise
  let [stopped, deadline]: [Error | undefined, NodeJS.Timeout | undefined] = [undefined, undefined]
  const stop = (why: Error): void => {
    stopped ??= why
    stopWithAll(shell)
  }
  const onAbort = (): void => {
    const now = wishes[outcome.codes.length]
    if (now?.signal?.aborted === true) stop(now.signal.reason as Error)
  }
  /** The next one's time begins. Whoever was called off before that is not read any more. */
  const begin = (): void => {
    clearTimeout(deadline)
    const now = wishes[outcome.codes.length]
    if (now === undefined) return
    deadline = setTimeout(() => stop(options.tooLate(now.deadlineMs)), now.deadlineMs)
    onAbort()
  }
  const outcome = listen(shell, {
    ...{ count: wishes.length, bytesMax: options.bytesMax, ended: begin },
    tooMuch: () => stop(options.tooMuch()),
  })
  const signals = new Set(wishes.flatMap(({ signal }) => signal ?? []))
  for (const signal of signals) signal.addEventListener('abort', onAbort)
  // The programme may end without reading its input; its exit says why.
  shell.stdin.on('error', () => undefined)
  shell.stdin.end(`${sentences.join('\n')}\n`)
  shell.on('close', (code) => {
    clearTimeout(deadline)
    for (const signal of signals) signal.removeEventListener('abort', onAbort)
    resolve(settle(wishes, outcome, { code, stopped }))
  })
  begin()
  return promise
}

/** Gives each what became of it; returns those that were not begun when the shell ended. */
function settle(
  wishes: readonly Wish[],
  { sounds, codes, said }: Outcome,
  end: { code: number | null; stopped: Error | undefined },
): Wish[] {
  for (const [index, code] of codes.entries()) {
    if (code === 0) wishes[index]?.resolve(Buffer.concat(sounds[index] ?? []))
    else wishes[index]?.reject(new ReadingFailed(code, linesOf(said, index)))
  }
  const broken = codes.length
  wishes[broken]?.reject(end.stopped ?? new ReadingFailed(end.code, linesOf(said, broken)))
  return wishes.slice(broken + 1)
}
