/**
 * The longest recording that is taken: nineteen minutes, whole, at level, and within the memory of a small machine; one
 * far longer, which is not; and every kind of file.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { everyKind, heardWhole, kinds } from '../audio/uploads/kinds.ts'
import { ffmpeg, openPlace, speechFolder } from '../audio/uploads/place.ts'
import { refusalOf } from '../support/refusal.ts'

it('takes nineteen minutes of speech in less than 700 MB', async () => {
  const folder = speechFolder()
  const place = await openPlace()
  try {
    ffmpeg(folder, '-stream_loop', '-1', '-i', 'speech.wav', '-t', '1140', '-c:a', 'aac', 'long.m4a')
    const upload = await place.bring(join(folder, 'long.m4a'))
    expect(upload.faults).toEqual([])
    expect(upload.treatment.after.milliseconds).toBeCloseTo(1_140_000, -3)
    expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(700)
  } finally {
    await place.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

it('hears every kind of file whole', async () => {
  const folder = speechFolder()
  try {
    everyKind(folder)
    for (const kind of kinds) await heardWhole(folder, kind)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

// An AMR file does not say how long it is: so many frames of 20 ms, one as the other.
const tenHours = 1_800_000
it.each([
  ['of silence', [0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], /dài hơn 20 phút/],
  ['without a sound in 2 MB', [0x7c], /không giải mã được/],
])('refuses ten hours %s in a sentence', async (_what, frame, said) => {
  const place = await openPlace()
  try {
    const bytes = Buffer.alloc(tenHours * frame.length, Buffer.from(frame))
    const received = place.received('dai.amr', Buffer.concat([Buffer.from('#!AMR\n'), bytes]))
    const refusal = await refusalOf(place.bring(received))
    expect(refusal.code).toBe('invalid')
    expect(refusal.sentence.vi).toMatch(said)
    expect(place.files()).toEqual([])
  } finally {
    await place.close()
  }
})
