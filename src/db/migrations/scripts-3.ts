/** Version 3, scripts and facts: every entry of a fact is kept; a submitted version may be returned. */
export const scripts3 = `
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

INSERT INTO fact_entry (fact_id, kind, name_vi, name_en, value, spoken, status, valid_from, valid_to, source, checked_on, at)
SELECT id, kind, name_vi, name_en, value, spoken, status, valid_from, valid_to, source, checked_on,
  coalesce((SELECT max(at) FROM deed WHERE subject = fact.id AND what LIKE 'fact.%'), checked_on || 'T00:00:00.000Z')
FROM fact ORDER BY id;
DROP TABLE fact;
ALTER TABLE script_version ADD COLUMN summary_en TEXT;
ALTER TABLE script_version ADD COLUMN demo INTEGER;
ALTER TABLE script_version ADD COLUMN fact_entries TEXT;
ALTER TABLE script_version ADD COLUMN returned_by TEXT REFERENCES person (id);
ALTER TABLE script_version ADD COLUMN returned_at TEXT;
ALTER TABLE script_version ADD COLUMN returned_why TEXT;
DROP TRIGGER script_version_is_fixed_once_submitted;
CREATE TRIGGER fact_entry_is_never_changed BEFORE UPDATE ON fact_entry
BEGIN SELECT RAISE(ABORT, 'fact_entry is only ever added to'); END;
CREATE TRIGGER fact_entry_is_never_removed BEFORE DELETE ON fact_entry
BEGIN SELECT RAISE(ABORT, 'fact_entry is only ever added to'); END;
CREATE TRIGGER script_version_is_fixed_once_submitted BEFORE UPDATE OF body, language, title, title_en, audience, priority, valid_from, valid_to, facts, sources, summary_en, demo, fact_entries, submitted_text ON script_version
WHEN OLD.submitted_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a submitted script version never changes'); END;
`
