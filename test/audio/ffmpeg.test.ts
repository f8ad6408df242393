import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../src/base/errors.ts'
import { type FfmpegWork, probeAudio, runFfmpeg } from '../../src/audio/ffmpeg.ts'
import { toBytes } from '../../src/audio/pcm.ts'
import { audioSelfTest } from '../../src/audio/index.ts'
import { ProgramError, StandstillError } from '../../src/audio/refusals.ts'
import { createSlots } from '../../src/audio/slots.ts'
import { refusalOf } from '../support/refusal.ts'

/** Files that are only read, made once. */
const fixtures = mkdtempSync(join(tmpdir(), 'loa-ffmpeg-fixtures-'))
beforeAll(() => {
  const tone = ['-f', 'lavfi', '-i', 'sine=r=24000:d=1']
  const picture = ['-f', 'lavfi', '-i', 'color=s=64x64:d=1:r=5']
  const make = (...args: string[]): void => {
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { cwd: fixtures })
  }
  make(...tone, 'tone.wav')
  make(...tone, '-write_xing', '0', '-id3v2_version', '0', 'headless.mp3')
  make(...picture, '-frames:v', '1', 'cover.png')
  make(
    '-i',
    'tone.wav',
    '-i',
    'cover.png',
    '-map',
    '0',
    '-map',
    '1',
    '-disposition:v',
    'attached_pic',
    'cover.mp3',
  )
  make(...tone, ...picture, '-c:v', 'mpeg4', 'film.mp4')
  make(...picture, '-c:v', 'mpeg4', 'silent-film.mp4')
})
afterAll(() => {
  rmSync(fixtures, { recursive: true, force: true })
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-ffmpeg-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** So many seconds of a soft tone as a raw file, and the work of making a WAV of it. */
function toneToWav(seconds: number): FfmpegWork {
  const path = join(folder, 'tone.s16')
  const samples = Int16Array.from({ length: seconds * 8000 }, (_, index) => 8000 * Math.sin(index / 5))
  writeFileSync(path, toBytes(samples))
  return {
    inputs: [{ path, options: ['-f', 's16le', '-ar', '8000', '-ac', '1'] }],
    graph: '[0:a]volume=0.5[out]',
    outputs: [{ from: '[out]', path: join(folder, 'tone.wav'), options: [] }],
  }
}

/** A programme that tells its process number, writes the beginning of the output and then never ends. */
function neverEnding(): { program: string; pid: () => number } {
  const program = join(folder, 'never-ending')
  const note = join(folder, 'pid')
  writeFileSync(
    program,
    `#!/bin/sh\nfor last; do :; done\ntrap '' TERM\necho $$ > ${note}\necho half > "\${last#file:}"\nwhile :; do sleep 1; done\n`,
  )
  chmodSync(program, 0o755)
  return { program, pid: () => Number(readFileSync(note, 'utf8')) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('running ffmpeg', () => {
  it('makes the file and gives its report', async () => {
    expect(await runFfmpeg(toneToWav(1), { deadlineMs: 20_000 })).toContain('tone.wav')
    expect(await probeAudio(join(folder, 'tone.wav'))).toEqual({
      format: 'wav',
      codec: 'pcm_s16le',
      sampleRate: 8000,
      channels: 1,
      seconds: 1,
      hasVideo: false,
    })
  })

  it('kills at the deadline what ignores being asked, and removes the half-written file', async () => {
    const { program, pid } = neverEnding()
    const refusal = await refusalOf(runFfmpeg(toneToWav(1), { deadlineMs: 700, program }))
    expect(refusal.code).toBe('unavailable')
    expect(refusal.sentence.vi).toContain('đã bị dừng')
    expect(isAlive(pid())).toBe(false)
    expect(existsSync(join(folder, 'tone.wav'))).toBe(false)
  })

  it('stops when asked, with the reason it was given', async () => {
    const { program, pid } = neverEnding()
    const abort = new AbortController()
    const running = runFfmpeg(toneToWav(1), { deadlineMs: 20_000, program, signal: abort.signal })
    await sleep(400)
    abort.abort(new Error('the hub is stopping'))
    await expect(running).rejects.toThrow('the hub is stopping')
    expect(isAlive(pid())).toBe(false)
    expect(existsSync(join(folder, 'tone.wav'))).toBe(false)
  })

  it('starts nothing that outlives a stop before the start', async () => {
    const abort = new AbortController()
    const running = runFfmpeg(toneToWav(60), { deadlineMs: 20_000, signal: abort.signal })
    abort.abort(new Error('at once'))
    await expect(running).rejects.toThrow('at once')
    await sleep(300)
    expect(existsSync(join(folder, 'tone.wav'))).toBe(false)
  })

  it('says in the refusal what ffmpeg said last', async () => {
    const work = { ...toneToWav(1), graph: '[0:a]nosuchfilter[out]' }
    const refusal = await refusalOf(runFfmpeg(work, { deadlineMs: 20_000 }))
    expect(refusal.sentence.en).toContain('nosuchfilter')
    expect(existsSync(join(folder, 'tone.wav'))).toBe(false)
  })

  it('says which package to install when the programme is missing', async () => {
    const refusal = await refusalOf(
      runFfmpeg(toneToWav(1), { deadlineMs: 5000, program: join(folder, 'nowhere') }),
    )
    expect(refusal).toBeInstanceOf(StandstillError)
    expect(refusal.sentence.vi).toContain('apt-get install ffmpeg')
  })

  it('takes a name for a file only, whatever the name says', async () => {
    for (const name of ['concat:a|b', 'http://127.0.0.1/a', 'subfile,,start,0,end,9,,:a']) {
      const work = { ...toneToWav(1), inputs: [{ path: name }] }
      const refusal = await refusalOf(runFfmpeg(work, { deadlineMs: 20_000 }))
      expect(refusal.sentence.en).toContain('No such file or directory')
    }
  })
})

/** Puts programmes of these names before all others while the work is done; `undefined`: there are no programmes at all. */
async function withPrograms<T>(
  programs: Readonly<Record<string, string>> | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const bin = mkdtempSync(join(folder, 'bin-'))
  for (const [name, body] of Object.entries(programs ?? {})) script(join(bin, name), body)
  const before = process.env['PATH'] ?? ''
  process.env['PATH'] = programs === undefined ? bin : `${bin}:${before}`
  try {
    return await work()
  } finally {
    process.env['PATH'] = before
  }
}

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

describe('a run of ffmpeg that goes wrong', () => {
  const run = (body: string): Promise<AppError> =>
    refusalOf(runFfmpeg(toneToWav(1), { deadlineMs: 20_000, program: script(join(folder, 'other'), body) }))

  it('does not wait for a programme that waits for standard input', async () => {
    const refusal = await run("trap '' TERM; cat > /dev/null; echo nothing came >&2; exit 3")
    expect(refusal.sentence.en).toContain('nothing came')
  })

  it('does not end the hub when the programme cannot be started', async () => {
    const program = join(folder, 'broken')
    writeFileSync(program, '#!/nowhere/interpreter\n')
    chmodSync(program, 0o755)
    const refusal = await refusalOf(runFfmpeg(toneToWav(1), { deadlineMs: 5000, program }))
    expect(refusal).toBeInstanceOf(StandstillError)
  })

  it.each([0, 1, 183, 234, 254])('takes no word of success without the file: code %i', async (code) => {
    expect((await run(`echo said why >&2; exit ${code}`)).sentence.en).toContain('said why')
  })

  it.each([1, 183, 228, 234, 254])('takes no file for success with code %i', async (code) => {
    const refusal = await run(
      `for last; do :; done; echo half > "\${last#file:}"; echo broke >&2; exit ${code}`,
    )
    expect(refusal.sentence.en).toContain('broke')
    expect(existsSync(join(folder, 'tone.wav'))).toBe(false)
  })

  it('ends a programme that reports without end, and says a little of it', async () => {
    const refusal = await run('exec yes "no line break$(printf "\\r")" >&2')
    expect(refusal.sentence.en).toContain('no line break')
    expect(refusal.sentence.en.length).toBeLessThan(3000)
  })

  it('knows a full disk, even where ffmpeg ends with success', async () => {
    const work = toneToWav(3)
    symlinkSync('/dev/full', join(folder, 'tone.wav'))
    const refusal = await refusalOf(runFfmpeg(work, { deadlineMs: 20_000 }))
    expect(refusal).toBeInstanceOf(StandstillError)
    expect(refusal.sentence.en).toContain('is full')
    expect(existsSync('/dev/full')).toBe(true)
  })

  it('says which package to install when there is none on the search path', async () => {
    const refusal = await withPrograms(undefined, () =>
      refusalOf(runFfmpeg(toneToWav(1), { deadlineMs: 5000 })),
    )
    expect(refusal.sentence.en).toContain('apt-get install ffmpeg')
  })
})

describe('a file that comes from outside', () => {
  /** Lists of files, as somebody might name them to read what lies beside them. */
  const lists: [kind: string, text: string][] = [
    ['ffconcat', "ffconcat version 1.0\nfile 'victim.wav'\n"],
    ['HLS', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nvictim.wav\n#EXT-X-ENDLIST\n'],
    [
      'DASH',
      '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet contentType="audio"><Representation id="a" mimeType="audio/wav" bandwidth="1"><BaseURL>victim.wav</BaseURL></Representation></AdaptationSet></Period></MPD>',
    ],
    ['SDP', 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n'],
  ]
  const formats = ['wav', 'mp3', 'mov', 'ogg', 'flac', 'amr', 'matroska', 'aac']

  async function putVictim(): Promise<void> {
    const work = toneToWav(1)
    const path = join(folder, 'victim.wav')
    await runFfmpeg({ ...work, outputs: [{ from: '[out]', path, options: [] }] }, { deadlineMs: 20_000 })
  }

  function reading(path: string, more: { formats?: readonly string[] }): Promise<string> {
    const outputs = [{ from: '[out]', path: join(folder, 'taken.wav'), options: [] }]
    return runFfmpeg(
      { inputs: [{ path, ...more }], graph: '[0:a]anull[out]', outputs },
      { deadlineMs: 20_000 },
    )
  }

  it.each(lists)('cannot be a list (%s) that reads its neighbour', async (_kind, text) => {
    await putVictim()
    const path = join(folder, 'list.wav')
    writeFileSync(path, text)
    await refusalOf(reading(path, { formats }))
    await refusalOf(probeAudio(path, { formats }))
    expect(existsSync(join(folder, 'taken.wav'))).toBe(false)
  })

  it('could be one, were it not for the list of formats', async () => {
    await putVictim()
    const path = join(folder, 'list.wav')
    writeFileSync(path, lists[0]?.[1] ?? '')
    await reading(path, {})
    expect(statSync(join(folder, 'taken.wav')).size).toBe(statSync(join(folder, 'victim.wav')).size)
  })

  it.each(['-i.wav', 'concat:a|b', 'subfile,,start,0,end,9,,:a', 'a\nb.wav', "'; ls"])(
    'is the file of its name, whatever the name says: %j',
    async (name) => {
      const path = join(folder, name)
      const work = toneToWav(1)
      const outputs = [{ from: '[out]', path, options: ['-f', 'wav'] }]
      await runFfmpeg({ ...work, outputs }, { deadlineMs: 20_000 })
      expect((await probeAudio(path, { formats }))?.codec).toBe('pcm_s16le')
      await reading(path, { formats })
      expect(statSync(join(folder, 'taken.wav')).size).toBe(statSync(path).size)
    },
  )
})

describe('probing a file', () => {
  const wav = join(fixtures, 'tone.wav')

  it('refuses what is no audio, in words', async () => {
    const path = join(folder, 'a.mp3')
    writeFileSync(path, 'not audio at all')
    expect((await refusalOf(probeAudio(path))).code).toBe('unavailable')
  })

  it('ends at its own deadline', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const refusal = await refusalOf(probeAudio(path, { deadlineMs: 300 }))
    expect(refusal.sentence.en).toContain('was stopped')
  })

  it('ends a programme that ignores being asked', async () => {
    const note = join(folder, 'pid')
    execFileSync('mkfifo', [join(folder, 'never')])
    const refusal = await withPrograms(
      { ffprobe: `trap '' TERM; echo $$ > ${note}; read -r line < ${folder}/never` },
      () => refusalOf(probeAudio(wav, { deadlineMs: 500 })),
    )
    expect(refusal.sentence.en).toContain('was stopped')
    expect(isAlive(Number(readFileSync(note, 'utf8')))).toBe(false)
  })

  it('ends when asked, with the reason it was given, before the start too', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const abort = new AbortController()
    const probing = probeAudio(path, { signal: abort.signal })
    await sleep(200)
    abort.abort(new Error('the hub is stopping'))
    await expect(probing).rejects.toThrow('the hub is stopping')
    await expect(probeAudio(wav, { signal: abort.signal })).rejects.toThrow('the hub is stopping')
  })

  it.each([
    ['answers without end', 'exec yes'],
    ['answers with no answer', 'echo "{}"'],
    ['answers in other words', 'echo "all is well"'],
    ['says nothing', 'exit 0'],
    ['ends badly', 'echo broke >&2; exit 183'],
  ])('takes nothing from a programme that %s', async (_what, body) => {
    const refusal = await withPrograms({ ffprobe: body }, () => refusalOf(probeAudio(wav)))
    expect(refusal).toBeInstanceOf(ProgramError)
  })

  it('says which package to install when the programme is missing', async () => {
    const refusal = await withPrograms(undefined, () => refusalOf(probeAudio(wav)))
    expect(refusal).toBeInstanceOf(StandstillError)
    expect(refusal.sentence.vi).toContain('apt-get install ffmpeg')
  })

  it('tells a cover from a film', async () => {
    expect((await probeAudio(join(fixtures, 'cover.mp3')))?.hasVideo).toBe(false)
    expect((await probeAudio(join(fixtures, 'film.mp4')))?.hasVideo).toBe(true)
    expect(await probeAudio(join(fixtures, 'silent-film.mp4'))).toBeUndefined()
  })

  it('does not take a guess for a length', async () => {
    expect((await probeAudio(join(fixtures, 'headless.mp3')))?.seconds).toBeUndefined()
    expect((await probeAudio(join(fixtures, 'cover.mp3')))?.seconds).toBeCloseTo(1, 0)
  })
})

describe('slots', () => {
  it('let in so many at a time, in order, and let go those who give up', async () => {
    const slots = createSlots(2)
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await sleep(5)
      inside -= 1
    }
    const abort = new AbortController()
    const all = Array.from({ length: 6 }, () => slots.run(work))
    const gone = slots.run(work, abort.signal)
    abort.abort(new Error('no longer'))
    await expect(gone).rejects.toThrow('no longer')
    await Promise.all([...all, slots.run(work)])
    expect(most).toBe(2)
  })
})

describe('the self-test', () => {
  it('speaks, masters and measures with what is installed here', async () => {
    const found = await audioSelfTest()
    expect(found.ffmpeg).toMatch(/^\d/)
    expect(found.voice).toContain('espeak-ng')
    expect(found.loudness).toBeGreaterThan(-20)
    expect(found.milliseconds).toBeGreaterThan(800)
  })
})
