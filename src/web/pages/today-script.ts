/** The words of an airing on paper, for stations where a person reads them. */
import { dayOf } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { millisecondsBetween } from '../../base/time.ts'
import { airingWords } from '../../delivery/index.ts'
import { covers, stationById } from '../../registry/index.ts'
import { airingsOf, unknownAiring } from '../../schedule/index.ts'
import { airingHref } from '../by-hand.ts'
import { outsideScope } from '../errors.ts'
import { lengthOf, momentIn } from '../formats.ts'
import { titlesOf } from '../titles.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { sentence } from '../words/index.ts'

/**
 * `/airings/<id>/script`: greeting and bulletin, word by word as they were approved. Refuses (`forbidden`) an airing that
 * a controller plays, and what `airingWords` refuses: nobody reads aloud what is withdrawn.
 */
export async function todayScriptPage(web: Web, visit: Visit): Promise<Page> {
  const id = visit.part('id')
  const [airing] = await airingsOf(web.database, { ids: [id] })
  if (airing === undefined) throw unknownAiring(id)
  if (!covers(visit.scope, airing.unit)) throw outsideScope(unknownAiring(id).sentence)
  if (airing.devices.length > 0) throw new AppError('forbidden', sentence('today.script-device'))
  const words = await airingWords(web.database, id)
  const station = await stationById(web.database, airing.station)
  const moment = momentIn(visit.language, airing.plannedAt)
  const length = lengthOf(millisecondsBetween(airing.plannedAt, airing.endsAt))
  const operator = visit.is(['operator'])
  return {
    view: 'today-script',
    title: visit.say('today.script-title', { moment }),
    section: operator ? 'today' : 'stations',
    model: {
      title: (await titlesOf(web, visit.language))(airing.script, airing.version),
      where: visit.say('today.script-station', { station: station.name, moment, length }),
      sample: station.sample,
      parts: words.map(({ greeting, language, spoken }) => ({
        name: visit.say(greeting ? 'today.script-greeting' : 'today.script-bulletin'),
        language,
        paragraphs: spoken.split(/\n{2,}/).filter((each) => each.trim() !== ''),
      })),
      file: airingHref(airing, dayOf(visit.now)),
      back: operator ? '/today' : `/stations/${airing.station}/today`,
    },
  }
}
