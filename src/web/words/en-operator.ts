/** English words about the page of commune operators. */
import type { viOperator } from './vi-operator.ts'

export const enOperator: Record<keyof typeof viOperator, string> = {
  'nav.today': 'Today',
}
