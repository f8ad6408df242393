/**
 * Schema 3, the part of approval: who enrolled a key and who confirmed it, and how it signs. Keys from before count as
 * confirmed: the root has signed them already.
 */
export const approval3 = `
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
INSERT INTO key_enrolment (kid, kind, enrolled_at, confirmed_at)
SELECT kid, 'ed25519', created_at, created_at FROM person_key;
`
