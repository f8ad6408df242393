/** The recordings of one script version: cast, joined from sentences, checked, kept. */
import { AppError, isDiskFull, type Sentence } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { type Cast, castingOf, planFrom, recipeOf } from './cast.ts'
import { type Fault, type GateResult, loudnessWanted, sampleOf } from './gate/index.ts'
import { join, type Plan } from './joining.ts'
import { keepFault, keepFinished, type Place, type Todo } from './keeping.ts'
import { StandstillError } from './refusals.ts'
import type { Sentences, Wish } from './sentences/index.ts'
import type { Quality } from './store.ts'
import { recipeFor, type Studio, voicesFor } from './studio.ts'
import { type DownVoices, isDown, type Voice, withFallback } from './voices/index.ts'
import { checkWhole, type Whole } from './whole.ts'

/** One sound to make, and every recording that is to have it (greetings of stations in the same unit). */
export type Rendering = { spoken: string; chime: boolean; recordings: Todo[] }

/** All renderings of a script version in one language: they share nearly all sentences, and a gain. */
export type ScriptWork = {
  language: string
  renderings: Rendering[]
  /** The corrected gain with which this voice read the recording before, or others of the version. */
  gainBefore: (rendering: Rendering, voice: Voice) => number | undefined
}

/** What a run has, for all its scripts. */
export type Desk = Place & {
  studio: Studio
  ffmpeg: string
  sentences: Sentences
  read: (voice: Voice, text: string) => Wish['sound']
  signal: AbortSignal
  toldOfSentence: (wish: Wish, wasMade: boolean) => void
  toldOfRendering: (rendering: Rendering, succeeded: boolean) => void
}

/** A rendering on its way: which voices could not read it, and the words for why. */
type Try = { rendering: Rendering; failed: DownVoices }
type Planned = Try & { plan: Plan }

/** Further off than this, something else is wrong with a sound than its level. */
const offMax = 3
/** The limiter takes back part of what is added, so a correction is larger than what is missing. */
const correctionFactor = 1.5
const correctionStep = 0.5
const correctionsMax = 2
/** Estimates are exact to 0.1 LU; a recording further off than this is decoded. */
const surelyWithin = 0.85
/** Recordings that are decoded together: 8 of a minute and a half take 70 MB. */
const wholesMax = 8

/**
 * Makes the recordings. One voice reads a whole recording; when it fails by its own fault, the next voice of the
 * language reads those that are left. Throws only at a standstill and when the signal aborts.
 */
export async function renderScript(work: ScriptWork, desk: Desk): Promise<void> {
  const open = new Set(work.renderings)
  const toldOfRendering: Desk['toldOfRendering'] = (rendering, succeeded) => {
    open.delete(rendering)
    desk.toldOfRendering(rendering, succeeded)
  }
  try {
    await renderWithVoices(work, { ...desk, toldOfRendering })
  } catch (error) {
    desk.signal.throwIfAborted()
    const recordings = [...open].flatMap((rendering) => rendering.recordings)
    const standstill = await keepFault(recordings, error, desk)
    if (standstill !== undefined) throw standstill
    for (const rendering of open) desk.toldOfRendering(rendering, false)
  }
}

async function renderWithVoices(work: ScriptWork, desk: Desk): Promise<void> {
  let left: Try[] = work.renderings.map((rendering) => ({ rendering, failed: new Map() }))
  for (const voice of voicesFor(desk.studio, work.language)) {
    if (left.length === 0) return
    left = await renderWith(voice, left, work, desk)
  }
  for (const { rendering, failed } of left) {
    const [first] = failed.values()
    await fail(rendering, first ?? new Error(`no voice for ${work.language}`), desk)
  }
}

/** Returns what this voice could not do by its own fault. */
async function renderWith(voice: Voice, tries: Try[], work: ScriptWork, desk: Desk): Promise<Try[]> {
  const recipe = await recipeFor(desk.studio, voice)
  const before = desk.studio.down.get(voice)
  if (recipe === undefined || before !== undefined) {
    if (before !== undefined) for (const { failed } of tries) failed.set(voice, before)
    return tries
  }
  const gainOf = ({ rendering }: Try): number => work.gainBefore(rendering, voice) ?? voice.gainDecibels
  const left: Try[] = []
  for (const [gainDecibels, group] of Map.groupBy(tries, gainOf)) {
    left.push(...(await renderTogether({ voice, recipe, gainDecibels }, group, desk, correctionsMax)))
  }
  return left
}

/**
 * Renders with one voice at one gain. The first recording is decoded and measured: when it is off by up to 3 dB,
 * all are made again with a corrected gain, at most twice. The others are proven packet by packet; those that may
 * differ in loudness, and two in a hundred, are decoded too.
 */
async function renderTogether(
  cast: Cast,
  tries: readonly Try[],
  desk: Desk,
  corrections: number,
): Promise<Try[]> {
  const { planned, left } = await plan(cast, tries, desk)
  const [first, ...others] = planned
  if (first === undefined) return left
  const [checked] = await check([first], desk)
  if (checked === undefined) throw new Error('a recording was not checked')
  const corrected = correctionOf(cast, checked.result)
  if (corrected !== undefined && corrections > 0) {
    const again = { ...cast, gainDecibels: corrected }
    return [...left, ...(await renderTogether(again, planned, desk, corrections - 1))]
  }
  const [fault] = checked.result.faults
  if (fault !== undefined) {
    // It stands for all: they differ by a name.
    for (const { rendering } of planned) await fail(rendering, refusalOf(fault), desk)
    return left
  }
  await keepWhole(cast, checked, desk)
  const off = meanLoudness(checked.result) - first.plan.loudness
  const doubtful: Planned[] = []
  const sampled = sampleOf(others.map(nameOf))
  for (const each of others) {
    desk.signal.throwIfAborted()
    const loudness = each.plan.loudness + off
    if (Math.abs(loudness - loudnessWanted) > surelyWithin || sampled.has(nameOf(each))) doubtful.push(each)
    else {
      const files = await join(each.plan, desk.sentences)
      await keep(cast, { ...each, files, loudness, quality: { gate: 'packets' } }, desk)
    }
  }
  return [...left, ...(await renderDoubtful(cast, doubtful, desk, corrections))]
}

/** What it is joined from, as one name. */
const nameOf = ({ plan }: Planned): string =>
  sha256(plan.stretches.map(({ made, slots }) => `${made.key} ${slots}`).join('\n'))

/** Decodes them; one whose level is off gets a gain of its own. */
async function renderDoubtful(
  cast: Cast,
  doubtful: readonly Planned[],
  desk: Desk,
  corrections: number,
): Promise<Try[]> {
  const left: Try[] = []
  for (let at = 0; at < doubtful.length; at += wholesMax) {
    for (const checked of await check(doubtful.slice(at, at + wholesMax), desk)) {
      const corrected = correctionOf(cast, checked.result)
      const [fault] = checked.result.faults
      if (fault === undefined) await keepWhole(cast, checked, desk)
      else if (corrected !== undefined && corrections > 0) {
        const own = { ...cast, gainDecibels: corrected }
        left.push(...(await renderTogether(own, [checked], desk, corrections - 1)))
      } else await fail(checked.rendering, refusalOf(fault), desk)
    }
  }
  return left
}

/** The plans of those whose sentences could all be made; `left` are those the voice failed at. */
async function plan(
  cast: Cast,
  tries: readonly Try[],
  desk: Desk,
): Promise<{ planned: Planned[]; left: Try[] }> {
  const castings: { one: Try; casting: ReturnType<typeof castingOf> }[] = []
  for (const one of tries) {
    try {
      castings.push({
        one,
        casting: castingOf(one.rendering, cast, { chime: desk.studio.chime, read: desk.read }),
      })
    } catch (error) {
      await fail(one.rendering, error, desk)
    }
  }
  const wishes = castings.flatMap(({ casting }) => casting.wishes)
  const made = await desk.sentences.make(wishes, desk.toldOfSentence)
  const [planned, left]: [Planned[], Try[]] = [[], []]
  for (const { one, casting } of castings) {
    const found = planOrError(() => planFrom(casting, made, desk.sentences))
    if (!(found instanceof Error)) planned.push({ ...one, plan: found })
    else if (isDown(found)) left.push({ ...one, failed: new Map([...one.failed, [cast.voice, found]]) })
    else await fail(one.rendering, found, desk)
  }
  return { planned, left }
}

function planOrError(make: () => Plan | Error): Plan | Error {
  try {
    return make()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

type Checked = Planned & Whole & { result: GateResult }

async function check(planned: readonly Planned[], desk: Desk): Promise<Checked[]> {
  const wholes: (Planned & Whole)[] = []
  for (const each of planned) wholes.push({ ...each, files: await join(each.plan, desk.sentences) })
  const results = await checkWhole(wholes, desk)
  return wholes.flatMap((each, index) => {
    const result = results[index]
    return result === undefined ? [] : [{ ...each, result }]
  })
}

async function keepWhole(cast: Cast, checked: Checked, desk: Desk): Promise<void> {
  const { similarity, measured } = checked.result
  const truePeak = Math.max(measured.mp3.truePeak, measured.opus.truePeak)
  const quality = { gate: 'whole', similarity: Math.round(similarity * 1000) / 1000 } as const
  const plan = { ...checked.plan, truePeak }
  await keep(cast, { ...checked, plan, loudness: meanLoudness(checked.result), quality }, desk)
}

async function keep(
  { voice, recipe, gainDecibels }: Cast,
  made: Planned & Whole & { loudness: number; quality: Quality },
  desk: Desk,
): Promise<void> {
  const { rendering, failed, plan, files, loudness, quality } = made
  try {
    const chime = rendering.chime ? desk.studio.chime : undefined
    await keepFinished(
      rendering.recordings,
      {
        ...{ plan, files, voice, loudness, truePeak: plan.truePeak },
        recipe: recipeOf({ voice, recipe, chime, ffmpeg: desk.ffmpeg }),
        quality: gainDecibels === voice.gainDecibels ? quality : { ...quality, gainDecibels },
        remark: await remarkOf(voice, failed),
      },
      desk,
    )
    desk.toldOfRendering(rendering, true)
  } catch (error) {
    await fail(rendering, error, desk)
  }
}

/** Who read instead of whom and why, in the words of the voices; null when nobody was missing. */
async function remarkOf(voice: Voice, failed: DownVoices): Promise<Sentence | null> {
  const { remark } = await withFallback([...failed.keys(), voice], () => Promise.resolve(), failed)
  return remark
}

/** Notes it, unless it is everybody's fault: that is thrown on, for the whole script. */
async function fail(rendering: Rendering, thrown: unknown, desk: Desk): Promise<void> {
  desk.signal.throwIfAborted()
  if (thrown instanceof StandstillError || isDiskFull(thrown)) throw thrown
  await keepFault(rendering.recordings, thrown, desk)
  desk.toldOfRendering(rendering, false)
}

/** The gain that would bring the level right; undefined when it is right, or when that is not what is wrong. */
function correctionOf({ gainDecibels }: Cast, result: GateResult): number | undefined {
  const isLevel = result.faults.every(({ kind }) => kind === 'soft' || kind === 'loud')
  const off = loudnessWanted - meanLoudness(result)
  if (result.faults.length === 0 || !isLevel || Math.abs(off) > offMax) return undefined
  const corrected = Math.round((gainDecibels + off * correctionFactor) / correctionStep) * correctionStep
  return corrected === gainDecibels ? undefined : corrected
}

function meanLoudness({ measured }: GateResult): number {
  return (measured.mp3.loudness + measured.opus.loudness) / 2
}

function refusalOf({ vi, en }: Fault): AppError {
  return new AppError('invalid', { vi, en })
}
