/** The kind of a unit written before the slot that says it already. Pure. */
import type { Finding } from './finding.ts'

const doubled = /(?<![\p{L}\p{N}])(xã|phường|thị\s+trấn|đặc\s+khu)\s+(?=\{\{ *unit *\}\})/giu

/** Every “xã {{unit}}”: it would be read “xã phường Bàn Thạch”. */
export function unitFindings(body: string): Finding[] {
  return [...body.matchAll(doubled)].map(({ index, 1: word = '' }) => ({
    ...{ rule: 'unit-doubled' as const, level: 'error' as const, at: index, length: word.length },
    vi: '{{unit}} đã có chữ xã, phường; hãy bỏ chữ đứng trước.',
    en: '{{unit}} says “xã” or “phường” itself; leave out the word before it.',
  }))
}
