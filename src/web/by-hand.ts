/** An airing as one file, for stations where somebody plays it. */
import type { RequestHandler } from 'express'
import { airingFile } from '../delivery/index.ts'
import { covers } from '../registry/index.ts'
import { airingsOf, unknownAiring } from '../schedule/index.ts'
import { outsideScope } from './errors.ts'
import { visitOf, type Web } from './visit.ts'

/**
 * `/airings/<id>.mp3`, always made anew: what was approved yesterday may be withdrawn today. Refuses what `airingFile`
 * refuses.
 */
export function airingSound(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const [airing] = await airingsOf(web.database, { ids: [visit.part('id')] })
    if (airing !== undefined && !covers(visit.scope, airing.unit))
      throw outsideScope(unknownAiring(airing.id).sentence)
    const { bytes, name } = await airingFile(web.database, web.audioFolder, visit.part('id'))
    response
      // The file leaves the pages and their banner behind.
      .attachment(web.training ? name.replace(/\.mp3$/, '_tap-huan.mp3') : name)
      .set('Cache-Control', 'no-store')
      .type('audio/mpeg')
      .send(Buffer.from(bytes))
  }
}
