-- The whole database of today. A new database runs this file; older ones are brought forward by
-- src/db/migrations, and a test proves that both give the same.
-- Instants are UTC ISO text with milliseconds, days YYYY-MM-DD (Asia/Ho_Chi_Minh), booleans 0 or 1.
-- Tables marked FACT are only ever added to: triggers at the end say so.

PRAGMA user_version = 4;

-- registry ------------------------------------------------------------------------------------

-- Administrative units through time. Codes are reused, so the key is (code, valid_from).
CREATE TABLE unit (
  code TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,                    -- exclusive; NULL = still in force
  level TEXT NOT NULL CHECK (level IN ('province', 'district', 'commune')),
  kind TEXT NOT NULL,               -- xa, phuong, thi_tran, dac_khu, huyen, thi_xa, thanh_pho, tinh
  name TEXT NOT NULL,
  full_name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  parent_code TEXT,
  latitude REAL,
  longitude REAL,
  population INTEGER,
  area_km2 REAL,
  source TEXT NOT NULL,
  PRIMARY KEY (code, valid_from)
) STRICT;
CREATE INDEX unit_in_force ON unit (level, valid_from, valid_to);

-- Other spellings people type or old maps show; for search only.
CREATE TABLE unit_name_variant (
  code TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  variant TEXT NOT NULL,
  variant_fold TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (code, valid_from, variant),
  FOREIGN KEY (code, valid_from) REFERENCES unit (code, valid_from)
) STRICT;

CREATE TABLE succession (
  old_code TEXT NOT NULL,
  old_valid_from TEXT NOT NULL,
  new_code TEXT NOT NULL,
  effective_day TEXT NOT NULL,      -- valid_from of the new unit, valid_to of the old one
  note TEXT NOT NULL,
  confidence TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (old_code, old_valid_from, new_code),
  FOREIGN KEY (old_code, old_valid_from) REFERENCES unit (code, valid_from),
  FOREIGN KEY (new_code, effective_day) REFERENCES unit (code, valid_from)
) STRICT;

CREATE TABLE priority_area (
  code TEXT NOT NULL,
  as_of TEXT NOT NULL,              -- '2021' or '2025': the era the code belongs to
  region_class TEXT,                -- I, II, III of QĐ 861/QĐ-TTg
  border INTEGER NOT NULL,
  mountain INTEGER NOT NULL,
  languages TEXT NOT NULL,          -- JSON list
  language_basis TEXT NOT NULL,
  confidence TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (code, as_of)
) STRICT;

-- A commune radio station. It serves one commune of 2021 (its area) and stays where it is when units merge.
CREATE TABLE station (
  id TEXT PRIMARY KEY,              -- a-z, 0-9 and hyphen
  name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ip', 'fm', 'wired')),
  area_code TEXT NOT NULL,
  area_valid_from TEXT NOT NULL,
  area_name TEXT NOT NULL,
  sample INTEGER NOT NULL,          -- 1 = invented for trying out, shown as such
  FOREIGN KEY (area_code, area_valid_from) REFERENCES unit (code, valid_from)
) STRICT;

-- Which unit a station's area belongs to on a day: derived from the successions when the registry is loaded.
CREATE TABLE station_unit (
  station_id TEXT NOT NULL REFERENCES station (id),
  valid_from TEXT NOT NULL,         -- inclusive
  valid_to TEXT,                    -- exclusive
  unit_code TEXT NOT NULL,
  unit_valid_from TEXT NOT NULL,
  PRIMARY KEY (station_id, valid_from),
  FOREIGN KEY (unit_code, unit_valid_from) REFERENCES unit (code, valid_from)
) STRICT;
CREATE INDEX station_unit_by_unit ON station_unit (unit_code, unit_valid_from);

CREATE TABLE village (
  id TEXT PRIMARY KEY,
  station_id TEXT NOT NULL REFERENCES station (id),
  name TEXT NOT NULL,
  sample INTEGER NOT NULL
) STRICT;
CREATE INDEX village_by_station ON village (station_id);

-- An IP loudspeaker controller of a station. Key and password are there once it is enrolled.
CREATE TABLE device (
  id TEXT PRIMARY KEY,              -- [a-z0-9-]{6,32}: topic, user name and client id
  station_id TEXT NOT NULL REFERENCES station (id),
  type TEXT NOT NULL,               -- a file in devices/types
  sample INTEGER NOT NULL,
  public_key TEXT,                  -- Ed25519, SPKI DER in base64url
  password_hash TEXT,               -- mosquitto's $7$ form (PBKDF2-SHA512)
  enrolled_at TEXT,
  revoked_at TEXT
) STRICT;
CREATE INDEX device_by_station ON device (station_id);

CREATE TABLE device_village (
  device_id TEXT NOT NULL REFERENCES device (id),
  village_id TEXT NOT NULL REFERENCES village (id),
  PRIMARY KEY (device_id, village_id)
) STRICT;

-- Which registry was loaded, from which bytes.
CREATE TABLE registry_edition (
  name TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  sample INTEGER NOT NULL,
  loaded_at TEXT NOT NULL
) STRICT;

-- people --------------------------------------------------------------------------------------

CREATE TABLE person (
  id TEXT PRIMARY KEY,              -- a-z, 0-9, dot and hyphen
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'approver', 'operator', 'auditor')),
  training INTEGER NOT NULL,        -- 1 = exists for exercises only
  created_at TEXT NOT NULL,
  suspended_at TEXT                 -- may neither sign in nor sign, until an admin says otherwise
) STRICT;

CREATE TABLE person_key (
  kid TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  public_key TEXT NOT NULL,         -- Ed25519, SPKI DER in base64url
  created_at TEXT NOT NULL,
  revoked_at TEXT,
  suspended_at TEXT,                -- somebody else reset the person's password or codes: signs nothing new
  enrolling_by TEXT REFERENCES person (id) -- the first of the two who enrol it again
) STRICT;

-- FACT: who did what, when, from where.
CREATE TABLE deed (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  person_id TEXT,                   -- NULL = the system itself
  what TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,             -- JSON; what changed stands there before and after
  via TEXT NOT NULL DEFAULT 'system', -- web, cli, desk (the open desk of the hub's own machine), system
  address TEXT                      -- the network address, for web
) STRICT;
CREATE INDEX deed_by_subject ON deed (subject);
CREATE INDEX deed_by_person ON deed (person_id);

-- The communes an operator speaks for, by day. Where a unit became another, the binding goes along.
CREATE TABLE person_unit (
  person_id TEXT NOT NULL REFERENCES person (id),
  unit_code TEXT NOT NULL,
  unit_valid_from TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,                    -- exclusive; NULL = to this day
  PRIMARY KEY (person_id, unit_code, unit_valid_from, valid_from),
  FOREIGN KEY (unit_code, unit_valid_from) REFERENCES unit (code, valid_from)
) STRICT;

-- Links that let somebody in once: the first admin, an invitation, a new password after a reset.
CREATE TABLE one_time_link (
  hash TEXT PRIMARY KEY,            -- SHA-256 of the secret part
  kind TEXT NOT NULL CHECK (kind IN ('first-admin', 'invitation', 'new-password')),
  person_id TEXT REFERENCES person (id), -- NULL = the first admin, who is nobody yet
  made_at TEXT NOT NULL,
  made_by TEXT REFERENCES person (id), -- NULL = the command line or the desk
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;

-- Wrong passwords and codes by the name that was typed, whether anybody has it or not. A few thousand rows at most.
CREATE TABLE sign_in_failure (
  name_hash TEXT PRIMARY KEY,       -- SHA-256 of what was typed as a name: it may be a password in the wrong field
  failures INTEGER NOT NULL,
  first_at TEXT NOT NULL,
  locked_until TEXT
) STRICT;

-- Codes of the second step that were used a moment ago: none is taken twice.
CREATE TABLE code_used (
  person_id TEXT NOT NULL REFERENCES person (id),
  code TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (person_id, code)
) STRICT;

-- With what a person signs in: one account each, of the same id. These tables are the sign-in library's (people/auth).
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

-- scripts -------------------------------------------------------------------------------------

-- FACT: hotlines, agencies, laws, figures: what scripts may say only through a placeholder. The newest entry of a fact holds.
CREATE TABLE fact_entry (
  number INTEGER PRIMARY KEY,
  fact_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name_vi TEXT NOT NULL,
  name_en TEXT NOT NULL,
  value TEXT NOT NULL,
  spoken TEXT,
  status TEXT NOT NULL CHECK (status IN ('confirmed', 'needs-confirmation')),
  valid_from TEXT NOT NULL,
  valid_to TEXT,                    -- exclusive
  source TEXT NOT NULL,
  checked_on TEXT NOT NULL,
  person_id TEXT REFERENCES person (id), -- who entered it; NULL = it came from the files of content/
  at TEXT NOT NULL
) STRICT;
CREATE INDEX fact_entry_by_fact ON fact_entry (fact_id, number);

CREATE TABLE script (
  id TEXT PRIMARY KEY,              -- its slug
  kind TEXT NOT NULL CHECK (kind IN ('bulletin', 'greeting')),
  created_at TEXT NOT NULL
) STRICT;

-- A version never changes once it is submitted; then it is returned or withdrawn, once.
CREATE TABLE script_version (
  script_id TEXT NOT NULL REFERENCES script (id),
  version INTEGER NOT NULL,
  language TEXT NOT NULL,
  title TEXT NOT NULL,
  title_en TEXT NOT NULL,
  audience TEXT NOT NULL,           -- JSON list
  body TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('thong-thuong', 'uu-tien', 'khan-cap')),
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  facts TEXT NOT NULL,              -- JSON list of fact ids
  sources TEXT NOT NULL,            -- JSON list
  author_id TEXT NOT NULL REFERENCES person (id),
  created_at TEXT NOT NULL,
  submitted_by TEXT REFERENCES person (id),
  submitted_at TEXT,
  submitted_text TEXT,              -- the filled text, facts resolved, as it was submitted (a greeting keeps {{unit}})
  withdrawn_by TEXT REFERENCES person (id),
  withdrawn_at TEXT,
  withdrawn_why TEXT,
  summary_en TEXT,                  -- NULL = kept before there was a place for it
  demo INTEGER,                     -- 1 = short enough for demonstrations
  fact_entries TEXT,                -- JSON list: entries of its facts when it was submitted; NULL = the first of each
  returned_by TEXT REFERENCES person (id),
  returned_at TEXT,
  returned_why TEXT,
  PRIMARY KEY (script_id, version)
) STRICT;

-- audio ---------------------------------------------------------------------------------------

-- Audio of one script version in one language. One for each station where the words name it (a greeting
-- always does), otherwise one for all. Made by a voice, or uploaded.
CREATE TABLE recording (
  id TEXT PRIMARY KEY,              -- derived from script version, language, station and recipe
  script_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  language TEXT NOT NULL,
  station_id TEXT REFERENCES station (id),
  spoken TEXT NOT NULL,             -- exactly what the voice was given
  voice TEXT NOT NULL,
  recipe TEXT NOT NULL,             -- engine version, voice settings, chain: what the bytes depend on
  milliseconds INTEGER NOT NULL,
  loudness_lufs REAL NOT NULL,
  true_peak_dbtp REAL NOT NULL,
  created_at TEXT NOT NULL,
  sentences TEXT NOT NULL DEFAULT '[]', -- JSON list, in order: key in the sentence store, text, start and length in milliseconds
  quality TEXT NOT NULL DEFAULT '{}',   -- JSON: how it was checked (whole, packets) and what was measured
  remark TEXT,                      -- JSON sentence, for people: another voice had to be taken, say
  upload_id TEXT REFERENCES upload (id), -- NULL = made by a voice
  FOREIGN KEY (script_id, version) REFERENCES script_version (script_id, version)
) STRICT;
CREATE INDEX recording_by_script ON recording (script_id, version);

-- The same recording as a file in one codec, named by its content.
CREATE TABLE rendition (
  recording_id TEXT NOT NULL REFERENCES recording (id),
  codec TEXT NOT NULL CHECK (codec IN ('mp3', 'opus')),
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  chunks TEXT NOT NULL,             -- base64url of the first 8 bytes of each 32 KiB chunk's SHA-256
  PRIMARY KEY (recording_id, codec)
) STRICT;
CREATE INDEX rendition_by_hash ON rendition (sha256);

-- FACT: a recording that people brought, fit or not. The original is kept under its hash.
CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  script_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  language TEXT NOT NULL,
  station_id TEXT REFERENCES station (id),
  original_sha256 TEXT NOT NULL,
  original_name TEXT NOT NULL,      -- as the person's machine called it; never used as a path
  original_bytes INTEGER NOT NULL,
  speaker TEXT NOT NULL,            -- whose voice it is
  consent TEXT NOT NULL,            -- how the speaker agreed to be heard
  noise_reduction INTEGER NOT NULL,
  treatment TEXT NOT NULL,          -- JSON: what was found in it, what was done to it, before and after
  faults TEXT NOT NULL,             -- JSON list of sentences: why it may not be used; empty = fit
  uploaded_by TEXT NOT NULL REFERENCES person (id),
  at TEXT NOT NULL,
  FOREIGN KEY (script_id, version) REFERENCES script_version (script_id, version)
) STRICT;
CREATE INDEX upload_by_script ON upload (script_id, version);

-- FACT: a sound clip somebody made near a loudspeaker, and what was found in it. A clip counts once.
CREATE TABLE clip (
  sha256 TEXT PRIMARY KEY,
  recording_id TEXT NOT NULL REFERENCES recording (id),
  airing_id TEXT,
  verdict TEXT NOT NULL CHECK (verdict IN ('verified', 'review', 'inconclusive', 'not-found')),
  finding TEXT NOT NULL,            -- JSON: scores, place in the recording, notes heard, thresholds
  person_id TEXT REFERENCES person (id),
  at TEXT NOT NULL
) STRICT;
CREATE INDEX clip_by_airing ON clip (airing_id);

-- Why a wanted recording is not there (the latest try).
CREATE TABLE render_failure (
  recording_id TEXT PRIMARY KEY,
  script_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  station_id TEXT,
  why_vi TEXT NOT NULL,
  why_en TEXT NOT NULL,
  tries INTEGER NOT NULL,
  at TEXT NOT NULL
) STRICT;

-- approval ------------------------------------------------------------------------------------

-- FACT: a person's signature over a statement that names, by Merkle root, every rendition it covers.
CREATE TABLE approval (
  id TEXT PRIMARY KEY,
  script_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  approver_id TEXT NOT NULL REFERENCES person (id),
  kid TEXT NOT NULL REFERENCES person_key (kid),
  root TEXT NOT NULL,
  envelope TEXT NOT NULL,           -- the signed statement, byte for byte as devices get it
  at TEXT NOT NULL,
  FOREIGN KEY (script_id, version) REFERENCES script_version (script_id, version)
) STRICT;
CREATE INDEX approval_by_script ON approval (script_id, version);

-- FACT: the hashes under the root, in the order of the tree.
CREATE TABLE approval_leaf (
  approval_id TEXT NOT NULL REFERENCES approval (id),
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (approval_id, position)
) STRICT;
CREATE INDEX approval_leaf_by_hash ON approval_leaf (sha256);

-- By whose word a signing key counts, and how it signs: an admin enrols it, a second person confirms it.
CREATE TABLE key_enrolment (
  kid TEXT PRIMARY KEY REFERENCES person_key (kid),
  kind TEXT NOT NULL CHECK (kind IN ('ed25519', 'passkey')),
  rp_id TEXT,                       -- of a passkey: its domain
  origins TEXT,                     -- of a passkey: JSON list of the pages' origins
  enrolled_by TEXT REFERENCES person (id), -- an admin; NULL = before two people were asked
  enrolled_at TEXT NOT NULL,
  confirmed_by TEXT REFERENCES person (id),
  confirmed_at TEXT                 -- NULL = waits for the second person
) STRICT;

-- A passkey that an approver made on a page. It is enrolled (key_enrolment) by an admin, until then it only waits here.
CREATE TABLE passkey (
  kid TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  credential_id TEXT NOT NULL UNIQUE, -- what the authenticator calls it
  public_key TEXT NOT NULL,         -- as it is enrolled
  cose_key TEXT NOT NULL,           -- as the authenticator gave it
  rp_id TEXT NOT NULL,
  origin TEXT NOT NULL,             -- of the page on which it was made
  transports TEXT NOT NULL,         -- JSON list: how browsers reach the authenticator
  counter INTEGER NOT NULL,         -- of its last signature; 0 = it does not count
  made_at TEXT NOT NULL
) STRICT;

-- What the passkey that a person is about to make must sign, once.
CREATE TABLE passkey_challenge (
  person_id TEXT PRIMARY KEY REFERENCES person (id),
  challenge TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;

-- FACT: a stretch of a recording began to play for an approver. What they begin next lays it aside.
CREATE TABLE play (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id TEXT NOT NULL REFERENCES person (id),
  recording_id TEXT NOT NULL REFERENCES recording (id),
  sha256 TEXT NOT NULL,             -- of the file that played
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL,
  begun_at TEXT NOT NULL
) STRICT;
CREATE INDEX play_by_person ON play (person_id, number);

-- FACT: a play was heard to its end.
CREATE TABLE play_end (
  play_number INTEGER PRIMARY KEY REFERENCES play (number),
  ended_at TEXT NOT NULL
) STRICT;

-- The keys document that the offline root signed: only the newest counts.
CREATE TABLE keys_document (
  version INTEGER PRIMARY KEY,
  envelope TEXT NOT NULL,
  root_public_key TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;

-- schedule ------------------------------------------------------------------------------------

CREATE TABLE campaign (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  from_month TEXT NOT NULL,
  to_month TEXT,                    -- inclusive; NULL = until ended
  training INTEGER NOT NULL,
  created_by TEXT NOT NULL REFERENCES person (id),
  created_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;

-- What the campaign rotates over the stations, in this order.
CREATE TABLE campaign_script (
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  position INTEGER NOT NULL,
  script_id TEXT NOT NULL REFERENCES script (id),
  PRIMARY KEY (campaign_id, position)
) STRICT;

-- When a station may play; station_id NULL = every station without a window of its own.
CREATE TABLE station_window (
  id TEXT PRIMARY KEY,
  station_id TEXT REFERENCES station (id),
  opens TEXT NOT NULL,              -- HH:MM
  closes TEXT NOT NULL,             -- HH:MM, later than opens; 24:00 = midnight
  valid_from TEXT NOT NULL,
  valid_to TEXT,                    -- exclusive
  sample INTEGER NOT NULL
) STRICT;

-- One recording at one station at one instant.
CREATE TABLE airing (
  id TEXT PRIMARY KEY,              -- derived from campaign, month, station and attempt
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  month TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  station_id TEXT NOT NULL REFERENCES station (id),
  unit_code TEXT NOT NULL,          -- the unit in force on the month's last day, which owes the obligation
  unit_valid_from TEXT NOT NULL,
  script_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  recording_id TEXT NOT NULL REFERENCES recording (id),
  greeting_id TEXT REFERENCES recording (id),
  planned_at TEXT NOT NULL,
  latest_start_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,            -- planned end: planned_at + greeting + recording + notes
  planned_because TEXT NOT NULL,    -- the planner's reason, a sentence (vi)
  created_at TEXT NOT NULL,
  cancelled_at TEXT,
  cancelled_why TEXT,
  notes TEXT,                       -- six digits 0-7: the tones heard after this airing and no other; NULL = planned before there were any
  UNIQUE (campaign_id, month, station_id, attempt),
  FOREIGN KEY (unit_code, unit_valid_from) REFERENCES unit (code, valid_from)
) STRICT;
CREATE INDEX airing_by_month ON airing (month, station_id);
CREATE INDEX airing_by_station ON airing (station_id, planned_at);

-- The devices that were to play it when it was planned; none for a station that an operator plays by hand.
CREATE TABLE airing_device (
  airing_id TEXT NOT NULL REFERENCES airing (id),
  device_id TEXT NOT NULL REFERENCES device (id),
  PRIMARY KEY (airing_id, device_id)
) STRICT;
CREATE INDEX airing_device_by_device ON airing_device (device_id, airing_id);

-- delivery ------------------------------------------------------------------------------------

-- FACT: every plan a device was given: whole, signed, numbered.
CREATE TABLE device_plan (
  device_id TEXT NOT NULL REFERENCES device (id),
  generation INTEGER NOT NULL,
  digest TEXT NOT NULL,             -- of what the plan says, without generation and times: same digest, no new plan
  envelope TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (device_id, generation)
) STRICT;

-- What a device last said of itself.
CREATE TABLE device_status (
  device_id TEXT PRIMARY KEY REFERENCES device (id),
  state TEXT NOT NULL,              -- ready, lost, disconnected
  state_at TEXT NOT NULL,
  generation INTEGER NOT NULL,      -- of the plan it holds; 0 = none
  missing INTEGER NOT NULL,         -- recordings its plan names that it does not hold yet
  last_sequence INTEGER NOT NULL,
  reported_at TEXT
) STRICT;

-- evidence ------------------------------------------------------------------------------------

-- FACT: a signed message of receipts, byte for byte.
CREATE TABLE receipt_message (
  sha256 TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device (id),
  envelope TEXT NOT NULL,
  received_at TEXT NOT NULL
) STRICT;

-- FACT: what a device says of an airing. A device is believed only about its own airings.
CREATE TABLE receipt (
  id TEXT PRIMARY KEY,
  device_id TEXT NOT NULL,
  epoch TEXT NOT NULL,              -- the device's installation: a new card starts a new one
  sequence INTEGER NOT NULL,
  airing_id TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('played', 'partial', 'missed', 'refused')),
  held_sha256 TEXT NOT NULL,        -- JSON list: hash of each file as it was on the device's disk when played
  started_at TEXT,
  ended_at TEXT,
  heard_milliseconds INTEGER NOT NULL,
  clock_source TEXT NOT NULL,
  reason TEXT,
  message_sha256 TEXT NOT NULL REFERENCES receipt_message (sha256),
  received_at TEXT NOT NULL,
  UNIQUE (device_id, epoch, sequence),
  FOREIGN KEY (airing_id, device_id) REFERENCES airing_device (airing_id, device_id)
) STRICT;
CREATE INDEX receipt_by_airing ON receipt (airing_id);

-- FACT: a message that could not be taken, and why.
CREATE TABLE refusal (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  topic TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  payload BLOB NOT NULL,            -- at most the first 4 KiB
  why TEXT NOT NULL
) STRICT;

-- FACT: what a person says of an airing that no device can confirm.
CREATE TABLE attestation (
  id TEXT PRIMARY KEY,
  airing_id TEXT NOT NULL REFERENCES airing (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('played', 'missed')),
  played_at TEXT,
  note TEXT NOT NULL,
  at TEXT NOT NULL,
  reason TEXT,                      -- why it was not played, one of a fixed list; NULL = played, or nobody said
  villages_missed TEXT NOT NULL DEFAULT '[]' -- JSON list: villages that did not hear a play
) STRICT;
CREATE INDEX attestation_by_airing ON attestation (airing_id);

-- FACT: an attestation that its own person took back before anybody countersigned it; it counts no more.
CREATE TABLE attestation_withdrawal (
  attestation_id TEXT PRIMARY KEY REFERENCES attestation (id),
  at TEXT NOT NULL
) STRICT;

-- FACT: a second person's word for an attestation; without it the attestation waits.
CREATE TABLE countersignature (
  attestation_id TEXT PRIMARY KEY REFERENCES attestation (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  at TEXT NOT NULL
) STRICT;

-- the hub itself ------------------------------------------------------------------------------

-- Writes of other programmes that may be sent again without being done again.
CREATE TABLE api_key_used (
  person_id TEXT NOT NULL REFERENCES person (id),
  key TEXT NOT NULL,                -- as the caller chose it
  asked TEXT NOT NULL,              -- SHA-256 of the request: another one may not use the key
  at TEXT NOT NULL,                 -- forgotten a day later
  done INTEGER NOT NULL CHECK (done IN (0, 1)), -- set by the transaction that did what was asked
  answer TEXT,                      -- JSON; NULL = not kept yet, or lost in a crash
  PRIMARY KEY (person_id, key)
) STRICT;
CREATE INDEX api_key_used_by_age ON api_key_used (at);

-- Small things the hub remembers: its epoch, its broker's port.
CREATE TABLE hub_memory (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- facts are only added ------------------------------------------------------------------------

CREATE TRIGGER deed_is_never_changed BEFORE UPDATE ON deed
BEGIN SELECT RAISE(ABORT, 'deed is only ever added to'); END;
CREATE TRIGGER deed_is_never_removed BEFORE DELETE ON deed
BEGIN SELECT RAISE(ABORT, 'deed is only ever added to'); END;
CREATE TRIGGER approval_is_never_changed BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is only ever added to'); END;
CREATE TRIGGER approval_is_never_removed BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is only ever added to'); END;
CREATE TRIGGER approval_leaf_is_never_changed BEFORE UPDATE ON approval_leaf
BEGIN SELECT RAISE(ABORT, 'approval_leaf is only ever added to'); END;
CREATE TRIGGER approval_leaf_is_never_removed BEFORE DELETE ON approval_leaf
BEGIN SELECT RAISE(ABORT, 'approval_leaf is only ever added to'); END;
CREATE TRIGGER receipt_message_is_never_changed BEFORE UPDATE ON receipt_message
BEGIN SELECT RAISE(ABORT, 'receipt_message is only ever added to'); END;
CREATE TRIGGER receipt_message_is_never_removed BEFORE DELETE ON receipt_message
BEGIN SELECT RAISE(ABORT, 'receipt_message is only ever added to'); END;
CREATE TRIGGER receipt_is_never_changed BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'receipt is only ever added to'); END;
CREATE TRIGGER receipt_is_never_removed BEFORE DELETE ON receipt
BEGIN SELECT RAISE(ABORT, 'receipt is only ever added to'); END;
CREATE TRIGGER refusal_is_never_changed BEFORE UPDATE ON refusal
BEGIN SELECT RAISE(ABORT, 'refusal is only ever added to'); END;
CREATE TRIGGER refusal_is_never_removed BEFORE DELETE ON refusal
BEGIN SELECT RAISE(ABORT, 'refusal is only ever added to'); END;
CREATE TRIGGER attestation_is_never_changed BEFORE UPDATE ON attestation
BEGIN SELECT RAISE(ABORT, 'attestation is only ever added to'); END;
CREATE TRIGGER attestation_is_never_removed BEFORE DELETE ON attestation
BEGIN SELECT RAISE(ABORT, 'attestation is only ever added to'); END;
CREATE TRIGGER attestation_withdrawal_is_never_changed BEFORE UPDATE ON attestation_withdrawal
BEGIN SELECT RAISE(ABORT, 'attestation_withdrawal is only ever added to'); END;
CREATE TRIGGER attestation_withdrawal_is_never_removed BEFORE DELETE ON attestation_withdrawal
BEGIN SELECT RAISE(ABORT, 'attestation_withdrawal is only ever added to'); END;
CREATE TRIGGER countersignature_is_never_changed BEFORE UPDATE ON countersignature
BEGIN SELECT RAISE(ABORT, 'countersignature is only ever added to'); END;
CREATE TRIGGER countersignature_is_never_removed BEFORE DELETE ON countersignature
BEGIN SELECT RAISE(ABORT, 'countersignature is only ever added to'); END;
CREATE TRIGGER device_plan_is_never_changed BEFORE UPDATE ON device_plan
BEGIN SELECT RAISE(ABORT, 'device_plan is only ever added to'); END;
CREATE TRIGGER device_plan_is_never_removed BEFORE DELETE ON device_plan
BEGIN SELECT RAISE(ABORT, 'device_plan is only ever added to'); END;
CREATE TRIGGER upload_is_never_changed BEFORE UPDATE ON upload
BEGIN SELECT RAISE(ABORT, 'upload is only ever added to'); END;
CREATE TRIGGER upload_is_never_removed BEFORE DELETE ON upload
BEGIN SELECT RAISE(ABORT, 'upload is only ever added to'); END;
CREATE TRIGGER clip_is_never_changed BEFORE UPDATE ON clip
BEGIN SELECT RAISE(ABORT, 'clip is only ever added to'); END;
CREATE TRIGGER clip_is_never_removed BEFORE DELETE ON clip
BEGIN SELECT RAISE(ABORT, 'clip is only ever added to'); END;
CREATE TRIGGER fact_entry_is_never_changed BEFORE UPDATE ON fact_entry
BEGIN SELECT RAISE(ABORT, 'fact_entry is only ever added to'); END;
CREATE TRIGGER fact_entry_is_never_removed BEFORE DELETE ON fact_entry
BEGIN SELECT RAISE(ABORT, 'fact_entry is only ever added to'); END;
CREATE TRIGGER play_is_never_changed BEFORE UPDATE ON play
BEGIN SELECT RAISE(ABORT, 'play is only ever added to'); END;
CREATE TRIGGER play_is_never_removed BEFORE DELETE ON play
BEGIN SELECT RAISE(ABORT, 'play is only ever added to'); END;
CREATE TRIGGER play_end_is_never_changed BEFORE UPDATE ON play_end
BEGIN SELECT RAISE(ABORT, 'play_end is only ever added to'); END;
CREATE TRIGGER play_end_is_never_removed BEFORE DELETE ON play_end
BEGIN SELECT RAISE(ABORT, 'play_end is only ever added to'); END;
CREATE TRIGGER script_version_is_fixed_once_submitted BEFORE UPDATE OF body, language, title, title_en, audience, priority, valid_from, valid_to, facts, sources, summary_en, demo, fact_entries, submitted_text ON script_version
WHEN OLD.submitted_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a submitted script version never changes'); END;
