/** What people brought, as cards: whose voice, what was found in it, what was done to it, before and after. */
import { approvedRecordings } from '../approval/index.ts'
import { recordingsOf, type Upload } from '../audio/index.ts'
import { people } from '../people/index.ts'
import { stationsOf } from '../registry/index.ts'
import { scriptLanguages } from '../scripts/index.ts'
import { lengthOf, momentIn } from './formats.ts'
import { type Rendered, renditionsOf } from './recording-cards.ts'
import { playableType } from './originals.ts'
import { titlesOf } from './titles.ts'
import type { Visit, Web } from './visit.ts'
import { waveOf } from './waveform.ts'
import type { Say } from './words/index.ts'

export type UploadCard = {
  id: string
  href: string
  title: string
  version: string
  language: string
  speaker: string
  consent: string
  /** Who sent it, alone and with the moment. */
  by: string
  byAt: string
  stationName: string
  state: 'fit' | 'unfit'
  /** Whether the recording made of it may be heard; null when there is none. */
  approval: 'approved' | 'unapproved' | null
  faults: string[]
  format: string
  treatment: string
  before: { quality: string; wave: string; src: string | null; type: string; download: string }
  after: { quality: string; wave: string; renditions: Rendered[] }
}

/** Name of a language in the reader's own; a tag that is not in the list stays as it is. */
export function languageIn(say: Say, tag: string): string {
  if (tag === 'vi') return say('uploads.language-vi')
  return scriptLanguages.find((language) => language.tag === tag)?.name ?? tag
}

/** A size as people say it: 350 kB, 3,2 MB. */
export function sizeIn({ say }: Visit, bytes: number): string {
  const kilobytes = bytes / 1024
  if (kilobytes < 1000) return say('uploads.size-kb', { count: Math.ceil(kilobytes) })
  return say('uploads.size-mb', { count: kilobytes / 1024 })
}

/** The cards of these uploads, in their order. */
export async function uploadCards(web: Web, visit: Visit, uploads: readonly Upload[]): Promise<UploadCard[]> {
  const { database } = web
  const titles = await titlesOf(web, visit.language)
  const names = new Map((await people(database)).map(({ id, name }) => [id, name]))
  const stations = new Map((await stationsOf(database)).map(({ id, name }) => [id, name]))
  const approved = new Set((await approvedRecordings(database, visit.now)).map(({ recording }) => recording))
  const renditions = await renditionsFor(web, visit, uploads)
  return uploads.map((upload) => {
    const by = names.get(upload.by) ?? upload.by
    const { recording } = upload
    return {
      id: upload.id,
      href: `/uploads/${upload.id}`,
      title: titles(upload.script, upload.version),
      version: visit.say('recordings.version', { version: upload.version }),
      language: languageIn(visit.say, upload.language),
      speaker: upload.speaker,
      consent: upload.consent,
      by,
      byAt: visit.say('uploads.by-at', { name: by, at: momentIn(visit.language, upload.at) }),
      stationName: upload.station === null ? '' : (stations.get(upload.station) ?? upload.station),
      state: recording === null ? 'unfit' : 'fit',
      approval: recording === null ? null : approved.has(recording) ? 'approved' : 'unapproved',
      faults: upload.faults.map((fault) => fault[visit.language]),
      format: formatOf(visit, upload),
      treatment: treatmentOf(visit, upload),
      ...soundsOf(visit, upload, renditions.get(recording ?? '') ?? []),
    }
  })
}

async function renditionsFor(
  web: Web,
  visit: Visit,
  uploads: readonly Upload[],
): Promise<Map<string, Rendered[]>> {
  const versions = new Map(
    uploads.map(({ script, version }) => [`${script}/${version}`, { script, version }]),
  )
  const found = new Map<string, Rendered[]>()
  for (const version of versions.values()) {
    for (const recording of await recordingsOf(web.database, version)) {
      if (recording.upload !== null) found.set(recording.id, renditionsOf(visit, recording))
    }
  }
  return found
}

function formatOf(visit: Visit, { original, treatment }: Upload): string {
  const { codec, sampleRate, channels } = treatment.probe
  return visit.say('uploads.format-text', {
    name: original.name,
    size: sizeIn(visit, original.bytes),
    format: `${treatment.extension.toUpperCase()} (${codec})`,
    rate: sampleRate / 1000,
    channels,
  })
}

/** What was done, as one sentence without its full stop. */
function treatmentOf({ say, language }: Visit, { treatment }: Upload): string {
  const { declipped, noiseReduced, trimmedMs, gainDecibels } = treatment
  const decibels = Math.abs(Math.round(gainDecibels * 10) / 10)
  const level =
    decibels === 0
      ? say('uploads.as-it-came')
      : say(gainDecibels > 0 ? 'uploads.louder' : 'uploads.softer', { decibels })
  const seconds = Math.round(trimmedMs / 100) / 10
  const done = [
    declipped ? say('uploads.declipped') : '',
    noiseReduced ? say('uploads.noise-reduced') : '',
    seconds > 0 ? say('uploads.trimmed', { seconds }) : '',
    level,
  ].filter((part) => part !== '')
  const text = done.join('; ')
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1)
}

function soundsOf(
  visit: Visit,
  upload: Upload,
  renditions: Rendered[],
): Pick<UploadCard, 'before' | 'after'> {
  const { before, after, peaks, extension } = upload.treatment
  const src = `/uploads/${upload.id}/original`
  const type = playableType(extension)
  return {
    before: {
      quality: qualityOf(visit, before),
      wave: waveOf(peaks.before),
      src: type === undefined ? null : src,
      type: type ?? '',
      download: `${src}?download=1`,
    },
    after: { quality: qualityOf(visit, after), wave: waveOf(peaks.after), renditions },
  }
}

function qualityOf(
  { say }: Visit,
  { milliseconds, loudness, truePeak }: { milliseconds: number; loudness: number; truePeak: number },
): string {
  return say('recordings.quality', { length: lengthOf(milliseconds), loudness, peak: truePeak })
}

/** What is looked at when somebody searches. */
export function searched({ title, speaker, language, stationName }: UploadCard): string[] {
  return [title, speaker, language, stationName]
}

/** Decibels to one digit, as a figure for a spreadsheet. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
