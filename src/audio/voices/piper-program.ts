/** Piper on this machine: a neural voice without a network. The programme of rhasspy, MIT; the model has a licence of its own. */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { promisify } from 'node:util'
import { sha256OfFile } from '../../base/hash.ts'
import { sentenceFor, soundOf } from './check.ts'
import { VoiceError } from './errors.ts'
import type { PiperProgramEntry } from './list.ts'
import { createPiperWorker, missingPiper } from './piper-worker.ts'
import type { Voice } from './voice.ts'
import { readWav } from './wav.ts'

const run = promisify(execFile)

/**
 * A voice of the Piper programme. Its model is part of the recipe by its hash, because names of models are used
 * again for newer ones. With both noises at 0 the same sentence gives the same sound.
 */
export function piperProgramVoice(entry: PiperProgramEntry): Voice {
  const { program, model, settings, region } = entry
  const scales = [
    ...['--length_scale', String(settings.length_scale)],
    ...['--noise_scale', String(settings.noise_scale)],
    ...['--noise_w', String(settings.noise_w)],
  ]
  const worker = createPiperWorker(program, [
    ...['--model', model, '--json-input', '--sentence_silence', '0', ...scales, '--quiet'],
  ])
  let modelHash: string | undefined
  return {
    name: entry.name,
    language: entry.language,
    ...(region !== undefined && { region }),
    gainDecibels: entry.gain,
    licence: entry.licence,
    network: false,
    // Piper itself uses every core.
    concurrency: 1,
    charactersMax: entry.max_characters,
    async recipe() {
      await requireModel(model)
      const version = await versionOf(program)
      modelHash ??= await sha256OfFile(model)
      return `piper ${version} model ${modelHash.slice(0, 16)} ${scales.join(' ')}`
    },
    async synthesise(text, { signal, deadlineMs }) {
      const sentence = sentenceFor(text, entry.max_characters)
      signal?.throwIfAborted()
      await requireModel(model)
      const limit = Math.min(deadlineMs, entry.time_limit * 1000)
      const wav = readWav(await worker.say(sentence, { signal, deadlineMs: limit }))
      if (wav.ok) return soundOf(sentence, wav.value)
      throw new VoiceError('internal', {
        vi: `Piper (${program}) không ghi được âm thanh đúng chuẩn: ${wav.why.vi}. Hãy xem chỗ trống của ổ đĩa, rồi thử lại.`,
        en: `Piper (${program}) did not write proper sound: ${wav.why.en}. See to the free space of the disk, then try again.`,
      })
    },
    close: () => worker.close(),
  }
}

/** Both files of the model, or Piper ends with words about neither. */
async function requireModel(model: string): Promise<void> {
  for (const file of [model, `${model}.json`]) {
    try {
      await access(file, constants.R_OK)
    } catch (cause) {
      throw new VoiceError(
        'unavailable',
        {
          vi: `Chưa có tệp giọng ${file}. Hãy tải hai tệp .onnx và .onnx.json của giọng này từ rhasspy/piper-voices, đặt đúng vào đó, hoặc sửa mục model trong voices.yaml.`,
          en: `The voice file ${file} is not there. Download the .onnx and .onnx.json of this voice from rhasspy/piper-voices and put both in that place, or correct model in voices.yaml.`,
        },
        { cause },
      )
    }
  }
}

async function versionOf(program: string): Promise<string> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 5000, killSignal: 'SIGKILL' })
    const version = /^\d+\.\d+\S*/.exec(stdout.trim())?.[0]
    if (version !== undefined) return version
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missingPiper(program, error)
  }
  // The Python package of the same name would read unknown options aloud.
  throw new VoiceError('unavailable', {
    vi: `Chương trình ${program} không phải Piper nhận JSON (bản rhasspy/piper). Bản Python thì hãy chạy máy chủ của nó và dùng kind: piper-server.`,
    en: `The programme ${program} is not the Piper that takes JSON (rhasspy/piper). Of the Python edition run the server and use kind: piper-server.`,
  })
}
