/** `loa uploads`: a recording from the command line to a recording that waits for approval. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandLine, commandLine } from '../../support/command-line.ts'
import { readConfig } from '../../../src/config.ts'
import { addPerson } from '../../../src/people/index.ts'
import { importScript, submitVersion } from '../../../src/scripts/index.ts'
import { openWork } from '../../../src/work.ts'
import { monday, source } from '../../support/desk.ts'
import { ffmpeg, speechFolder } from './place.ts'

let at: CommandLine
let folder: string
beforeAll(async () => {
  at = commandLine()
  folder = speechFolder()
  ffmpeg(folder, '-i', 'speech.wav', 'đọc.mp3')
  const work = await openWork(readConfig({ LOA_DATA: join(at.folder, 'data') }))
  const { database } = work
  try {
    await addPerson(database, {
      id: 'soan',
      name: 'Người soạn',
      role: 'editor',
      training: false,
      now: monday,
    })
    const [text, now, by] = [source('Kính thưa bà con. Hãy gọi công an.'), monday, 'soan']
    const version = await importScript(database, text, { author: by, now })
    await submitVersion(database, { ...version, by, now, placeholders: [], speakUnconfirmed: false })
  } finally {
    await work.close()
  }
}, 60_000)
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  at.close()
})

const request = ['--script', 'tim-viec', '--version', '1', '--language', 'ktv', '--by', 'soan']
const person = ['--speaker', 'Bling Thị Nhung', '--consent', 'ký giấy ngày 20/11']

describe('loa uploads', () => {
  it('takes a file, tells how far it is, and lists what it took', async () => {
    const { stdout, stderr, json, code } = await at.loa([
      ...['uploads', 'add', join(folder, 'đọc.mp3'), ...request, ...person, '--reduce-noise', '--json'],
    ])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/1\/4 đang giải mã · decoding/)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(json).toMatchObject({
      ...{ language: 'ktv', faults: [], noiseReduction: true, original: { name: 'đọc.mp3' } },
    })
    const list = await at.loa(['uploads', 'list', '--script', 'tim-viec'])
    expect(list.stdout).toMatch(/Bling Thị Nhung .* ● dùng được · fit +rec-[0-9a-f]{20} +đọc\.mp3/)
  })

  it('ends with exit code 7 when a recording is kept and not fit, and says why', async () => {
    const long = 'Kính thưa bà con, ai cũng có thể bị lừa bán sang bên kia biên giới. '.repeat(8)
    const work = await openWork(readConfig({ LOA_DATA: join(at.folder, 'data') }))
    try {
      const [text, now, by] = [source(long, { slug: 'dai' }), monday, 'soan']
      const version = await importScript(work.database, text, { author: by, now })
      await submitVersion(work.database, { ...version, by, now, placeholders: [], speakUnconfirmed: false })
    } finally {
      await work.close()
    }
    const whose = ['--script', 'dai', '--version', '1', '--language', 'vi', '--by', 'soan', ...person]
    const brought = ['uploads', 'add', join(folder, 'speech.wav'), ...whose, '--json']
    const { code, stderr, json } = await at.loa(brought)
    expect(code).toBe(7)
    expect(stderr).toMatch(/chưa dùng được[\s\S]*✕ Bản ghi âm quá ngắn so với bản tin/)
    expect(json).toMatchObject({
      recording: null,
      faults: [{ en: expect.stringContaining('too short') as string }],
    })
  })

  it('refuses what cannot be used, in both languages, and with --json in one line', async () => {
    const letter = join(at.folder, 'thu.mp3')
    writeFileSync(letter, 'Kính gửi Ủy ban nhân dân xã')
    const { stderr, json, code } = await at.loa(['uploads', 'add', letter, ...request, ...person, '--json'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/“thu\.mp3” là tệp chữ[\s\S]*is a text file/)
    expect(json).toMatchObject({ error: { code: 'invalid' } })
  })
})
