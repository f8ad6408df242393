/** Schema 4, the part of the programming interface: writes that may be sent again without being done again. */
export const api4 = `
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
`
