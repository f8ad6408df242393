/** `loa say`: what will be spoken, for programmes and for people; and what it means for submitting. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadLexicon } from '../../src/audio/index.ts'
import { bytesOf, sayingOf, textOf } from '../../src/cli/say.ts'
import { sourceOf, submitScript } from '../../src/cli/scripts.ts'
import { readConfig } from '../../src/config.ts'
import { addPerson } from '../../src/people/index.ts'
import { importScript, scriptsOf, submittedVersion } from '../../src/scripts/index.ts'
import { openWork, type Work } from '../../src/work.ts'
import { commandLine, type CommandLine } from '../support/command-line.ts'
import { refusalOf } from '../support/refusal.ts'

const lexicon = await loadLexicon(fileURLToPath(new URL('../../content/speech', import.meta.url)))
const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

let at: CommandLine
beforeAll(() => {
  at = commandLine()
})
afterAll(() => {
  at.close()
})

describe('loa say --json', () => {
  it('gives spoken text, questions and words as one line of JSON', async () => {
    const { code, stdout, json } = await at.loa(['say', '--json'], { input: 'Gọi 111.\nỞ TT.\n' })
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(1)
    expect(json).toEqual({
      spoken: 'Gọi một một một.\nỞ TT.',
      questions: [{ token: 'TT', at: 11, choices: ['thị trấn', 'thông tư', 'trung tâm'] }],
      unlisted: 0,
      words: [
        { word: 'Gọi', at: 0, from: 0, to: 3 },
        { word: 'một', at: 4, from: 4, to: 7 },
        { word: 'một', at: 8, from: 4, to: 7 },
        { word: 'một', at: 12, from: 4, to: 7 },
        { word: 'Ở', at: 17, from: 9, to: 10 },
        { word: 'TT', at: 19, from: 11, to: 13 },
      ],
    })
  })

  it('of nothing is nothing, and people are told', async () => {
    const { code, json, stderr } = await at.loa(['say', '--json'], { input: '' })
    expect({ code, json }).toEqual({ code: 0, json: { spoken: '', questions: [], unlisted: 0, words: [] } })
    expect(stderr).toContain('Không có chữ nào')
    expect(sayingOf(' … !!! \n\n', lexicon, true)).toEqual({
      json: { spoken: '', questions: [], unlisted: 0, words: [] },
      lines: [],
    })
  })

  it('refuses bytes that are not UTF-8, with the line', async () => {
    const child = spawn(process.execPath, [cli, 'say', '--json'])
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stdin.end(Buffer.concat([Buffer.from('Một.\nHai '), Buffer.from([0xc3, 0x28, 0xff])]))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { vi: expect.stringContaining('Dòng 2') as string } })
  })
})

describe('the bounds of a text', () => {
  it('take 100,000 characters and no more', () => {
    expect(textOf(Buffer.from('ơ'.repeat(100_000)))).toHaveLength(100_000)
    expect(() => textOf(Buffer.from('ơ'.repeat(100_001)))).toThrow('100000 characters')
  })

  it('end a text that never ends', async () => {
    let pieces = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        pieces += 1
        yield await Promise.resolve(Buffer.alloc(10_000, 'a'))
      }
    }
    await expect(bytesOf(endless())).rejects.toThrow('100000 characters')
    expect(pieces).toBe(41)
  })

  it('leave out the mark some editors put before a text', () => {
    expect(textOf(Buffer.from('\uFEFFMột.'))).toBe('Một.')
  })
})

describe('what people see', () => {
  it('has each question with line and column, and a caret under the token', () => {
    expect(sayingOf('Bà con ơi,\r\nđến TT xã nhé.', lexicon, false).lines).toEqual([
      'Bà con ơi,\nđến TT xã nhé.',
      '',
      '1 chỗ phải hỏi · 1 place to decide',
      '2:5 TT: thị trấn / thông tư / trung tâm',
      '  đến TT xã nhé.',
      '      ^^',
    ])
  })

  it('shows only the neighbourhood of a token in a long line', () => {
    const { lines } = sayingOf(`${'bà con '.repeat(30)}XYZ${' bà con'.repeat(30)}`, lexicon, false)
    const [source = '', caret = ''] = lines.slice(-2)
    expect(source.length).toBeLessThan(100)
    expect(source.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('XYZ')
  })

  it('shows fifty questions and counts the others', () => {
    const { lines } = sayingOf('TT xã.\n'.repeat(230), lexicon, false)
    expect(lines.filter((line) => line.includes('^'))).toHaveLength(50)
    expect(lines.at(-1)).toBe('… và 180 chỗ nữa · and 180 more')
  })

  it('has with --map a row for each token of the text', () => {
    const { lines } = sayingOf('Gọi 111.\nỞ TP. Tam Kỳ', lexicon, true)
    expect(lines.slice(3).map((line) => line.split(/ {2,}/))).toEqual([
      ['1:1', 'Gọi', 'Gọi'],
      ['1:5', '111', 'một một một'],
      ['2:1', 'Ở', 'Ở'],
      ['2:3', 'TP.', 'thành phố'],
      ['2:7', 'Tam', 'Tam'],
      ['2:11', 'Kỳ', 'Kỳ'],
    ])
  })
})

describe('submitting', () => {
  let work: Work
  beforeAll(async () => {
    work = await openWork({ ...readConfig({}), data: join(at.folder, 'data') })
    const { database, clock } = work
    await addPerson(database, { id: 'soan', name: 'Soạn', role: 'editor', training: false, now: clock.now() })
  })
  afterAll(() => work.close())

  /** Imports a script with this body in this language and submits it, as `loa scripts submit` does. */
  async function submit(slug: string, language: string, body: string): Promise<void> {
    const head = [
      'title: Thử',
      'title_en: A try',
      `slug: ${slug}`,
      'audience: [mọi người]',
      `language: ${language}`,
      "valid_from: '2025-01-01'",
      'priority: thong-thuong',
    ]
    const file = join(at.folder, `${slug}.md`)
    writeFileSync(file, `---\n${head.join('\n')}\n---\n\n${body}\n`)
    await importScript(work.database, sourceOf(file), { author: 'soan', now: work.clock.now() })
    await submitScript(work, { script: slug, version: 1, by: 'soan' })
  }

  it('is refused while a question is open, with its line and its readings', async () => {
    const { code, sentence } = await refusalOf(submit('hoi', 'vi', 'Bà con ơi.\n\nĐến TT xã, gặp HTX.'))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain('dòng 3: “TT” (thị trấn / thông tư / trung tâm); dòng 3: “HTX”.')
    expect(sentence.en).toContain('line 3: “TT” (thị trấn / thông tư / trung tâm); line 3: “HTX”.')
    expect((await scriptsOf(work.database))[0]?.versions).toMatchObject([{ state: 'draft' }])
  })

  it('of a text in another language under the wrong name says so', async () => {
    const english = 'Never follow a stranger who promises a high salary abroad, and keep your papers.'
    expect((await refusalOf(submit('anh', 'vi', english))).sentence.vi).toContain('language')
  })

  it('says who reads it: a voice, or a person who brings a recording', async () => {
    const write = (slug: string, language: string, more = ''): string => {
      const file = join(at.folder, `${slug}.md`)
      const head = `title: Thử\ntitle_en: A try\nslug: ${slug}\naudience: [mọi người]\nlanguage: ${language}`
      writeFileSync(
        file,
        `---\n${head}\nvalid_from: '2025-01-01'\npriority: thong-thuong\n${more}---\n\nThấy lạ thì báo.\n`,
      )
      return file
    }
    const submitted = async (slug: string): Promise<string> =>
      (await at.loa(['scripts', 'submit', slug, '1', '--by', 'soan'])).stdout
    await at.loa(['scripts', 'import', write('may-doc', 'vi'), '--by', 'soan'])
    expect(await submitted('may-doc')).toContain('Trung tâm (loa hub) tự tạo bản ghi')
    await at.loa(['scripts', 'import', write('nguoi-doc', 'sed-x-cadong'), '--by', 'soan'])
    const said = await submitted('nguoi-doc')
    expect(said).toContain('Chưa có giọng máy đọc được tiếng Xơ Đăng (Ca Dong)')
    expect(said).toContain('loa uploads add <tệp> --script nguoi-doc --version 1 --language sed-x-cadong')
    expect(said).not.toContain('tự tạo bản ghi')
    await at.loa(['scripts', 'import', write('chao-co-tu', 'ktv', 'kind: greeting\n'), '--by', 'soan'])
    const refused = await at.loa(['scripts', 'submit', 'chao-co-tu', '1', '--by', 'soan'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('Lời chào do máy đọc cho từng đài')
  })

  it('does not ask about a language that only people read', async () => {
    await submit('co-tu', 'ktv', 'Đhanuôr zi lướt t’bhlâng bhrợ têng, pr’ặt tr’mung TT.')
    expect(await submittedVersion(work.database, { script: 'co-tu', version: 1 })).toMatchObject({
      language: 'ktv',
    })
  })
})
