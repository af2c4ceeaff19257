-- Staff who see the portal as one of a customer's people does, and what people were told about keys and tokens that lie about.

-- `code_hash` opens it, once, and is then null; `secret_hash` is the portal's session and null before that, and after its end.
-- Those that were opened are kept: where `told` is 1, the customer reads of them.
CREATE TABLE portal_views (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  reason TEXT NOT NULL,
  told BIGINT NOT NULL CHECK (told IN (0, 1)),
  code_hash BYTEA UNIQUE CHECK (length(code_hash) = 32),
  secret_hash BYTEA UNIQUE CHECK (length(secret_hash) = 32),
  created_at_ms BIGINT NOT NULL,
  opened_at_ms BIGINT,
  expires_at_ms BIGINT NOT NULL
);
CREATE INDEX portal_views_told ON portal_views (account_id, opened_at_ms)
  WHERE told = 1 AND opened_at_ms IS NOT NULL;
CREATE INDEX portal_views_by_end ON portal_views (expires_at_ms);

-- When its owner was told that it was not used for long. That is told once.
ALTER TABLE personal_tokens ADD COLUMN told_unused_at_ms BIGINT;
ALTER TABLE ssh_keys ADD COLUMN told_unused_at_ms BIGINT;
CREATE INDEX personal_tokens_unused ON personal_tokens (COALESCE(last_used_at_ms, created_at_ms))
  WHERE revoked_at_ms IS NULL AND told_unused_at_ms IS NULL;
CREATE INDEX ssh_keys_unused ON ssh_keys (COALESCE(last_used_at_ms, created_at_ms))
  WHERE removed_at_ms IS NULL AND told_unused_at_ms IS NULL;
