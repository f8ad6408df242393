/** What an approver must hear, as a list of players, and how far they have come. */
import { type Hearing, type HearingItem, openPlay } from '../../approval/index.ts'
import { stationsOf } from '../../registry/index.ts'
import { lengthOf } from '../formats.ts'
import { languageIn } from '../upload-cards.ts'
import type { Visit, Web } from '../visit.ts'
import type { Word } from '../words/index.ts'
import type { Looked } from './approvals-version.ts'

const whyWords: Record<HearingItem['why'], Word> = {
  whole: 'approvals.hear-whole',
  differs: 'approvals.hear-differs',
  sample: 'approvals.hear-sample',
  brought: 'approvals.hear-brought',
}

/** The model of the list. */
export async function hearingModel(
  web: Web,
  visit: Visit,
  { name, draft }: Looked,
  hearing: Hearing,
): Promise<object> {
  const stations = new Map((await stationsOf(web.database)).map((station) => [station.id, station.name]))
  const recordings = new Map((draft?.recordings ?? []).map((one) => [one.id, one]))
  const open = visit.person === undefined ? undefined : await openPlay(web.database, visit.person.id)
  return {
    ...progressOf(visit, hearing),
    begin: `/approvals/${name}/plays`,
    items: hearing.items.map((item, index) => {
      const recording = recordings.get(item.recording)
      const station = recording?.station ?? null
      const rendition = recording?.renditions.find(({ sha256 }) => sha256 === item.sha256)
      const isOpen = open !== undefined && sameStretch(open, item)
      return {
        ...{ id: `nghe-${index + 1}`, key: item.key, heard: item.heard, text: item.text },
        title: visit.say('approvals.hear-item', { index: index + 1, why: visit.say(whyWords[item.why]) }),
        place: `${languageIn(visit.say, recording?.language ?? '')} · ${station === null ? visit.say('approvals.every-station') : (stations.get(station) ?? station)}`,
        length: lengthOf(item.toMs - item.fromMs),
        ...{ from: item.fromMs / 1000, to: item.toMs / 1000 },
        // The part of the address after # keeps browsers without script to the stretch.
        src: `/audio/${item.sha256}.${rendition?.codec ?? 'mp3'}#t=${item.fromMs / 1000},${item.toMs / 1000}`,
        state: visit.say(
          item.heard ? 'approvals.heard' : isOpen ? 'approvals.hearing' : 'approvals.not-heard',
        ),
        tone: item.heard ? 'met' : isOpen ? 'wait' : 'idle',
        open: isOpen && !item.heard ? `/approvals/${name}/plays/${open.number}/heard` : '',
      }
    }),
  }
}

function sameStretch(
  play: { recording: string; fromMs: number; toMs: number },
  item: { recording: string; fromMs: number; toMs: number },
): boolean {
  return play.recording === item.recording && play.fromMs === item.fromMs && play.toMs === item.toMs
}

/** How far somebody has come, for the page and for its script. */
export function progressOf({ say }: Visit, { items, heard, leftMs }: Hearing) {
  const left = items.length - heard
  return {
    ...{ done: heard, total: items.length, all: left === 0 },
    progress:
      left === 0
        ? say('approvals.heard-all', { count: items.length })
        : say('approvals.progress', { done: heard, total: items.length, left: lengthOf(leftMs) }),
  }
}
