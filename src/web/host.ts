/**
 * Under which names the pages may be opened. A page of another site can give its own name the address of this machine
 * (DNS rebinding), and its scripts then read what is answered here as their own: the name is what tells them apart.
 */
import type { Request, RequestHandler } from 'express'
import { hostName } from '../base/hosts.ts'
import { HttpRefusal } from './errors.ts'
import { sentence } from './words/index.ts'

const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const loopbackNames = ['localhost', '127.0.0.1', '[::1]']
/** What a sender wrote is shown to this length. */
const shownMax = 80

/** Whether a `Host` header says that the page was opened on this machine itself, whatever the port. */
export function isOwnName(host: string | undefined): boolean {
  return loopbackNames.includes(nameIn(host) ?? '')
}

/** Whether a request came over this machine's own loopback. */
export function isOverLoopback({ socket }: Pick<Request, 'socket'>): boolean {
  return loopback.test(socket.remoteAddress ?? '')
}

/**
 * A probe of this machine asks for `/healthz` by whatever name it has for it, or none. A browser of this machine that
 * was led here by another name learns from it that the hub is well, its version and the time; so it gets no more
 * than that, and not the figures of `/metrics`.
 */
function isProbe(request: Request): boolean {
  const { remoteAddress, localAddress } = request.socket
  const isFromHere =
    isOverLoopback(request) || (remoteAddress !== undefined && remoteAddress === localAddress)
  return isFromHere && request.path === '/healthz' && ['GET', 'HEAD'].includes(request.method)
}

/**
 * Lets pass what was asked for under a name of this machine or one of these (any port), and this machine's own
 * probes; refuses all else (status 421), so also a request without a name.
 */
export function onlyOwnNames(names: readonly string[]): RequestHandler {
  const own = [...new Set([...loopbackNames, ...names.map((name) => hostName(name) ?? name)])]
  return (request, _response, next) => {
    const { host = '' } = request.headers
    if (own.includes(nameIn(host) ?? '') || isProbe(request)) {
      next()
      return
    }
    const values = { typed: host.slice(0, shownMax), names: own.join(', ') }
    throw new HttpRefusal(421, sentence('error.other-host', values))
  }
}

/** The name in a `Host` header, in one spelling and without the port; undefined when it is no such header. */
function nameIn(host = ''): string | undefined {
  const name = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host)?.[1]
  return name === undefined ? undefined : hostName(name)
}
