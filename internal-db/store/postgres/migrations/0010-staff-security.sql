-- What guards staff and customers: sealed secrets of authenticator apps, and changes that wait for a second person.

-- `sealed` is the secret sealed to internal-db's own key. `secret` holds it open only in rows of an older program, until the
-- start that follows this migration has sealed them.
ALTER TABLE totp_secrets ADD COLUMN sealed TEXT;
ALTER TABLE totp_secrets ALTER COLUMN secret DROP NOT NULL;
ALTER TABLE totp_secrets ADD CHECK ((secret IS NULL) <> (sealed IS NULL));

-- A dangerous change that one of the staff has proposed. `change` is JSON of its parameters; it is made when somebody else
-- approves it, in the same transaction. Rows are kept: they say who has decided what.
CREATE TABLE proposals (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  change TEXT NOT NULL,
  reason TEXT NOT NULL,
  proposed_by TEXT NOT NULL REFERENCES staff (id),
  proposed_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'withdrawn', 'expired')),
  decided_by TEXT REFERENCES staff (id),
  decided_at_ms BIGINT
);
CREATE INDEX proposals_by_time ON proposals (proposed_at_ms DESC, id DESC);
CREATE INDEX proposals_open ON proposals (expires_at_ms) WHERE state = 'open';
