-- The first schema. Times are milliseconds since 1970 UTC; hashes of secrets are raw SHA-256.
-- Rows that say who could have what are never deleted: they are revoked, withdrawn or ended.

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  password_hash TEXT,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX users_by_account ON users (account_id);

CREATE TABLE ssh_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  public_key BLOB NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  created_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT;
CREATE INDEX ssh_keys_by_user ON ssh_keys (user_id);

CREATE TABLE personal_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT;
CREATE INDEX personal_tokens_by_user ON personal_tokens (user_id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  address TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

CREATE TABLE products (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE releases (
  id TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id),
  version TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
  created_at_ms INTEGER NOT NULL,
  published_at_ms INTEGER,
  UNIQUE (product_id, version)
) STRICT;

CREATE TABLE artifacts (
  id TEXT PRIMARY KEY,
  release_id TEXT NOT NULL REFERENCES releases (id),
  name TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  platform TEXT,
  media_type TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (release_id, name)
) STRICT;

CREATE TABLE entitlements (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  product_id TEXT NOT NULL REFERENCES products (id),
  versions TEXT NOT NULL,
  channels TEXT,
  not_before_ms INTEGER,
  not_after_ms INTEGER,
  downloads_max INTEGER CHECK (downloads_max >= 1),
  licence_agreement TEXT,
  granted_by TEXT NOT NULL,
  granted_at_ms INTEGER NOT NULL,
  grant_reason TEXT NOT NULL,
  revoked_at_ms INTEGER,
  revoked_by TEXT,
  revoke_reason TEXT
) STRICT;
CREATE INDEX entitlements_by_account ON entitlements (account_id, product_id);
CREATE TRIGGER entitlements_never_deleted BEFORE DELETE ON entitlements
BEGIN
  SELECT RAISE (ABORT, 'entitlements are revoked, never deleted');
END;

CREATE TABLE licence_acceptances (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  agreement TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at_ms INTEGER NOT NULL,
  UNIQUE (account_id, agreement)
) STRICT;

CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  artifact_id TEXT NOT NULL REFERENCES artifacts (id),
  entitlement_id TEXT NOT NULL REFERENCES entitlements (id),
  node_id TEXT NOT NULL,
  node_name TEXT NOT NULL,
  login TEXT NOT NULL UNIQUE,
  password_hash BLOB NOT NULL CHECK (length(password_hash) = 32),
  state TEXT NOT NULL CHECK (state IN ('requested', 'staged', 'failed', 'expired', 'revoked', 'cancelled')),
  requested_by TEXT NOT NULL,
  requested_at_ms INTEGER NOT NULL,
  staged_at_ms INTEGER,
  expires_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER
) STRICT;
CREATE INDEX deliveries_by_account ON deliveries (account_id, requested_at_ms DESC);
CREATE INDEX deliveries_by_time ON deliveries (requested_at_ms DESC);
CREATE INDEX deliveries_by_entitlement ON deliveries (entitlement_id);
CREATE INDEX deliveries_live ON deliveries (expires_at_ms) WHERE state IN ('requested', 'staged');
CREATE INDEX deliveries_live_by_artifact ON deliveries (artifact_id) WHERE state IN ('requested', 'staged');
CREATE INDEX deliveries_live_by_account ON deliveries (account_id) WHERE state IN ('requested', 'staged');

CREATE TABLE downloads (
  id TEXT PRIMARY KEY,
  delivery_id TEXT NOT NULL REFERENCES deliveries (id),
  principal TEXT NOT NULL,
  path TEXT NOT NULL,
  protocol TEXT NOT NULL,
  address TEXT NOT NULL,
  offset_bytes INTEGER NOT NULL,
  sent_bytes INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX downloads_by_delivery ON downloads (delivery_id, started_at_ms DESC);
CREATE INDEX downloads_by_time ON downloads (started_at_ms DESC);

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('support', 'release-manager', 'operator', 'auditor')),
  password_hash TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE staff_sessions (
  secret_hash BLOB PRIMARY KEY CHECK (length(secret_hash) = 32),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT;

-- What each ftp-node last reported; `last_sequence` is acknowledged, so it must be durable with what it reported.
CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  last_sequence INTEGER NOT NULL,
  last_report_at_ms INTEGER NOT NULL
) STRICT;

-- Orders to nodes that are not acknowledged yet: written with the decision, sent until the node has carried them out.
CREATE TABLE unstage_orders (
  id TEXT PRIMARY KEY,
  node_id TEXT NOT NULL,
  node_name TEXT NOT NULL,
  deliveries TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  acknowledged_at_ms INTEGER,
  cut_transfer_count INTEGER
) STRICT;
CREATE INDEX unstage_orders_pending ON unstage_orders (created_at_ms) WHERE acknowledged_at_ms IS NULL;

-- Append only. `hash` is described in audit/audit-chain.ts.
CREATE TABLE audit_log (
  sequence INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE TRIGGER audit_log_never_updated BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_log_never_deleted BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;

-- Single values: `clock_high_water_ms`, and the audit log's head (`audit_head_sequence`, `audit_head_hash`), which
-- makes a log that was cut off at its end noticeable.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
