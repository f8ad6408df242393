import { readdirSync, writeFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  decodeFile,
  type Fault,
  type GateItem,
  type GateResult,
  gateRendered,
} from '../../../src/audio/gate/index.ts'
import type { Codec } from '../../../src/audio/index.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import { refusalOf } from '../../support/refusal.ts'
import * as damage from './damages.ts'
import { encode, itemOf, keep, piecesOf, record, type Recorded, stitched, testFolder } from './recordings.ts'

const { folder, remove } = testFolder()
afterAll(remove)
const limits = { deadlineMs: 60_000, folder }
const codecs = ['mp3', 'opus'] as const satisfies Codec[]

let own: Recorded
let other: Recorded
let good: Record<Codec, Uint8Array>
beforeAll(async () => {
  const words = [
    'Việc nhẹ lương cao mà giục đi gấp, thì đừng đi; hãy gọi một một một hỏi trước đã.',
    'Người bị mua bán không có lỗi, và được đưa về nhà, được giúp học nghề, được giúp làm ăn.',
  ]
  ;[own, other] = (await record(words, folder)) as [Recorded, Recorded]
  good = stitched((await piecesOf([own.mastered], folder))[0]!)
})

const kindsOf = ({ faults }: GateResult): string[] => faults.map(({ kind }) => kind)

async function gateOne(item: GateItem): Promise<GateResult> {
  return (await gateRendered([item], limits))[0]!
}

describe('a sentence that was damaged', () => {
  let results: Map<string, GateResult>

  type Case = { name: string; harm: (sound: Sound) => Sound; kind: Fault['kind']; says: string }
  const cases: Case[] = [
    { name: 'too soft', harm: damage.amplified(-9), kind: 'soft', says: 'quá nhỏ: −2' },
    { name: 'too loud', harm: damage.amplified(7), kind: 'loud', says: 'quá to: −' },
    { name: 'clipped at full scale', harm: damage.amplified(24), kind: 'clipped', says: 'vỡ tiếng' },
    { name: 'overdriven and turned down', harm: damage.overdriven(24), kind: 'clipped', says: 'vỡ tiếng' },
    { name: 'peaks at full scale', harm: damage.spiked, kind: 'peak', says: 'bị rè: đỉnh' },
    {
      name: 'cut at the end',
      harm: damage.emptied(-0.6, Infinity),
      kind: 'cut',
      says: 'bị cắt ở cuối: mất 0,',
    },
    { name: 'cut at the beginning', harm: damage.emptied(0, 0.4), kind: 'cut', says: 'bị cắt ở đầu: mất 0,' },
    { name: 'shorter', harm: damage.shortened(5), kind: 'cut', says: 'chỉ dài' },
    { name: 'its beginning lost', harm: damage.beheaded(0.5), kind: 'other-words', says: 'không đúng lời' },
    {
      name: 'a third of a second late',
      harm: damage.delayed(0.33),
      kind: 'other-words',
      says: 'không đúng lời',
    },
    { name: 'a hole inside', harm: damage.emptied(1.2, 1.5), kind: 'gap', says: 'ở giữa (từ giây 1,' },
    { name: 'a gap of ten seconds', harm: damage.interrupted(84), kind: 'gap', says: 'đoạn lặng' },
    { name: 'silent', harm: damage.silenced, kind: 'silent', says: 'không có tiếng' },
    { name: 'white noise as loud as the voice', harm: damage.noisy(0), kind: 'noise', says: 'tiếng ồn' },
    { name: 'white noise at 12 dB', harm: damage.noisy(12), kind: 'noise', says: 'tiếng ồn' },
    { name: 'mains hum', harm: damage.humming, kind: 'hum', says: 'tiếng ù' },
    { name: 'half a second missing', harm: damage.shortOf(0.5), kind: 'other-words', says: 'không đúng lời' },
    { name: 'a second missing', harm: damage.shortOf(1), kind: 'other-words', says: 'không đúng lời' },
    { name: 'reversed', harm: damage.reversed, kind: 'other-words', says: 'không đúng lời' },
    { name: 'five per cent faster', harm: damage.faster(1.05), kind: 'other-words', says: 'không đúng lời' },
    { name: 'one per cent slower', harm: damage.faster(0.99), kind: 'other-words', says: 'không đúng lời' },
    {
      name: 'another sentence',
      harm: (sound) => damage.replacedBy(other.mastered)(sound),
      kind: 'other-words',
      says: 'không đúng lời',
    },
  ]

  beforeAll(async () => {
    const files = await encode(
      cases.map(({ harm }) => harm(own.mastered)),
      folder,
    )
    const judged = await gateRendered(
      files.map((bytes) => itemOf(own, keep(bytes, folder))),
      limits,
    )
    results = new Map(cases.map(({ name }, index) => [name, judged[index]!]))
  })

  it.each(cases)('never passes: $name', ({ name, kind, says }) => {
    const result = results.get(name)!
    expect(kindsOf(result)).toContain(kind)
    const fault = result.faults.find((each) => each.kind === kind)!
    expect(fault.codecs).toEqual(['mp3', 'opus'])
    expect(fault.vi).toContain(says)
    // What is wrong, and what to do about it.
    for (const text of [fault.vi, fault.en]) expect(text).toMatch(/\. [A-ZĐ][^.]*\.$/)
    if (kind !== 'silent') expect(`${fault.vi} | ${fault.en}`).toMatch(/\d.* \| .*\d/)
  })

  it('is named with its codec when the other file is good', async () => {
    const [sound] = await encode([damage.emptied(-0.8, Infinity)(own.mastered)], folder)
    const items = codecs.map((codec) => itemOf(own, keep({ ...good, [codec]: sound![codec] }, folder)))
    const [mp3, opus] = (await gateRendered(items, limits)).map(({ faults }) =>
      faults.map(({ kind, codecs: named, vi }) => ({ kind, named, begins: vi.slice(0, 24) })),
    )
    expect(mp3).toEqual([{ kind: 'cut', named: ['mp3'], begins: 'Tệp MP3: bản ghi bị cắt ' }])
    expect(opus).toEqual([{ kind: 'cut', named: ['opus'], begins: 'Tệp Opus: bản ghi bị cắt' }])
  })
})

describe('a file that was damaged', () => {
  const after = (changes: readonly ((bytes: Uint8Array) => Uint8Array)[]): Promise<GateResult[]> =>
    gateRendered(
      changes.map((change) => itemOf(own, keep({ mp3: change(good.mp3), opus: change(good.opus) }, folder))),
      limits,
    )

  it('never passes when it has nothing in it, or something else', async () => {
    const page = new TextEncoder().encode('<html>504</html>'.repeat(200))
    for (const result of await after([() => new Uint8Array(0), () => page])) {
      expect(kindsOf(result)).toEqual(['unreadable'])
      expect(result.faults[0]!.vi).toContain('Không đọc được')
      expect(result.similarity).toBe(0)
    }
  })

  it('never passes when its end was not written, or bytes inside it were changed', async () => {
    const chance = damage.dice(5)
    const [ended, changed] = await after([
      (bytes) => bytes.slice(0, Math.round(bytes.length * 0.6)),
      (bytes) =>
        bytes.map((byte, at) =>
          at > bytes.length / 3 && at < bytes.length / 2 ? Math.floor(chance() * 256) : byte,
        ),
    ])
    expect(kindsOf(ended!)).toEqual(expect.arrayContaining(['cut', 'damaged']))
    expect(kindsOf(changed!)).toContain('damaged')
  })

  it('never passes when the sound inside its frames was changed, and takes nothing from those beside it', async () => {
    const chance = damage.dice(9)
    const garbled = good.mp3.map((byte, at) =>
      at % 192 > 15 && at > 9600 && at < 19_200 ? Math.floor(chance() * 256) : byte,
    )
    const [before, bad, after] = await gateRendered(
      [good, { ...good, mp3: garbled }, good].map((files) => itemOf(own, keep(files, folder))),
      limits,
    )
    expect(bad!.faults.map(({ codecs: named }) => named)).toContainEqual(['mp3'])
    expect([kindsOf(before!), kindsOf(after!)]).toEqual([[], []])
  })

  it('never passes when it is not there', async () => {
    const paths = { ...keep(good, folder), mp3: joinPath(folder, 'none.mp3') }
    const { faults } = await gateOne(itemOf(own, paths))
    expect(faults.map(({ kind, codecs: named }) => [kind, ...named])).toEqual([['unreadable', 'mp3']])
  })

  it('never passes as the reading of a text much longer or shorter', async () => {
    const items = [800, 3, own.text.length].map((letters) => itemOf(own, keep(good, folder), { letters }))
    expect((await gateRendered(items, limits)).map(kindsOf)).toEqual([['pace'], ['pace'], []])
  })

  it('leaves nothing behind in the folder, whether it can be read or not', async () => {
    const items = [keep(good, folder), keep({ mp3: new Uint8Array(9), opus: new Uint8Array(9) }, folder)]
    const before = readdirSync(folder)
    await gateRendered(
      items.map((paths) => itemOf(own, paths)),
      limits,
    )
    expect(readdirSync(folder)).toEqual(before)
  })

  it('is not judged once the work is called off', async () => {
    const controller = new AbortController()
    controller.abort(new Error('called off'))
    const judged = gateRendered([itemOf(own, keep(good, folder))], { ...limits, signal: controller.signal })
    await expect(judged).rejects.toThrow('called off')
  })

  it('is refused with ffmpeg’s words when only its sound is wanted', async () => {
    const path = joinPath(folder, 'text.mp3')
    writeFileSync(path, 'no sound')
    expect((await refusalOf(decodeFile(path, 24_000, limits))).sentence.vi).toContain('ffmpeg')
  })
})
