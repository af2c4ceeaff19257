-- Tokens with which programs of the staff use the console's API: of each its SHA-256, what it may do, and until when.
CREATE TABLE staff_tokens (
  id TEXT PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'write')),
  secret_hash BYTEA NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT,
  revoked_at_ms BIGINT
);
CREATE INDEX staff_tokens_by_staff ON staff_tokens (staff_id);
