-- Sums that statistics are drawn from, kept up to date with each download that ends, so that no page has to read them all;
-- and indexes for looking through the audit log.

-- `day` is the day on which the download ended, counted since 1970 UTC. Sums stay below 2^53, which programs can read.
CREATE TABLE download_days (
  day INTEGER NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  node_name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  download_count INTEGER NOT NULL,
  sent_bytes INTEGER NOT NULL,
  PRIMARY KEY (day, product_id, node_name, outcome)
) STRICT, WITHOUT ROWID;

-- Accounts that have downloaded at least one file of a release whole.
CREATE TABLE release_holders (
  release_id TEXT NOT NULL REFERENCES releases (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  first_at_ms INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  download_count INTEGER NOT NULL,
  PRIMARY KEY (release_id, account_id)
) STRICT, WITHOUT ROWID;

-- The release of the highest version that an account has a file of. Versions are compared by the program, not here.
CREATE TABLE newest_versions (
  product_id TEXT NOT NULL REFERENCES products (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  release_id TEXT NOT NULL REFERENCES releases (id),
  PRIMARY KEY (product_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX newest_versions_by_release ON newest_versions (release_id, account_id);

-- A download is inserted when it begins and updated until it ends; a short one is inserted when it has ended.
CREATE TRIGGER downloads_inserted AFTER INSERT ON downloads WHEN NEW.ended_at_ms IS NOT NULL
BEGIN
  INSERT INTO download_days (day, product_id, node_name, outcome, download_count, sent_bytes)
    SELECT NEW.ended_at_ms / 86400000, r.product_id, d.node_name, NEW.outcome, 1, NEW.sent_bytes
    FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id JOIN releases r ON r.id = f.release_id
    WHERE d.id = NEW.delivery_id
    ON CONFLICT (day, product_id, node_name, outcome) DO UPDATE SET download_count = download_count + 1,
      sent_bytes = min(sent_bytes + excluded.sent_bytes, 9007199254740991);
  INSERT INTO release_holders (release_id, account_id, first_at_ms, last_at_ms, download_count)
    SELECT f.release_id, d.account_id, NEW.ended_at_ms, NEW.ended_at_ms, 1
    FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
    WHERE d.id = NEW.delivery_id AND NEW.outcome = 'complete'
    ON CONFLICT (release_id, account_id) DO UPDATE SET download_count = download_count + 1,
      first_at_ms = min(first_at_ms, excluded.first_at_ms), last_at_ms = max(last_at_ms, excluded.last_at_ms);
END;
CREATE TRIGGER downloads_ended AFTER UPDATE OF ended_at_ms ON downloads
  WHEN OLD.ended_at_ms IS NULL AND NEW.ended_at_ms IS NOT NULL
BEGIN
  INSERT INTO download_days (day, product_id, node_name, outcome, download_count, sent_bytes)
    SELECT NEW.ended_at_ms / 86400000, r.product_id, d.node_name, NEW.outcome, 1, NEW.sent_bytes
    FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id JOIN releases r ON r.id = f.release_id
    WHERE d.id = NEW.delivery_id
    ON CONFLICT (day, product_id, node_name, outcome) DO UPDATE SET download_count = download_count + 1,
      sent_bytes = min(sent_bytes + excluded.sent_bytes, 9007199254740991);
  INSERT INTO release_holders (release_id, account_id, first_at_ms, last_at_ms, download_count)
    SELECT f.release_id, d.account_id, NEW.ended_at_ms, NEW.ended_at_ms, 1
    FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
    WHERE d.id = NEW.delivery_id AND NEW.outcome = 'complete'
    ON CONFLICT (release_id, account_id) DO UPDATE SET download_count = download_count + 1,
      first_at_ms = min(first_at_ms, excluded.first_at_ms), last_at_ms = max(last_at_ms, excluded.last_at_ms);
END;

-- What ended before there were sums. The highest version is taken to be the one published last.
INSERT INTO download_days (day, product_id, node_name, outcome, download_count, sent_bytes)
  SELECT t.ended_at_ms / 86400000, r.product_id, d.node_name, t.outcome, count(*),
    CAST(min(total(t.sent_bytes), 9007199254740991.0) AS INTEGER)
  FROM downloads t JOIN deliveries d ON d.id = t.delivery_id JOIN artifacts f ON f.id = d.artifact_id
    JOIN releases r ON r.id = f.release_id
  WHERE t.ended_at_ms IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO release_holders (release_id, account_id, first_at_ms, last_at_ms, download_count)
  SELECT f.release_id, d.account_id, min(t.ended_at_ms), max(t.ended_at_ms), count(*)
  FROM downloads t JOIN deliveries d ON d.id = t.delivery_id JOIN artifacts f ON f.id = d.artifact_id
  WHERE t.outcome = 'complete' AND t.ended_at_ms IS NOT NULL GROUP BY 1, 2;
INSERT INTO newest_versions (product_id, account_id, release_id)
  SELECT product_id, account_id, release_id FROM (
    SELECT r.product_id, h.account_id, h.release_id, row_number() OVER (
      PARTITION BY r.product_id, h.account_id ORDER BY r.published_at_ms DESC, r.id) AS place
    FROM release_holders h JOIN releases r ON r.id = h.release_id)
  WHERE place = 1;

CREATE INDEX audit_by_actor ON audit_log (actor, sequence);
CREATE INDEX audit_by_action ON audit_log (action, sequence);
CREATE INDEX audit_by_time ON audit_log (at_ms);
