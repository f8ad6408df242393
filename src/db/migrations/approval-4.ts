/** Version 4, the part of approval: passkeys that were made and are not enrolled yet; what approvers listened to. */
export const approval4 = `
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
CREATE TRIGGER play_is_never_changed BEFORE UPDATE ON play
BEGIN SELECT RAISE(ABORT, 'play is only ever added to'); END;
CREATE TRIGGER play_is_never_removed BEFORE DELETE ON play
BEGIN SELECT RAISE(ABORT, 'play is only ever added to'); END;
CREATE TRIGGER play_end_is_never_changed BEFORE UPDATE ON play_end
BEGIN SELECT RAISE(ABORT, 'play_end is only ever added to'); END;
CREATE TRIGGER play_end_is_never_removed BEFORE DELETE ON play_end
BEGIN SELECT RAISE(ABORT, 'play_end is only ever added to'); END;
`
