-- The schema as of version 9: what the first nine migrations of SQLite come to. From here on both engines have each number.
-- Times are milliseconds since 1970 UTC; hashes of secrets are raw SHA-256. What a table is for is said in SQLite's files.
-- The database sorts by bytes (collation C) and holds UTF-8: open-postgres-store.ts refuses another one.

-- SQLite has it; the statements of both engines use it.
CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN strpos($1, $2);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  password_hash TEXT,
  created_at_ms BIGINT NOT NULL,
  role TEXT NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'downloader')),
  email TEXT,
  language TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de')),
  last_sign_in_at_ms BIGINT,
  removed_at_ms BIGINT
);
CREATE INDEX users_by_account ON users (account_id);

CREATE TABLE personal_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  secret_hash BYTEA NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT,
  revoked_at_ms BIGINT,
  scopes TEXT NOT NULL DEFAULT 'read downloads' CHECK (scopes IN ('read', 'downloads', 'read downloads'))
);
CREATE INDEX personal_tokens_by_user ON personal_tokens (user_id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  secret_hash BYTEA NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  address TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  client TEXT,
  last_used_at_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

CREATE TABLE products (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  platform_order TEXT
);

CREATE TABLE releases (
  id TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id),
  version TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
  created_at_ms BIGINT NOT NULL,
  published_at_ms BIGINT,
  notes TEXT NOT NULL DEFAULT '',
  precedence TEXT NOT NULL DEFAULT '',
  UNIQUE (product_id, version)
);

CREATE TABLE artifacts (
  id TEXT PRIMARY KEY,
  release_id TEXT NOT NULL REFERENCES releases (id),
  name TEXT NOT NULL,
  size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  platform TEXT,
  media_type TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  UNIQUE (release_id, name)
);

CREATE TABLE entitlements (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  product_id TEXT NOT NULL REFERENCES products (id),
  versions TEXT NOT NULL,
  channels TEXT,
  not_before_ms BIGINT,
  not_after_ms BIGINT,
  downloads_max BIGINT CHECK (downloads_max >= 1),
  licence_agreement TEXT,
  granted_by TEXT NOT NULL,
  granted_at_ms BIGINT NOT NULL,
  grant_reason TEXT NOT NULL,
  revoked_at_ms BIGINT,
  revoked_by TEXT,
  revoke_reason TEXT
);
CREATE INDEX entitlements_by_account ON entitlements (account_id, product_id);

CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  artifact_id TEXT NOT NULL REFERENCES artifacts (id),
  entitlement_id TEXT NOT NULL REFERENCES entitlements (id),
  node_id TEXT NOT NULL,
  node_name TEXT NOT NULL,
  login TEXT NOT NULL UNIQUE,
  password_hash BYTEA NOT NULL CHECK (length(password_hash) = 32),
  state TEXT NOT NULL CHECK (state IN ('requested', 'staged', 'failed', 'expired', 'revoked', 'cancelled')),
  requested_by TEXT NOT NULL,
  requested_at_ms BIGINT NOT NULL,
  staged_at_ms BIGINT,
  expires_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT
);
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
  offset_bytes BIGINT NOT NULL,
  sent_bytes BIGINT NOT NULL,
  size_bytes BIGINT NOT NULL,
  started_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT,
  outcome TEXT NOT NULL,
  account_id TEXT REFERENCES accounts (id),
  downloaded_by TEXT
);
CREATE INDEX downloads_by_delivery ON downloads (delivery_id, started_at_ms DESC);
CREATE INDEX downloads_by_time ON downloads (started_at_ms DESC);

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('support', 'release-manager', 'operator', 'auditor')),
  password_hash TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT
);

CREATE TABLE staff_sessions (
  secret_hash BYTEA PRIMARY KEY CHECK (length(secret_hash) = 32),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  second_factor_at_ms BIGINT
);

CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  last_sequence BIGINT NOT NULL,
  last_report_at_ms BIGINT NOT NULL
);

CREATE TABLE unstage_orders (
  id TEXT PRIMARY KEY,
  node_id TEXT NOT NULL,
  node_name TEXT NOT NULL,
  deliveries TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  acknowledged_at_ms BIGINT,
  cut_transfer_count BIGINT
);
CREATE INDEX unstage_orders_pending ON unstage_orders (created_at_ms) WHERE acknowledged_at_ms IS NULL;

CREATE TABLE audit_log (
  sequence BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
);

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE ssh_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  key_type TEXT NOT NULL,
  key_bits BIGINT NOT NULL CHECK (key_bits > 0),
  public_key BYTEA NOT NULL,
  created_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT,
  removed_at_ms BIGINT,
  expires_at_ms BIGINT
);
CREATE UNIQUE INDEX ssh_keys_live ON ssh_keys (user_id, public_key) WHERE removed_at_ms IS NULL;

CREATE TABLE bans (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL,
  reason TEXT NOT NULL,
  banned_by TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  ended_at_ms BIGINT,
  end_reason TEXT
);
CREATE INDEX bans_network ON bans (network);
CREATE INDEX bans_until ON bans (until_ms) WHERE ended_at_ms IS NULL;
CREATE UNIQUE INDEX users_by_email ON users (email, account_id) WHERE email IS NOT NULL;
CREATE INDEX users_by_account_and_name ON users (account_id, name) WHERE removed_at_ms IS NULL;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at_ms);
CREATE INDEX personal_tokens_by_end ON personal_tokens (expires_at_ms) WHERE revoked_at_ms IS NULL;
CREATE INDEX ssh_keys_by_end ON ssh_keys (expires_at_ms) WHERE removed_at_ms IS NULL AND expires_at_ms IS NOT NULL;
CREATE INDEX entitlements_by_end ON entitlements (not_after_ms)
  WHERE revoked_at_ms IS NULL AND not_after_ms IS NOT NULL;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'downloader')),
  secret_hash BYTEA NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  invited_by TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  accepted_at_ms BIGINT,
  withdrawn_at_ms BIGINT
);
CREATE UNIQUE INDEX invitations_open ON invitations (account_id, email)
  WHERE accepted_at_ms IS NULL AND withdrawn_at_ms IS NULL;

CREATE TABLE mailed_links (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'confirm')),
  secret_hash BYTEA NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  email TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL
);
CREATE INDEX mailed_links_by_user ON mailed_links (user_id, purpose);
CREATE INDEX mailed_links_by_end ON mailed_links (expires_at_ms);

CREATE TABLE totp_secrets (
  owner_id TEXT PRIMARY KEY,
  secret BYTEA NOT NULL,
  last_step BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
  owner_id TEXT NOT NULL,
  secret_hash BYTEA NOT NULL CHECK (length(secret_hash) = 32),
  PRIMARY KEY (owner_id, secret_hash)
);

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  credential_id TEXT NOT NULL UNIQUE,
  public_key BYTEA NOT NULL,
  sign_count BIGINT NOT NULL,
  transports TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT
);
CREATE INDEX passkeys_by_owner ON passkeys (owner_id);

CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
  sealed TEXT,
  attempts BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  next_attempt_at_ms BIGINT NOT NULL,
  give_up_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT,
  last_error TEXT,
  CHECK ((state = 'waiting') = (sealed IS NOT NULL))
);
CREATE INDEX mails_waiting ON mails (next_attempt_at_ms) WHERE state = 'waiting';
CREATE INDEX mails_ended ON mails (ended_at_ms) WHERE state <> 'waiting';

CREATE TABLE told_endings (
  subject_id TEXT NOT NULL,
  days BIGINT NOT NULL,
  end_at_ms BIGINT NOT NULL,
  PRIMARY KEY (subject_id, days, end_at_ms)
);
CREATE INDEX releases_published ON releases (product_id, precedence) WHERE state = 'published';
CREATE INDEX releases_published_by_channel ON releases (product_id, channel, precedence)
  WHERE state = 'published';
CREATE INDEX releases_published_by_time ON releases (product_id, published_at_ms) WHERE state = 'published';
CREATE INDEX entitlements_by_account_and_time ON entitlements (account_id, granted_at_ms, id);
CREATE INDEX entitlements_ending ON entitlements (account_id, not_after_ms)
  WHERE revoked_at_ms IS NULL AND not_after_ms IS NOT NULL;
CREATE INDEX entitlements_asking ON entitlements (account_id, licence_agreement)
  WHERE licence_agreement IS NOT NULL AND revoked_at_ms IS NULL;

CREATE TABLE licence_agreements (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  in_force_at_ms BIGINT NOT NULL,
  added_by TEXT NOT NULL,
  added_at_ms BIGINT NOT NULL,
  UNIQUE (name, version),
  UNIQUE (name, in_force_at_ms)
);

CREATE TABLE licence_acceptances (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  agreement TEXT NOT NULL,
  version TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at_ms BIGINT NOT NULL,
  address TEXT,
  UNIQUE (account_id, agreement, version)
);

CREATE TABLE portal_visits (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  previous_at_ms BIGINT,
  last_at_ms BIGINT NOT NULL
);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);

CREATE TABLE entitlement_extensions (
  id TEXT PRIMARY KEY,
  entitlement_id TEXT NOT NULL REFERENCES entitlements (id),
  at_ms BIGINT NOT NULL,
  from_ms BIGINT,
  to_ms BIGINT,
  extended_by TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX entitlement_extensions_by_entitlement ON entitlement_extensions (entitlement_id, at_ms);
CREATE INDEX artifacts_by_sha256 ON artifacts (sha256);
CREATE INDEX audit_log_by_first_word
  ON audit_log (substr(subject, 1, instr(subject || ' ', ' ') - 1), at_ms DESC, sequence DESC);

CREATE TABLE access_events (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  at_ms BIGINT NOT NULL,
  minute BIGINT NOT NULL,
  door TEXT NOT NULL,
  protocol TEXT NOT NULL,
  principal TEXT NOT NULL,
  address TEXT NOT NULL,
  refusal TEXT NOT NULL,
  event_count BIGINT NOT NULL,
  UNIQUE (account_id, minute, door, protocol, principal, address, refusal)
);
CREATE INDEX access_events_by_account ON access_events (account_id, at_ms DESC, id DESC);
CREATE INDEX access_events_by_time ON access_events (at_ms);

CREATE TABLE idempotent_requests (
  caller_hash BYTEA NOT NULL,
  request_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  begun_at_ms BIGINT NOT NULL,
  sealed_answer TEXT,
  PRIMARY KEY (caller_hash, request_key)
);
CREATE INDEX idempotent_requests_by_time ON idempotent_requests (begun_at_ms);

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  created_by TEXT NOT NULL
);

CREATE TABLE webhook_messages (
  id TEXT PRIMARY KEY,
  event_type TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  body TEXT NOT NULL,
  rowid BIGINT GENERATED BY DEFAULT AS IDENTITY
);
CREATE INDEX webhook_messages_by_time ON webhook_messages (at_ms);

CREATE TABLE webhook_sendings (
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL REFERENCES webhook_messages (id) ON DELETE CASCADE,
  attempt_count BIGINT NOT NULL,
  next_attempt_at_ms BIGINT,
  delivered_at_ms BIGINT,
  last_outcome TEXT,
  PRIMARY KEY (webhook_id, message_id)
);
CREATE INDEX webhook_sendings_by_message ON webhook_sendings (message_id);
CREATE INDEX webhook_sendings_due ON webhook_sendings (webhook_id, next_attempt_at_ms) WHERE next_attempt_at_ms IS NOT NULL;

CREATE TABLE download_days (
  day BIGINT NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  node_name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  download_count BIGINT NOT NULL,
  sent_bytes BIGINT NOT NULL,
  PRIMARY KEY (day, product_id, node_name, outcome)
);

CREATE TABLE release_holders (
  release_id TEXT NOT NULL REFERENCES releases (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  first_at_ms BIGINT NOT NULL,
  last_at_ms BIGINT NOT NULL,
  download_count BIGINT NOT NULL,
  PRIMARY KEY (release_id, account_id)
);

CREATE TABLE newest_versions (
  product_id TEXT NOT NULL REFERENCES products (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  release_id TEXT NOT NULL REFERENCES releases (id),
  PRIMARY KEY (product_id, account_id)
);
CREATE INDEX newest_versions_by_release ON newest_versions (release_id, account_id);
CREATE INDEX audit_by_actor ON audit_log (actor, sequence);
CREATE INDEX audit_by_action ON audit_log (action, sequence);
CREATE INDEX audit_by_time ON audit_log (at_ms);
CREATE INDEX downloads_by_account ON downloads (account_id, started_at_ms DESC, id DESC);
CREATE INDEX downloads_by_person ON downloads (account_id, downloaded_by, started_at_ms DESC, id DESC);

-- What is never changed, or never deleted.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0];
END $$;
CREATE TRIGGER entitlements_never_deleted BEFORE DELETE ON entitlements
  FOR EACH ROW EXECUTE FUNCTION refuse_change('entitlements are revoked, never deleted');
CREATE TRIGGER audit_log_never_changed BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change('the audit log is append-only');
CREATE TRIGGER audit_log_never_emptied BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the audit log is append-only');
CREATE TRIGGER licence_agreements_never_changed BEFORE UPDATE OR DELETE ON licence_agreements
  FOR EACH ROW EXECUTE FUNCTION refuse_change('a licence agreement never changes: it gets a new version');

-- A download is inserted when it begins and updated until it ends; a short one is inserted when it has ended.
CREATE FUNCTION sum_download() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO download_days AS s (day, product_id, node_name, outcome, download_count, sent_bytes)
    SELECT NEW.ended_at_ms / 86400000, r.product_id, d.node_name, NEW.outcome, 1, NEW.sent_bytes
    FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id JOIN releases r ON r.id = f.release_id
    WHERE d.id = NEW.delivery_id
    ON CONFLICT (day, product_id, node_name, outcome) DO UPDATE SET download_count = s.download_count + 1,
      sent_bytes = least(s.sent_bytes + excluded.sent_bytes, 9007199254740991);
  INSERT INTO release_holders AS h (release_id, account_id, first_at_ms, last_at_ms, download_count)
    SELECT f.release_id, d.account_id, NEW.ended_at_ms, NEW.ended_at_ms, 1
    FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
    WHERE d.id = NEW.delivery_id AND NEW.outcome = 'complete'
    ON CONFLICT (release_id, account_id) DO UPDATE SET download_count = h.download_count + 1,
      first_at_ms = least(h.first_at_ms, excluded.first_at_ms),
      last_at_ms = greatest(h.last_at_ms, excluded.last_at_ms);
  RETURN NULL;
END $$;
CREATE TRIGGER downloads_inserted AFTER INSERT ON downloads
  FOR EACH ROW WHEN (NEW.ended_at_ms IS NOT NULL) EXECUTE FUNCTION sum_download();
CREATE TRIGGER downloads_ended AFTER UPDATE OF ended_at_ms ON downloads
  FOR EACH ROW WHEN (OLD.ended_at_ms IS NULL AND NEW.ended_at_ms IS NOT NULL) EXECUTE FUNCTION sum_download();

-- Words as people look for them: small letters without accents, in order, cut at whatever is no letter or digit.
-- PostgreSQL's own parser would keep file names and versions in one piece.
CREATE FUNCTION words_of(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_remove(regexp_split_to_array(
  regexp_replace(normalize(lower(left($1, 100000) COLLATE "und-x-icu"), NFD), E'[\u0300-\u036f]', '', 'g')
    COLLATE "und-x-icu", '[^[:alnum:]]+'), '');
CREATE FUNCTION searchable(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CAST(coalesce(string_agg('''' || left(w.word, 200) || ''':' || least(w.place, 16383), ' '), '') AS tsvector)
  FROM unnest(words_of($1)) WITH ORDINALITY w (word, place);
END;
-- A JSON array of words, each as the beginning of one: 'too' finds 'tool', '2.1' finds '2.10' and not '1.2'.
CREATE FUNCTION search_query(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CAST(coalesce(string_agg('(' || phrase || ':*)', ' & '), '') AS tsquery)
  FROM (SELECT (SELECT string_agg('''' || left(w.word, 200) || '''', ' <-> ' ORDER BY w.place)
          FROM unnest(words_of(given)) WITH ORDINALITY w (word, place)) AS phrase
        FROM jsonb_array_elements_text(CAST($1 AS jsonb)) given) phrases
  WHERE phrase IS NOT NULL;
END;

CREATE TABLE catalog_words (
  subject_id TEXT PRIMARY KEY,
  product_id TEXT NOT NULL,
  words TSVECTOR NOT NULL
);
CREATE INDEX catalog_words_by_word ON catalog_words USING gin (words);
CREATE INDEX catalog_words_by_product ON catalog_words (product_id);
CREATE FUNCTION note_product_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_words (subject_id, product_id, words)
    VALUES (NEW.id, NEW.id, searchable(NEW.name || ' ' || NEW.title || ' ' || NEW.description))
    ON CONFLICT (subject_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE FUNCTION note_release_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_words (subject_id, product_id, words)
    VALUES (NEW.id, NEW.product_id, searchable(NEW.version || ' ' || NEW.channel || ' ' || NEW.notes))
    ON CONFLICT (subject_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE FUNCTION note_artifact_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_words (subject_id, product_id, words)
    SELECT NEW.id, r.product_id, searchable(NEW.name || ' ' || coalesce(NEW.platform, ''))
    FROM releases r WHERE r.id = NEW.release_id;
  RETURN NULL;
END $$;
CREATE TRIGGER products_searchable AFTER INSERT OR UPDATE OF name, title, description ON products
  FOR EACH ROW EXECUTE FUNCTION note_product_words();
CREATE TRIGGER releases_searchable AFTER INSERT OR UPDATE OF notes ON releases
  FOR EACH ROW EXECUTE FUNCTION note_release_words();
CREATE TRIGGER artifacts_searchable AFTER INSERT ON artifacts
  FOR EACH ROW EXECUTE FUNCTION note_artifact_words();

CREATE TABLE search_names (
  record_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('account', 'user')),
  words TSVECTOR NOT NULL
);
CREATE INDEX search_names_by_word ON search_names USING gin (words);
CREATE FUNCTION note_account_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_names (record_id, kind, words)
    VALUES (NEW.id, 'account', searchable(NEW.name || ' ' || NEW.display_name))
    ON CONFLICT (record_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE FUNCTION note_user_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_names (record_id, kind, words)
    VALUES (NEW.id, 'user', searchable(NEW.name || ' ' || NEW.display_name || ' ' || coalesce(NEW.email, '')))
    ON CONFLICT (record_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_searchable AFTER INSERT OR UPDATE OF name, display_name ON accounts
  FOR EACH ROW EXECUTE FUNCTION note_account_words();
CREATE TRIGGER users_searchable AFTER INSERT OR UPDATE OF name, display_name, email ON users
  FOR EACH ROW EXECUTE FUNCTION note_user_words();
