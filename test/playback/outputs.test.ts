import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Clock, monotonicMilliseconds, plusMilliseconds, systemClock } from '../../src/base/time.ts'
import { alsaOutput, createGate, fileOutput, type Output, simulatedOutput } from '../../src/playback/index.ts'
import { soundOfNotes } from '../../src/wire/notes.ts'
import { makeTone, type Tone } from '../support/controller-sound.ts'
import { notesHeard } from '../support/tones.ts'

const never = new AbortController().signal

describe('a loudspeaker', () => {
  let folder: string
  let greeting: Tone
  let script: Tone
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loa-outputs-'))
    greeting = makeTone(folder, 0.5, 440)
    script = makeTone(folder, 1, 660, 'opus')
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const outputs: [string, () => Output][] = [
    ['that is simulated', () => simulatedOutput(systemClock, createGate(1))],
    ['that is a file', () => fileOutput(join(folder, 'heard'), systemClock)],
  ]

  describe.each(outputs)('%s', (_said, make) => {
    it('decodes the parts one after the other and lasts as long as they do', async () => {
      const began = monotonicMilliseconds()
      const heard = await make().play([greeting, script], never)
      expect(heard.error).toBeUndefined()
      expect(heard.heardMs).toBeGreaterThan(1500 * 0.95)
      expect(heard.heardMs).toBeLessThan(1700)
      expect(monotonicMilliseconds() - began).toBeGreaterThan(1490)
    })

    it('says what it could not decode', async () => {
      const path = join(folder, 'noise.mp3')
      writeFileSync(path, 'not a sound at all')
      const heard = await make().play([{ ...greeting, path, milliseconds: 10 }], never)
      expect(heard.heardMs).toBe(0)
      expect(heard.error).toMatch(/noise\.mp3/)
    })

    it('falls silent soon after it is told to', async () => {
      const stop = new AbortController()
      const began = monotonicMilliseconds()
      setTimeout(() => stop.abort(), 300)
      const heard = await make().play([script, script, script], stop.signal)
      // The three of them would last three seconds, and reading them a busy machine takes a while.
      expect(monotonicMilliseconds() - began).toBeLessThan(2900)
      expect(heard.heardMs).toBeLessThan(2900)
      expect(heard.error).toBe('stopped')
    })
  })

  it('that is a file writes the sound as WAV and a line for each play', async () => {
    const heard = join(folder, 'heard-once')
    await fileOutput(heard, systemClock).play([greeting, script], never)
    const [name] = readdirSync(heard).filter((file) => file.endsWith('.wav'))
    const wav = readFileSync(join(heard, name ?? ''))
    expect(wav.toString('ascii', 0, 4)).toBe('RIFF')
    expect(wav.readUInt32LE(40)).toBe(wav.length - 44)
    // Loud all the way: the tones are in it, and no silence between them.
    const loud = (at: number): boolean =>
      Array.from({ length: 200 }, (_, index) => Math.abs(wav.readInt16LE(44 + 2 * (at + index)))).some(
        (sample) => sample > 1000,
      )
    expect([0.1, 0.4, 0.8, 1.4].map((second) => loud(second * 24_000))).toEqual([true, true, true, true])
    const line = JSON.parse(readFileSync(join(heard, 'plays.log'), 'utf8')) as object
    expect(line).toMatchObject({ file: name, parts: [greeting.sha256, script.sha256] })
  })

  describe('that is to end with notes', () => {
    /** A clock on which waiting takes no time and moves the time. */
    function quickClock(): Clock & { waited: number } {
      let now = '2026-11-23T01:00:00.000Z'
      return {
        waited: 0,
        now: () => now,
        wait(milliseconds) {
          this.waited += milliseconds
          now = plusMilliseconds(now, milliseconds)
          return Promise.resolve()
        },
      }
    }

    function wavIn(name: string): { samples: Int16Array; bytes: number; named: number } {
      const [file] = readdirSync(join(folder, name)).filter((each) => each.endsWith('.wav'))
      const wav = readFileSync(join(folder, name, file ?? ''))
      const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
      return { samples, bytes: wav.length - 44, named: wav.readUInt32LE(40) }
    }

    it('writes them behind the parts: six frequencies, each in its place', async () => {
      const clock = quickClock()
      const output = fileOutput(join(folder, 'noted'), clock)
      const heard = await output.play([greeting, script], never, '704132')
      const { samples, bytes, named } = wavIn('noted')
      expect(named).toBe(bytes)
      const notesBegin = samples.length - 2.28 * 24_000
      expect(notesHeard(samples, notesBegin, 24_000)).toBe('704132')
      expect(samples.subarray(notesBegin)).toEqual(soundOfNotes('704132', 24_000))
      // What was heard is the parts', and the time is that of all.
      expect(heard.heardMs).toBe(Math.floor(notesBegin / 24))
      expect(clock.waited).toBe(1500 + 2280)
      expect(readFileSync(join(folder, 'noted', 'plays.log'), 'utf8')).not.toContain('704132')
    })

    it.each(outputs.map(([said], index) => [said, index] as const))(
      'lasts as much longer: %s',
      async (_said, index) => {
        const clock = quickClock()
        const made = [
          simulatedOutput(clock, createGate(1)),
          fileOutput(join(folder, `noted-${index}`), clock),
        ]
        const whole = await made[index]!.play([greeting], never, '012345')
        expect([whole.error, clock.waited]).toEqual([undefined, 500 + 2280])
        expect(whole.heardMs).toBeLessThan(700)
      },
    )

    it.each(outputs.map(([said], index) => [said, index] as const))(
      'makes none after a part that did not come out whole, nor without a part: %s',
      async (_said, index) => {
        const path = join(folder, 'half.mp3')
        writeFileSync(path, greeting.bytes.subarray(0, greeting.bytes.length / 2))
        const half = { ...greeting, path }
        const noise = join(folder, 'noise-2.mp3')
        writeFileSync(noise, 'not a sound at all')
        for (const [name, parts] of [
          ['half', [half]],
          ['noise', [greeting, { ...script, path: noise }]],
          ['nothing', []],
        ] as const) {
          const clock = quickClock()
          const into = `not-${name}-${index}`
          const made = [simulatedOutput(clock, createGate(1)), fileOutput(join(folder, into), clock)]
          await made[index]!.play(parts, never, '012345')
          expect(clock.waited, name).toBe(parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0))
          if (index === 1) expect(wavIn(into).samples.length, name).toBeLessThan(24 * 700)
        }
      },
    )

    it('makes none when it is stopped', async () => {
      const stop = new AbortController()
      const clock: Clock = {
        now: () => '2026-11-23T01:00:00.000Z',
        wait: () => (stop.abort(), Promise.resolve()),
      }
      const heard = await fileOutput(join(folder, 'stopped'), clock).play([greeting], stop.signal, '012345')
      expect(heard.error).toBe('stopped')
      expect(wavIn('stopped').samples.length).toBeLessThan(24 * 700)
    })

    it('hands them to the sound card in the same stream, and counts the parts alone as heard', async () => {
      const heard = await alsaOutput('null', systemClock).play([greeting, script], never, '704132')
      expect(heard.error).toBeUndefined()
      expect(heard.heardMs).toBeGreaterThan(1500 * 0.95)
      expect(heard.heardMs).toBeLessThan(1700)
    })

    it.each([
      ['exactly the parts and then the notes', 1500 + 2280, '704132'],
      ['no notes after a part that does not come out whole', 1250, undefined],
    ])('gives the sound card %s', async (_said, milliseconds, notes) => {
      // The installed ffmpeg, with a file in place of the card: what it is given is the real command line.
      const wav = join(folder, 'card.wav')
      const shim = join(folder, 'shim')
      mkdirSync(shim, { recursive: true })
      const half = join(folder, 'half.mp3')
      writeFileSync(half, greeting.bytes.subarray(0, greeting.bytes.length / 2))
      const parts = notes === undefined ? [{ ...greeting, path: half }, script] : [greeting, script]
      const real = execFileSync('/bin/sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim()
      const change = `for each do shift; case "$each" in alsa) each=wav;; a-card) each=${wav};; esac; set -- "$@" "$each"; done`
      writeFileSync(join(shim, 'ffmpeg'), `#!/bin/sh\n${change}\nexec ${real} -y "$@"\n`, { mode: 0o755 })
      vi.stubEnv('PATH', `${shim}:${process.env['PATH'] ?? ''}`)
      try {
        const heard = await alsaOutput('a-card', systemClock).play(parts, never, '704132')
        expect(heard.error).toBeUndefined()
      } finally {
        vi.unstubAllEnvs()
      }
      const decoded = spawnSync('ffmpeg', [
        ...['-v', 'error', '-i', wav, '-f', 's16le', '-ac', '1', '-ar', '24000', 'pipe:1'],
      ]).stdout
      const samples = new Int16Array(decoded.buffer, decoded.byteOffset, decoded.length / 2)
      expect(Math.abs(samples.length / 24 - milliseconds)).toBeLessThan(60)
      if (notes !== undefined) expect(notesHeard(samples, samples.length - 2.28 * 24_000, 24_000)).toBe(notes)
    })
  })

  it('that is a file lasts no longer than the sound when the clock is set back meanwhile', async () => {
    const waits: number[] = []
    const instants = ['2026-11-23T02:00:00.000Z', '2026-11-23T01:00:00.000Z']
    const clock: Clock = {
      now: () => instants.shift() ?? '2026-11-23T01:00:00.000Z',
      wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    }
    await fileOutput(join(folder, 'heard-back'), clock).play([greeting], never)
    expect(waits).toEqual([greeting.milliseconds])
  })

  it('that is a sound card hands all of it to ALSA', async () => {
    // ALSA's own device that takes sound and makes none: there from libasound alone, without a card.
    const heard = await alsaOutput('null', systemClock).play([greeting, script], never)
    expect(heard.error).toBeUndefined()
    expect(heard.heardMs).toBeGreaterThan(1500 * 0.95)
  })

  it('that is a sound card that hangs is given up a while after the sound should be over', async () => {
    const fake = join(folder, 'hangs')
    mkdirSync(fake)
    writeFileSync(join(fake, 'ffmpeg'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    vi.stubEnv('PATH', `${fake}:${process.env['PATH'] ?? ''}`)
    try {
      const heard = await alsaOutput('default', systemClock, 100).play([greeting], never)
      expect(heard).toEqual({ heardMs: 0, error: 'the sound card hangs' })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('for which no process can be started says so, and nothing else breaks', () => {
    // In a process of its own: it may open no more files.
    const program = fileURLToPath(new URL('../../src/playback/outputs/program.ts', import.meta.url))
    const code = `import { openSync } from 'node:fs'
      const { decode } = await import(${JSON.stringify(program)})
      try { for (;;) openSync('/dev/null', 'r') } catch {}
      console.log(JSON.stringify(await decode('/nothing', new AbortController().signal)))
      await new Promise((resolve) => setTimeout(resolve, 50))`
    const run = spawnSync(
      '/bin/sh',
      ['-c', 'ulimit -n 100; exec "$0" --input-type=module -e "$1"', process.execPath, code],
      { encoding: 'utf8' },
    )
    expect(run.stdout.trim()).toBe('{"milliseconds":0,"failed":"spawn ffmpeg EMFILE"}')
    expect(run.status).toBe(0)
  })

  it('that is a missing sound card says so', async () => {
    const heard = await alsaOutput('plughw:77,0', systemClock).play([greeting], never)
    expect(heard.heardMs).toBe(0)
    expect(heard.error).not.toBe('')
    expect(heard.error).toBeDefined()
  })

  it('decodes no more at once than the gate lets through, in the order of asking', async () => {
    const gate = createGate(2)
    let now = 0
    let most = 0
    const order: number[] = []
    const work = (index: number): Promise<void> =>
      gate(async () => {
        order.push(index)
        now += 1
        most = Math.max(most, now)
        await systemClock.wait(5)
        now -= 1
      })
    await Promise.all([0, 1, 2, 3, 4, 5].map(work))
    expect(most).toBe(2)
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
  })
})
