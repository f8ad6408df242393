/**
 * Who may do something through the pages. Nobody signs in here yet, so the pages only show unless the hub was
 * told that whoever reaches them on this machine is its own staff (`LOA_DESK=1`); even then a request is taken
 * only from this machine itself and from our own pages.
 */
import type { RequestHandler } from 'express'
import { AppError } from '../base/errors.ts'
import { isOverLoopback, isThisMachine } from './host.ts'
import type { Web } from './visit.ts'
import { sentence } from './words/index.ts'

/** What proxies add, as far as they do. */
const ofProxies = /^(?:forwarded|via|x-forwarded-.+|x-real-ip)$/

/**
 * Lets a request pass that a person at this machine made on one of our pages; refuses (`forbidden`) all others:
 * another machine, another site's page (by `Sec-Fetch-Site` and `Origin`, of which a browser sends one or both), a
 * name that only pretends to be this machine, a proxy (one that says so, or under whose name the page was opened).
 */
export function onlyStaff(web: Web): RequestHandler {
  return (request, _response, next) => {
    if (!web.openDesk) throw new AppError('forbidden', sentence('error.desk-closed'))
    const { host = '', origin } = request.headers
    const here =
      isOverLoopback(request) &&
      isThisMachine(host) &&
      !Object.keys(request.headers).some((name) => ofProxies.test(name))
    const site = request.headers['sec-fetch-site']
    // Both where both are there: a proxy that writes our own name into `Host` still leaves the page's in `Origin`.
    const ours =
      (site === undefined || site === 'same-origin') && (origin === undefined || origin === `http://${host}`)
    if (!here || !ours) throw new AppError('forbidden', sentence('error.not-our-page'))
    next()
  }
}
