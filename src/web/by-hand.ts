/** An airing as one file, for stations where somebody plays it. */
import type { RequestHandler } from 'express'
import { type Day, dayForPeople, dayOf, plusDays } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { airingFile } from '../delivery/index.ts'
import { covers } from '../registry/index.ts'
import { type Airing, airingsOf, unknownAiring } from '../schedule/index.ts'
import { outsideScope } from './errors.ts'
import { visitOf, type Web } from './visit.ts'

/** Whoever has the file has the airing's notes, which prove that it was heard: it is to be had only when it is needed. */
const [daysBefore, daysAfter] = [7, 1]

type Planned = Pick<Airing, 'id' | 'devices' | 'plannedAt'>

/** Where the file lies; null for an airing that a controller plays, and outside the days around its own. */
export function airingHref(airing: Planned, today: Day): string | null {
  return whyNot(airing, today) === undefined ? `/airings/${airing.id}.mp3` : null
}

/**
 * `/airings/<id>.mp3`, always made anew: what was approved yesterday may be withdrawn today. Refuses (`forbidden`) an
 * airing that a controller plays, and any but from 7 days before its day until the end of the day after it; and what
 * `airingFile` refuses.
 */
export function airingSound(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const id = visit.part('id')
    const [airing] = await airingsOf(web.database, { ids: [id] })
    if (airing !== undefined && !covers(visit.scope, airing.unit))
      throw outsideScope(unknownAiring(id).sentence)
    const refusal = airing && whyNot(airing, dayOf(visit.now))
    if (refusal !== undefined) throw refusal
    const { bytes, name } = await airingFile(web.database, web.audioFolder, id)
    response
      // The file leaves the pages and their banner behind.
      .attachment(web.training ? name.replace(/\.mp3$/, '_tap-huan.mp3') : name)
      .set('Cache-Control', 'no-store')
      .type('audio/mpeg')
      .send(Buffer.from(bytes))
  }
}

function whyNot({ id, devices, plannedAt }: Planned, today: Day): AppError | undefined {
  if (devices.length > 0) {
    return new AppError('forbidden', {
      vi: `Lượt ${id} do bộ điều khiển tại đài tự phát, nên trang này không đưa tệp. Cán bộ trung tâm cần tệp thì chạy: loa airings file ${id} --out …`,
      en: `The airing ${id} is played by the station's controller, so these pages do not give its file. Staff of the hub who need it run: loa airings file ${id} --out …`,
    })
  }
  const day = dayOf(plannedAt)
  const [from, until] = [plusDays(day, -daysBefore), plusDays(day, daysAfter)]
  if (from <= today && today <= until) return undefined
  return new AppError('forbidden', {
    vi: `Tệp của lượt ${id} (ngày ${dayForPeople(day)}) chỉ tải được từ ${dayForPeople(from)} đến hết ${dayForPeople(until)}. Ngoài những ngày ấy, hãy nhờ cán bộ trung tâm: loa airings file ${id} --out …`,
    en: `The file of the airing ${id} (on ${day}) is to be had from ${from} until the end of ${until} only. On other days ask the staff of the hub: loa airings file ${id} --out …`,
  })
}
