/** English words about writing scripts. */
import type { viWriting } from './vi-writing.ts'

export const enWriting: Record<keyof typeof viWriting, string> = {
  'nav.scripts': 'Scripts',
}
