/** `loa voices`: which machine voices there are, whether they can be used, and how they sound. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import {
  isDown,
  loadLexicon,
  openVoice,
  readVoiceList,
  speak,
  tryVoice,
  type Region,
  type VoiceEntry,
} from '../audio/index.ts'
import { AppError, reasonOf, type Sentence } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { figure } from '../base/text.ts'
import { readConfig } from '../config.ts'
import { argument, command, refuseUnlessFile, required, say, table } from './shell.ts'

type State = 'usable' | 'server' | 'down'

/** `server`: its settings are right; whether it answers is only known by trying. */
const stateWord: Record<State, string> = {
  usable: '● dùng được · usable',
  server: '◐ chưa hỏi máy chủ · server not asked',
  down: '✕ chưa dùng được · not usable',
}

const regionWord: Record<Region, string> = { north: 'bắc', central: 'trung', south: 'nam' }

type Found = { state: State; recipe: string | null; why: Sentence | null }

export function voiceCommands(program: Command): void {
  const voices = program.command('voices').description('giọng máy đọc · machine voices')
  command(voices, 'list', 'mọi giọng trong voices.yaml · all voices of the list', async () => {
    const { content, voiceKeys } = readConfig()
    const entries = await readVoiceList(join(content, 'speech'))
    const found = []
    for (const entry of entries) {
      const { name, language, region, kind, licence, enabled } = entry
      const state = await look(entry, voiceKeys)
      found.push({ name, language, region: region ?? null, kind, licence, enabled, ...state })
    }
    return {
      json: found,
      lines: [
        ...table(
          ['giọng', 'ngôn ngữ', 'vùng', 'loại', 'bật', 'tình trạng', 'giấy phép'],
          found.map((one) => [
            one.name,
            one.language,
            one.region === null ? '' : regionWord[one.region],
            one.kind,
            one.enabled ? '●' : '–',
            stateWord[one.state],
            one.licence,
          ]),
        ),
        ...found.flatMap(({ name, why }) => (why === null ? [] : [`${name}: ${why.vi}`, why.en])),
      ],
    }
  })
  command(
    voices,
    'try <name>',
    'đọc lời ở đầu vào chuẩn thành tệp WAV và đo độ to · reads standard input into a WAV file and measures it',
    async (given) => {
      const { content, voiceKeys } = readConfig()
      const out = required(given, 'out')
      refuseUnlessFile(out)
      const folder = join(content, 'speech')
      const voice = openVoice(entryNamed(await readVoiceList(folder), argument(given, 0)), voiceKeys)
      const { spoken, questions } = speak(readFileSync(0, 'utf8'), await loadLexicon(folder))
      for (const { token } of questions) {
        say({
          vi: `Chưa biết đọc “${token}” thế nào: giọng tự đoán.`,
          en: `How to read “${token}” is not known: the voice guesses.`,
        })
      }
      try {
        const { wav, seconds, loudness, gainAdvised = null } = await tryVoice(voice, spoken)
        await write(out, wav)
        const found = { seconds, loudness, gain: voice.gainDecibels, gainAdvised }
        return { json: { spoken, file: out, ...found }, lines: [spoken, ...linesOf(found)] }
      } finally {
        await voice.close()
      }
    },
  ).requiredOption('--out <file>', 'tệp WAV sẽ ghi · the WAV file to write')
}

async function look(entry: VoiceEntry, keys: Readonly<Record<string, string | undefined>>): Promise<Found> {
  const voice = openVoice(entry, keys)
  try {
    return { state: voice.network ? 'server' : 'usable', recipe: await voice.recipe(), why: null }
  } catch (error) {
    if (!isDown(error)) throw error
    return { state: 'down', recipe: null, why: error.sentence }
  } finally {
    await voice.close()
  }
}

function linesOf(found: {
  seconds: number
  loudness: number
  gain: number
  gainAdvised: number | null
}): string[] {
  const { seconds, loudness, gain, gainAdvised } = found
  const measured = `${figure(seconds)} giây, ${figure(loudness)} LUFS với gain ${figure(gain)} · seconds, loudness with this gain`
  return gainAdvised === null
    ? [
        measured,
        'Muốn biết gain nên đặt thì cho đọc chừng một phút lời · about a minute of words tells the gain to set',
      ]
    : [measured, `gain: ${String(gainAdvised)} đưa giọng này về -16 LUFS · brings this voice to -16 LUFS`]
}

function entryNamed(entries: readonly VoiceEntry[], name: string): VoiceEntry {
  const entry = entries.find((one) => one.name === name)
  if (entry !== undefined) return entry
  const names = entries.map((one) => one.name).join(', ')
  throw new AppError('not_found', {
    vi: `Không có giọng “${name}”. Trong voices.yaml có: ${names}.`,
    en: `There is no voice “${name}”. In voices.yaml there are: ${names}.`,
  })
}

async function write(file: string, wav: Uint8Array): Promise<void> {
  try {
    await writeWhole(file, wav)
  } catch (cause) {
    throw new AppError(
      'unavailable',
      {
        vi: `Không ghi được ${file} (${reasonOf(cause)}). Hãy xem quyền ghi và chỗ trống, rồi làm lại.`,
        en: `${file} cannot be written (${reasonOf(cause)}). See to the permissions and the free space, then try again.`,
      },
      { cause },
    )
  }
}
