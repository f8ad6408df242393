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
   * `tooMuch` gives, with the signal's reason, or when nothing can be started. No process outlives its sentences.
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

/** `read` says how a sentence went in a line of its own, and ends its pipe. */
const script = (count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const pipe = String(firstPipe + index)
    return `IFS= read -r s; printf %s "$s" | "$@" >&${pipe}; echo $?; exec ${pipe}>&-`
  }).join('\n')

/** Reads them one after the other in one shell, and settles each; returns those that were not begun. */
function readTogether(given: readonly Wish[], options: ReaderOptions): Promise<Wish[]> {
  const wishes = given.filter(isStillWanted)
  if (wishes.length === 0) return Promise.resolve([])
  const { promise, resolve } = Promise.withResolvers<Wish[]>()
  const pipes = wishes.map(() => 'pipe' as const)
  // A group of its own, so that the shell and what it started can be stopped together.
  const child = spawn('sh', ['-c', script(wishes.length), 'sh', ...options.command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...pipes],
  }) as ChildProcessByStdio<Writable, Readable, Readable>
  // Without a process (no file handles left, say) there are no pipes either; the error says why.
  child.on('error', (error) => {
    for (const { reject } of wishes) reject(error)
    resolve([])
  })
  if (child.pid === undefined) return promise
  const group = -child.pid
  const said: string[] = []
  const heard = wishes.map((): Buffer[] => [])
  const codes: number[] = []
  let [at, stopped, deadline]: [number, Error | undefined, NodeJS.Timeout | undefined] = [
    0,
    undefined,
    undefined,
  ]

  const stop = (why: Error): void => {
    stopped ??= why
    try {
      process.kill(group, 'SIGKILL')
    } catch {
      // Ended by itself meanwhile.
    }
  }
  const onAbort = (): void => {
    const now = wishes[at]
    if (now?.signal?.aborted === true) stop(now.signal.reason as Error)
  }
  /** The next one's time begins. Whoever was called off before that is not read any more. */
  const begin = (): void => {
    clearTimeout(deadline)
    const now = wishes[at]
    if (now === undefined) return
    deadline = setTimeout(() => stop(options.tooLate(now.deadlineMs)), now.deadlineMs)
    onAbort()
  }
  const signals = new Set(wishes.flatMap(({ signal }) => signal ?? []))
  for (const signal of signals) signal.addEventListener('abort', onAbort)

  child.stderr.setEncoding('utf8').on('data', (lines: string) => said.push(lines.trim()))
  child.stdout.setEncoding('utf8').on('data', (lines: string) => {
    for (const line of lines.split('\n').filter(Boolean)) codes.push(Number(line))
    at = codes.length
    begin()
  })
  for (const [index, chunks] of heard.entries()) {
    let bytes = 0
    const pipe = child.stdio[firstPipe + index] as Readable
    pipe.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > options.bytesMax) stop(options.tooMuch())
      else chunks.push(chunk)
    })
  }
  // The programme may end without reading its input; its exit says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${wishes.map(({ sentence }) => sentence).join('\n')}\n`)
  child.on('close', (code) => {
    clearTimeout(deadline)
    for (const signal of signals) signal.removeEventListener('abort', onAbort)
    for (const [index, ended] of codes.entries()) {
      if (ended === 0) wishes[index]?.resolve(Buffer.concat(heard[index] ?? []))
      else wishes[index]?.reject(new ReadingFailed(ended, said.slice(-6)))
    }
    wishes[codes.length]?.reject(stopped ?? new ReadingFailed(code, said.slice(-6)))
    resolve(wishes.slice(codes.length + 1))
  })
  begin()
  return promise
}
