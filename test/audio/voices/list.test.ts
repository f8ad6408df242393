/** The list of voices that people edit: what comes with the programme, and what is said about mistakes in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audioSelfTest } from '../../../src/audio/self-test.ts'
import { openVoices, readVoiceList } from '../../../src/audio/voices/index.ts'
import { scriptLanguages } from '../../../src/scripts/index.ts'
import { refusalOf } from '../../support/refusal.ts'
import { environment, espeakEntry, standInServer } from './stand-ins.ts'

const speechFolder = fileURLToPath(new URL('../../../content/speech', import.meta.url))

describe('the list that comes with the programme', () => {
  it('reads with espeak-ng’s three regions, the central one first, and offers the others', async () => {
    const voices = await openVoices(speechFolder)
    expect(voices.map(({ name, region }) => `${name} ${region ?? ''}`)).toEqual([
      'espeak-central central',
      'espeak-north north',
      'espeak-south south',
    ])
    const entries = await readVoiceList(speechFolder)
    expect(new Set(entries.map(({ kind }) => kind)).size).toBe(4)
    for (const entry of entries.filter(({ enabled }) => !enabled)) expect(entry.kind).not.toBe('espeak-ng')
  })
})

describe('a list that people edited', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loa-voices-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const write = (text: string): void => writeFileSync(join(folder, 'voices.yaml'), text)
  const good = espeakEntry('vi')
  const server = {
    ...{ ...good, name: 'may-chu', kind: 'openai-compatible', url: 'https://speech.example.org' },
    ...{
      hosts: ['speech.example.org'],
      key_from: 'LOA_VOICE_KEY_A',
      settings: { model: 'm', voice: 'v', speed: 1 },
    },
  }

  it.each(scriptLanguages)('takes a voice of every language of scripts: $tag', async ({ tag }) => {
    write(JSON.stringify({ voices: [{ ...good, language: tag }] }))
    expect((await readVoiceList(folder)).map(({ language }) => language)).toEqual([tag])
  })

  it.each([
    { what: 'a field that is missing', entry: { ...good, gain: undefined }, names: 'gain' },
    { what: 'a language no script may be in', entry: { ...good, language: 'xx' }, names: 'language' },
    { what: 'a field nobody knows', entry: { ...good, volume: 11 }, names: 'volume' },
    {
      what: 'a speed nobody follows',
      entry: { ...good, settings: { ...good.settings, speed: 300 } },
      names: 'settings.speed',
    },
    {
      what: 'an amplitude that clips',
      entry: { ...good, settings: { ...good.settings, amplitude: 100 } },
      names: 'settings.amplitude',
    },
    { what: 'a region there is not', entry: { ...good, region: 'east' }, names: 'region' },
    { what: 'an engine there is not', entry: { ...good, kind: 'parrot' }, names: 'kind' },
    {
      what: 'a host that is not allowed',
      entry: { ...server, hosts: ['example.org'] },
      names: 'speech.example.org',
    },
    {
      what: 'a key in the url',
      entry: { ...server, url: 'https://speech.example.org?key=1' },
      names: 'key_from',
    },
    {
      what: 'a password in the url',
      entry: { ...server, url: 'https://me:x@speech.example.org' },
      names: 'key_from',
    },
    {
      what: 'a key that would go uncovered',
      entry: { ...server, url: 'http://speech.example.org' },
      names: 'https',
    },
    { what: 'a url of a file', entry: { ...server, url: 'file:///etc/passwd' }, names: 'url' },
    {
      what: 'another secret of this machine',
      entry: { ...server, key_from: 'LOA_PASSPHRASE' },
      names: 'key_from',
    },
  ])('is refused for $what, naming the voice and the field', async ({ entry, names }) => {
    write(
      stringify({
        voices: [espeakEntry('vi-vn-x-central'), entry].map((one, index) =>
          index === 0 ? { ...one, name: 'dung' } : one,
        ),
      }),
    )
    const { code, sentence } = await refusalOf(openVoices(folder))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain(`giọng thứ 2 “${entry.name}”`)
    expect(sentence.en).toContain(`voice 2 “${entry.name}”`)
    for (const text of [sentence.vi, sentence.en]) expect(text).toContain(names)
  })

  it('is refused for two voices of one name, for no voice at all, and when it is no list', async () => {
    write(stringify({ voices: [good, good] }))
    expect((await refusalOf(openVoices(folder))).sentence.vi).toContain(`“${good.name}”`)
    for (const text of ['voices: []', 'voices: 3', '- a', '{', '']) {
      write(text)
      expect((await refusalOf(openVoices(folder))).sentence.vi).toContain('voices.yaml')
    }
    rmSync(join(folder, 'voices.yaml'))
    expect((await refusalOf(openVoices(folder))).sentence.vi).toContain('voices.yaml')
  })

  it('is used in its own order, without what is switched off', async () => {
    write(
      stringify({
        voices: [
          { ...good, name: 'b' },
          { ...good, name: 'c', enabled: false },
          { ...good, name: 'a' },
        ],
      }),
    )
    expect((await openVoices(folder)).map(({ name }) => name)).toEqual(['b', 'a'])
  })

  it('is what the self-test speaks with: the first voice that can', async () => {
    const gone = await standInServer()
    await gone.close()
    write(
      stringify({
        voices: [
          { ...gone.openai, name: 'gone' },
          { ...good, gain: 13 },
        ],
      }),
    )
    const found = await audioSelfTest(await openVoices(folder, environment))
    expect(found.voice).toMatch(/^espeak-ng \S+ vi /)
    expect(found.loudness).toBeGreaterThan(-20)
  })
})
