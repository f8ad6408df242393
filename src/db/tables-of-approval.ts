/** Row types of the tables of approval that came with schema 3; see tables.ts. */
import type { Generated } from 'kysely'

export interface KeyEnrolmentRow {
  kid: string
  kind: string
  rp_id: string | null
  origins: string | null
  enrolled_by: string | null
  enrolled_at: string
  confirmed_by: string | null
  confirmed_at: string | null
}

export interface PasskeyRow {
  kid: string
  person_id: string
  credential_id: string
  public_key: string
  cose_key: string
  rp_id: string
  origin: string
  transports: string
  counter: number
  made_at: string
}

export interface PasskeyChallengeRow {
  person_id: string
  challenge: string
  at: string
}

export interface PlayRow {
  number: Generated<number>
  person_id: string
  recording_id: string
  sha256: string
  from_ms: number
  to_ms: number
  begun_at: string
}

export interface PlayEndRow {
  play_number: Generated<number>
  ended_at: string
}
