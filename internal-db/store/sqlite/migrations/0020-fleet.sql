-- Appliances at customers' sites. A type says which products a machine runs; a site is a place of an account. What is known of
-- an appliance for long is in `appliances`; what every beat changes is in `appliance_beats`, so that a beat writes one small row.
CREATE TABLE appliance_types (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  channel TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE appliance_type_products (
  type_id TEXT NOT NULL REFERENCES appliance_types (id),
  product_id TEXT NOT NULL REFERENCES products (id),
  PRIMARY KEY (type_id, product_id)
) STRICT;

-- `edge_node` is the name of the ftp-node at the site; `windows` is JSON, as the catalog carries it.
CREATE TABLE sites (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  edge_node TEXT,
  windows TEXT NOT NULL,
  bandwidth_bytes_per_second INTEGER,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (account_id, name)
) STRICT;

-- `slot` (0 to 9999) is where a rollout's waves count from; `signing_key` and `sealing_key` are raw public keys, base64url.
-- While `restoring_since_ms` is set, the catalog names what was confirmed last.
CREATE TABLE appliances (
  uid TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  type_id TEXT NOT NULL REFERENCES appliance_types (id),
  site_id TEXT REFERENCES sites (id),
  name TEXT NOT NULL,
  group_name TEXT NOT NULL DEFAULT 'default',
  slot INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'quarantined', 'retired')),
  signing_key TEXT NOT NULL UNIQUE,
  sealing_key TEXT NOT NULL,
  hardware TEXT NOT NULL,
  enrolled_at_ms INTEGER NOT NULL,
  state_since_ms INTEGER NOT NULL,
  state_reason TEXT NOT NULL,
  restoring_since_ms INTEGER
) STRICT;
CREATE INDEX appliances_by_account ON appliances (account_id, name, uid);
CREATE INDEX appliances_by_name ON appliances (name, uid);
CREATE INDEX appliances_by_site ON appliances (site_id) WHERE site_id IS NOT NULL;
CREATE INDEX appliances_by_group ON appliances (group_name, uid);
CREATE INDEX appliances_by_type ON appliances (type_id);
CREATE INDEX appliances_quarantined ON appliances (state_since_ms) WHERE state = 'quarantined';

CREATE TABLE appliance_tags (
  uid TEXT NOT NULL REFERENCES appliances (uid),
  tag TEXT NOT NULL,
  PRIMARY KEY (uid, tag)
) STRICT;
CREATE INDEX appliance_tags_by_tag ON appliance_tags (tag, uid);

-- One-time codes. With `uid`, the code gives that appliance new keys.
CREATE TABLE enrolment_codes (
  id TEXT PRIMARY KEY,
  code_hash BLOB NOT NULL UNIQUE CHECK (length(code_hash) = 32),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  type_id TEXT NOT NULL REFERENCES appliance_types (id),
  site_id TEXT REFERENCES sites (id),
  group_name TEXT NOT NULL,
  label TEXT NOT NULL,
  uid TEXT REFERENCES appliances (uid),
  made_by TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER,
  used_by_uid TEXT REFERENCES appliances (uid),
  withdrawn_at_ms INTEGER
) STRICT;
CREATE INDEX enrolment_codes_by_account ON enrolment_codes (account_id, made_at_ms, id);
CREATE INDEX enrolment_codes_by_end ON enrolment_codes (expires_at_ms);

-- The newest beat of each appliance, and today's figures. `older_boots` is a JSON array of boot ids that were followed by
-- another one; `machine` and `report` are JSON. `is_watched`: active, so that silence means something.
CREATE TABLE appliance_beats (
  uid TEXT PRIMARY KEY REFERENCES appliances (uid),
  last_beat_at_ms INTEGER,
  missing_since_ms INTEGER,
  is_watched INTEGER NOT NULL DEFAULT 1,
  sent_at_ms INTEGER NOT NULL DEFAULT 0,
  counter INTEGER NOT NULL DEFAULT 0,
  nonce TEXT NOT NULL DEFAULT '',
  boot_id TEXT NOT NULL DEFAULT '',
  older_boots TEXT NOT NULL DEFAULT '[]',
  cause TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  agent_version TEXT NOT NULL DEFAULT '',
  clock_offset_ms INTEGER NOT NULL DEFAULT 0,
  hardware TEXT NOT NULL DEFAULT '',
  state_digest TEXT NOT NULL DEFAULT '',
  day INTEGER NOT NULL DEFAULT 0,
  day_beat_count INTEGER NOT NULL DEFAULT 0,
  day_load_max_percent INTEGER NOT NULL DEFAULT 0,
  day_memory_free_min_bytes INTEGER NOT NULL DEFAULT 0,
  day_disk_free_min_bytes INTEGER NOT NULL DEFAULT 0,
  machine TEXT NOT NULL DEFAULT '{}',
  report TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX appliance_beats_due ON appliance_beats (last_beat_at_ms)
  WHERE is_watched = 1 AND missing_since_ms IS NULL;
CREATE INDEX appliance_beats_missing ON appliance_beats (missing_since_ms) WHERE missing_since_ms IS NOT NULL;

-- What was sent in a catalog, and what a later beat confirmed, apart.
CREATE TABLE appliance_products (
  uid TEXT NOT NULL REFERENCES appliances (uid),
  product_id TEXT NOT NULL REFERENCES products (id),
  sent_version TEXT,
  sent_at_ms INTEGER,
  confirmed_version TEXT,
  confirmed_at_ms INTEGER,
  outcome TEXT CHECK (outcome IN ('installed', 'failed', 'rolled_back', 'refused')),
  outcome_version TEXT,
  outcome_code TEXT,
  outcome_at_ms INTEGER,
  PRIMARY KEY (uid, product_id)
) STRICT;
CREATE INDEX appliance_products_by_version ON appliance_products (product_id, confirmed_version);

CREATE TABLE appliance_files (
  uid TEXT NOT NULL REFERENCES appliances (uid),
  path TEXT NOT NULL,
  sent_sha256 TEXT,
  sent_at_ms INTEGER,
  confirmed_sha256 TEXT,
  confirmed_at_ms INTEGER,
  PRIMARY KEY (uid, path)
) STRICT;

-- The director's catalog as it was made for an appliance last. It stands while nothing that goes into it has changed since
-- `generation`, and until `fresh_until_ms`. `choice` is the digest of what it names; `metadata` the signed texts, as JSON.
CREATE TABLE appliance_catalogs (
  uid TEXT PRIMARY KEY REFERENCES appliances (uid),
  generation INTEGER NOT NULL,
  fresh_until_ms INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  choice TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL,
  fetched_at_ms INTEGER,
  metadata TEXT NOT NULL
) STRICT;

-- What happened to an appliance; a beat that brings no news leaves none.
CREATE TABLE appliance_events (
  uid TEXT NOT NULL REFERENCES appliances (uid),
  at_ms INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (uid, at_ms, number)
) STRICT;
CREATE INDEX appliance_events_by_time ON appliance_events (at_ms);

-- A day's figures of an appliance: one row a day, whatever it beats.
CREATE TABLE appliance_days (
  uid TEXT NOT NULL REFERENCES appliances (uid),
  day INTEGER NOT NULL,
  beat_count INTEGER NOT NULL,
  load_max_percent INTEGER NOT NULL,
  memory_free_min_bytes INTEGER NOT NULL,
  disk_free_min_bytes INTEGER NOT NULL,
  PRIMARY KEY (uid, day)
) STRICT;
CREATE INDEX appliance_days_by_day ON appliance_days (day);

-- Messages that were turned away, counted by why and by whom they said they were from.
CREATE TABLE fleet_refusals (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  address TEXT NOT NULL,
  refused_count INTEGER NOT NULL,
  first_at_ms INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX fleet_refusals_by_time ON fleet_refusals (last_at_ms);

-- Configuration files. `scope` is type, group, site or appliance, and `scope_name` the id, name, id or uid of it: the closer one
-- wins. The bytes are those of a file of a release. `reload` is a JSON array, or null.
CREATE TABLE fleet_files (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('type', 'group', 'site', 'appliance')),
  scope_name TEXT NOT NULL,
  artifact_id TEXT NOT NULL REFERENCES artifacts (id),
  product_id TEXT REFERENCES products (id),
  path TEXT NOT NULL,
  mode INTEGER NOT NULL,
  owner_name TEXT,
  owner_group TEXT,
  reload TEXT,
  put_by TEXT NOT NULL,
  put_at_ms INTEGER NOT NULL,
  UNIQUE (scope, scope_name, name)
) STRICT;
