/** Why an airing was not played whole. The first word of a receipt's reason; after a colon may come a detail. */

export type Reason =
  /** The power failed, or the controller was stopped, while it played. */
  | 'power-cut'
  /** The controller was not running between the planned instant and the latest start. */
  | 'controller-off'
  /** The plan that named it came after its latest start. */
  | 'plan-late'
  /** Not all files were there by the latest start. */
  | 'audio-missing'
  /** An approval statement was not there by the latest start. */
  | 'approval-missing'
  /** Another airing was playing until after the latest start. */
  | 'speaker-busy'
  /** The latest start went by for another cause: a clock that jumped, a machine too slow. */
  | 'late'
  /** The sound system refused or stopped. */
  | 'output-failed'
  /** Bytes on the disk are not the ones the plan names. */
  | 'audio-damaged'
  /** The keys document does not hold: not signed by the root. */
  | 'keys-invalid'
  /** The plan does not hold: wrong signature, other device, older generation. */
  | 'plan-invalid'
  | 'plan-expired'
  /** No approver vouches for these bytes at this time. */
  | 'not-approved'

const reasonMax = 200

/** The text of a reason as receipts carry it, cut to what the wire takes. */
export function reasonText(reason: Reason, detail = ''): string {
  return (detail === '' ? reason : `${reason}: ${detail}`).slice(0, reasonMax)
}
