/**
 * Row types of `schema.sql`, for the stores' eyes only: domain types go out of a store, never these.
 * A test compares them with the schema, column by column.
 */
import type { Generated } from 'kysely'
import type {
  AccountPasswordRow,
  AccountRateRow,
  AccountRow,
  AccountSessionRow,
  AccountStepRow,
  AccountTotpRow,
  CodeUsedRow,
  DeedRow,
  OneTimeLinkRow,
  PersonKeyRow,
  PersonRow,
  PersonUnitRow,
  SignInFailureRow,
} from './tables-of-people.ts'
import type { FactEntryRow, ScriptRow, ScriptVersionRow } from './tables-of-scripts.ts'
import type {
  KeyEnrolmentRow,
  PasskeyChallengeRow,
  PasskeyRow,
  PlayEndRow,
  PlayRow,
} from './tables-of-approval.ts'
import type { ApiKeyUsedRow } from './tables-of-api.ts'
import type { ClipRow, RecordingRow, RenderFailureRow, RenditionRow, UploadRow } from './tables-of-audio.ts'

export interface UnitRow {
  code: string
  valid_from: string
  valid_to: string | null
  level: string
  kind: string
  name: string
  full_name: string
  name_fold: string
  parent_code: string | null
  latitude: number | null
  longitude: number | null
  population: number | null
  area_km2: number | null
  source: string
}

export interface UnitNameVariantRow {
  code: string
  valid_from: string
  variant: string
  variant_fold: string
  source: string
}

export interface SuccessionRow {
  old_code: string
  old_valid_from: string
  new_code: string
  effective_day: string
  note: string
  confidence: string
  source: string
}

export interface PriorityAreaRow {
  code: string
  as_of: string
  region_class: string | null
  border: number
  mountain: number
  languages: string
  language_basis: string
  confidence: string
  source: string
}

export interface StationRow {
  id: string
  name: string
  name_fold: string
  kind: string
  area_code: string
  area_valid_from: string
  area_name: string
  sample: number
}

export interface StationUnitRow {
  station_id: string
  valid_from: string
  valid_to: string | null
  unit_code: string
  unit_valid_from: string
}

export interface VillageRow {
  id: string
  station_id: string
  name: string
  sample: number
}

export interface DeviceRow {
  id: string
  station_id: string
  type: string
  sample: number
  public_key: string | null
  password_hash: string | null
  enrolled_at: string | null
  revoked_at: string | null
}

export interface DeviceVillageRow {
  device_id: string
  village_id: string
}

export interface RegistryEditionRow {
  name: string
  digest: string
  sample: number
  loaded_at: string
}

export interface ApprovalRow {
  id: string
  script_id: string
  version: number
  approver_id: string
  kid: string
  root: string
  envelope: string
  at: string
}

export interface ApprovalLeafRow {
  approval_id: string
  position: number
  sha256: string
}

export interface KeysDocumentRow {
  version: number
  envelope: string
  root_public_key: string
  at: string
}

export interface CampaignRow {
  id: string
  title: string
  from_month: string
  to_month: string | null
  training: number
  created_by: string
  created_at: string
  ended_at: string | null
}

export interface CampaignScriptRow {
  campaign_id: string
  position: number
  script_id: string
}

export interface StationWindowRow {
  id: string
  station_id: string | null
  opens: string
  closes: string
  valid_from: string
  valid_to: string | null
  sample: number
}

export interface AiringRow {
  id: string
  campaign_id: string
  month: string
  attempt: number
  station_id: string
  unit_code: string
  unit_valid_from: string
  script_id: string
  version: number
  recording_id: string
  greeting_id: string | null
  planned_at: string
  latest_start_at: string
  ends_at: string
  planned_because: string
  created_at: string
  cancelled_at: string | null
  cancelled_why: string | null
  notes: string | null
}

export interface AiringDeviceRow {
  airing_id: string
  device_id: string
}

export interface DevicePlanRow {
  device_id: string
  generation: number
  digest: string
  envelope: string
  created_at: string
}

export interface DeviceStatusRow {
  device_id: string
  state: string
  state_at: string
  generation: number
  missing: number
  last_sequence: number
  reported_at: string | null
}

export interface ReceiptMessageRow {
  sha256: string
  device_id: string
  envelope: string
  received_at: string
}

export interface ReceiptRow {
  id: string
  device_id: string
  epoch: string
  sequence: number
  airing_id: string
  outcome: string
  held_sha256: string
  started_at: string | null
  ended_at: string | null
  heard_milliseconds: number
  clock_source: string
  reason: string | null
  message_sha256: string
  received_at: string
}

export interface RefusalRow {
  id: Generated<number>
  at: string
  topic: string
  sha256: string
  payload: Uint8Array
  why: string
}

export interface AttestationRow {
  id: string
  airing_id: string
  person_id: string
  outcome: string
  played_at: string | null
  note: string
  at: string
  reason: string | null
  villages_missed: string
}

export interface AttestationWithdrawalRow {
  attestation_id: string
  at: string
}

export interface CountersignatureRow {
  attestation_id: string
  person_id: string
  at: string
}

export interface HubMemoryRow {
  name: string
  value: string
}

/** All tables by name. */
export interface Tables {
  unit: UnitRow
  unit_name_variant: UnitNameVariantRow
  succession: SuccessionRow
  priority_area: PriorityAreaRow
  station: StationRow
  station_unit: StationUnitRow
  village: VillageRow
  device: DeviceRow
  device_village: DeviceVillageRow
  registry_edition: RegistryEditionRow
  person: PersonRow
  person_key: PersonKeyRow
  deed: DeedRow
  person_unit: PersonUnitRow
  one_time_link: OneTimeLinkRow
  sign_in_failure: SignInFailureRow
  code_used: CodeUsedRow
  account: AccountRow
  account_session: AccountSessionRow
  account_password: AccountPasswordRow
  account_step: AccountStepRow
  account_totp: AccountTotpRow
  account_rate: AccountRateRow
  fact_entry: FactEntryRow
  script: ScriptRow
  script_version: ScriptVersionRow
  recording: RecordingRow
  rendition: RenditionRow
  upload: UploadRow
  clip: ClipRow
  render_failure: RenderFailureRow
  approval: ApprovalRow
  approval_leaf: ApprovalLeafRow
  key_enrolment: KeyEnrolmentRow
  passkey: PasskeyRow
  passkey_challenge: PasskeyChallengeRow
  play: PlayRow
  play_end: PlayEndRow
  keys_document: KeysDocumentRow
  campaign: CampaignRow
  campaign_script: CampaignScriptRow
  station_window: StationWindowRow
  airing: AiringRow
  airing_device: AiringDeviceRow
  device_plan: DevicePlanRow
  device_status: DeviceStatusRow
  receipt_message: ReceiptMessageRow
  receipt: ReceiptRow
  refusal: RefusalRow
  attestation: AttestationRow
  attestation_withdrawal: AttestationWithdrawalRow
  countersignature: CountersignatureRow
  api_key_used: ApiKeyUsedRow
  hub_memory: HubMemoryRow
}
