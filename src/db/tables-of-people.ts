/** Row types of the tables of people; see tables.ts. */
import type { Generated } from 'kysely'

export interface PersonRow {
  id: string
  name: string
  role: string
  training: number
  created_at: string
  suspended_at: string | null
}

export interface PersonKeyRow {
  kid: string
  person_id: string
  public_key: string
  created_at: string
  revoked_at: string | null
  suspended_at: string | null
  enrolling_by: string | null
}

export interface DeedRow {
  id: Generated<number>
  at: string
  person_id: string | null
  what: string
  subject: string
  detail: string
  via: string
  address: string | null
}

export interface PersonUnitRow {
  person_id: string
  unit_code: string
  unit_valid_from: string
  valid_from: string
  valid_to: string | null
}

export interface OneTimeLinkRow {
  hash: string
  kind: string
  person_id: string | null
  made_at: string
  made_by: string | null
  expires_at: string
  used_at: string | null
}

export interface SignInFailureRow {
  name_hash: string
  failures: number
  first_at: string
  locked_until: string | null
}

export interface CodeUsedRow {
  person_id: string
  code: string
  at: string
}

export interface AccountRow {
  id: string
  name: string
  email: string
  email_verified: number
  image: string | null
  created_at: string
  updated_at: string
  username: string | null
  role: string | null
  banned: number | null
  ban_reason: string | null
  ban_expires: string | null
  two_factor_enabled: number | null
}

export interface AccountSessionRow {
  id: string
  expires_at: string
  token: string
  created_at: string
  updated_at: string
  address: string | null
  browser: string | null
  person_id: string
  impersonated_by: string | null
}

export interface AccountPasswordRow {
  id: string
  account_id: string
  provider_id: string
  person_id: string
  access_token: string | null
  refresh_token: string | null
  id_token: string | null
  access_token_expires_at: string | null
  refresh_token_expires_at: string | null
  scope: string | null
  password: string | null
  reset_at: string | null
  created_at: string
  updated_at: string
}

export interface AccountStepRow {
  id: string
  identifier: string
  value: string
  expires_at: string
  created_at: string
  updated_at: string
}

export interface AccountTotpRow {
  id: string
  secret: string
  backup_codes: string
  person_id: string
  verified: number | null
  failed_count: number | null
  locked_until: string | null
}

export interface AccountRateRow {
  id: string
  key: string
  count: number
  last_request: number
}
