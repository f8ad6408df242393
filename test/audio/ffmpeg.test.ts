import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FfmpegWork, probeAudio, runFfmpeg } from '../../src/audio/ffmpeg.ts'
import { toBytes } from '../../src/audio/pcm.ts'
import { audioSelfTest } from '../../src/audio/index.ts'
import { StandstillError } from '../../src/audio/refusals.ts'
import { createSlots } from '../../src/audio/slots.ts'
import { refusalOf } from '../support/refusal.ts'

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
  const answers = '[ "$1" = "-formats" ] || [ "$1" = "-encoders" ] && exit 0'
  writeFileSync(
    program,
    `#!/bin/sh\n${answers}\nfor last; do :; done\ntrap '' TERM\necho $$ > ${note}\necho half > "\${last#file:}"\nwhile :; do sleep 1; done\n`,
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

describe('probing a file', () => {
  it('refuses what is no audio, in words', async () => {
    const path = join(folder, 'a.mp3')
    writeFileSync(path, 'not audio at all')
    expect((await refusalOf(probeAudio(path))).code).toBe('unavailable')
  })

  it('ends at its own deadline', async () => {
    const path = join(folder, 'pipe')
    const { execFileSync } = await import('node:child_process')
    execFileSync('mkfifo', [path])
    const refusal = await refusalOf(probeAudio(path, { deadlineMs: 300 }))
    expect(refusal.sentence.en).toContain('was stopped')
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
