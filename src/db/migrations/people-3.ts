/**
 * Schema 3, the part of people: accounts with which people sign in, units they are bound to, one-time links, locks
 * after repeated failures, keys that wait after a reset, and where each deed came from.
 */
export const people3 = `
ALTER TABLE person ADD COLUMN suspended_at TEXT;
ALTER TABLE person_key ADD COLUMN suspended_at TEXT;
ALTER TABLE person_key ADD COLUMN enrolling_by TEXT REFERENCES person (id);
ALTER TABLE deed ADD COLUMN via TEXT NOT NULL DEFAULT 'system';
ALTER TABLE deed ADD COLUMN address TEXT;
CREATE INDEX deed_by_subject ON deed (subject);
CREATE INDEX deed_by_person ON deed (person_id);
CREATE TABLE person_unit (
  person_id TEXT NOT NULL REFERENCES person (id),
  unit_code TEXT NOT NULL,
  unit_valid_from TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,                    -- exclusive; NULL = to this day
  PRIMARY KEY (person_id, unit_code, unit_valid_from, valid_from),
  FOREIGN KEY (unit_code, unit_valid_from) REFERENCES unit (code, valid_from)
) STRICT;
CREATE TABLE one_time_link (
  hash TEXT PRIMARY KEY,            -- SHA-256 of the secret part
  kind TEXT NOT NULL CHECK (kind IN ('first-admin', 'invitation', 'new-password')),
  person_id TEXT REFERENCES person (id), -- NULL = the first admin, who is nobody yet
  made_at TEXT NOT NULL,
  made_by TEXT REFERENCES person (id), -- NULL = the command line or the desk
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;
CREATE TABLE sign_in_failure (
  name_hash TEXT PRIMARY KEY,       -- SHA-256 of what was typed as a name: it may be a password in the wrong field
  failures INTEGER NOT NULL,
  first_at TEXT NOT NULL,
  locked_until TEXT
) STRICT;
CREATE TABLE code_used (
  person_id TEXT NOT NULL REFERENCES person (id),
  code TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (person_id, code)
) STRICT;
CREATE TABLE account (
  id TEXT PRIMARY KEY REFERENCES person (id),
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,       -- <id>@noreply.invalid: nothing is ever sent
  email_verified INTEGER NOT NULL,
  image TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  username TEXT UNIQUE,             -- the person's id
  role TEXT,                        -- not asked: the role is the person's
  banned INTEGER,                   -- 1 = suspended: no session is begun
  ban_reason TEXT,
  ban_expires TEXT,
  two_factor_enabled INTEGER
) STRICT;
CREATE TABLE account_session (
  id TEXT PRIMARY KEY,
  expires_at TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  address TEXT,
  browser TEXT,
  person_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  impersonated_by TEXT
) STRICT;
CREATE INDEX account_session_person_id_idx ON account_session (person_id);
CREATE TABLE account_password (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  access_token TEXT,
  refresh_token TEXT,
  id_token TEXT,
  access_token_expires_at TEXT,
  refresh_token_expires_at TEXT,
  scope TEXT,
  password TEXT,                    -- Argon2id
  reset_at TEXT,                    -- somebody else reset it then, and it was not chosen anew yet
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX account_password_person_id_idx ON account_password (person_id);
CREATE TABLE account_step (
  id TEXT PRIMARY KEY,
  identifier TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX account_step_identifier_idx ON account_step (identifier);
CREATE TABLE account_totp (
  id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,             -- encrypted with the pages' secret, as the backup codes are
  backup_codes TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  verified INTEGER,
  failed_count INTEGER,
  locked_until TEXT
) STRICT;
CREATE INDEX account_totp_secret_idx ON account_totp (secret);
CREATE INDEX account_totp_person_id_idx ON account_totp (person_id);
CREATE TABLE account_rate (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  count INTEGER NOT NULL,
  last_request INTEGER NOT NULL
) STRICT;
`
