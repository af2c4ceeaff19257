-- Where an account's deliveries are to come from, and the nodes that may hold a delivery beside the one that it is at: those
-- that it was moved away from, and those that it was to be moved to. `nodes` is a JSON array of names.
CREATE TABLE account_places (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id),
  region TEXT,
  nodes TEXT NOT NULL
) STRICT;

CREATE TABLE delivery_places (
  delivery_id TEXT NOT NULL REFERENCES deliveries (id),
  node_id TEXT NOT NULL,
  node_name TEXT NOT NULL,
  noted_at_ms INTEGER NOT NULL,
  PRIMARY KEY (delivery_id, node_id)
) STRICT;

CREATE INDEX deliveries_live_by_node ON deliveries (node_id) WHERE state IN ('requested', 'staged');
