/** Whether the hub is well, for whoever watches the process. */
import type { RequestHandler } from 'express'
import { reasonOf } from '../base/errors.ts'
import { recall } from '../db/index.ts'
import type { Web } from './visit.ts'

/** `/healthz`: 200 while the database answers, 503 otherwise. */
export function health(web: Web): RequestHandler {
  return async (_request, response) => {
    response.set('Cache-Control', 'no-store')
    try {
      await recall(web.database, 'epoch')
      response.json({ ok: true, version: web.version, now: web.clock.now() })
    } catch (error) {
      web.log.error({ error: reasonOf(error) }, 'the database does not answer')
      response.status(503).json({ ok: false, version: web.version, now: web.clock.now() })
    }
  }
}
