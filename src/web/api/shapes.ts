/**
 * The shapes of what the API takes and gives. Instants are UTC ISO text, days and months those of Vietnam. A field may
 * be added at any time; none is taken away or given another meaning under `/api/v1`.
 */
import { z } from 'zod'
import { isDay, isMonth } from '../../base/calendar.ts'
import { missedReasons } from '../../evidence/index.ts'
import { firstMonth, lastMonth } from '../query.ts'
import { airingStates } from '../airing-lines.ts'
import { unitStates } from '../coverage.ts'
import { deviceStates } from '../device-lines.ts'

export const day = z
  .string()
  .refine(isDay)
  .meta({ description: 'api.field.day', format: 'date', example: '2026-11-23' })
export const month = z
  .string()
  .refine((text) => isMonth(text) && text >= firstMonth && text <= lastMonth)
  .meta({ description: 'api.field.month', pattern: String.raw`^\d{4}-\d{2}$`, example: '2026-11' })
export const instant = z.string().meta({ format: 'date-time', example: '2026-11-23T03:00:00.000Z' })
export const search = z.string().max(100).meta({ description: 'api.field.q' })
/** An identifier of ours. */
export const id = z
  .string()
  .regex(/^[a-z0-9.-]{1,64}$/)
  .meta({ description: 'api.field.id' })
export const unitCode = z
  .string()
  .regex(/^\d{2,5}$/)
  .meta({ description: 'api.field.code', example: '20443' })
export const version = z.coerce
  .number()
  .int()
  .min(1)
  .max(999_999)
  .meta({ description: 'api.field.version', example: 1 })

const optionalDay = day.nullable()
const count = z.int().min(0)
const language = z.string().meta({ description: 'api.field.language', example: 'vi' })

export const UnitKey = z.object({ code: z.string(), validFrom: day })

export const Unit = z.object({
  code: z.string(),
  validFrom: day,
  validTo: optionalDay,
  level: z.enum(['province', 'district', 'commune']),
  kind: z.string(),
  name: z.string(),
  fullName: z.string(),
  parentCode: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  population: z.number().nullable(),
  areaKm2: z.number().nullable(),
})

export const Station = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['ip', 'fm', 'wired']),
  areaCode: z.string(),
  areaValidFrom: day,
  areaName: z.string(),
  formerDistrict: z.string(),
  unit: UnitKey.nullable().meta({ description: 'api.field.station-unit' }),
  villages: count,
  devices: z.array(z.string()),
  sample: z.boolean().meta({ description: 'api.field.sample' }),
})

export const Device = z.object({
  id: z.string(),
  type: z.string(),
  station: z.string(),
  villages: count,
  state: z.enum(deviceStates),
  missing: count.meta({ description: 'api.field.missing' }),
  sample: z.boolean().meta({ description: 'api.field.sample' }),
})

const areaState = z.enum(['met', 'waiting', 'missed', 'unknown', 'coming', 'unplanned'])
const areaCounts = z.object({
  met: count,
  waiting: count,
  missed: count,
  unknown: count,
  coming: count,
  unplanned: count,
})

export const Coverage = z.object({
  month,
  lastDay: day,
  campaign: z.object({ id: z.string(), title: z.string() }).nullable(),
  obligations: count,
  met: count,
  metRange: z.tuple([count, count]).meta({ description: 'api.field.met-range' }),
  areas: areaCounts.extend({ total: count }),
  districts: z.array(areaCounts.extend({ name: z.string(), areas: count })),
})

export const UnitCoverage = z.object({
  unit: UnitKey.extend({ fullName: z.string() }),
  state: z.enum(unitStates),
  areasMet: count,
  areasDue: count,
  areas: z.array(
    z.object({
      station: z.string(),
      areaName: z.string(),
      formerDistrict: z.string(),
      state: areaState,
      by: z.enum(['device', 'people']).nullable(),
      at: instant.nullable(),
      why: z.string().nullable().meta({ description: 'api.field.why' }),
      airing: z.string().nullable(),
    }),
  ),
})

const priority = z.enum(['thong-thuong', 'uu-tien', 'khan-cap']).meta({ description: 'api.field.priority' })
const scriptKind = z.enum(['bulletin', 'greeting'])
const versionState = z.enum([
  'draft',
  'submitted',
  'returned',
  'approved',
  'in-force',
  'expired',
  'withdrawn',
])

export const ScriptVersion = z.object({
  version: z.int(),
  state: versionState,
  language,
  title: z.string(),
  titleEn: z.string(),
  priority,
  validFrom: day,
  validTo: optionalDay,
  heardUntil: optionalDay.meta({ description: 'api.field.heard-until' }),
  changedFacts: z.array(z.string()),
  author: z.string(),
  createdAt: instant,
  submittedBy: z.string().nullable(),
  submittedAt: instant.nullable(),
  returnedBy: z.string().nullable(),
  returnedAt: instant.nullable(),
  returnedWhy: z.string().nullable(),
  withdrawnAt: instant.nullable(),
  withdrawnWhy: z.string().nullable(),
})

export const Script = z.object({ id: z.string(), kind: scriptKind, versions: z.array(ScriptVersion) })

/** What stands above the text. Lengths and tags are checked where scripts are read, with a sentence for people. */
export const ScriptHead = z.strictObject({
  kind: scriptKind,
  language,
  title: z.string().min(1).max(200),
  titleEn: z.string().min(1).max(200),
  audience: z.array(z.string().max(100)).max(100),
  priority,
  validFrom: day,
  validTo: optionalDay,
  facts: z.array(z.string().max(64)).max(100),
  sources: z.array(z.string().max(500)).max(100),
  summaryEn: z.string().max(500),
  demo: z.boolean(),
})

export const Written = z.strictObject({
  head: ScriptHead,
  body: z.string().min(1).max(200_000).meta({ description: 'api.field.body' }),
})

export const VersionText = ScriptVersion.extend({
  script: z.string(),
  head: ScriptHead,
  body: z.string(),
  text: z.string().nullable().meta({ description: 'api.field.text' }),
})

export const Fact = z.object({
  id: z.string(),
  kind: z.enum(['hotline', 'agency', 'law', 'figure', 'day']),
  name: z.object({ vi: z.string(), en: z.string() }),
  value: z.string(),
  spoken: z.string().nullable(),
  status: z.enum(['confirmed', 'needs-confirmation']),
  validFrom: day,
  validTo: optionalDay,
  source: z.string(),
  checkedOn: day,
})

export const FactEntry = z.object({ number: z.int(), fact: Fact, by: z.string().nullable(), at: instant })

export const Recording = z.object({
  id: z.string(),
  script: z.string(),
  version: z.int(),
  language,
  station: z.string().nullable().meta({ description: 'api.field.recording-station' }),
  milliseconds: count,
  loudness: z.number().meta({ description: 'api.field.loudness' }),
  truePeak: z.number().meta({ description: 'api.field.true-peak' }),
  voice: z.string(),
  upload: z.string().nullable(),
  approved: z.boolean(),
  createdAt: instant,
  renditions: z.array(
    z.object({ codec: z.enum(['mp3', 'opus']), sha256: z.string(), bytes: count, href: z.string() }),
  ),
})

export const AwaitingApproval = z.object({
  script: z.string(),
  version: z.int(),
  kind: scriptKind,
  title: z.string(),
  recordings: count,
  renditions: count,
  seconds: count,
  author: z.string(),
  submittedBy: z.string(),
  root: z.string().meta({ description: 'api.field.root' }),
  wanted: z.object({ people: z.int(), ed25519: z.boolean() }),
  signedBy: z.array(z.object({ person: z.string(), kind: z.enum(['ed25519', 'passkey']) })),
})

/** Why a bulletin was not played. */
export const missedReason = z.enum(missedReasons).meta({ description: 'api.field.missed-reason' })

export const Attestation = z.object({
  id: z.string(),
  airing: z.string(),
  person: z.string(),
  outcome: z.enum(['played', 'missed']),
  playedAt: instant.nullable(),
  reason: missedReason.nullable(),
  villagesMissed: z.array(z.string()),
  note: z.string(),
  at: instant,
  countersignedBy: z.string().nullable(),
  countersignedAt: instant.nullable(),
})

export const Airing = z.object({
  id: z.string(),
  campaign: z.string(),
  month,
  attempt: z.int(),
  station: z.string(),
  unit: UnitKey,
  script: z.string(),
  version: z.int(),
  recording: z.string(),
  greeting: z.string().nullable(),
  plannedAt: instant,
  latestStartAt: instant,
  endsAt: instant,
  devices: z.array(z.string()),
  cancelledAt: instant.nullable(),
  state: z.enum(airingStates),
  by: z.enum(['device', 'people']).nullable(),
  at: instant.nullable(),
  why: z.string().nullable().meta({ description: 'api.field.why' }),
})

export const AiringWithWords = Airing.extend({ attestations: z.array(Attestation) })

export const Campaign = z.object({
  id: z.string(),
  title: z.string(),
  fromMonth: month,
  toMonth: month.nullable(),
  scripts: z.array(z.string()),
  training: z.boolean(),
  createdAt: instant,
  endedAt: instant.nullable(),
})

export const Window = z.object({
  id: z.string(),
  station: z.string().nullable().meta({ description: 'api.field.window-station' }),
  opens: z.string().meta({ example: '05:30' }),
  closes: z.string().meta({ example: '06:30' }),
  validFrom: day,
  validTo: optionalDay,
  sample: z.boolean().meta({ description: 'api.field.sample' }),
})

export const Person = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(['admin', 'editor', 'approver', 'operator', 'auditor']),
  training: z.boolean(),
  createdAt: instant,
  suspendedAt: instant.nullable(),
  hasAccount: z.boolean(),
  units: z.array(z.string()),
})

export const Deed = z.object({
  number: z.int(),
  at: instant,
  person: z.string().nullable(),
  what: z.string(),
  subject: z.string(),
  detail: z.unknown(),
  via: z.enum(['web', 'api', 'cli', 'desk', 'system']),
  address: z.string().nullable(),
})

export const Finding = z.object({
  rule: z.string(),
  level: z.enum(['error', 'warning']),
  at: count,
  length: count,
  says: z.string(),
})

export const SentenceDifference = z.object({
  same: z.boolean(),
  runs: z.array(z.object({ how: z.enum(['same', 'added', 'removed']), text: z.string() })),
})

export const Problem = z.object({
  type: z.string().meta({ example: '/api#problem-invalid' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  errors: z
    .array(z.object({ pointer: z.string().optional(), parameter: z.string().optional(), detail: z.string() }))
    .optional(),
})

/** Those with a name in the document. */
export const named = {
  ...{
    Unit,
    Station,
    Device,
    Coverage,
    UnitCoverage,
    Script,
    ScriptVersion,
    ScriptHead,
    VersionText,
    Written,
  },
  ...{ Fact, FactEntry, Recording, AwaitingApproval, Attestation, Airing, AiringWithWords, Campaign, Window },
  ...{ Person, Deed, Finding, SentenceDifference, Problem },
}
