/** Pieces kept in memory between making and joining, the latest used of them. */
import type { Pieces } from './entry.ts'

/** About an hour and a half of sound in both codecs; a script of five minutes in 241 variants needs a fifth of it. */
const bytesMax = 64 * 1024 * 1024
/** What a packet costs besides its bytes. */
const packetBytes = 120

export type Memory = {
  get(key: string): Pieces | undefined
  keep(key: string, pieces: Pieces): void
}

/** An empty memory of at most 64 MB; what was not used for longest goes first. */
export function createMemory(): Memory {
  const kept = new Map<string, { pieces: Pieces; bytes: number }>()
  let all = 0
  return {
    get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.pieces
    },
    keep(key, pieces) {
      if (kept.has(key)) return
      const packets = [...pieces.mp3.packets, ...pieces.opus.packets]
      const bytes = packets.reduce((sum, packet) => sum + packet.length + packetBytes, 0)
      kept.set(key, { pieces, bytes })
      all += bytes
      for (const [oldest, { bytes: less }] of kept) {
        if (all <= bytesMax || oldest === key) break
        kept.delete(oldest)
        all -= less
      }
    },
  }
}
