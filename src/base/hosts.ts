/** Names and addresses of machines, each in one spelling, so that they can be compared. Pure. */
import { isIPv6 } from 'node:net'

const words = /^[\w-]+(?:\.[\w-]+)*$/

/**
 * A name or address as a `Host` header says it: lower case, IPv6 short and in brackets, without a dot at the end or
 * the zone of a link; undefined when it is none.
 */
export function hostName(text: string): string | undefined {
  const lower = text.toLowerCase()
  const bare = withoutBrackets(lower).replace(/%.*$/, '')
  if (isIPv6(bare)) return new URL(`http://[${bare}]`).hostname
  const name = lower.replace(/\.$/, '')
  return words.test(name) ? name : undefined
}

/**
 * A name or address to listen on, as the system takes it: IPv6 short and without brackets, IPv4 in full (`0` is
 * `0.0.0.0`); undefined when it is none.
 */
export function listeningHost(text: string): string | undefined {
  const bare = withoutBrackets(text.trim())
  // The zone says which link such an address is on.
  if (isIPv6(bare)) return bare.includes('%') ? bare : withoutBrackets(hostName(bare) ?? bare)
  const name = hostName(text.trim())
  return name === undefined ? undefined : URL.parse(`http://${name}`)?.hostname
}

/** Whether listening on it is listening on every address of the machine; as `listeningHost` spells it. */
export function isEveryAddress(host: string): boolean {
  return ['0.0.0.0', '::', '::ffff:0:0'].includes(host)
}

function withoutBrackets(text: string): string {
  return /^\[(.*)\]$/.exec(text)?.[1] ?? text
}
