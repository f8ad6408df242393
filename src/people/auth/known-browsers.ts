/**
 * Browsers from which somebody signed in before. Whoever knows a name can have it locked by guessing; its owner still
 * comes in from a browser of theirs, whose wrong tries are counted by themselves. The browser keeps the proof, we nothing:
 * a value of its own and our seal over it, the name and the day. It lets nobody in, and it tells no name.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { newSecret } from '../../base/ids.ts'
import { fromMilliseconds, type Instant, millisecondsBetween, toMilliseconds } from '../../base/time.ts'

/** A browser is known for so long after the last time that person signed in there. */
const knownDays = 180
/** People one browser is known for, in an office that shares one; the longest ago goes first. */
const peopleMax = 5

export type KnownBrowsers = {
  /** Under what wrong tries for a name count: by itself for a browser known for it, else together with everybody's. */
  countedAs(name: string, cookies: string): string
  /** The cookie that makes the browser known for a person who has just signed in there, beside those it is known for. */
  remember(person: string, cookies: string, now: Instant): string
}

/** `secret` seals the proofs; behind HTTPS they travel over nothing else. */
export function knownBrowsers(parts: {
  secret: string
  publicUrl?: string | undefined
  now: () => Instant
}): KnownBrowsers {
  const safe = parts.publicUrl?.startsWith('https:') === true
  const cookie = `${safe ? '__Secure-' : ''}loa.known_browser`
  const seal = (name: string, own: string, since: string): string =>
    createHmac('sha256', parts.secret)
      .update(JSON.stringify(['known browser', name, own, since]))
      .digest('base64url')

  function knownFor(name: string, cookies: string, now: Instant): string | undefined {
    return proofsIn(cookies, cookie).find((proof) => {
      const [own = '', since = '', sealed = ''] = proof.split('.')
      const age = millisecondsBetween(fromMilliseconds(Number.parseInt(since, 36)), now)
      return isSame(sealed, seal(name, own, since)) && age >= 0 && age < knownDays * 86_400_000
    })
  }

  return {
    countedAs(name, cookies) {
      const proof = knownFor(name, cookies, parts.now())
      return proof === undefined ? name : JSON.stringify([name, proof.split('.')[0]])
    },
    remember(person, cookies, now) {
      const [own, since] = [newSecret(), toMilliseconds(now).toString(36)]
      const before = knownFor(person, cookies, now)
      const others = proofsIn(cookies, cookie).filter((proof) => proof !== before)
      const value = [`${own}.${since}.${seal(person, own, since)}`, ...others].slice(0, peopleMax).join('~')
      const flags = `Max-Age=${String(knownDays * 86_400)}; Path=/; HttpOnly; SameSite=Strict`
      return `${cookie}=${value}; ${flags}${safe ? '; Secure' : ''}`
    },
  }
}

const shape = /^[\w-]{43}\.[0-9a-z]{1,9}\.[\w-]{43}$/

/** Whatever looks like one; whose they are only the seal tells. */
function proofsIn(cookies: string, name: string): string[] {
  const kept = cookies.split('; ').find((each) => each.startsWith(`${name}=`)) ?? ''
  return kept
    .slice(name.length + 1, 1000)
    .split('~')
    .filter((proof) => shape.test(proof))
    .slice(0, peopleMax)
}

function isSame(given: string, wanted: string): boolean {
  return given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
}
