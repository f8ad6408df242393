/**
 * Playback: what runs on the device beside the loudspeaker.
 *
 * It promises that nothing is heard but what an approver signed, at the time the hub planned, followed by
 * the six notes of the airing, which it makes itself and never alone; and that what was heard is told
 * exactly once. It needs no network at the planned instant: documents and recordings are on its own
 * disk, and everything is checked from there before each play (`check.ts`).
 *
 * Messages are only noted when they arrive and worked off in `step`, one step at a time; what must
 * survive a power cut is in the journal (`journal.sql`) before it counts. Stopping writes nothing: a
 * stopped controller and one whose power was cut start again in the same way.
 *
 * An airing has at most one final receipt, written in the transaction that ends it, with a sequence
 * that has no gaps; it leaves the outbox when the hub has said after its COMMIT that it holds it.
 * A play cut by the power is played again from its beginning while its latest start has not passed,
 * and told as partial otherwise.
 *
 * This folder ships alone to a device, with base, db and wire; it knows nothing of the hub's tables.
 */
export { createController } from './controller.ts'
export type { Controller, ControllerOptions, ControllerStatus } from './contract.ts'
export type { Heard, Output, PlayablePart } from './outputs/output.ts'
export { alsaOutput, hasSoundCard } from './outputs/alsa.ts'
export { fileOutput } from './outputs/file.ts'
export { createGate, type Gate } from './outputs/program.ts'
export { silentOutput } from './outputs/silent.ts'
export { simulatedOutput } from './outputs/simulated.ts'
export { readCredentials } from './credentials-file.ts'
export { type Reason } from './reasons.ts'
