/**
 * The notes of an airing: six tones after the approved audio, another six after every airing, so that a
 * clip somebody makes in the village says which play it heard. The signed plan carries six digits; the
 * controller makes the sound from them, and it is the only sound a controller makes that no approver has
 * heard. Its shape is fixed here: a pause, six notes of one length and level, a pause. Pure.
 */
import assert from 'node:assert/strict'

/** The pitch of each digit 0 to 7, in hertz: C5 to A6, far enough apart for a telephone's microphone. */
export const noteHertz = [523, 622, 740, 880, 1047, 1245, 1480, 1760] as const

/**
 * Lengths in milliseconds; the whole is 2,280 ms, a multiple of the 120 ms on which both codecs have whole frames.
 * Each note begins and ends with a ramp, so that it does not click.
 */
export const noteShape = { pauseBefore: 600, note: 240, notes: 6, pauseAfter: 240, ramp: 10 } as const

/** Length of the whole in milliseconds. */
export const notesMilliseconds =
  noteShape.pauseBefore + noteShape.notes * noteShape.note + noteShape.pauseAfter

/** Peak of a note as a share of full scale: as loud as the speech before it. */
export const noteLevel = 0.25

/** Whether a text is the notes of an airing: six digits, 0 to 7. */
export function areNotes(text: string): boolean {
  return /^[0-7]{6}$/.test(text)
}

/** The notes as mono 16-bit samples. Samples a second must be whole milliseconds times something (8000, 24000, 48000). */
export function soundOfNotes(notes: string, sampleRate: number): Int16Array {
  assert(areNotes(notes), 'six digits from 0 to 7')
  const perMillisecond = sampleRate / 1000
  const samples = new Int16Array(Math.round(notesMilliseconds * perMillisecond))
  const length = noteShape.note * perMillisecond
  const ramp = noteShape.ramp * perMillisecond
  for (let place = 0; place < noteShape.notes; place += 1) {
    const start = Math.round(noteShape.pauseBefore * perMillisecond + place * length)
    const hertz = noteHertz[Number(notes[place])] ?? 0
    for (let index = 0; index < length; index += 1) {
      const edge = Math.min(1, (index + 0.5) / ramp, (length - index - 0.5) / ramp)
      const rise = (1 - Math.cos(Math.PI * edge)) / 2
      samples[start + index] = Math.round(
        32_767 * noteLevel * rise * Math.sin((2 * Math.PI * hertz * index) / sampleRate),
      )
    }
  }
  return samples
}
