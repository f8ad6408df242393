/** Voices behind HTTP: Piper's own server, and whatever speaks as OpenAI's speech service does. */
import type { Clock } from '../../base/time.ts'
import { askForSound, type Question } from './ask.ts'
import { sentenceFor, soundOf } from './check.ts'
import type { OpenaiCompatibleEntry, PiperServerEntry, ServerEntry } from './list.ts'
import { noKey } from './server-refusals.ts'
import type { Voice } from './voice.ts'

/** Values of the environment by name; undefined where there is none. */
export type Environment = Readonly<Record<string, string | undefined>>

type Surroundings = { environment: Environment; clock: Clock }

/** So many sentences at a server at a time: one being read, one on its way. */
const concurrency = 2

/** A voice of Piper's HTTP server: `{text, voice, length_scale}` to the url as it stands. */
export function piperServerVoice(entry: PiperServerEntry, surroundings: Surroundings): Voice {
  const { voice, length_scale } = entry.settings
  return serverVoice(entry, surroundings, {
    made: `piper server ${hostOf(entry)} ${voice} length_scale ${length_scale}`,
    question: (text) => ({ url: new URL(entry.url), body: { text, voice, length_scale } }),
  })
}

/** A voice of a service that speaks as OpenAI's does: POST to `<url>/v1/audio/speech`. */
export function openaiCompatibleVoice(entry: OpenaiCompatibleEntry, surroundings: Surroundings): Voice {
  const { model, voice, speed } = entry.settings
  const url = `${entry.url.replace(/\/+$/, '')}/v1/audio/speech`
  return serverVoice(entry, surroundings, {
    made: `speech server ${hostOf(entry)} ${model} ${voice} speed ${speed}`,
    question: (input) => ({
      url: new URL(url),
      body: { model, input, voice, response_format: 'wav', speed },
    }),
  })
}

function serverVoice(
  entry: ServerEntry,
  { environment, clock }: Surroundings,
  engine: { made: string; question: (sentence: string) => Omit<Question, 'key'> },
): Voice {
  return {
    name: entry.name,
    language: entry.language,
    ...(entry.region !== undefined && { region: entry.region }),
    gainDecibels: entry.gain,
    licence: entry.licence,
    network: true,
    concurrency,
    charactersMax: entry.max_characters,
    recipe: () => new Promise((resolve) => resolve((keyOf(entry, environment), engine.made))),
    async synthesise(text, { signal, deadlineMs }) {
      const sentence = sentenceFor(text, entry.max_characters)
      const key = keyOf(entry, environment)
      const limit = Math.min(deadlineMs, entry.time_limit * 1000)
      const question = { ...engine.question(sentence), key }
      return soundOf(sentence, await askForSound(entry, question, { signal, deadlineMs: limit, clock }))
    },
    close: () => Promise.resolve(),
  }
}

/** The key, or undefined where none is asked for. What could break a header would be shown by the refusal of the header. */
function keyOf(entry: ServerEntry, environment: Environment): string | undefined {
  if (entry.key_from === undefined) return undefined
  const key = environment[entry.key_from]?.trim() ?? ''
  if (!/^[\x21-\x7E]{1,1000}$/.test(key)) throw noKey(entry, entry.key_from)
  return key
}

function hostOf({ url }: ServerEntry): string {
  return new URL(url).host
}
