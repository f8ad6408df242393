/** What an approver reads: the difference from what was approved before, the words spoken, and where they differ. */
import { differingSentences } from '../../approval/index.ts'
import type { Recording } from '../../audio/index.ts'
import { deedsOf } from '../../people/index.ts'
import { stationsOf } from '../../registry/index.ts'
import { differenceOf, type Run, type ScriptVersion, versionOf } from '../../scripts/index.ts'
import { languageIn } from '../upload-cards.ts'
import type { Visit, Web } from '../visit.ts'

/** What changed since the newest earlier version that anybody signed; the whole text where there is none. */
export async function changesOf(web: Web, { say }: Visit, version: ScriptVersion): Promise<object> {
  const text = version.text ?? version.source.body
  const before = await approvedBefore(web, version)
  const slots = text.includes('{{') ? say('approvals.slots') : ''
  if (before === undefined) {
    return {
      title: say('approvals.text'),
      lead: '',
      unchanged: false,
      slots,
      runs: [{ how: 'same', text }].map(runModel),
    }
  }
  const { version: number } = before
  const sentences = differenceOf(before.text ?? before.source.body, text)
  const unchanged = sentences.every(({ same }) => same)
  return {
    title: say('approvals.difference'),
    lead: say(unchanged ? 'approvals.unchanged' : 'approvals.changed', { version: number }),
    unchanged,
    slots,
    runs: sentences.flatMap(({ runs }) => runs).map(runModel),
  }
}

function runModel({ how, text }: { how: string; text: string }) {
  return {
    added: how === ('added' satisfies Run['how']),
    removed: how === ('removed' satisfies Run['how']),
    text,
  }
}

/** The newest earlier version that anybody signed. */
async function approvedBefore(
  web: Web,
  { script, version }: ScriptVersion,
): Promise<ScriptVersion | undefined> {
  for (let number = version - 1; number >= 1; number -= 1) {
    const deeds = await deedsOf(web.database, { subject: `${script}/${number}` })
    if (deeds.some(({ what }) => what === 'approval.signed')) {
      return versionOf(web.database, { script, version: number })
    }
  }
  return undefined
}

/** What is spoken, once for each language: the words of one of its recordings. */
export function spokenOf({ say }: Visit, recordings: readonly Recording[]): object[] {
  return [...Map.groupBy(recordings, ({ language }) => language)].map(([tag, all]) => {
    const read = all.find(({ spoken, upload }) => upload === null && spoken !== '') ?? all[0]
    return {
      language: say('approvals.spoken-in', { language: languageIn(say, tag), count: all.length }),
      tag: /^[a-z]{2,3}(-x-[a-z]+)?$/.test(tag) ? tag : 'vi',
      text: read?.spoken ?? '',
    }
  })
}

/** Which sentences are not the same everywhere, with examples and where they are heard. */
export async function differingOf(
  web: Web,
  { say }: Visit,
  recordings: readonly Recording[],
): Promise<object[]> {
  const names = new Map((await stationsOf(web.database)).map(({ id, name }) => [id, name]))
  return differingSentences(recordings).map(({ kind, wordings, variants, of, examples }) => ({
    kind,
    counts: say('approvals.differs-counts', { wordings, variants, of }),
    examples: examples.map(({ text, station }) => ({
      text,
      station: station === null ? say('approvals.every-station') : (names.get(station) ?? station),
    })),
  }))
}
