-- People of a customer: roles, addresses, invitations, second factors, and the mails that are on their way to them.
-- Secrets of links, codes and sessions are kept as raw SHA-256; e-mail addresses in lower case.
-- A user who was removed stays as a row, for downloads and the audit log name it: without password, factors and address.

ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'downloader'));
ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de'));
ALTER TABLE users ADD COLUMN last_sign_in_at_ms INTEGER;
ALTER TABLE users ADD COLUMN removed_at_ms INTEGER;
-- One address may be in several accounts, as a consultant's is; in one account it is one person's.
CREATE UNIQUE INDEX users_by_email ON users (email, account_id) WHERE email IS NOT NULL;
CREATE INDEX users_by_account_and_name ON users (account_id, name) WHERE removed_at_ms IS NULL;

ALTER TABLE sessions ADD COLUMN client TEXT;
ALTER TABLE sessions ADD COLUMN last_used_at_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at_ms);

-- What a token may do: 'read', 'downloads', or 'read downloads'.
ALTER TABLE personal_tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT 'read downloads'
  CHECK (scopes IN ('read', 'downloads', 'read downloads'));
CREATE INDEX personal_tokens_by_end ON personal_tokens (expires_at_ms) WHERE revoked_at_ms IS NULL;
ALTER TABLE ssh_keys ADD COLUMN expires_at_ms INTEGER;
CREATE INDEX ssh_keys_by_end ON ssh_keys (expires_at_ms) WHERE removed_at_ms IS NULL AND expires_at_ms IS NOT NULL;
CREATE INDEX entitlements_by_end ON entitlements (not_after_ms)
  WHERE revoked_at_ms IS NULL AND not_after_ms IS NOT NULL;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'downloader')),
  secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  invited_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  accepted_at_ms INTEGER,
  withdrawn_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX invitations_open ON invitations (account_id, email)
  WHERE accepted_at_ms IS NULL AND withdrawn_at_ms IS NULL;

-- Links that were mailed to a user: to set a forgotten password, or to confirm the address `email`. Used ones are deleted.
CREATE TABLE mailed_links (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'confirm')),
  secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  email TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX mailed_links_by_user ON mailed_links (user_id, purpose);
CREATE INDEX mailed_links_by_end ON mailed_links (expires_at_ms);

-- Second factors by their owner's id: a customer's user (`usr_…`) or a member of staff (`stf_…`).
-- `last_step`: the newest time step of which a code was taken; none of it or before is taken again (RFC 6238, section 5.2).
CREATE TABLE totp_secrets (
  owner_id TEXT PRIMARY KEY,
  secret BLOB NOT NULL,
  last_step INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
  owner_id TEXT NOT NULL,
  secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
  PRIMARY KEY (owner_id, secret_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  credential_id TEXT NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  sign_count INTEGER NOT NULL,
  transports TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER
) STRICT;
CREATE INDEX passkeys_by_owner ON passkeys (owner_id);

-- Mails to be sent. `sealed` is the mail's text, sealed to this node's own key since it may hold a link's secret; it goes
-- when the mail was sent or given up, and the row stays a while to show what became of it.
CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
  sealed TEXT,
  attempts INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL,
  give_up_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  last_error TEXT,
  CHECK ((state = 'waiting') = (sealed IS NOT NULL))
) STRICT;
CREATE INDEX mails_waiting ON mails (next_attempt_at_ms) WHERE state = 'waiting';
CREATE INDEX mails_ended ON mails (ended_at_ms) WHERE state <> 'waiting';

-- What somebody was told already, so that it is told once: the entitlement, token or key, and how many days before its end.
CREATE TABLE told_endings (
  subject_id TEXT NOT NULL,
  days INTEGER NOT NULL,
  end_at_ms INTEGER NOT NULL,
  PRIMARY KEY (subject_id, days, end_at_ms)
) STRICT, WITHOUT ROWID;
