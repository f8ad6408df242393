/** What devices say of themselves: taken from bytes, believed only as far as signed or guarded. Pure. */
import type { Parsed } from '../base/errors.ts'
import { fromMilliseconds, type Instant, toMilliseconds } from '../base/time.ts'
import { kidOf, openEnvelope, readPublicKey } from '../wire/envelope.ts'
import { readMessage, ReportedMessage, StateMessage } from '../wire/messages.ts'
import type { Said } from './store.ts'

/** What is known of a device, with the number of its newest birth. */
export type Known = Said & { birth: number }

/**
 * A birth, a goodbye or a will. A will of an earlier birth comes late and says nothing about the
 * session that is there now: it changes nothing. A retained message is old, so its own time counts.
 */
export function takeState(
  known: Known | undefined,
  device: string,
  message: { payload: Uint8Array; retained: boolean },
  now: Instant,
): Parsed<Known> {
  const read = readMessage(StateMessage, message.payload)
  if (!read.ok) return read
  const { state, birth, at } = read.value
  const before = known ?? unknown(device, now)
  if (birth < before.birth) return { ok: true, value: before }
  // Never later than now, whatever number the device sends.
  const stateAt = message.retained ? fromMilliseconds(Math.min(at, toMilliseconds(now))) : now
  return { ok: true, value: { ...before, state, birth, stateAt } }
}

/** A report, signed by the device itself and about itself. */
export function takeReport(
  known: Known | undefined,
  device: { id: string; publicKey: string },
  payload: Uint8Array,
  now: Instant,
): Parsed<Known> {
  const read = openEnvelope('reported', ReportedMessage, payload, (kid) =>
    kid === kidOf(device.publicKey) ? readPublicKey(device.publicKey) : undefined,
  )
  if (!read.ok) return read
  const { document } = read.value
  if (document.device !== device.id) return { ok: false, why: `the report is about ${document.device}` }
  const { generation, missing, lastSequence } = document
  return {
    ok: true,
    value: { ...(known ?? unknown(device.id, now)), generation, missing, lastSequence, reportedAt: now },
  }
}

/** Nothing has been heard of the device yet. */
function unknown(device: string, now: Instant): Known {
  return {
    device,
    state: 'disconnected',
    stateAt: now,
    generation: 0,
    missing: 0,
    lastSequence: 0,
    reportedAt: null,
    birth: -1,
  }
}
