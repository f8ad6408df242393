/**
 * Drafts to listen to: what somebody is writing, read by the voice that would read it. It lies in a folder of its own,
 * is never approved and never played by a loudspeaker, and is gone when the hub starts anew.
 *
 * Bounds: one draft is made at a time and at most four wait; each may take two minutes; the newest twenty are kept;
 * finished sentences take at most 256 MiB.
 */
import { readdir, rm } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { AppError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { derivedId } from '../base/ids.ts'
import { castingOf, createReading, planFrom } from './cast.ts'
import { ffmpegVersion } from './ffmpeg.ts'
import { tidyAudioFolder } from './folder.ts'
import { join } from './joining.ts'
import { boundStore, Sentences } from './sentences/index.ts'
import { createSlots } from './slots.ts'
import { firstVoice, openStudio, recipeFor, type Studio, type VoiceKeys } from './studio.ts'

/** What is to be read: spoken words of a language; `chime`: a greeting opens with it. */
export type DraftWords = { spoken: string; language: string; chime: boolean }

/** A draft that can be heard. */
export type DraftSound = { id: string; milliseconds: number; voice: string }

const waitingMax = 4
const keptMax = 20
const makingMs = 120_000
const sentenceBytesMax = 256 * 1024 ** 2

/** Makes drafts one after the other. */
export class DraftStudio {
  readonly #folder: string
  readonly #speechFolder: string
  readonly #voiceKeys: VoiceKeys
  readonly #closing: AbortSignal
  readonly #slots = createSlots(1)
  /** The same words are made once, whoever asks for them; the oldest in front. */
  readonly #drafts = new Map<string, Promise<DraftSound>>()
  #working = 0
  #tidied: Promise<void> | undefined

  /** `folder`: for drafts alone; what lies there from before is removed. `closing`: ends what is being made. */
  constructor(options: {
    folder: string
    speechFolder: string
    voiceKeys?: VoiceKeys | undefined
    closing: AbortSignal
  }) {
    this.#folder = options.folder
    this.#speechFolder = options.speechFolder
    this.#voiceKeys = options.voiceKeys ?? {}
    this.#closing = options.closing
  }

  /**
   * Reads the words, and resolves when they can be heard. Refuses (`unavailable`) when four wait already, when no
   * voice is there, and when it takes longer than two minutes; (`invalid`) words that nobody would listen to.
   */
  async make(words: DraftWords): Promise<DraftSound> {
    const id = derivedId('draft', words.language, String(words.chime), words.spoken)
    const known = this.#drafts.get(id)
    if (known !== undefined) return known
    if (this.#working > waitingMax) throw busy()
    const making = this.#slots.run(() => this.#made(id, words))
    this.#drafts.set(id, making)
    this.#working += 1
    try {
      return await making
    } catch (error) {
      this.#drafts.delete(id)
      throw error
    } finally {
      this.#working -= 1
      await this.#forgetOldest()
    }
  }

  /** Where the MP3 of a draft lies; undefined when there is no such draft, or no longer. */
  async pathOf(id: string): Promise<string | undefined> {
    const draft = await this.#drafts.get(id)?.catch(() => undefined)
    return draft && this.#path(id)
  }

  #path(id: string): string {
    return joinPath(this.#folder, `${id}.mp3`)
  }

  async #made(id: string, words: DraftWords): Promise<DraftSound> {
    await (this.#tidied ??= this.#tidy())
    const signal = AbortSignal.any([this.#closing, AbortSignal.timeout(makingMs)])
    const studio = await openStudio(this.#speechFolder, { voiceKeys: this.#voiceKeys })
    try {
      return await this.#read(id, words, studio, signal)
    } catch (error) {
      if (!signal.aborted || this.#closing.aborted || error instanceof AppError) throw error
      throw tooSlow(error)
    } finally {
      await studio.close()
    }
  }

  async #read(
    id: string,
    { spoken, language, chime }: DraftWords,
    studio: Studio,
    signal: AbortSignal,
  ): Promise<DraftSound> {
    const voice = await firstVoice(studio, language)
    const recipe = voice && (await recipeFor(studio, voice))
    if (voice === undefined || recipe === undefined) {
      const [why] = studio.down.values()
      throw why ?? noVoice()
    }
    const ffmpeg = await ffmpegVersion()
    const sentences = new Sentences({ audioFolder: this.#folder, ffmpeg, signal, workers: 1 })
    const slots = createSlots(voice.concurrency)
    const casting = castingOf(
      { spoken, chime },
      { voice, recipe, gainDecibels: voice.gainDecibels },
      { chime: studio.chime, read: createReading(studio.down, () => slots) },
    )
    const plan = planFrom(casting, await sentences.make(casting.wishes), sentences)
    if (plan instanceof Error) throw plan
    const { mp3 } = await join(plan, sentences)
    await writeWhole(this.#path(id), mp3)
    await boundStore(this.#folder, { bytesMax: sentenceBytesMax, needed: sentences.needed() })
    return { id, milliseconds: plan.milliseconds, voice: voice.name }
  }

  /** Drafts of an earlier process are nobody's. */
  async #tidy(): Promise<void> {
    await tidyAudioFolder(this.#folder)
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith('.mp3')) await rm(joinPath(this.#folder, name), { force: true })
    }
  }

  async #forgetOldest(): Promise<void> {
    while (this.#drafts.size > keptMax) {
      const [oldest] = this.#drafts.keys()
      if (oldest === undefined) return
      this.#drafts.delete(oldest)
      await rm(this.#path(oldest), { force: true })
    }
  }
}

function busy(): AppError {
  return new AppError('unavailable', {
    vi: 'Nhiều người đang nghe thử cùng lúc. Hãy chờ một phút rồi bấm lại.',
    en: 'Several people are listening to drafts just now. Wait a minute and try again.',
  })
}

function tooSlow(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    {
      vi: 'Đọc thử lâu quá hai phút nên đã dừng. Hãy thử lại, hoặc nghe từng đoạn ngắn hơn.',
      en: 'Reading the draft took more than two minutes and was stopped. Try again, or listen to a shorter part.',
    },
    { cause },
  )
}

function noVoice(): AppError {
  return new AppError('unavailable', {
    vi: 'Chưa có giọng máy đọc được tiếng này. Bản tin sẽ do người đọc và thu âm.',
    en: 'No voice speaks this language yet. A person will read and record the script.',
  })
}
