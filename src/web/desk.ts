/**
 * Who may do something through the pages. Nobody signs in here yet, so the pages only show unless the hub was
 * told that whoever reaches them on this machine is its own staff (`LOA_DESK=1`); even then a request is taken
 * only from this machine itself and from our own pages.
 */
import type { RequestHandler } from 'express'
import { AppError } from '../base/errors.ts'
import type { Web } from './visit.ts'
import { sentence } from './words/index.ts'

const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const ownNames = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/**
 * Lets a request pass that a person at this machine made on one of our pages; refuses (`forbidden`) all others:
 * another machine, another site's page (by `Sec-Fetch-Site`, or `Origin` where a browser sends none), a name
 * that only pretends to be this machine, a proxy.
 */
export function onlyStaff(web: Web): RequestHandler {
  return (request, _response, next) => {
    if (!web.openDesk) throw new AppError('forbidden', sentence('error.desk-closed'))
    const { host = '', origin, forwarded } = request.headers
    const here =
      loopback.test(request.socket.remoteAddress ?? '') &&
      ownNames.test(host) &&
      forwarded === undefined &&
      request.headers['x-forwarded-for'] === undefined
    const site = request.headers['sec-fetch-site']
    const ours =
      site === undefined ? origin === undefined || origin === `http://${host}` : site === 'same-origin'
    if (!here || !ours) throw new AppError('forbidden', sentence('error.not-our-page'))
    next()
  }
}
