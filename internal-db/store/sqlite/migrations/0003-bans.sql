-- Networks that may not log in. A row is kept when its ban is over: who comes again is banned for longer. `ended_*` is null
-- for a ban that runs, or ran, until `until_ms`.
CREATE TABLE bans (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL,
  reason TEXT NOT NULL,
  banned_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  end_reason TEXT
) STRICT;
CREATE INDEX bans_network ON bans (network);
CREATE INDEX bans_until ON bans (until_ms) WHERE ended_at_ms IS NULL;
