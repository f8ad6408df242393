import { api4 } from './api-4.ts'
import { approval3 } from './approval-3.ts'
import { approval4 } from './approval-4.ts'
import { evidence4 } from './evidence-4.ts'
import { people3 } from './people-3.ts'
import { scripts3 } from './scripts-3.ts'

/**
 * Steps that bring an older database to today's `schema.sql`, in order. A step is SQL that only adds; it
 * never rewrites a fact. A test builds a database both ways and compares the two.
 */
export const migrations: readonly { version: number; sql: string }[] = [
  {
    // Sentences, quality and uploads of recordings; clips of what was heard; the notes of an airing.
    version: 2,
    sql: `
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
ALTER TABLE recording ADD COLUMN sentences TEXT NOT NULL DEFAULT '[]';
ALTER TABLE recording ADD COLUMN quality TEXT NOT NULL DEFAULT '{}';
ALTER TABLE recording ADD COLUMN remark TEXT;
ALTER TABLE recording ADD COLUMN upload_id TEXT REFERENCES upload (id);
ALTER TABLE airing ADD COLUMN notes TEXT;
CREATE TRIGGER upload_is_never_changed BEFORE UPDATE ON upload
BEGIN SELECT RAISE(ABORT, 'upload is only ever added to'); END;
CREATE TRIGGER upload_is_never_removed BEFORE DELETE ON upload
BEGIN SELECT RAISE(ABORT, 'upload is only ever added to'); END;
CREATE TRIGGER clip_is_never_changed BEFORE UPDATE ON clip
BEGIN SELECT RAISE(ABORT, 'clip is only ever added to'); END;
CREATE TRIGGER clip_is_never_removed BEFORE DELETE ON clip
BEGIN SELECT RAISE(ABORT, 'clip is only ever added to'); END;
`,
  },
  { version: 3, sql: [people3, scripts3, approval3].join('') },
  { version: 4, sql: [approval4, evidence4, api4].join('') },
]
