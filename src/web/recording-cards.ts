/** Recordings as cards: what to play, what it says, whether it may be heard and who approved it. */
import { approvedRecordings } from '../approval/index.ts'
import { type Recording, recordingsOf, uploadById } from '../audio/index.ts'
import { deedsOf, people } from '../people/index.ts'
import { stationsOf } from '../registry/index.ts'
import { scriptLanguages, scriptsOf, type ScriptKind, type VersionSummary } from '../scripts/index.ts'
import { figureIn, lengthOf } from './formats.ts'
import type { Visit, Web } from './visit.ts'

/** A version that was submitted, withdrawn ones too. */
export type Version = { script: string; kind: ScriptKind; summary: VersionSummary }

/** A recording as a card: what to play, what it says, and whether it may be heard. */
export type RecordingCard = {
  id: string
  title: string
  /** "version 1", and the number alone. */
  version: string
  number: number
  station: string | null
  stationName: string
  /** Former district of the station's area. */
  district: string
  sample: boolean
  milliseconds: number
  /** LUFS and dBTP; null while there is no sound. */
  loudness: number | null
  peak: number | null
  quality: string
  /** How it was tested, in words; empty for recordings from before there was a gate. */
  checked: string
  /** What people should know about how it was made; empty when there is nothing. */
  remark: string
  /** Language, where it is another than Vietnamese. */
  language: string
  /** Whose voice it is and where that stands, when a person reads it. */
  person: string
  personHref: string
  /** The other stations' variants, when this is one of several. */
  variants: { text: string; href: string } | null
  spoken: string
  state: 'approved' | 'unapproved'
  /** Name of the approver, alone and as the card says it; empty while nobody has approved. */
  approver: string
  approvedBy: string
  /** Why it is not heard although it may have been approved: withdrawn, or returned to its author; else empty. */
  withdrawn: string
  renditions: Rendered[]
}

/** A file of a recording: what a player takes, and how it is offered. */
export type Rendered = { href: string; type: string; name: string; label: string }

/** Every version that was submitted. */
export async function submittedVersions(web: Web): Promise<Version[]> {
  return (await scriptsOf(web.database)).flatMap(({ id: script, kind, versions }) =>
    versions.filter(({ state }) => state !== 'draft').map((summary) => ({ script, kind, summary })),
  )
}

/** The greeting of one station, newest version first; empty when it has none. */
export async function greetingCards(web: Web, visit: Visit, station: string): Promise<RecordingCard[]> {
  const versions = (await submittedVersions(web)).filter(({ kind }) => kind === 'greeting')
  return (await cardsOf(web, visit, versions)).filter((card) => card.station === station)
}

/**
 * The recordings of these versions; a bulletin without one is a card without sound. With `oneVariant`, of recordings
 * that differ by station one stands for all, and leads to the others.
 */
export async function cardsOf(
  web: Web,
  visit: Visit,
  versions: readonly Version[],
  { oneVariant = false } = {},
): Promise<RecordingCard[]> {
  const stations = new Map((await stationsOf(web.database)).map((station) => [station.id, station]))
  const approver = await approversOf(web, visit)
  const cards: RecordingCard[] = []
  for (const { script, kind, summary } of versions) {
    const recordings = await recordingsOf(web.database, { script, version: summary.version })
    const title = visit.language === 'vi' ? summary.title : summary.titleEn
    const common = {
      title,
      version: visit.say('recordings.version', { version: summary.version }),
      number: summary.version,
      withdrawn: takenBack(visit, summary),
    }
    if (recordings.length === 0 && kind === 'bulletin') cards.push({ ...common, ...withoutSound(script) })
    const { shown, variants } = oneVariant
      ? oneOfVariants(visit, recordings)
      : { shown: recordings, variants: null }
    for (const recording of shown) {
      const station = recording.station === null ? undefined : stations.get(recording.station)
      const by = await approver(recording.id, script, summary.version)
      cards.push({
        ...common,
        ...soundOf(visit, recording),
        ...(await madeBy(web, visit, recording)),
        variants: recording.station === null ? null : variants,
        station: recording.station,
        stationName: station?.name ?? '',
        district: station?.formerDistrict ?? '',
        sample: station?.sample ?? false,
        state: by === undefined ? 'unapproved' : 'approved',
        approver: by ?? '',
        approvedBy: by === undefined ? '' : visit.say('recordings.approved-by', { name: by }),
      })
    }
  }
  return cards
}

/** What people did to a version that keeps it from being heard, and why; empty when nothing. */
function takenBack({ say }: Visit, { state, withdrawnWhy, returnedWhy }: VersionSummary): string {
  if (state === 'withdrawn') return say('recordings.withdrawn', { why: withdrawnWhy ?? '' })
  return state === 'returned' ? say('recordings.returned', { why: returnedWhy ?? '' }) : ''
}

/** All that are for every station, and one of those that are for one. */
function oneOfVariants({ say }: Visit, recordings: readonly Recording[]) {
  const common = recordings.filter(({ station }) => station === null)
  const own = recordings.filter(({ station }) => station !== null)
  const first = own.find(({ upload }) => upload === null) ?? own[0]
  if (first === undefined) return { shown: common, variants: null }
  const query = new URLSearchParams({ script: first.script, version: String(first.version) })
  return {
    shown: [...common, first],
    variants: {
      text: say('recordings.variants', { count: own.length }),
      href: `/recordings/variants?${query.toString()}`,
    },
  }
}

/** How it came about: which voice, in which language, and how it was tested. */
async function madeBy(web: Web, { say, language }: Visit, recording: Recording) {
  const { gate } = recording.quality
  const upload = recording.upload === null ? undefined : await uploadById(web.database, recording.upload)
  const name = scriptLanguages.find(({ tag }) => tag === recording.language)?.name ?? recording.language
  return {
    checked:
      gate === undefined ? '' : say(gate === 'whole' ? 'recordings.gate-whole' : 'recordings.gate-packets'),
    remark: recording.remark?.[language] ?? '',
    language: recording.language === 'vi' ? '' : say('recordings.language', { language: name }),
    person: upload === undefined ? '' : say('recordings.person', { speaker: upload.speaker }),
    personHref: upload === undefined ? '' : `/uploads/${upload.id}`,
  }
}

function withoutSound(script: string) {
  return {
    ...{
      id: script,
      station: null,
      stationName: '',
      district: '',
      sample: false,
      milliseconds: 0,
      loudness: null,
      peak: null,
      quality: '',
      spoken: '',
      checked: '',
      remark: '',
      language: '',
      person: '',
      personHref: '',
      variants: null,
    },
    ...{ state: 'unapproved' as const, approver: '', approvedBy: '', renditions: [] },
  }
}

function soundOf(visit: Visit, recording: Recording) {
  return {
    id: recording.id,
    milliseconds: recording.milliseconds,
    spoken: recording.spoken,
    loudness: recording.loudness,
    peak: recording.truePeak,
    quality: visit.say('recordings.quality', {
      length: lengthOf(recording.milliseconds),
      loudness: recording.loudness,
      peak: recording.truePeak,
    }),
    renditions: renditionsOf(visit, recording),
  }
}

/** The files of a recording, MP3 first. */
export function renditionsOf({ say, language }: Visit, { renditions }: Recording): Rendered[] {
  return renditions.map(({ codec, sha256, bytes }) => {
    const name = `${sha256}.${codec}`
    const size = figureIn(language, Math.round(bytes / 1000))
    return {
      href: `/audio/${name}`,
      type: codec === 'mp3' ? 'audio/mpeg' : 'audio/ogg; codecs=opus',
      name,
      label: say('recordings.download', { codec: codec === 'mp3' ? 'MP3' : 'Opus', size }),
    }
  })
}

/** Finds who approved a recording that may be heard now: the person of the deed that the approval left. */
async function approversOf(web: Web, visit: Visit) {
  const approved = new Map(
    (await approvedRecordings(web.database, visit.now)).map((one) => [one.recording, one.approval]),
  )
  const names = new Map((await people(web.database)).map(({ id, name }) => [id, name]))
  const byVersion = new Map<string, Map<string, string>>()
  return async (recording: string, script: string, version: number): Promise<string | undefined> => {
    const approval = approved.get(recording)
    if (approval === undefined) return undefined
    const subject = `${script}/${version}`
    const known = byVersion.get(subject) ?? (await signersOf(web, subject))
    byVersion.set(subject, known)
    const person = known.get(approval) ?? ''
    return names.get(person) ?? person
  }
}

async function signersOf(web: Web, subject: string): Promise<Map<string, string>> {
  const signers = new Map<string, string>()
  for (const { what, person, detail } of await deedsOf(web.database, { subject })) {
    const approval = (detail as { approval?: unknown } | null)?.approval
    if (what === 'approval.signed' && typeof approval === 'string' && person !== null)
      signers.set(approval, person)
  }
  return signers
}
