/** How sure the ear must be, from `listening.yaml` of the speech folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { AppError, reasonOf } from '../../base/errors.ts'

/** Chance alone reaches 0.2, so nothing below may count for anything. */
const likeness = z.number().min(0.2).max(0.95)
const Likeness = z.strictObject({ mean: likeness, unique: likeness })

const ListeningFile = z
  .strictObject({
    verified: Likeness,
    review: Likeness,
    unique_chunks: z.int().min(2).max(20),
    shared_seconds: z.number().min(0).max(4),
    days: z.int().min(1).max(400),
    notes: z.strictObject({
      wrong_max: z.int().min(0).max(2),
      certain_margin: z.number().min(0.5).max(3),
      clarity: z.number().min(0.2).max(0.95),
      clarity_anywhere: z.number().min(0.3).max(0.95),
    }),
  })
  .refine(({ verified, review }) => review.mean < verified.mean && review.unique < verified.unique, {
    message: 'review must lie below verified',
    path: ['review'],
  })
  .refine(({ notes }) => notes.clarity <= notes.clarity_anywhere, {
    message: 'clarity_anywhere must not lie below clarity',
    path: ['notes', 'clarity_anywhere'],
  })

/** What `listening.yaml` says; the file explains each. */
export type Thresholds = z.infer<typeof ListeningFile>

/** Reads `listening.yaml`; refuses (`invalid`) a missing file and one with impossible values, saying which. */
export async function loadThresholds(speechFolder: string): Promise<Thresholds> {
  const path = join(speechFolder, 'listening.yaml')
  try {
    const parsed = ListeningFile.safeParse(parse(await readFile(path, 'utf8')))
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
    return parsed.data
  } catch (error) {
    throw new AppError(
      'invalid',
      {
        vi: `Không đọc được các ngưỡng nghe ${path}: ${reasonOf(error)}. Hãy sửa tệp này rồi thử lại.`,
        en: `The thresholds of listening ${path} cannot be read: ${reasonOf(error)}. Correct the file and try again.`,
      },
      { cause: error },
    )
  }
}
