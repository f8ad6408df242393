/** Vectors of section 9: two messages of receipts, one after the other, and the acknowledgement between them. */
import { sha256 } from '../../../src/base/hash.ts'
import { sealEnvelope } from '../../../src/wire/envelope.ts'
import { AckMessage, type Receipt, ReceiptsMessage } from '../../../src/wire/messages.ts'
import { vectorKey, vectorNow } from './keys.ts'

const device = 'loa-20440'
const epoch = 'epoch-1'

export function receiptVectors() {
  const [key, hub] = [vectorKey('device'), vectorKey('hub')]
  const seal = (receipts: Receipt[], previous: string | null): string =>
    Buffer.from(
      sealEnvelope('receipts', ReceiptsMessage, { v: 1, device, epoch, previous, receipts }, key),
    ).toString()
  const first = seal([receipt(1, 'played'), receipt(2, 'missed')], null)
  const acknowledgement = Buffer.from(
    sealEnvelope(
      'ack',
      AckMessage,
      {
        ...{ v: 1, device, epoch, now: vectorNow + 700_000 },
        receipts: [
          { sequence: 1, result: 'kept' },
          { sequence: 2, result: 'refused', code: 'not-its-airing', why: 'airing air-2 is not one of it' },
        ],
      },
      hub,
    ),
  ).toString()
  const second = seal([receipt(3, 'partial')], sha256(first))
  return {
    about:
      'Section 9. `first` is sent until `acknowledgement` comes, which settles both of its receipts; then `second`, whose `previous` is the SHA-256 of `first`.',
    device: { seed: key.seed, publicKey: key.publicKey, kid: key.kid },
    hub: { seed: hub.seed, publicKey: hub.publicKey, kid: hub.kid },
    ...{ first, firstSha256: sha256(first), acknowledgement, second },
  }
}

function receipt(sequence: number, outcome: Receipt['outcome']): Receipt {
  const started = vectorNow + sequence * 60_000
  const heard = outcome === 'missed' ? 0 : 30_000
  return {
    ...{ id: `rec-${String(sequence)}`, sequence, airing: `air-${String(sequence)}`, outcome },
    held: outcome === 'missed' ? [] : [sha256(`file ${String(sequence)}`)],
    started: outcome === 'missed' ? null : started,
    ended: outcome === 'missed' ? null : started + heard,
    ...{ heardMs: heard, boot: 'boot-1', monotonicMs: sequence * 60_000, clock: 'ntp' },
    reason: outcome === 'played' ? null : outcome === 'missed' ? 'audio-missing' : 'stopped',
    ...(outcome === 'played' ? { volume: 80, levelDbfs: -19.5, clockErrorMs: 12 } : {}),
  }
}
