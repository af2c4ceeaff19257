-- Artifacts whose bytes internal-db keeps, which ftp-nodes hold them, and uploads that are under way. `release_file` is what the
-- file becomes when it is whole (JSON: product, version, channel, platform, mediaType), or null.
CREATE TABLE originals (
  sha256 TEXT PRIMARY KEY,
  size_bytes BIGINT NOT NULL,
  kept_at_ms BIGINT NOT NULL
);

CREATE TABLE holdings (
  node_id TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES originals (sha256),
  held_at_ms BIGINT NOT NULL,
  PRIMARY KEY (node_id, sha256)
);
CREATE INDEX holdings_by_artifact ON holdings (sha256);

CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  started_by TEXT NOT NULL,
  name TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  release_file TEXT,
  sha256 TEXT,
  created_at_ms BIGINT NOT NULL,
  finished_at_ms BIGINT
);
CREATE INDEX uploads_by_starter ON uploads (started_by, created_at_ms);
CREATE INDEX uploads_by_age ON uploads (created_at_ms);
