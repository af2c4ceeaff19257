-- What customers read beside the files: notes of releases, and licence agreements by version; and what makes reading the
-- catalog cost the same however many releases and entitlements there are. `version_precedence` is the program's own.

ALTER TABLE products ADD COLUMN platform_order TEXT;
ALTER TABLE releases ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE releases ADD COLUMN precedence TEXT NOT NULL DEFAULT '';
UPDATE releases SET precedence = version_precedence(version);
CREATE INDEX releases_published ON releases (product_id, precedence) WHERE state = 'published';
CREATE INDEX releases_published_by_channel ON releases (product_id, channel, precedence)
  WHERE state = 'published';
CREATE INDEX releases_published_by_time ON releases (product_id, published_at_ms) WHERE state = 'published';

CREATE INDEX entitlements_by_account_and_time ON entitlements (account_id, granted_at_ms, id);
CREATE INDEX entitlements_ending ON entitlements (account_id, not_after_ms)
  WHERE revoked_at_ms IS NULL AND not_after_ms IS NOT NULL;
CREATE INDEX entitlements_asking ON entitlements (account_id, licence_agreement)
  WHERE licence_agreement IS NOT NULL AND revoked_at_ms IS NULL;

-- A version is in force from its time until that of the next one. What was accepted stays as it was accepted.
CREATE TABLE licence_agreements (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  in_force_at_ms INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  added_at_ms INTEGER NOT NULL,
  UNIQUE (name, version),
  UNIQUE (name, in_force_at_ms)
) STRICT;
CREATE TRIGGER licence_agreements_never_updated BEFORE UPDATE ON licence_agreements
BEGIN
  SELECT RAISE (ABORT, 'a licence agreement never changes: it gets a new version');
END;
CREATE TRIGGER licence_agreements_never_deleted BEFORE DELETE ON licence_agreements
BEGIN
  SELECT RAISE (ABORT, 'a licence agreement is never deleted');
END;

-- `version` is empty where the agreement's text is not kept here.
CREATE TABLE versioned_acceptances (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  agreement TEXT NOT NULL,
  version TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at_ms INTEGER NOT NULL,
  address TEXT,
  UNIQUE (account_id, agreement, version)
) STRICT;
INSERT INTO versioned_acceptances (id, account_id, agreement, version, accepted_by, accepted_at_ms)
  SELECT id, account_id, agreement, '', accepted_by, accepted_at_ms FROM licence_acceptances;
DROP TABLE licence_acceptances;
ALTER TABLE versioned_acceptances RENAME TO licence_acceptances;

-- When a person last looked at the home page, and when before that visit: what came since is new to them.
CREATE TABLE portal_visits (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  previous_at_ms INTEGER,
  last_at_ms INTEGER NOT NULL
) STRICT;

-- Words of products, releases and files. Each row carries its product's id as a word, so that a search within a
-- customer's products reads only these. `catalog_entries` finds the row of something that is renamed.
CREATE TABLE catalog_entries (
  id INTEGER PRIMARY KEY,
  subject_id TEXT NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE catalog_words USING fts5 (
  product, words, subject_id UNINDEXED,
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);

CREATE TRIGGER products_searchable AFTER INSERT ON products
BEGIN
  INSERT INTO catalog_entries (subject_id) VALUES (new.id);
  INSERT INTO catalog_words (rowid, product, words, subject_id)
    SELECT id, hex(new.id), new.name || ' ' || new.title || ' ' || new.description, new.id
    FROM catalog_entries WHERE subject_id = new.id;
END;
CREATE TRIGGER products_search_again AFTER UPDATE OF name, title, description ON products
BEGIN
  UPDATE catalog_words SET words = new.name || ' ' || new.title || ' ' || new.description
    WHERE rowid = (SELECT id FROM catalog_entries WHERE subject_id = new.id);
END;
CREATE TRIGGER releases_searchable AFTER INSERT ON releases
BEGIN
  INSERT INTO catalog_entries (subject_id) VALUES (new.id);
  INSERT INTO catalog_words (rowid, product, words, subject_id)
    SELECT id, hex(new.product_id), new.version || ' ' || new.channel || ' ' || new.notes, new.id
    FROM catalog_entries WHERE subject_id = new.id;
END;
CREATE TRIGGER releases_search_again AFTER UPDATE OF notes ON releases
BEGIN
  UPDATE catalog_words SET words = new.version || ' ' || new.channel || ' ' || new.notes
    WHERE rowid = (SELECT id FROM catalog_entries WHERE subject_id = new.id);
END;
CREATE TRIGGER artifacts_searchable AFTER INSERT ON artifacts
BEGIN
  INSERT INTO catalog_entries (subject_id) VALUES (new.id);
  INSERT INTO catalog_words (rowid, product, words, subject_id)
    SELECT e.id, hex(r.product_id), new.name || ' ' || coalesce(new.platform, ''), new.id
    FROM catalog_entries e, releases r WHERE e.subject_id = new.id AND r.id = new.release_id;
END;

INSERT INTO catalog_entries (subject_id)
  SELECT id FROM products UNION ALL SELECT id FROM releases UNION ALL SELECT id FROM artifacts;
INSERT INTO catalog_words (rowid, product, words, subject_id)
  SELECT e.id, hex(p.id), p.name || ' ' || p.title || ' ' || p.description, p.id
  FROM products p JOIN catalog_entries e ON e.subject_id = p.id;
INSERT INTO catalog_words (rowid, product, words, subject_id)
  SELECT e.id, hex(r.product_id), r.version || ' ' || r.channel, r.id
  FROM releases r JOIN catalog_entries e ON e.subject_id = r.id;
INSERT INTO catalog_words (rowid, product, words, subject_id)
  SELECT e.id, hex(r.product_id), f.name || ' ' || coalesce(f.platform, ''), f.id
  FROM artifacts f JOIN releases r ON r.id = f.release_id JOIN catalog_entries e ON e.subject_id = f.id;
