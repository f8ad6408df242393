/** Recordings that people brought, put in by hand for the pages to show, and files as a browser sends them. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encoderOptions } from '../../src/audio/encoders.ts'
import { audioPath, originalPath, type Treatment } from '../../src/audio/index.ts'
import { writeWhole } from '../../src/base/files.ts'
import { sha256 } from '../../src/base/hash.ts'
import { plusMilliseconds, type Instant } from '../../src/base/time.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import type { Month } from './month.ts'

const measured = {
  ...{ milliseconds: 62_000, flatFactor: 0, silenceShare: 0.1, longestSilenceMs: 700 },
  ...{ voiceBandDecibels: -3, loudnessRange: 6 },
}
const peaks = {
  before: Array.from({ length: 400 }, (_, at) => Math.round(18 + 16 * Math.sin(at / 9)) / 100),
  after: Array.from({ length: 400 }, (_, at) => Math.round(50 + 45 * Math.sin(at / 9)) / 100),
}
const treatment: Treatment = {
  probe: {
    ...{
      format: 'mov,mp4,m4a',
      codec: 'aac',
      sampleRate: 44_100,
      channels: 2,
      seconds: 63.2,
      hasVideo: false,
    },
  },
  extension: 'm4a',
  clipped: true,
  declipped: true,
  noiseReduced: true,
  trimmedMs: 1230,
  gainDecibels: 15.14,
  before: { ...measured, loudness: -31.2, truePeak: -9.4 },
  after: { ...measured, loudness: -16.1, truePeak: -1.3 },
  similarity: 0.97,
  peaks,
}

/** Two uploads of the script by an: one fit and with a recording that waits for approval, one too noisy. */
export async function putUploads(month: Month, script: string, at: Instant): Promise<void> {
  const { database, audioFolder } = month
  const original = sound('aac', ['-c:a', 'aac', '-f', 'adts'])
  const common = {
    ...{ script_id: script, version: 1, language: 'ktv', station_id: null, original_name: 'Ghi âm 12.m4a' },
    ...{ original_bytes: original.length, original_sha256: sha256(original), noise_reduction: 1 },
    ...{ consent: 'ký giấy đồng ý ngày 20/11/2026', uploaded_by: 'an' },
  }
  for (const extension of ['m4a', 'amr'])
    await writeWhole(
      originalPath(audioFolder, {
        original: { sha256: sha256(original) },
        treatment: { extension },
      }),
      original,
    )
  await database
    .insertInto('upload')
    .values([
      {
        ...{ id: 'upload-fit', ...common, speaker: 'Bling Thị Nhung', treatment: JSON.stringify(treatment) },
        ...{ faults: '[]', at: plusMilliseconds(at, 1000) },
      },
      {
        ...{ id: 'upload-unfit', ...common, speaker: 'Alăng Bhrêu', original_name: 'gió.html' },
        treatment: JSON.stringify({ ...treatment, extension: 'amr', gainDecibels: -2 }),
        faults: JSON.stringify([
          {
            vi: 'Tiếng gió lấn tiếng người. Hãy ghi lại ở chỗ yên.',
            en: 'Wind drowns the voice. Record it again in a quiet place.',
          },
        ]),
        at: plusMilliseconds(at, 2000),
      },
    ])
    .execute()
  await putRecording(month, script, at)
}

async function putRecording({ database, audioFolder }: Month, script: string, at: Instant): Promise<void> {
  const id = 'rec-of-upload-fit'
  await database
    .insertInto('recording')
    .values({
      ...{ id, script_id: script, version: 1, language: 'ktv', station_id: null, spoken: '' },
      ...{ voice: 'người: Bling Thị Nhung', recipe: 'tone', milliseconds: 62_000, loudness_lufs: -16.1 },
      ...{
        true_peak_dbtp: -1.3,
        created_at: at,
        sentences: '[]',
        quality: '{"gate":"whole","similarity":0.97}',
      },
      ...{ remark: null, upload_id: 'upload-fit' },
    })
    .execute()
  for (const codec of ['mp3', 'opus'] as const) {
    const bytes = sound(
      codec,
      codec === 'mp3' ? [...encoderOptions.mp3, '-f', 'mp3'] : ['-c:a', 'libopus', '-f', 'ogg'],
    )
    const hash = sha256(bytes)
    await writeWhole(audioPath(audioFolder, hash, codec), bytes)
    const row = { recording_id: id, codec, sha256: hash, bytes: bytes.length, chunks: chunkDigests(bytes) }
    await database.insertInto('rendition').values(row).execute()
  }
}

const sounds = new Map<string, Uint8Array>()

function sound(name: string, options: readonly string[]): Uint8Array {
  const input = ['-f', 'lavfi', '-i', 'sine=330:duration=2:sample_rate=24000', '-ac', '1']
  const made = sounds.get(name) ?? execFileSync('ffmpeg', ['-v', 'error', ...input, ...options, '-'])
  sounds.set(name, made)
  return made
}

/** A folder for files that are being sent, made for one test file. */
export function incomingFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'loa-web-incoming-')), 'incoming')
}

const protocol = { 'tus-resumable': '1.0.0' }

/** Begins a file of so many bytes; `headers` say who asks. */
export function begin(
  url: string,
  bytes: number,
  { name = 'ghi-am.wav', headers = {} }: { name?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const described = { 'upload-metadata': `filename ${Buffer.from(name).toString('base64')}` }
  return fetch(`${url}/incoming`, {
    method: 'POST',
    headers: { ...protocol, 'upload-length': String(bytes), ...described, ...headers },
  })
}

/** Asks something about a file that was begun; `method` and `headers` as the protocol has them. */
export async function about(
  url: string,
  id: string,
  method: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<Response> {
  const type = body === undefined ? {} : { 'content-type': 'application/offset+octet-stream' }
  const ask = () =>
    fetch(`${url}/incoming/${id}`, {
      method,
      headers: { ...protocol, ...type, ...headers },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    })
  // A piece that is refused is not read, and the connection is closed under it: who still writes may see only that.
  return body === undefined ? ask() : ask().catch(ask)
}

/** Sends a whole file and gives its id. */
export async function sent(url: string, bytes: Uint8Array, name?: string, cookie = ''): Promise<string> {
  const begun = await begin(url, bytes.length, {
    ...(name === undefined ? {} : { name }),
    headers: { cookie },
  })
  const id = begun.headers.get('location')?.split('/').at(-1) ?? ''
  await about(url, id, 'PATCH', { headers: { 'upload-offset': '0', cookie }, body: bytes })
  return id
}
