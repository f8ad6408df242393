/** Every topic, in one place. `devices/PROTOCOL.md` has the same table in words. */

/** What may stand for a device in a topic: also its user name and client id at the broker. */
export const deviceIdPattern = /^[a-z0-9-]{6,32}$/

export const topics = {
  /** hub to all, retained: the keys document, signed by the offline root. */
  keys: 'loa/1/keys',
  /** hub to all, retained: one approval statement, signed by the approver. */
  approval: (approval: string) => `loa/1/a/${approval}`,
  /** hub to device, retained: its whole plan, signed by the hub. */
  plan: (device: string) => `loa/1/d/${device}/plan`,
  /** hub to device, retained: when and how it may be heard, signed by a policy officer. */
  policy: (device: string) => `loa/1/d/${device}/policy`,
  /** hub to device, retained: intervals, signed by the hub. */
  desired: (device: string) => `loa/1/d/${device}/desired`,
  /** hub to device: one command, signed by the hub. */
  cmd: (device: string) => `loa/1/d/${device}/cmd`,
  /** hub to device: which receipts are committed. */
  ack: (device: string) => `loa/1/d/${device}/ack`,
  /** device to hub, retained, also its will: ready, disconnected, lost. */
  state: (device: string) => `loa/1/d/${device}/state`,
  /** device to hub, retained: plan generation held, recordings missing, last receipt sequence. */
  reported: (device: string) => `loa/1/d/${device}/reported`,
  /** device to hub: a batch of receipts under one signature of the device. */
  receipts: (device: string) => `loa/1/d/${device}/receipts`,
  /** device to hub: chunks it lacks. */
  want: (device: string) => `loa/1/d/${device}/want`,
  /** device to hub: what became of a command. */
  res: (device: string) => `loa/1/d/${device}/res`,
  /** device to hub: what time is it? */
  tq: (device: string) => `loa/1/d/${device}/tq`,
  /** hub to device: the time, signed by the hub. */
  tr: (device: string) => `loa/1/d/${device}/tr`,
  /** hub to all, retained while being seeded: one 32 KiB chunk of a recording. */
  chunk: (sha256: string, index: number) => `loa/1/b/${sha256}/${String(index)}`,
  /** hub to all, retained, also its will: on or off, with the epoch that tells a restart. */
  hub: 'loa/1/hub/main/state',
} as const

/** What the hub subscribes to. */
export const hubSubscriptions = [
  'loa/1/d/+/state',
  'loa/1/d/+/reported',
  'loa/1/d/+/receipts',
  'loa/1/d/+/want',
  'loa/1/d/+/res',
  'loa/1/d/+/tq',
] as const

const kinds = [
  'state',
  'reported',
  'receipts',
  'want',
  'res',
  'tq',
  'policy',
  'plan',
  'desired',
  'cmd',
  'ack',
  'tr',
] as const
export type DeviceTopicKind = (typeof kinds)[number]

/** Reads `loa/1/d/<device>/<kind>`; undefined for any other topic. */
export function readDeviceTopic(topic: string): { device: string; kind: DeviceTopicKind } | undefined {
  const match = /^loa\/1\/d\/([a-z0-9-]{6,32})\/([a-z]{2,8})$/.exec(topic)
  const kind = kinds.find((one) => one === match?.[2])
  return match?.[1] === undefined || kind === undefined ? undefined : { device: match[1], kind }
}

/** Reads `loa/1/b/<sha256>/<index>`; undefined for any other topic. */
export function readChunkTopic(topic: string): { sha256: string; index: number } | undefined {
  const match = /^loa\/1\/b\/([0-9a-f]{64})\/(\d{1,5})$/.exec(topic)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return { sha256: match[1], index: Number(match[2]) }
}

/** The approval an approval topic is about; undefined for any other topic. */
export function readApprovalTopic(topic: string): string | undefined {
  return /^loa\/1\/a\/([a-z0-9-]{1,64})$/.exec(topic)?.[1]
}
