/**
 * Every message between hub and controllers, as zod shapes. JSON in UTF-8, instants as milliseconds
 * since 1970 UTC, hashes as lower-case hex. Unknown fields are dropped, so that newer parties may say
 * more. The same shapes serve both ends.
 */
import type { z } from 'zod'
import type { Parsed } from '../base/errors.ts'
import { controlBytesMax } from './messages/primitives.ts'

export {
  areaUnitsMax,
  chunkBytes,
  ClockSource,
  type Codec,
  codec,
  controlBytesMax,
  origin,
  receiptsPerMessageMax,
  rpId,
} from './messages/primitives.ts'
export { ApprovalStatement, EnrolmentStatement, KeysDocument, PolicyStatement } from './messages/trust.ts'
export { CommandMessage, DesiredMessage, DevicePlan, PlannedAiring, PlanPart } from './messages/orders.ts'
export { AckMessage, acksPerMessageMax, Receipt, ReceiptsMessage } from './messages/receipts.ts'
export {
  ClockFix,
  HubStateMessage,
  ReportedMessage,
  ResultMessage,
  StateMessage,
  TimeAnswer,
  TimeQuestion,
  WantMessage,
} from './messages/presence.ts'

/** Reads JSON bytes as one message kind. Never throws: bad bytes become the reason why. */
export function readMessage<T>(shape: z.ZodType<T>, payload: Uint8Array): Parsed<T> {
  if (payload.length > controlBytesMax)
    return { ok: false, why: `larger than ${String(controlBytesMax)} bytes` }
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return { ok: false, why: 'not JSON in UTF-8' }
  }
  const result = shape.safeParse(json)
  if (result.success) return { ok: true, value: result.data }
  const [issue] = result.error.issues
  return { ok: false, why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}` }
}

/** The bytes of a message. The shape is checked here too: what leaves is as strict as what enters. */
export function writeMessage<T>(shape: z.ZodType<T>, message: T): Uint8Array {
  return Buffer.from(JSON.stringify(shape.parse(message)), 'utf8')
}
