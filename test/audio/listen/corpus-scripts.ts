/**
 * Bulletins for trying the ear: read by one espeak voice, all with the same greeting, opening and closing
 * sentences, as the bulletins of one station are. What they say between is drawn from common words, so that no
 * bulletin shares a sentence with another, but all share their words.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { promisify } from 'node:util'
import { encoderOptions, hornChain, limiter, resampler } from '../../../src/audio/encoders.ts'
import { runFfmpeg } from '../../../src/audio/ffmpeg.ts'
import { fromBytes, join, silence, type Sound, toBytes, trim } from '../../../src/audio/pcm.ts'
import { Chance } from '../../support/simulation-chance.ts'

const run = promisify(execFile)

/** Sample rate of the simulation: what a telephone's microphone gives. */
export const worldRate = 16_000

/** A part of a sound, in milliseconds. */
export type Stretch = { from: number; to: number }

/** A bulletin as the loudspeaker plays it (16 kHz) and as the ear compares it (8 kHz), and where its words are not its own. */
export type Bulletin = { played: Sound; reference: Sound; shared: Stretch[] }

/** The voice that reads all bulletins, and one that must not be taken for it. */
export const [ownVoice, otherVoice] = ['vi-vn-x-central', 'vi-vn-x-south+f3']

/** Reads that many bulletins, each of about so many seconds, and masters them as recordings are. */
export async function readBulletins(
  seed: number,
  count: number,
  seconds: number,
  voice = ownVoice,
): Promise<Bulletin[]> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'loa-bulletins-'))
  try {
    const common = await Promise.all([...opening, ...closing].map((text) => spoken(text, voice)))
    const read = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        readBulletin(new Chance(seed, `bulletin ${index}`), { seconds, common, voice }),
      ),
    )
    const mastered = await throughMp3(
      read.map(({ sound }) => sound),
      folder,
    )
    return mastered.map((sounds, index) => ({ ...sounds, shared: read[index]?.shared ?? [] }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** So many seconds of words by the voice, for people who talk in the background, or a bulletin read by another. */
export async function readWords(chance: Chance, seconds: number, voice: string): Promise<Sound> {
  const pieces: Int16Array[] = []
  let sampleRate = 22_050
  for (let length = 0; length < seconds * sampleRate;) {
    const sound = await spoken(sentenceOf(chance), voice)
    sampleRate = sound.sampleRate
    pieces.push(sound.samples, silence(250, sampleRate))
    length += sound.samples.length
  }
  return { samples: join(pieces), sampleRate }
}

async function readBulletin(
  chance: Chance,
  { seconds, common, voice }: { seconds: number; common: readonly Sound[]; voice: string },
): Promise<{ sound: Sound; shared: Stretch[] }> {
  const before = common.slice(0, opening.length)
  const own: Sound[] = []
  const sampleRate = common[0]?.sampleRate ?? 22_050
  const wanted = (seconds - 20) * sampleRate
  for (let length = 0; length < wanted;) {
    const sound = await spoken(sentenceOf(chance), voice)
    length += sound.samples.length + sampleRate * 0.6
    own.push(sound)
  }
  const pieces: Int16Array[] = [chime(sampleRate), silence(600, sampleRate)]
  const shared: Stretch[] = []
  const millisecondsSoFar = (): number =>
    (pieces.reduce((sum, { length }) => sum + length, 0) * 1000) / sampleRate
  shared.push({ from: 0, to: millisecondsSoFar() })
  for (const sound of [...before, ...own, ...common.slice(opening.length)]) {
    const from = millisecondsSoFar()
    pieces.push(sound.samples, silence(600, sampleRate))
    if (common.includes(sound)) shared.push({ from, to: millisecondsSoFar() })
  }
  return { sound: { samples: join(pieces), sampleRate }, shared }
}

/** Three bells of the same pitch at the front of every play. */
function chime(sampleRate: number): Int16Array {
  const tones = [523.25, 659.25, 783.99]
  return Int16Array.from({ length: 2 * sampleRate }, (_, index) => {
    const time = index / sampleRate
    const sum = tones.reduce((total, hertz, place) => {
      const since = time - 0.35 * place
      return since < 0 ? total : total + Math.exp(-4 * since) * Math.sin(2 * Math.PI * hertz * since)
    }, 0)
    return Math.round(3000 * sum)
  })
}

/** A sentence as the voice reads it, without silence at its ends. */
async function spoken(text: string, voice: string): Promise<Sound> {
  const { stdout } = await run('espeak-ng', ['-v', voice, '-a', '60', '-s', '135', '--stdout', text], {
    encoding: 'buffer',
    maxBuffer: 16_777_216,
    timeout: 20_000,
  })
  const data = stdout.indexOf('data', 12, 'latin1')
  return trim({ samples: fromBytes(stdout.subarray(data + 8)), sampleRate: stdout.readUInt32LE(24) })
}

/** The sounds through the chain for horns and the MP3 encoder, decoded again at two rates. */
async function throughMp3(
  sounds: readonly Sound[],
  folder: string,
): Promise<{ played: Sound; reference: Sound }[]> {
  const deadlineMs = 120_000
  const path = (index: number, ending: string): string => joinPath(folder, `${index}.${ending}`)
  for (const [index, { samples }] of sounds.entries()) await writeFile(path(index, 's16'), toBytes(samples))
  await runFfmpeg(
    {
      inputs: sounds.map(({ sampleRate }, index) => ({
        path: path(index, 's16'),
        options: ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1'],
      })),
      graph: sounds
        .map(
          (_, index) => `[${index}:a]${resampler},${hornChain},volume=16.5dB,${limiter(0.68)}[out${index}]`,
        )
        .join(';'),
      outputs: sounds.map((_, index) => ({
        from: `[out${index}]`,
        path: path(index, 'mp3'),
        options: encoderOptions.mp3,
      })),
    },
    { deadlineMs },
  )
  await runFfmpeg(
    {
      inputs: sounds.map((_, index) => ({ path: path(index, 'mp3') })),
      graph: sounds.map((_, index) => `[${index}:a]asplit[a${index}][b${index}]`).join(';'),
      outputs: sounds.flatMap((_, index) => [
        { from: `[a${index}]`, path: path(index, 'world'), options: rawAt(worldRate) },
        { from: `[b${index}]`, path: path(index, 'ear'), options: rawAt(8000) },
      ]),
    },
    { deadlineMs },
  )
  return Promise.all(
    sounds.map(async (_, index) => ({
      played: { samples: fromBytes(await readFile(path(index, 'world'))), sampleRate: worldRate },
      reference: { samples: fromBytes(await readFile(path(index, 'ear'))), sampleRate: 8000 },
    })),
  )
}

/** Options of an output of plain samples. */
export function rawAt(sampleRate: number): string[] {
  return ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1']
}

function sentenceOf(chance: Chance): string {
  const words = Array.from({ length: chance.whole(6, 11) }, () => chance.one(vocabulary))
  return `${words.join(' ')}.`
}

const opening = [
  'Kính chào bà con xã nhà. Mời bà con cùng nghe bản tin sau đây.',
  'Bản tin do đài truyền thanh thực hiện, bà con nghe và nhắc nhau cùng nhớ.',
]
const closing = [
  'Bà con thấy chuyện lạ thì báo ngay công an nơi gần nhất.',
  'Hoặc gọi số một một một, gọi không mất tiền, ngày hay đêm đều được. Xin cảm ơn bà con đã lắng nghe.',
]
const vocabulary = `
bà con|xóm làng|con cháu|người thân|ruộng nương|mùa gặt|chợ phiên|suối sâu|đường đèo|nhà rông|bếp lửa|mưa nguồn
trường học|thầy cô|bạn bè|việc làm|tiền công|hợp đồng|giấy tờ|công ty|thành phố|biên giới|xe khách|bến tàu
điện thoại|tin nhắn|mạng xã hội|lời hứa|người lạ|mối lái|chủ quán|hàng xóm|trưởng thôn|già làng|cán bộ xã|y tá
đi xa|ở lại|trở về|gọi điện|hỏi thăm|kể lại|giữ kín|báo tin|tin lời|nghe theo|ký tên|vay mượn|trả nợ|gửi tiền
cẩn thận|bình tĩnh|vội vàng|ngọt ngào|lặng lẽ|rõ ràng|đàng hoàng|tử tế|mệt mỏi|yên lòng|khó khăn|vui vẻ
hôm nay|ngày mai|tháng trước|mùa xuân|buổi tối|sáng sớm|năm ngoái|lúc ấy|bây giờ|khi nào|từ lâu|mỗi tuần
và|nhưng|vì thế|cho nên|nếu|thì|mà|cũng|vẫn|đừng|hãy|phải|muốn|biết|thấy|nói|không ai|mọi người|trước hết|sau cùng
học nghề|dệt vải|trồng quế|nuôi bò|làm rẫy|đan gùi|bán hàng|may áo|nấu cơm|gánh nước|chăn trâu|xây nhà
`
  .trim()
  .split(/[|\n]/)
