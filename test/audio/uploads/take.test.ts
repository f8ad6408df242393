/** What becomes of a recording that somebody brings: from any phone, near or far, to a file like every other. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approve, awaitingApproval, draftStatement } from '../../../src/approval/index.ts'
import { sha256 } from '../../../src/base/hash.ts'
import { readAudio } from '../../../src/audio/folder.ts'
import { fromBytes } from '../../../src/audio/pcm.ts'
import { pieceOf, stitch } from '../../../src/audio/stitch/index.ts'
import { recordingById } from '../../../src/audio/store.ts'
import { hear, lookInto } from '../../../src/audio/uploads/hear.ts'
import { originalPath, type Upload, uploadsOf } from '../../../src/audio/uploads/index.ts'
import { deedsOf } from '../../../src/people/index.ts'
import { monday } from '../../support/desk.ts'
import { refusalOf } from '../../support/refusal.ts'
import { everyKind, heardWhole, kinds } from './kinds.ts'
import { decoded, ffmpeg, openPlace, type Place, source, speechFolder } from './place.ts'

let place: Place
let folder: string
beforeAll(async () => {
  place = await openPlace()
  folder = speechFolder()
  everyKind(folder)
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await place.close()
})

const file = (name: string): string => join(folder, name)
describe('a recording from any phone', () => {
  // Each decoder and each container once; the soak hears every kind.
  it.each(kinds.filter(({ often }) => often))('is heard whole: $name', (kind) => heardWhole(folder, kind))

  it('is heard though its two channels cancel each other', async () => {
    ffmpeg(folder, '-i', 'speech.wav', '-af', 'pan=stereo|c0=c0|c1=-1*c1', 'inverse.wav')
    const known = await lookInto(file('inverse.wav'), 'inverse.wav', {})
    const { wave } = await hear(known, file('inverse.heard.wav'), {})
    expect(wave.samples.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)).toBeGreaterThan(0.3)
  })
})

/** Unfit or not, what is kept says why. */
const faultsOf = ({ faults }: Upload): string[] => faults.map(({ vi }) => vi)

describe('a recording that is fit', () => {
  let upload: Upload
  beforeAll(async () => {
    const doing: string[] = []
    upload = await place.bring(file('speech.m4a'), {
      name: 'C:\\Ghi âm\\Bản tin số 1.m4a',
      speaker: '  Bling Thị Nhung ',
      onProgress: (progress) => doing.push(`${progress.done}/${progress.total} ${progress.doing.en}`),
    })
    expect(doing).toEqual([
      '0/4 looking into the file',
      '1/4 decoding',
      '2/4 treating, encoding and testing',
      '3/4 keeping',
      '4/4 done',
    ])
  }, 60_000)

  it('is a recording at the level of all recordings, in both codecs', async () => {
    expect(faultsOf(upload)).toEqual([])
    const recording = await recordingById(place.database, upload.recording ?? '')
    expect(recording).toMatchObject({
      ...{ script: 'tim-viec', version: 1, language: 'ktv', station: null, upload: upload.id },
      ...{ voice: 'người: Bling Thị Nhung', quality: { gate: 'whole' }, sentences: [] },
    })
    expect(Math.abs(recording.loudness + 16)).toBeLessThanOrEqual(1)
    expect(recording.truePeak).toBeLessThanOrEqual(-1)
    expect(recording.renditions.map(({ codec }) => codec)).toEqual(['mp3', 'opus'])
  })

  it('says what was found and done', () => {
    const { treatment } = upload
    expect(treatment).toMatchObject({
      clipped: false,
      declipped: false,
      noiseReduced: false,
      extension: 'm4a',
    })
    expect(treatment.before.loudness).toBeLessThan(-20)
    expect(treatment.gainDecibels).toBeGreaterThan(5)
    expect(treatment.trimmedMs).toBeGreaterThan(0)
    expect(treatment.similarity).toBeGreaterThanOrEqual(0.9)
    for (const picture of [treatment.peaks.before, treatment.peaks.after]) {
      expect(picture).toHaveLength(400)
      expect(picture.every((peak) => peak >= 0 && peak <= 1)).toBe(true)
      expect(Math.max(...picture)).toBeGreaterThan(0.4)
    }
  })

  it('keeps the original as it came, under its hash, with the name it was shown by', () => {
    const path = originalPath(place.audioFolder, upload)
    expect(upload.original.name).toBe('Bản tin số 1.m4a')
    expect(path).toBe(
      join(
        place.audioFolder,
        'originals',
        upload.original.sha256.slice(0, 2),
        `${upload.original.sha256}.m4a`,
      ),
    )
    expect(sha256(readFileSync(path))).toBe(upload.original.sha256)
    expect(readFileSync(path)).toEqual(readFileSync(file('speech.m4a')))
  })

  it('is a fact and a deed', async () => {
    expect(await uploadsOf(place.database, { script: 'tim-viec', version: 1 })).toEqual([upload])
    const [deed] = await deedsOf(place.database)
    expect(deed).toMatchObject({
      ...{ person: 'an', what: 'recording.brought', subject: 'tim-viec/1' },
      detail: { upload: upload.id, recording: upload.recording, original: upload.original.sha256 },
    })
    await expect(place.database.updateTable('upload').set({ speaker: 'ai khác' }).execute()).rejects.toThrow(
      'only ever added',
    )
  })

  it.each(['mp3', 'opus'] as const)('joins other pieces as %s, silent at both ends', async (codec) => {
    const { renditions, milliseconds } = await recordingById(place.database, upload.recording ?? '')
    const hash = renditions.find((rendition) => rendition.codec === codec)?.sha256 ?? ''
    const bytes = await readAudio(place.audioFolder, hash, codec)
    const piece = pieceOf(codec, bytes)
    expect(piece.slots * 120).toBe(milliseconds)
    const twice = fromBytes(decoded(folder, `twice.${codec}`, stitch(codec, [piece, piece])))
    expect(twice.length / 24).toBeCloseTo(2 * milliseconds, -2)
    // 40 ms before the words and 120 after them; MP3 comes 46 ms late out of its encoder.
    const joint = twice.subarray(24 * (milliseconds - 60), 24 * (milliseconds + 30))
    expect(joint.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)).toBeLessThan(250)
  })

  it('waits for approval like any other, and is approved with it', async () => {
    const now = monday
    const version = { script: 'tim-viec', version: 1 }
    expect(await awaitingApproval(place.database, now)).toMatchObject([
      { ...version, recordings: 1, renditions: 2 },
    ])
    const wanted = { ...version, approver: 'lan', kid: place.keys.lan.kid, now }
    const { statement, leaves } = await draftStatement(place.database, wanted)
    const { renditions } = await recordingById(place.database, upload.recording ?? '')
    expect(statement.languages).toEqual(['ktv'])
    expect(leaves).toEqual(renditions.map(({ sha256: hash }) => hash).sort())
    await approve(place.database, { ...version, approver: 'lan', key: place.keys.lan, now })
    expect(await awaitingApproval(place.database, now)).toEqual([])
  })

  it('is not taken a second time', async () => {
    const files = place.files()
    const again = await refusalOf(
      place.bring(file('speech.m4a'), { speaker: 'Người khác', noiseReduction: true }),
    )
    expect(again.code).toBe('conflict')
    expect(again.sentence.vi).toContain(upload.recording)
    expect(await uploadsOf(place.database)).toEqual([upload])
    expect(place.files()).toEqual(files)
  })

  it('comes out with the same bytes on another hub', async () => {
    const other = await openPlace()
    try {
      const same = await other.bring(file('speech.m4a'))
      expect(other.files().map((path) => path.slice(other.audioFolder.length))).toEqual(
        place.files().map((path) => path.slice(place.audioFolder.length)),
      )
      expect(same.recording).toBe(upload.recording)
    } finally {
      await other.close()
    }
  })
})

describe('a recording made as well as it could be', () => {
  it('far from the phone (-42 LUFS) comes out as loud as the others, with a word for whoever approves it', async () => {
    ffmpeg(folder, '-i', 'speech.wav', '-af', 'volume=-16dB', 'quiet.wav')
    const upload = await place.bring(file('quiet.wav'))
    expect(faultsOf(upload)).toEqual([])
    expect(upload.treatment.before.loudness).toBeCloseTo(-42, 0)
    expect(Math.abs(upload.treatment.after.loudness + 16)).toBeLessThanOrEqual(1)
    const { remark } = await recordingById(place.database, upload.recording ?? '')
    expect(remark?.vi).toMatch(/nhỏ/)
  })

  it('too near the phone has its cut-off peaks mended', async () => {
    ffmpeg(folder, '-i', 'speech.wav', '-af', 'volume=14dB', '-c:a', 'pcm_s16le', 'clipped.wav')
    const upload = await place.bring(file('clipped.wav'))
    expect(upload.treatment).toMatchObject({ clipped: true, declipped: true })
    expect(upload.treatment.after.truePeak).toBeLessThanOrEqual(-1)
    expect(upload.treatment.after.flatFactor).toBeLessThan(5)
  })

  it('beside a fan is quieter between the words when noise is reduced', async () => {
    const noise = source('anoisesrc=r=44100:a=0.006:seed=1')
    const graph = '[0:a]adelay=2000:all=1,apad=pad_dur=2[a];[a][1:a]amix=2:duration=first:normalize=0'
    ffmpeg(folder, '-i', 'speech.wav', ...noise, '-filter_complex', graph, 'fan.wav')
    const [plain, reduced] = [
      await place.bring(file('fan.wav'), { language: 'sed' }),
      await place.bring(file('fan.wav'), { language: 'cua', noiseReduction: true }),
    ]
    expect([plain, reduced].map(({ noiseReduction }) => noiseReduction)).toEqual([false, true])
    const restOf = ({ treatment }: Upload): number => Math.max(...treatment.peaks.after.slice(10, 40))
    expect(restOf(reduced)).toBeLessThan(restOf(plain) / 2)
  })

  it('but is only the hum of a wire: is not fit, and the fact says why', async () => {
    const name = 'hum.wav'
    ffmpeg(folder, ...source('sine=f=50:r=24000:d=5'), name)
    const before = await uploadsOf(place.database)
    const upload = await place.bring(file(name))
    expect(upload.recording).toBeNull()
    expect(faultsOf(upload)[0]).toMatch(/tiếng ù/)
    expect(await uploadsOf(place.database)).toHaveLength(before.length + 1)
    // The original is kept for looking into it; brought again, the answer is the same sentence.
    expect(sha256(readFileSync(originalPath(place.audioFolder, upload)))).toBe(upload.original.sha256)
    const again = await refusalOf(place.bring(file(name)))
    expect(again.code).toBe('conflict')
    expect(again.sentence.vi).toContain(faultsOf(upload)[0])
  })
})
