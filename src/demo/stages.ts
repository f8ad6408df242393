/** The stages of the way, each waiting until the product itself says that it is done. */
import { approve, awaitingApproval } from '../approval/index.ts'
import { recordingsOf } from '../audio/index.ts'
import { boundsOf, type Month, monthOf, nextMonth } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { type Instant, millisecondsBetween, monotonicMilliseconds } from '../base/time.ts'
import { deliveryStatus } from '../delivery/index.ts'
import { airingOutcomes } from '../evidence/index.ts'
import { airingsOf, createCampaign } from '../schedule/index.ts'
import { approver, editor } from './training.ts'
import type { Stage, Trip } from './trip.ts'

/** A stage that is not done after so long is given up: ten minutes is far beyond any month's longest script. */
const stageMsMax = 600_000
const lookEveryMs = 250

/** Waits until the hub's own audio job has made every recording, then the second person approves them. */
export async function renderAndApprove(trip: Omit<Trip, 'fleet'>): Promise<void> {
  const { hub, sources, approverKey } = trip
  const { database, clock } = hub.work
  hub.wake()
  await until(trip, 'render', async () => {
    await hub.settled()
    const waiting = await awaitingApproval(database, clock.now())
    return (
      waiting.filter((one) => one.kind === 'bulletin').length >= sources.length &&
      waiting.some((one) => one.kind === 'greeting')
    )
  })
  for (const { script, version } of await awaitingApproval(database, clock.now())) {
    await approve(database, { script, version, approver, key: approverKey, now: clock.now() })
  }
}

/** One campaign for one month; the hub's schedule job plans it. Resolves with the month and the campaign. */
export async function planMonthOfTrip(
  trip: Omit<Trip, 'fleet'>,
): Promise<{ month: string; campaign: string }> {
  const { hub, sources, options } = trip
  const { database, clock } = hub.work
  const month = monthToFinishIn(clock.now(), await planMilliseconds(trip))
  const campaign = `trinh-dien-${month}`
  await createCampaign(database, {
    id: campaign,
    title: 'Tập huấn: mỗi tháng một lần ở mọi nơi',
    fromMonth: month,
    toMonth: month,
    scripts: sources.map((source) => source.id),
    training: true,
    by: editor,
    now: clock.now(),
  })
  hub.wake()
  await until(trip, 'plan', async () => {
    await hub.settled()
    const planned = (await airingsOf(database, { month, campaign })).length
    options.onProgress({ stage: 'plan', done: planned, total: planned })
    return planned > 0
  })
  return { month, campaign }
}

/** How long the plan, from now to its last sound, may take for the bulletins of this trip. */
async function planMilliseconds({ hub, sources, options }: Omit<Trip, 'fleet'>): Promise<number> {
  const recordings = await Promise.all(
    sources.map((source) => recordingsOf(hub.work.database, { script: source.id, version: 1 })),
  )
  const longest = Math.max(...recordings.flat().map((recording) => recording.milliseconds))
  return longest + (options.leadSeconds + options.spreadSeconds + slackSeconds) * 1000
}

/** Room for the greeting, for a start on the next whole minute (stations played by hand) and for the planner itself. */
const slackSeconds = 80

/** This month, unless it ends before something that takes so long could be over; then the next. */
export function monthToFinishIn(now: Instant, milliseconds: number): Month {
  const month = monthOf(now)
  return millisecondsBetween(now, boundsOf(month).to) > milliseconds ? month : nextMonth(month)
}

/** Waits until every controller of the fleet holds every recording its plan names. */
export async function deliverEverything(trip: Trip): Promise<void> {
  const { hub, fleet, options } = trip
  const ours = new Set(fleet.devices)
  await until(trip, 'deliver', async () => {
    const all = (await deliveryStatus(hub.work.database)).filter((one) => ours.has(one.device))
    const done = all.filter((one) => one.generation > 0 && one.missing === 0).length
    options.onProgress({ stage: 'deliver', done, total: ours.size })
    return done === ours.size
  })
}

/** Waits until every controller has played; resolves with the most clients the broker itself counted meanwhile. */
export async function watchPlay(trip: Trip, goal: { month: string; campaign: string }): Promise<number> {
  const { hub, fleet, options } = trip
  const airings = await airingsOf(hub.work.database, goal)
  const first = airings.map((airing) => airing.plannedAt).sort()[0] ?? hub.work.clock.now()
  let clients = 0
  await until(trip, 'play', () => {
    const status = fleet.status()
    const playing = status?.playing ?? 0
    // Whatever became of it: a refused or missed airing is over too, and the report says so.
    const finished =
      status === undefined ? 0 : status.played + status.partial + status.missed + status.refused
    if (playing > 0) clients = Math.max(clients, hub.connectedClients())
    const seconds = Math.ceil(millisecondsBetween(hub.work.clock.now(), first) / 1000)
    const note =
      seconds > 0
        ? `bắt đầu sau ${String(seconds)} giây · starts in ${String(seconds)} s`
        : `${String(playing)} đang phát · playing`
    options.onProgress({ stage: 'play', done: finished, total: fleet.devices.length, note })
    return Promise.resolve(finished >= fleet.devices.length)
  })
  return clients
}

/** Waits until every airing of our devices has an outcome that its devices told. */
export async function confirmEverything(
  trip: Trip,
  goal: { month: string; campaign: string },
): Promise<void> {
  const { hub, fleet, options } = trip
  const ours = new Set(fleet.devices)
  const airings = (await airingsOf(hub.work.database, goal)).filter(
    (airing) => airing.devices.length > 0 && airing.devices.every((device) => ours.has(device)),
  )
  await until(trip, 'confirm', async () => {
    await hub.settled()
    const outcomes = await airingOutcomes(hub.work.database, { ...goal, now: hub.work.clock.now() })
    const told = new Set(
      outcomes.filter((one) => one.state !== 'coming' && one.state !== 'waiting').map((one) => one.airing),
    )
    const done = airings.filter((airing) => told.has(airing.id)).length
    options.onProgress({ stage: 'confirm', done, total: airings.length })
    return done === airings.length
  })
}

/** Looks every quarter of a second; gives up after ten minutes, on abort, or when hub or fleet is gone. */
async function until(
  trip: Omit<Trip, 'fleet'> & { fleet?: Trip['fleet'] },
  stage: Stage,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const deadline = monotonicMilliseconds() + stageMsMax
  while (!(await isDone())) {
    trip.options.signal.throwIfAborted()
    const failing = trip.hub.failingJob()
    if (failing !== undefined) throw failing.failure
    const fleetEnded = trip.fleet?.ended()
    if (fleetEnded !== undefined || monotonicMilliseconds() > deadline) {
      const why = fleetEnded ?? 'quá 10 phút · more than 10 minutes'
      throw new AppError('unavailable', {
        vi: `Trình diễn dừng ở bước ${stage}: ${why}. Xem nhật ký phía trên.`,
        en: `The demo stopped at the stage ${stage}: ${why}. See the log lines above.`,
      })
    }
    await Promise.race([trip.hub.work.clock.wait(lookEveryMs, trip.options.signal), trip.hub.failed])
  }
}
