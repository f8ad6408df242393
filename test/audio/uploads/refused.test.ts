/** What people bring by mistake, and what some bring on purpose: a sentence, and the hub as it was. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { recordingsOf } from '../../../src/audio/store.ts'
import { uploadsOf } from '../../../src/audio/uploads/index.ts'
import { addPerson, deedsOf } from '../../../src/people/index.ts'
import { withdrawVersion } from '../../../src/scripts/index.ts'
import { monday, submitted } from '../../support/desk.ts'
import { refusalOf } from '../../support/refusal.ts'
import { beginning, ffmpeg, openPlace, type Place, source, speechFolder } from './place.ts'

let place: Place
let folder: string
let before: unknown
beforeAll(async () => {
  place = await openPlace()
  folder = speechFolder()
  const [tone, picture] = [source('sine=r=24000:d=8'), source('color=s=64x64:d=8:r=5')]
  const film = ['-c:v', 'mpeg4', 'film.mp4', '-map', '1:v', '-c:v', 'mpeg4', 'silent-film.mp4']
  const sound = ['-map', '0:a']
  const outputs = [
    ...[...sound, 'tone.mp3', ...sound, 'tone.flac', ...sound, 'tone.m4a'],
    ...[...sound, '-c:a', 'libopus', 'tone.webm', ...sound, '-c:a', 'libvorbis', 'tone.ogg'],
    ...[...sound, '-c:a', 'libspeex', '-ar', '16000', 'speex.ogg', ...sound, '-c:a', 'wmav2', 'other.wma'],
  ]
  ffmpeg(folder, ...tone, ...picture, ...outputs, ...film)
  before = await hub()
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await place.close()
})

/** All that an upload could have changed. */
async function hub(): Promise<unknown> {
  return {
    files: place.files(),
    folders: readdirSync(place.audioFolder),
    uploads: await uploadsOf(place.database),
    recordings: await recordingsOf(place.database, { script: 'tim-viec', version: 1 }),
    deeds: (await deedsOf(place.database)).length,
    children: children(),
  }
}

/** Processes this one has started and that are still there. */
function children(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return Number(parent) === process.pid && state !== 'Z'
      } catch {
        return false
      }
    })
    .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    .filter((command) => /ff(?:mpeg|probe)/.test(command))
}

const file = (name: string): string => join(folder, name)
const held = (name: string, share: number): Uint8Array => beginning(file(name), share)

/** A silent WAV (16,000 bytes a second) whose sound is as long as `claimed` says, of which so many bytes are there. */
function wav(claimed: number, there = claimed): Uint8Array {
  const bytes = Buffer.alloc(44 + there)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(Math.min(claimed + 36, 0xff_ff_ff_ff), 4)
  bytes.write('WAVEfmt ', 8)
  const format = [16, 0x1_00_01, 8000, 16_000, 0x10_00_02]
  format.forEach((value, index) => bytes.writeUInt32LE(value, 16 + 4 * index))
  bytes.write('data', 36)
  bytes.writeUInt32LE(claimed, 40)
  return bytes
}

/** Speech as floating-point samples, one of which is no number: filters are silent from there on. */
function withNoNumber(share: number): Uint8Array {
  ffmpeg(folder, '-i', 'speech.wav', '-ac', '1', '-c:a', 'pcm_f32le', 'float.wav')
  const bytes = readFileSync(file('float.wav'))
  const from = bytes.indexOf('data', 12, 'latin1') + 8
  bytes.writeFloatLE(NaN, from + 4 * Math.floor((share * (bytes.length - from)) / 4))
  return bytes
}

/** So many frames of 20 ms as an AMR file, which does not say how long it is. */
const amr = (frame: readonly number[], frames: number): Uint8Array =>
  Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(frames * frame.length, Buffer.from(frame))])
const twoHours = 360_000
const silent = [0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
const unheard = [0x7c]

const mpd =
  '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>speech.wav</BaseURL></Period></MPD>'

describe('a file that is no sound recording', () => {
  const bad: [what: string, name: string, bytes: () => Uint8Array | string, said: RegExp][] = [
    ['nothing', 'rong.mp3', () => '', /rỗng \(0 byte\)/],
    ['an archive under the name of a song', 'bai.mp3', () => 'PK\x03\x04\x14\0\0\0', /tệp nén/],
    ['a letter', 'thu.wav', () => 'Kính gửi Ủy ban nhân dân xã\n', /tệp chữ/],
    ['a picture', 'anh.mp3', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), /là ảnh/],
    ['bytes without meaning', 'gi.wav', () => Buffer.alloc(4096, 7), /không nhận ra/],
    ['a list (ffconcat)', 'a.wav', () => 'ffconcat version 1.0\nfile speech.wav\n', /danh sách phát/],
    ['a list (HLS)', 'b.wav', () => '#EXTM3U\n#EXTINF:1,\nspeech.wav\n', /danh sách phát/],
    ['a list (DASH)', 'c.wav', () => mpd, /danh sách phát/],
    ['a list (SDP)', 'd.wav', () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\n', /danh sách phát/],
    ['a list behind a tag', 'e.mp3', () => 'ID3\x03\0\0\0\0\0\0#EXTM3U\nspeech.wav\n', /không giải mã được/],
    [
      'a list behind the name of a box',
      'f.m4a',
      () => '\0\0\0\x08ftypffconcat version 1.0\nfile a\n',
      /không giải mã được/,
    ],
    ['a film', 'phim.mp3', () => readFileSync(file('film.mp4')), /là video/],
    ['a film without sound', 'cam.mp4', () => readFileSync(file('silent-film.mp4')), /không có âm thanh/],
    ['sound of a kind that is not taken', 'a.wma', () => readFileSync(file('other.wma')), /WMA/],
    ['a codec that is not taken', 'a.ogg', () => readFileSync(file('speex.ogg')), /speex/],
  ]
  it.each(bad)('%s is refused in a sentence', async (_what, name, bytes, said) => {
    const refusal = await refusalOf(place.bring(place.received(name, bytes())))
    expect(refusal.code).toBe('invalid')
    expect(refusal.sentence.vi).toMatch(said)
    expect(refusal.sentence.vi).toContain(`“${name}”`)
    expect(await hub()).toEqual(before)
  })
})

describe('a recording that cannot be used', () => {
  const bad: [what: string, name: string, bytes: () => Uint8Array, said: RegExp][] = [
    ['a WAV that stops short', 'a.wav', () => held('speech.wav', 0.6), /bị cắt dở/],
    ['an MP3 that stops short', 'a.mp3', () => held('tone.mp3', 0.6), /bị cắt dở.*8 giây.*5 giây/],
    ['a FLAC that stops short', 'a.flac', () => held('tone.flac', 0.6), /bị cắt dở/],
    ['an M4A that stops short', 'a.m4a', () => held('tone.m4a', 0.6), /bị hỏng hoặc bị cắt dở/],
    ['an OGG that stops short', 'a.ogg', () => held('tone.ogg', 0.6), /bị cắt dở/],
    ['a WEBM that stops short', 'a.webm', () => held('tone.webm', 0.6), /bị cắt dở/],
    ['a WAV that claims 4 GB', 'to.wav', () => wav(0xff_ff_ff_ff, 64_000), /4\.096 MB.*0,06 MB/],
    ['a second of sound', 'ngan.wav', () => wav(16_000), /chỉ có 1 giây/],
    ['twenty minutes and a half', 'dai.wav', () => wav(1230 * 16_000), /dài hơn 20 phút/],
    ['two hours of silence', 'dai.amr', () => amr(silent, twoHours), /dài hơn 20 phút/],
    ['two hours without a sound in 360 kB', 'x.amr', () => amr(unheard, twoHours), /không giải mã được/],
    ['a value that is no number near its end', 'so.wav', () => withNoNumber(0.93), /bị hỏng.*no sound/],
    ['silence', 'im.wav', () => wav(8 * 16_000), /gần như im lặng/],
  ]
  it.each(bad)('%s is refused in a sentence', async (_what, name, bytes, said) => {
    const refusal = await refusalOf(place.bring(place.received(name, bytes())))
    expect(refusal.code).toBe('invalid')
    expect(refusal.sentence.vi).toMatch(said)
    expect(await hub()).toEqual(before)
  })

  it('a file over 200 MB is refused before it is read', async () => {
    const large = place.received('to.wav', '')
    truncateSync(large, 200 * 1024 * 1024 + 1)
    const refusal = await refusalOf(place.bring(large))
    expect(refusal.sentence.vi).toMatch(/200 MB/)
    expect(await hub()).toEqual(before)
  })

  it('a file that is not there, or a folder, is refused', async () => {
    expect((await refusalOf(place.bring(file('nowhere.wav')))).code).toBe('not_found')
    expect((await refusalOf(place.bring(folder))).code).toBe('not_found')
  })

  it('a name is cut to what can be shown, and is never a path', async () => {
    const refusal = await refusalOf(
      place.bring(place.received('x', 'chữ'), { name: '../../../etc/\u202egpj.pa\nss' }),
    )
    expect(refusal.sentence.vi).toContain('“gpj.pa ss”')
  })
})

describe('a request that cannot be right', () => {
  const speech = (): string => file('speech.wav')

  it.each([
    ['nobody we know', { by: 'ai-do' }, 'not_found', /ai-do/],
    ['an operator', { by: 'hoa' }, 'forbidden', /không có quyền/],
    ['an auditor', { by: 'kiem-tra' }, 'forbidden', /không có quyền/],
    ['somebody who is here for exercises', { by: 'soan-tap' }, 'forbidden', /tập huấn/],
    ['a script nobody wrote', { script: 'khong-co' }, 'not_found', /khong-co/],
    ['a version nobody wrote', { version: 9 }, 'not_found', /bản 9/],
    ['a language of elsewhere', { language: 'xx' }, 'invalid', /ktv \(Cơ Tu\)/],
    ['a station nobody built', { station: 'tt-0' }, 'not_found', /tt-0/],
    ['no speaker', { speaker: ' \u200b' }, 'invalid', /ai là người đọc/],
    ['no consent', { consent: '' }, 'invalid', /đồng ý/],
    ['consent longer than anybody reads', { consent: 'x'.repeat(501) }, 'invalid', /500/],
  ] as const)('by or of %s is refused', async (_what, more, code, said) => {
    if ('by' in more && more.by === 'kiem-tra') {
      const auditor = { id: 'kiem-tra', name: 'Kiểm tra', role: 'auditor', training: false } as const
      await addPerson(place.database, { ...auditor, now: monday })
      before = await hub()
    }
    const refusal = await refusalOf(place.bring(speech(), more))
    expect(refusal.code).toBe(code)
    expect(refusal.sentence.vi).toMatch(said)
    expect(await hub()).toEqual(before)
  })

  it('a draft, a withdrawn version and a greeting take no recording', async () => {
    const greeting = await submitted(place, 'Đây là {{unit}}.', { head: { slug: 'chao', kind: 'greeting' } })
    expect((await refusalOf(place.bring(speech(), greeting))).sentence.vi).toMatch(/lời chào/)
    const other = await submitted(place, 'Bản khác.', { head: { slug: 'ban-khac' } })
    await withdrawVersion(place.database, { ...other, by: 'an', why: 'sai', now: monday })
    expect((await refusalOf(place.bring(speech(), other))).sentence.vi).toMatch(/bị thu hồi/)
  })
})

describe('an upload that ends early', () => {
  it('because it is stopped, leaves nothing', async () => {
    const clean = await hub()
    const abort = new AbortController()
    const bringing = place.bring(file('speech.wav'), {
      signal: abort.signal,
      onProgress: ({ done }) => {
        if (done === 2)
          setImmediate(() =>
            abort.abort(
              new AppError('unavailable', { vi: 'Trung tâm đang tắt.', en: 'The hub is stopping.' }),
            ),
          )
      },
    })
    expect((await refusalOf(bringing)).sentence.en).toBe('The hub is stopping.')
    expect(await hub()).toEqual(clean)
  })

  it('because the version was withdrawn meanwhile, leaves no row', async () => {
    const version = await submitted(place, 'Bản sắp bị thu hồi.', { head: { slug: 'thu-hoi' } })
    const withdrawn: Promise<void>[] = []
    const bringing = place.bring(file('speech.wav'), {
      ...version,
      onProgress: ({ done }) => {
        if (done !== 2) return
        withdrawn.push(withdrawVersion(place.database, { ...version, by: 'an', why: 'sai', now: monday }))
      },
    })
    expect((await refusalOf(bringing)).sentence.vi).toMatch(/Trong lúc xử lý/)
    await Promise.all(withdrawn)
    expect(await uploadsOf(place.database)).toEqual([])
    expect(await recordingsOf(place.database, version)).toEqual([])
    expect(place.files().filter((path) => path.includes('.work-'))).toEqual([])
  })
})

/** Root may give the audio folder a disk of its own, a very small one. */
function canMount(): boolean {
  const here = mkdtempSync(join(tmpdir(), 'loa-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', here], { stdio: 'ignore' })
    execFileSync('umount', [here], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(here, { recursive: true, force: true })
  }
}

describe.skipIf(!canMount())('a full disk', () => {
  // Too small for the copy, and for what is decoded.
  it.each([512, 1100])('of %i KiB is said, and leaves nothing', async (size) => {
    const small = join(folder, `small-${size}`)
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', small])
    try {
      const refusal = await refusalOf(place.bring(file('speech.wav'), { audioFolder: small }))
      expect(refusal.code).toBe('unavailable')
      expect(refusal.sentence.vi).toContain('đã đầy')
      expect(readdirSync(small)).toEqual([])
    } finally {
      execFileSync('umount', [small])
    }
  })
})
