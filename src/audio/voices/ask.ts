/** One sentence from a speech server: where it may go, how much may come back, and when it is worth asking again. */
import { type Clock, monotonicMilliseconds, toMilliseconds } from '../../base/time.ts'
import type { Sound } from '../pcm.ts'
import { VoiceError } from './errors.ts'
import type { ServerEntry } from './list.ts'
import {
  brokenOff,
  noSound,
  notAllowed,
  refusalOfStatus,
  tooMuch,
  tooSlowServer,
  unreachable,
} from './server-refusals.ts'
import type { SynthesisOptions } from './voice.ts'
import { readWav } from './wav.ts'

/** What is sent: always a POST of JSON. `key` goes into the Authorization header and nowhere else. */
export type Question = { url: URL; body: unknown; key: string | undefined }

/** A minute of stereo at 48 kHz is 11 MB. */
const bytesMax = 16 * 1024 * 1024
/** A refusal's own words are read only to see which field it is about. */
const refusalBytesMax = 64 * 1024
const retriesMax = 2
const waitMsMax = 10_000

/**
 * Asks the server and gives its sound. The host must be on the entry's list before anything is sent, and a
 * redirect is an error: it would carry the key to whom the list does not name. Asked again at most twice, only
 * when the server is busy (429, 503) or cut the line, after the time it names (10 s at most) or 0.5 and 1 s;
 * all within the one time limit.
 */
export async function askForSound(
  entry: ServerEntry,
  question: Question,
  { signal, deadlineMs, clock }: SynthesisOptions & { clock: Clock },
): Promise<Sound> {
  const { url } = question
  if (!['http:', 'https:'].includes(url.protocol) || !entry.hosts.includes(url.host)) {
    throw notAllowed(entry, url)
  }
  signal?.throwIfAborted()
  const began = monotonicMilliseconds()
  const limit = AbortSignal.timeout(deadlineMs)
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit])
  for (let retries = 0; ; retries += 1) {
    const answer = await askOnce(entry, question, either, clock).catch((error: unknown) => {
      signal?.throwIfAborted()
      if (limit.aborted) throw tooSlowServer(entry, deadlineMs)
      throw error
    })
    if (!('refusal' in answer)) return answer
    const waitMs = answer.waitMs ?? 500 * 2 ** retries
    const isLate = monotonicMilliseconds() - began + waitMs >= deadlineMs
    if (!answer.refusal.retryable || retries >= retriesMax || waitMs > waitMsMax || isLate)
      throw answer.refusal
    await clock.wait(waitMs, either)
  }
}

type Refused = { refusal: VoiceError; waitMs: number | undefined }

async function askOnce(
  entry: ServerEntry,
  { url, body, key }: Question,
  signal: AbortSignal,
  clock: Clock,
): Promise<Sound | Refused> {
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'audio/wav',
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      signal,
    })
  } catch (error) {
    if (signal.aborted) throw error
    return { refusal: unreachable(entry, url, error), waitMs: undefined }
  }
  try {
    if (!response.ok) {
      const words = await bodyOf(response, refusalBytesMax)
      const waitMs = waitOf(response.headers.get('retry-after'), clock)
      return { refusal: refusalOfStatus(entry, url, response.status, fieldOf(words)), waitMs }
    }
    const bytes = await bodyOf(response, bytesMax)
    if (bytes === undefined) throw tooMuch(entry, url, bytesMax)
    const wav = readWav(bytes)
    if (!wav.ok) throw noSound(entry, url, wav.why, bytes.length)
    return wav.value
  } catch (error) {
    if (signal.aborted || error instanceof VoiceError) throw error
    return { refusal: brokenOff(entry, url, error), waitMs: undefined }
  }
}

/** The body up to so many bytes; a longer one is cut off at the source and gives undefined. */
async function bodyOf(response: Response, most: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    // Leaving the loop closes the connection.
    if (bytes > most) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** Which field of the question a refusal names (`error.param`), as OpenAI and those like it write it. */
function fieldOf(words: Uint8Array | undefined): string {
  if (words === undefined) return ''
  try {
    const { error } = JSON.parse(Buffer.from(words).toString('utf8')) as { error?: { param?: unknown } }
    return typeof error?.param === 'string' ? error.param : ''
  } catch {
    return ''
  }
}

/** Retry-After as milliseconds: it is written in seconds or as a date. */
function waitOf(header: string | null, clock: Clock): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - toMilliseconds(clock.now()))
}
