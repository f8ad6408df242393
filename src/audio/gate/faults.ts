/** What is wrong with a recording, in words for those who made it, and a name for programmes that never changes. */
import type { Sentence } from '../../base/errors.ts'
import { figure } from '../../base/text.ts'
import type { Codec } from '../store.ts'
import type { Stretch } from './likeness.ts'

/**
 * `unreadable`: no sound can be got out. `damaged`: bytes are missing or changed. `cut`: its beginning or end is
 * missing. `long`: more than its words. `soft`, `loud`, `peak`, `clipped`: level. `silent`: nothing to be heard.
 * `gap`: speech is missing inside, or one long silence. `pauses`: too much silence in all. `band`: dull or shrill.
 * `hum`, `noise`: not speech. `flat`: never louder or softer. `pace`: not the length of its text.
 * `other-words`: not what it should say. `short`: too short to be a bulletin.
 */
export type FaultKind =
  | 'unreadable'
  | 'damaged'
  | 'cut'
  | 'long'
  | 'soft'
  | 'loud'
  | 'peak'
  | 'clipped'
  | 'silent'
  | 'gap'
  | 'pauses'
  | 'band'
  | 'hum'
  | 'noise'
  | 'flat'
  | 'pace'
  | 'other-words'
  | 'short'

/** Why a recording must not be used, or (as a warning) should be listened to first. `codecs`: the files it is in. */
export type Fault = Sentence & { kind: FaultKind; codecs: readonly Codec[] }

/** What was found in one file, before both are put together. `weight`: the larger, the worse of two of a kind. */
export type Finding = { kind: FaultKind; weight: number; says: Sentence }

/** Whose recording it is: what can be done about a fault differs. */
export type Maker = 'voice' | 'person'

const remedies: Readonly<Record<Maker, Readonly<Record<'again' | 'level' | 'text', Sentence>>>> = {
  voice: {
    again: {
      vi: 'Hãy tạo lại bản ghi; nếu vẫn lỗi, báo cho người quản trị.',
      en: 'Render the recording again; if it fails again, tell the administrator.',
    },
    level: {
      vi: 'Người quản trị cần chỉnh lại mức âm của giọng đọc này rồi tạo lại bản ghi.',
      en: 'The administrator must correct the level of this voice, then render again.',
    },
    text: {
      vi: 'Hãy xem lại câu chữ chỗ đó rồi tạo lại bản ghi.',
      en: 'Look at the wording there, then render the recording again.',
    },
  },
  person: {
    again: { vi: 'Hãy gửi lại tệp gốc.', en: 'Send the original file again.' },
    level: {
      vi: 'Hãy thu lại: nói đều giọng, cách micro một gang tay.',
      en: 'Record it again: speak evenly, a hand’s breadth from the microphone.',
    },
    text: {
      vi: 'Hãy nghe lại chỗ đó và thu lại nơi yên tĩnh.',
      en: 'Listen to that place and record it again where it is quiet.',
    },
  },
}

/** A finding of one kind. The remedy stands at the end of both sentences. */
export function finding(
  kind: FaultKind,
  weight: number,
  says: Sentence,
  remedy: { maker: Maker; what: 'again' | 'level' | 'text' },
): Finding {
  const advice = remedies[remedy.maker][remedy.what]
  return { kind, weight, says: { vi: `${says.vi} ${advice.vi}`, en: `${says.en} ${advice.en}` } }
}

const codecNames: Readonly<Record<Codec, string>> = { mp3: 'MP3', opus: 'Opus' }

/** The findings of both files as faults: one of each kind, in the words of the worse; a file is named when the other is sound. */
export function faultsOf(findings: Readonly<Record<Codec, readonly Finding[]>>): Fault[] {
  const all = (['mp3', 'opus'] as const).flatMap((codec) =>
    findings[codec].map((found) => ({ codec, ...found })),
  )
  return [...new Set(all.map(({ kind }) => kind))].map((kind) => {
    const same = all.filter((found) => found.kind === kind).sort((a, b) => b.weight - a.weight)
    const [worst] = same
    if (worst === undefined) throw new Error('a fault was found in a file')
    const codecs = [...new Set(same.map(({ codec }) => codec))].sort()
    const { vi, en } = worst.says
    if (codecs.length > 1) return { kind, codecs, vi, en }
    const name = codecNames[worst.codec]
    return { kind, codecs, vi: `Tệp ${name}: ${lowered(vi)}`, en: `The ${name} file: ${lowered(en)}` }
  })
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** Seconds for a sentence: "0,8 giây" and "0.8 s". */
export function seconds(milliseconds: number): Sentence {
  const rounded = Math.round(milliseconds / 100) / 10
  return { vi: `${figure(rounded)} giây`, en: `${rounded} s` }
}

/** A number with one decimal in both languages. */
export function number(value: number): Sentence {
  const rounded = Math.round(value * 10) / 10
  return { vi: figure(rounded).replace('-', '−'), en: String(rounded).replace('-', '−') }
}

/** Where in a recording: "từ giây 12 đến giây 13,5", "from second 12 to second 13.5". */
export function place({ from, to }: Stretch): Sentence {
  const at = (milliseconds: number): number => Math.round(Math.max(0, milliseconds) / 100) / 10
  return {
    vi: `từ giây ${figure(at(from))} đến giây ${figure(at(to))}`,
    en: `from second ${at(from)} to second ${at(to)}`,
  }
}
