-- What waits for a proof or a decision, what is over, and what nodes have lost.

-- JSON of what a member of staff arrived with from an identity provider: it counts once the second factor is proved.
ALTER TABLE staff_sessions ADD COLUMN arrival TEXT;

-- JSON of what a proposal would do, as it was found when it was made.
ALTER TABLE proposals ADD COLUMN preview TEXT;

-- What is over is deleted after a while.
CREATE INDEX invitations_by_end ON invitations (expires_at_ms);
CREATE INDEX unstage_orders_by_end ON unstage_orders (acknowledged_at_ms) WHERE acknowledged_at_ms IS NOT NULL;

-- Files that a node held and has lost, the last time for each: operators are told for a day.
CREATE TABLE artifact_losses (
  node_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  node_name TEXT NOT NULL,
  lost_at_ms BIGINT NOT NULL,
  PRIMARY KEY (node_id, sha256)
);
CREATE INDEX artifact_losses_by_time ON artifact_losses (lost_at_ms);
