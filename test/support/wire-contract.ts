/** Every topic with who speaks there, how, and what: one table, from which the AsyncAPI document is made. */
import type { z } from 'zod'
import type { EnvelopeType } from '../../src/wire/envelope.ts'
import * as messages from '../../src/wire/messages.ts'
import { topics } from '../../src/wire/topics.ts'

export type Spoken = {
  /** Key in `topics`. */
  name: keyof typeof topics
  from: 'hub' | 'device'
  retained: boolean
  /** Seconds after which the broker drops it; absent = never. */
  expirySeconds?: number
  /** Sent by the broker when its sender vanishes. */
  will?: true
  /** Absent = raw bytes. */
  shape?: z.ZodType
  /** Present = an envelope of this type, signed by this role. */
  signed?: { type: EnvelopeType; by: 'root' | 'approver' | 'officer' | 'hub' | 'device' }
}

export const contract: readonly Spoken[] = [
  spoken('keys', 'hub', messages.KeysDocument, { retained: true, signed: { type: 'keys', by: 'root' } }),
  spoken('approval', 'hub', messages.ApprovalStatement, {
    ...{ retained: true, signed: { type: 'approval', by: 'approver' } },
  }),
  spoken('policy', 'hub', messages.PolicyStatement, {
    ...{ retained: true, signed: { type: 'policy', by: 'officer' } },
  }),
  spoken('plan', 'hub', messages.DevicePlan, { retained: true, signed: { type: 'plan', by: 'hub' } }),
  spoken('desired', 'hub', messages.DesiredMessage, {
    ...{ retained: true, signed: { type: 'desired', by: 'hub' } },
  }),
  spoken('cmd', 'hub', messages.CommandMessage, { signed: { type: 'cmd', by: 'hub' } }),
  spoken('ack', 'hub', messages.AckMessage, { expirySeconds: 3600, signed: { type: 'ack', by: 'hub' } }),
  spoken('tr', 'hub', messages.TimeAnswer, { expirySeconds: 10, signed: { type: 'time', by: 'hub' } }),
  spoken('hub', 'hub', messages.HubStateMessage, { retained: true, will: true }),
  { name: 'chunk', from: 'hub', retained: true, expirySeconds: 3600 },
  spoken('state', 'device', messages.StateMessage, { retained: true, will: true }),
  spoken('reported', 'device', messages.ReportedMessage, {
    ...{ retained: true, signed: { type: 'reported', by: 'device' } },
  }),
  spoken('receipts', 'device', messages.ReceiptsMessage, { signed: { type: 'receipts', by: 'device' } }),
  spoken('want', 'device', messages.WantMessage),
  spoken('res', 'device', messages.ResultMessage),
  spoken('tq', 'device', messages.TimeQuestion, { expirySeconds: 10 }),
]

function spoken(
  name: Spoken['name'],
  from: Spoken['from'],
  shape: z.ZodType,
  more: Partial<Spoken> = {},
): Spoken {
  return { name, from, retained: false, shape, ...more }
}

/** The topic with its parameters in braces, as `devices/PROTOCOL.md` writes it. */
export function addressOf(name: Spoken['name']): string {
  const topic = topics[name]
  if (typeof topic === 'string') return topic
  const parameter = name === 'chunk' ? '{sha256}' : name === 'approval' ? '{approval}' : '{device}'
  return topic(parameter, '{index}' as unknown as number)
}
