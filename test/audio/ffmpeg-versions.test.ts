/**
 * The same work under a newer ffmpeg: stand-ins before the installed programmes answer as versions 7 and 8 do where
 * they differ (exit codes, lists of formats and filters, words around an error). Whoever has a real one puts it first
 * on the search path and runs these files as they are.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ffmpegAbilities, type FfmpegWork, probeAudio, runFfmpeg } from '../../src/audio/ffmpeg.ts'
import { ProgramError, StandstillError } from '../../src/audio/refusals.ts'
import { refusalOf } from '../support/refusal.ts'

const folder = mkdtempSync(join(tmpdir(), 'loa-ffmpeg-newer-'))
const installed = process.env['PATH'] ?? ''
const where = (name: string): string =>
  execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()

/** What ends with 1 in version 5 ends with the low byte of the error in version 7. */
const exitCodes = `
  case "$(cat "$said")" in
    *'No such file'*) code=254 ;;
    *'Invalid data'*) code=183 ;;
    *'No space left'*) code=228 ;;
    *'No such filter'*|*'Filter not found'*) code=8 ;;
    *) code=234 ;;
  esac`

const standIn = (name: string): string => `#!/bin/sh
real='${where(name)}'
case "$*" in
  *-version*) echo "${name} version 8.0 Copyright (c) 2000-2025 the FFmpeg developers"; exit 0 ;;
  *-formats*|*-demuxers*|*-muxers*) "$real" "$@" | sed -E 's/^ ([D ])([E ]) (lavfi|alsa|oss|pulse|fbdev)/ \\1\\2d \\3/; t; s/^ ([D ])([E ]) / \\1\\2  /'; exit 0 ;;
  *-filters*) "$real" "$@" | sed -E 's/^ ([T.][S.])[C.] /\\1 /; s/^([T.][S.] )/ \\1/'; exit 0 ;;
esac
said=$(mktemp)
"$real" "$@" 2> "$said"
code=$?
cat "$said" >&2
if [ $code -ne 0 ]; then${exitCodes}
  echo "Error opening input files: see above" >&2
fi
rm -f "$said"
exit $code
`

beforeAll(() => {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of ['ffmpeg', 'ffprobe']) {
    writeFileSync(join(bin, name), standIn(name))
    chmodSync(join(bin, name), 0o755)
  }
  process.env['PATH'] = `${bin}:${installed}`
})
afterAll(() => {
  process.env['PATH'] = installed
  rmSync(folder, { recursive: true, force: true })
})

const made = join(folder, 'tone.ogg')

/** A second of a tone from ffmpeg's own generator, which newer versions list as a device. */
function tone(more: Partial<FfmpegWork> = {}): FfmpegWork {
  return {
    inputs: [{ path: writeTone(), options: ['-f', 's16le', '-ar', '24000', '-ac', '1'] }],
    graph: '[0:a]anull[out]',
    outputs: [{ from: '[out]', path: made, options: ['-c:a', 'libopus', '-f', 'ogg'] }],
    ...more,
  }
}

function writeTone(): string {
  const path = join(folder, 'tone.s16')
  writeFileSync(path, new Uint8Array(48_000))
  return path
}

describe('under ffmpeg 7 and 8', () => {
  it('is the newer one that answers', async () => {
    expect((await ffmpegAbilities({ encoders: [], filters: [] })).version).toBe('8.0')
  })

  it('finds what it needs in lists with other columns, and sees what is not there', async () => {
    const { lacks } = await ffmpegAbilities({
      encoders: ['libopus', 'libmp3lame', 'nosuchencoder'],
      filters: ['alimiter', 'ebur128', 'acompressor', 'aresample', 'nosuchfilter'],
    })
    expect(lacks).toEqual(['nosuchencoder', 'nosuchfilter'])
  })

  it('makes files, and measures', async () => {
    await runFfmpeg(tone(), { deadlineMs: 20_000 })
    expect((await probeAudio(made, { formats: ['ogg'] }))?.codec).toBe('opus')
    const report = await runFfmpeg(
      tone({ graph: '[0:a]ebur128=peak=true[out]', outputs: [{ from: '[out]', path: null, options: [] }] }),
      { deadlineMs: 20_000 },
    )
    expect(report).toMatch(/I: +-\d/)
  })

  it('takes a device for an input, though newer versions mark it in the list of formats', async () => {
    const graph = join(folder, 'graph')
    writeFileSync(graph, 'sine=d=1:r=24000')
    rmSync(made, { force: true })
    const inputs = [{ path: graph, options: ['-f', 'lavfi', '-graph_file', graph] }]
    await runFfmpeg(tone({ inputs }), { deadlineMs: 20_000 })
    expect(existsSync(made)).toBe(true)
  })

  it.each([
    ['a file that is not there', tone({ inputs: [{ path: join(folder, 'nowhere.wav') }] }), 'No such file'],
    [
      'a file that is no sound',
      tone({ inputs: [{ path: join(folder, 'words.wav'), formats: ['wav'] }] }),
      'Invalid data',
    ],
    ['a filter there is not', tone({ graph: '[0:a]nosuchfilter[out]' }), 'nosuchfilter'],
  ])('refuses %s in ffmpeg’s own words, whatever the exit code', async (_what, work, words) => {
    writeFileSync(join(folder, 'words.wav'), 'words and more words')
    rmSync(made, { force: true })
    const refusal = await refusalOf(runFfmpeg(work, { deadlineMs: 20_000 }))
    expect(refusal).toBeInstanceOf(ProgramError)
    expect(refusal.sentence.en).toContain(words)
    expect(existsSync(made)).toBe(false)
  })

  it('knows a full disk by its words', async () => {
    const options = ['-f', 'wav']
    const full = join(folder, 'full.wav')
    execFileSync('ln', ['-s', '/dev/full', full])
    const work = tone({ outputs: [{ from: '[out]', path: full, options }] })
    expect(await refusalOf(runFfmpeg(work, { deadlineMs: 20_000 }))).toBeInstanceOf(StandstillError)
  })

  it('refuses what ffprobe cannot read', async () => {
    const path = join(folder, 'words.wav')
    writeFileSync(path, 'words and more words')
    expect(await refusalOf(probeAudio(path, { formats: ['wav'] }))).toBeInstanceOf(ProgramError)
  })
})
