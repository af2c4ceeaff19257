-- Who is known at an OpenID Connect provider, and which sessions were opened by way of one.
-- A person there is named by the issuer and the subject together (OpenID Connect Core 1.0, section 2): e-mail addresses and
-- names may be given to somebody else some day, and these are not. `owner_id`: a customer's user (`usr_…`) or a member of
-- staff (`stf_…`); somebody may be both, so each kind has its own link.

CREATE TABLE identity_links (
  id TEXT PRIMARY KEY,
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('user', 'staff')),
  owner_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT,
  UNIQUE (issuer, subject, owner_kind)
);
CREATE INDEX identity_links_by_owner ON identity_links (owner_id);

-- `session_hash` as the session has it. `sealed_id_token`, sealed to this node's own key, is shown to the provider when its
-- session is to end, too (OpenID Connect RP-Initiated Logout 1.0, section 2).
CREATE TABLE provider_sessions (
  session_hash BYTEA PRIMARY KEY CHECK (length(session_hash) = 32),
  link_id TEXT NOT NULL REFERENCES identity_links (id),
  provider TEXT NOT NULL,
  sealed_id_token TEXT NOT NULL,
  expires_at_ms BIGINT NOT NULL
);
CREATE INDEX provider_sessions_by_link ON provider_sessions (link_id);
CREATE INDEX provider_sessions_by_end ON provider_sessions (expires_at_ms);

-- The first sign-in at a provider looks for invitations to an address in whatever account.
CREATE INDEX invitations_by_address ON invitations (email)
  WHERE accepted_at_ms IS NULL AND withdrawn_at_ms IS NULL;
