/**
 * Under which names the pages may be opened. A page of another site can give its own name the address of this machine
 * (DNS rebinding), and its scripts then read what is answered here as their own: the name is what tells them apart.
 */
import type { RequestHandler } from 'express'
import { HttpRefusal } from './errors.ts'
import { sentence } from './words/index.ts'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']
/** What a sender wrote is shown to this length. */
const shownMax = 80

/** Whether a `Host` header says that the page was opened on this machine itself, whatever the port. */
export function isThisMachine(host: string | undefined): boolean {
  return loopbackNames.includes(nameIn(host) ?? '')
}

/**
 * Lets pass what was asked for under a name of this machine or one of these (any port); refuses all else (status
 * 421), so also a request without a name.
 */
export function onlyOwnNames(names: readonly string[]): RequestHandler {
  const own = [...new Set([...loopbackNames, ...names.map((name) => name.toLowerCase())])]
  return (request, _response, next) => {
    const { host = '' } = request.headers
    if (own.includes(nameIn(host) ?? '')) {
      next()
      return
    }
    const values = { typed: host.slice(0, shownMax), names: own.join(', ') }
    throw new HttpRefusal(421, sentence('error.other-host', values))
  }
}

/** The name in a `Host` header, in lower case and without the port; undefined when it is no such header. */
function nameIn(host = ''): string | undefined {
  return /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase()
}
