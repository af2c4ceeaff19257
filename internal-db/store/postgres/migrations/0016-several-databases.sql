-- An internal-db that asks the others for the keys that all of them share, until it has taken them.
CREATE TABLE key_requests (
  node_id TEXT PRIMARY KEY,
  requested_at_ms BIGINT NOT NULL,
  answer TEXT
);
