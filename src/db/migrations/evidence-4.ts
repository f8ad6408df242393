/** Version 4, evidence: why an airing was not played, which villages did not hear it, and words that were taken back. */
export const evidence4 = `
ALTER TABLE attestation ADD COLUMN reason TEXT;
ALTER TABLE attestation ADD COLUMN villages_missed TEXT NOT NULL DEFAULT '[]';
-- FACT: an attestation that its own person took back before anybody countersigned it; it counts no more.
CREATE TABLE attestation_withdrawal (
  attestation_id TEXT PRIMARY KEY REFERENCES attestation (id),
  at TEXT NOT NULL
) STRICT;
CREATE TRIGGER attestation_withdrawal_is_never_changed BEFORE UPDATE ON attestation_withdrawal
BEGIN SELECT RAISE(ABORT, 'attestation_withdrawal is only ever added to'); END;
CREATE TRIGGER attestation_withdrawal_is_never_removed BEFORE DELETE ON attestation_withdrawal
BEGIN SELECT RAISE(ABORT, 'attestation_withdrawal is only ever added to'); END;
`
