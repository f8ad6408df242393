/** Gathers the facts of a month for its coverage. */
import { boundsOf, lastDayOf, type Month } from '../base/calendar.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { airingOutcomes } from '../evidence/index.ts'
import { stationsOf, stationUnitsOn, unitsOn } from '../registry/index.ts'
import { type Campaign, campaignsIn, campaignsOf, previewMonth } from '../schedule/index.ts'
import { coverage, type AreaDue, type Coverage } from './coverage.ts'

const noCampaign: Sentence = {
  vi: 'Tháng này chưa có đợt tuyên truyền nào. Hãy tạo một đợt.',
  en: 'No campaign is in force this month. Create one.',
}
const aboutToBePlanned: Sentence = {
  vi: 'Lượt phát sắp được xếp.',
  en: 'The airing is about to be planned.',
}

/**
 * How the month stands at `now` for one campaign: the given one, else the oldest in force that month
 * that is not for training (else the oldest for training); with none in force nothing is met. Refuses
 * (`not_found`) a campaign nobody knows.
 */
export async function coverageOf(
  db: Db,
  asked: { month: Month; campaign?: string; now: Instant },
): Promise<Coverage> {
  const { month, now } = asked
  const campaign = await campaignAsked(db, asked)
  const lastDay = lastDayOf(month)
  const over = now >= boundsOf(month).to
  const unitOf = await stationUnitsOn(db, lastDay)
  const areas = (await stationsOf(db)).flatMap(({ id, areaName, formerDistrict }): AreaDue[] => {
    const unit = unitOf.get(id)
    return unit === undefined ? [] : [{ station: id, areaName, formerDistrict, unit }]
  })
  const outcomes = campaign === null ? [] : await airingOutcomes(db, { month, campaign: campaign.id, now })
  const planned = new Set(outcomes.filter(({ state }) => state !== 'cancelled').map(({ station }) => station))
  const unplanned = areas.filter(({ station }) => !planned.has(station)).map(({ station }) => station)
  return coverage({
    month,
    over,
    campaign: campaign === null ? null : { id: campaign.id, title: campaign.title },
    units: await unitsOn(db, lastDay),
    areas,
    outcomes,
    unplanned: over ? new Map() : await whyUnplanned(db, { month, now, campaign, stations: unplanned }),
  })
}

async function campaignAsked(
  db: Db,
  { month, campaign }: { month: Month; campaign?: string },
): Promise<Campaign | null> {
  if (campaign === undefined) {
    const inForce = await campaignsIn(db, month)
    return inForce.find(({ training }) => !training) ?? inForce[0] ?? null
  }
  const found = (await campaignsOf(db)).find(({ id }) => id === campaign)
  if (found !== undefined) return found
  throw new AppError('not_found', {
    vi: `Không có đợt tuyên truyền nào mang mã “${campaign.slice(0, 80)}”. Hãy xem lại danh sách đợt.`,
    en: `There is no campaign “${campaign.slice(0, 80)}”. Look it up in the list of campaigns.`,
  })
}

/** Why these stations have no airing yet: the planner is asked what it would do now. */
async function whyUnplanned(
  db: Db,
  asked: { month: Month; now: Instant; campaign: Campaign | null; stations: readonly string[] },
): Promise<Map<string, Sentence>> {
  const { month, now, campaign, stations } = asked
  if (campaign === null) return new Map(stations.map((station) => [station, noCampaign]))
  if (stations.length === 0) return new Map()
  const { unplaced } = await previewMonth(db, month, now)
  const why = new Map(
    unplaced.filter((one) => one.campaign === campaign.id).map((one) => [one.station, one.why]),
  )
  return new Map(stations.map((station) => [station, why.get(station) ?? aboutToBePlanned]))
}
