-- SSH keys that customers put in. One key may serve several users (the user name at the login says which), but each of
-- them has it once at a time. A removed key's row stays: downloads name it. Nothing has written to the first table.

DROP TABLE ssh_keys;
CREATE TABLE ssh_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  key_type TEXT NOT NULL,
  key_bits INTEGER NOT NULL CHECK (key_bits > 0),
  public_key BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER,
  removed_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX ssh_keys_live ON ssh_keys (user_id, public_key) WHERE removed_at_ms IS NULL;
