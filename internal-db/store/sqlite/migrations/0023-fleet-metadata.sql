-- The signed metadata of the fleet's two repositories (director, packages), as exact texts: every root for good, of the other roles
-- the newest. Keys that are online, and packages' content keys, are sealed to the keys that the internal-dbs share.
CREATE TABLE fleet_roots (
  repository TEXT NOT NULL,
  version INTEGER NOT NULL,
  text TEXT NOT NULL,
  installed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (repository, version)
) STRICT;

CREATE TABLE fleet_metadata (
  repository TEXT NOT NULL,
  role TEXT NOT NULL,
  version INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (repository, role)
) STRICT;

CREATE TABLE fleet_online_keys (
  public_key TEXT PRIMARY KEY,
  repository TEXT NOT NULL,
  role TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE package_keys (
  sha256 TEXT PRIMARY KEY,
  sealed_key TEXT NOT NULL,
  noted_at_ms INTEGER NOT NULL
) STRICT;
