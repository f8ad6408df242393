/** English words about the programming interface. */
import type { viApi } from './vi-api.ts'

export const enApi: Record<keyof typeof viApi, string> = {
  'nav.api': 'API',
}
