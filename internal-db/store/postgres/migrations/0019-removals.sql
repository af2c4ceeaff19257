-- Originals whose row is gone and whose bytes may not be yet: nobody keeps the same file at that `place` (`bucket`, or the id of the
-- internal-db whose folder it is) until `remover`, an internal-db's id, has deleted them. `noted_at_ms` is renewed before that.
-- `original_removed_at_ms` of an artifact: its bytes are kept here no more, so that its release can't be published again.
CREATE TABLE original_removals (
  sha256 TEXT NOT NULL,
  place TEXT NOT NULL,
  remover TEXT NOT NULL,
  noted_at_ms BIGINT NOT NULL,
  PRIMARY KEY (sha256, place)
);
CREATE INDEX original_removals_by_remover ON original_removals (remover);
ALTER TABLE artifacts ADD COLUMN original_removed_at_ms BIGINT;
