/** The longest recording that is taken: nineteen minutes, whole, at level, and within the memory of a small machine. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ffmpeg, openPlace, speechFolder } from '../audio/uploads/place.ts'

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
