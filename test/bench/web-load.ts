/** Asking for pages over and over on connections that stay open, and what that took. */
import { Agent, request } from 'node:http'

export type Load = {
  perSecond: number
  p50: number
  p99: number
  /** To the first byte of the answer, milliseconds. */
  firstByteP50: number
  firstByteP99: number
}

type Times = { whole: number[]; first: number[]; seconds: number }

/** One request; gives the milliseconds to the first byte and to the last. Rejects when the answer is not 200. */
function asked(agent: Agent, url: URL, cookie: string): Promise<[first: number, whole: number]> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip', ...(cookie === '' ? {} : { cookie }) }
    request(url, { agent, headers }, (answer) => {
      const first = performance.now() - began
      if (answer.statusCode !== 200) {
        reject(new Error(`${url.pathname} answered ${String(answer.statusCode)}`))
      }
      answer.resume().on('end', () => {
        resolve([first, performance.now() - began])
      })
    })
      .on('error', reject)
      .end()
  })
}

/** Asks for these addresses in turn on so many connections for so long. */
export async function load(
  addresses: readonly { url: string; cookie: string }[],
  { connections, seconds, until }: { connections: number; seconds: number; until?: () => boolean },
): Promise<Times> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: Times = { whole: [], first: [], seconds: 0 }
  const began = performance.now()
  const over = until ?? (() => performance.now() - began > seconds * 1000)
  let next = 0
  const one = async (): Promise<void> => {
    while (!over()) {
      const address = addresses[next++ % addresses.length]
      if (address === undefined) return
      const [first, whole] = await asked(agent, new URL(address.url), address.cookie)
      times.first.push(first)
      times.whole.push(whole)
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  times.seconds = (performance.now() - began) / 1000
  agent.destroy()
  return times
}

/** Several rounds as one. */
export function summed(rounds: readonly Times[]): Load {
  const whole = rounds.flatMap((round) => round.whole).sort((a, b) => a - b)
  const first = rounds.flatMap((round) => round.first).sort((a, b) => a - b)
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0)
  return {
    perSecond: whole.length / seconds,
    p50: share(whole, 0.5),
    p99: share(whole, 0.99),
    firstByteP50: share(first, 0.5),
    firstByteP99: share(first, 0.99),
  }
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

/** The bytes that come over the line for a page and everything it loads, compressed. */
export async function firstLoadBytes(base: string, path: string, cookie: string): Promise<number> {
  const page = await received(base + path, cookie)
  const text = await (await fetch(base + path, { headers: { cookie } })).text()
  const own = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, address]) => address ?? '')
  let bytes = page
  for (const address of new Set(own)) bytes += await received(base + address, cookie)
  return bytes
}

/** The body as it comes, still compressed. */
function received(url: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { 'accept-encoding': 'gzip', cookie } }, (answer) => {
      let bytes = 0
      answer
        .on('data', (part: Buffer) => (bytes += part.length))
        .on('end', () => {
          resolve(bytes)
        })
    })
      .on('error', reject)
      .end()
  })
}
