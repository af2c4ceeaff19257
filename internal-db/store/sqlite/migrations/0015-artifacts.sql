-- Artifacts whose bytes internal-db keeps, which ftp-nodes hold them, and uploads that are under way. `release_file` is what the
-- file becomes when it is whole (JSON: product, version, channel, platform, mediaType), or null.
CREATE TABLE originals (
  sha256 TEXT PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  kept_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE holdings (
  node_id TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES originals (sha256),
  held_at_ms INTEGER NOT NULL,
  PRIMARY KEY (node_id, sha256)
) STRICT;
CREATE INDEX holdings_by_artifact ON holdings (sha256);

CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  started_by TEXT NOT NULL,
  name TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  release_file TEXT,
  sha256 TEXT,
  created_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER
) STRICT;
CREATE INDEX uploads_by_starter ON uploads (started_by, created_at_ms);
CREATE INDEX uploads_by_age ON uploads (created_at_ms);
