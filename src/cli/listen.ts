/**
 * `loa listen`: is this bulletin to be heard in a clip that somebody made near a loudspeaker? Every verdict is an
 * answer, so the command ends with 0 for all four; only a clip that is refused ends otherwise (see `shell.ts`).
 */
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { plusMilliseconds } from '../base/time.ts'
import { type Heard, listen, listeningDays } from '../audio/index.ts'
import { type Airing, airingsOf, unknownAiring } from '../schedule/index.ts'
import type { Work } from '../work.ts'
import { optional, personGiven, required, workCommand } from './shell.ts'

const dayMs = 86_400_000

export function listenCommands(program: Command): void {
  workCommand(
    program,
    'listen',
    'nghe một đoạn ghi gần loa: có đúng bản tin không · is a bulletin heard in a clip',
    async (work, given) => {
      const recording = required(given, 'recording')
      const airing = await airingGiven(work, optional(given, 'airing'), recording)
      const heard = await listen({
        database: work.database,
        audioFolder: work.audioFolder,
        speechFolder: work.speechFolder,
        clock: work.clock,
        clip: required(given, 'clip'),
        recording,
        ...(airing === undefined ? {} : { airing }),
        lately: await heardLately(work, airing),
        by: await personGiven(work, given),
      })
      return { json: heard, lines: linesOf(heard) }
    },
  )
    .requiredOption('--recording <id>', 'bản ghi phải nghe thấy · the recording that should be heard')
    .requiredOption('--clip <file>', 'đoạn ghi âm, 40 đến 60 giây · the clip, 40 to 60 seconds')
    .option('--airing <id>', 'lượt phát, để nghe cả lời chào và sáu nốt · the airing, for greeting and notes')
    .option('--by <person>', 'người ghi · who made it')
}

/** The airing, which must be of that recording. */
async function airingGiven(
  work: Work,
  id: string | undefined,
  recording: string,
): Promise<Airing | undefined> {
  if (id === undefined) return undefined
  const [airing] = await airingsOf(work.database, { ids: [id] })
  if (airing === undefined) throw unknownAiring(id)
  if (airing.recording === recording) return airing
  throw new AppError('invalid', {
    vi: `Lượt phát ${id} phát bản ghi ${airing.recording}, không phải ${recording}. Hãy ghi đúng --recording.`,
    en: `The airing ${id} plays the recording ${airing.recording}, not ${recording}. Give the right --recording.`,
  })
}

/** What the station played in the days around the airing; without one, what any station did up to now. */
async function heardLately(work: Work, airing: Airing | undefined): Promise<string[]> {
  const daysMs = dayMs * (await listeningDays(work.speechFolder))
  const around = airing?.plannedAt ?? work.clock.now()
  const from = plusMilliseconds(around, -daysMs)
  // A day more: the clip may be of the evening's bulletin, and is brought in the next morning.
  const to = plusMilliseconds(around, dayMs)
  const station = airing === undefined ? {} : { station: airing.station }
  const all = await airingsOf(work.database, { from, to, ...station })
  return [...new Set(all.map((one) => one.recording))]
}

function linesOf({ sentence, verdict, finding }: Heard): string[] {
  const { mean, unique, chunks, uniqueChunks, notes } = finding
  const figures = `${verdict} · mean ${mean.toFixed(2)} (${String(chunks)}) · unique ${unique.toFixed(2)} (${String(uniqueChunks)}) · notes ${notes.state}`
  return [sentence.vi, sentence.en, figures]
}
