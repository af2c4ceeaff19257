-- Rollouts of versions to appliances: what was decided (JSON: targets, waves, windows, thresholds) and how far it has come. Who is in
-- a wave follows from appliances.slot, `slot_offset` and `open_percent`. The highest number is the newest.
CREATE TABLE rollouts (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  product_id TEXT NOT NULL REFERENCES products (id),
  version TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('update', 'rollback')),
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'aborted', 'completed')),
  targets TEXT NOT NULL,
  waves TEXT NOT NULL,
  windows TEXT NOT NULL,
  thresholds TEXT NOT NULL,
  slot_offset INTEGER NOT NULL,
  wave_count INTEGER NOT NULL,
  open_percent INTEGER NOT NULL,
  wave_opened_at_ms INTEGER,
  wave_settled_at_ms INTEGER,
  previous_version TEXT,
  reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  state_reason TEXT NOT NULL,
  state_since_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX rollouts_by_product ON rollouts (product_id, number);
CREATE INDEX rollouts_open ON rollouts (state, number) WHERE state IN ('running', 'stopped');

-- Versions that are held whatever rollouts say. `subject` is an appliance's uid, a tag or a group.
CREATE TABLE version_pins (
  product_id TEXT NOT NULL REFERENCES products (id),
  scope TEXT NOT NULL CHECK (scope IN ('appliance', 'tag', 'group')),
  subject TEXT NOT NULL,
  version TEXT NOT NULL,
  reason TEXT NOT NULL,
  pinned_by TEXT NOT NULL,
  pinned_at_ms INTEGER NOT NULL,
  PRIMARY KEY (product_id, scope, subject)
) STRICT;
