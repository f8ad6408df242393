/** An airing as one file: for stations without a device, where somebody plays it by hand. */
import { joinForDownload, readAudio, recordingById } from '../audio/index.ts'
import { proofsFor } from '../approval/index.ts'
import { dayOf, timeOfDay } from '../base/calendar.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { foldName } from '../base/text.ts'
import type { Db } from '../db/index.ts'
import { stationById } from '../registry/index.ts'
import { type Airing, airingsOf, unknownAiring } from '../schedule/index.ts'
import { submittedVersions } from '../scripts/index.ts'

/**
 * The airing as an MP3: greeting, recording and its notes, in that order and never encoded again, so that every
 * frame but the notes' is one that an approver could hear. `name` is made for people: day, time, place, bulletin.
 * Refuses (`not_found`) an unknown airing; (`conflict`) one that is cancelled, whose greeting or recording is not
 * approved any more for its instant, or has no MP3 of our kind; (`unavailable`) when a file is missing or damaged.
 */
export async function airingFile(
  db: Db,
  audioFolder: string,
  id: string,
): Promise<{ bytes: Uint8Array; name: string }> {
  const [airing] = await airingsOf(db, { ids: [id] })
  if (airing === undefined) throw unknownAiring(id)
  if (airing.cancelled !== null) throw conflict(airing, cancelled)
  const parts: Uint8Array[] = []
  for (const hash of await approvedFiles(db, airing)) parts.push(await readAudio(audioFolder, hash, 'mp3'))
  return { bytes: await joined(audioFolder, airing, parts), name: await nameOf(db, airing) }
}

/** What is said in one part of an airing; `spoken` is empty where a person was recorded and nobody wrote it down. */
export type AiringWords = { greeting: boolean; language: string; spoken: string }

/**
 * The words of the airing in the order in which they are heard, exactly as they were approved. Refuses what `airingFile`
 * refuses of an airing: `not_found`, and `conflict` for one that may not be heard any more.
 */
export async function airingWords(db: Db, id: string): Promise<AiringWords[]> {
  const [airing] = await airingsOf(db, { ids: [id] })
  if (airing === undefined) throw unknownAiring(id)
  if (airing.cancelled !== null) throw conflict(airing, cancelled)
  await approvedFiles(db, airing)
  const words: AiringWords[] = []
  for (const part of [airing.greeting, airing.recording]) {
    if (part === null) continue
    const { language, spoken } = await recordingById(db, part)
    words.push({ greeting: part === airing.greeting, language, spoken })
  }
  return words
}

/** Hashes of the MP3s in playing order; as for a device's plan, each needs an approval that holds then. */
async function approvedFiles(db: Db, airing: Airing): Promise<string[]> {
  const hashes: string[] = []
  const standing = new Set((await submittedVersions(db)).map(versionOf))
  for (const id of [airing.greeting, airing.recording]) {
    if (id === null) continue
    const { renditions, ...recording } = await recordingById(db, id)
    // The same bytes may be approved under another bulletin: what was withdrawn is not played for that.
    if (!standing.has(versionOf(recording))) throw conflict(airing, notApproved)
    const mp3 = renditions.find(({ codec }) => codec === 'mp3')
    if (mp3 === undefined) throw conflict(airing, otherFormat)
    hashes.push(mp3.sha256)
  }
  const proofs = await proofsFor(db, hashes)
  for (const hash of hashes) {
    const proof = proofs.get(hash)
    const holds = proof !== undefined && proof.from <= airing.plannedAt && airing.plannedAt <= proof.until
    if (!holds) throw conflict(airing, notApproved)
  }
  return hashes
}

async function joined(
  audioFolder: string,
  airing: Airing,
  parts: readonly Uint8Array[],
): Promise<Uint8Array> {
  try {
    return await joinForDownload(audioFolder, parts, airing.notes)
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') throw conflict(airing, otherFormat, error)
    throw error
  }
}

/** `2026-11-24_0500_tra-leng_viec-nhe-luong-cao.mp3`, in plain ASCII: it goes over memory sticks and old players. */
async function nameOf(db: Db, { plannedAt, script, station }: Airing): Promise<string> {
  const time = timeOfDay(plannedAt).slice(0, 5).replace(':', '')
  const { name } = await stationById(db, station)
  const place = slugOf(foldName(name).replace(/^dai truyen thanh (?:(?:xa|phuong|thi tran|dac khu) )?/, ''))
  return `${dayOf(plannedAt)}_${time}_${place === '' ? slugOf(station) : place}_${slugOf(script)}.mp3`
}

function versionOf({ script, version }: { script: string; version: number }): string {
  return `${script}/${String(version)}`
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

function conflict({ id }: Airing, why: Sentence, cause?: Error): AppError {
  const vi = `Không có tệp để phát cho lượt ${id}: ${why.vi}`
  const en = `There is no file to play for the airing ${id}: ${why.en}`
  return new AppError('conflict', { vi, en }, cause === undefined ? undefined : { cause })
}

const cancelled: Sentence = {
  vi: 'lượt phát này đã bị hủy. Hãy xem lịch để lấy lượt phát thay thế.',
  en: 'it was cancelled. Look up the airing that replaces it in the schedule.',
}
const notApproved: Sentence = {
  vi: 'bản ghi hoặc lời chào không còn được duyệt cho giờ phát này, hoặc bản tin đã bị thu hồi. Đừng phát tệp đã tải trước đó; hãy chờ lịch được xếp lại.',
  en: 'its recording or greeting is not approved for this time any more, or was withdrawn. Do not play a file that was downloaded before; wait for the schedule to be made again.',
}
const otherFormat: Sentence = {
  vi: 'bản ghi không có tệp MP3 đúng chuẩn của hệ thống. Hãy tạo lại bản ghi rồi duyệt lại.',
  en: 'its recording has no MP3 of the kind this system makes. Render the recording again and have it approved.',
}
