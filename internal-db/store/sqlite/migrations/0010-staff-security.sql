-- What guards staff and customers: sealed secrets of authenticator apps, and changes that wait for a second person.

-- What is deleted below is overwritten: these secrets lay open until now.
PRAGMA secure_delete = ON;

-- `sealed` is the secret sealed to internal-db's own key. `secret` holds it open only in rows of an older program, until the
-- start that follows this migration has sealed them.
CREATE TABLE sealed_totp_secrets (
  owner_id TEXT PRIMARY KEY,
  secret BLOB,
  sealed TEXT,
  last_step INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  CHECK ((secret IS NULL) <> (sealed IS NULL))
) STRICT;
INSERT INTO sealed_totp_secrets (owner_id, secret, sealed, last_step, created_at_ms)
  SELECT owner_id, secret, NULL, last_step, created_at_ms FROM totp_secrets;
DROP TABLE totp_secrets;
ALTER TABLE sealed_totp_secrets RENAME TO totp_secrets;

-- A dangerous change that one of the staff has proposed. `change` is JSON of its parameters; it is made when somebody else
-- approves it, in the same transaction. Rows are kept: they say who has decided what.
CREATE TABLE proposals (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  change TEXT NOT NULL,
  reason TEXT NOT NULL,
  proposed_by TEXT NOT NULL REFERENCES staff (id),
  proposed_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'withdrawn', 'expired')),
  decided_by TEXT REFERENCES staff (id),
  decided_at_ms INTEGER
) STRICT;
CREATE INDEX proposals_by_time ON proposals (proposed_at_ms DESC, id DESC);
CREATE INDEX proposals_open ON proposals (expires_at_ms) WHERE state = 'open';
