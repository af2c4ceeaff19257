-- What the console works with: who of the staff has proved a second factor, what was extended, who logged in or was refused,
-- and the words by which people and accounts are found.

-- Staff are never deleted, as the audit log names them: `ended_at_ms` says since when somebody may not sign in any more.
ALTER TABLE staff ADD COLUMN ended_at_ms INTEGER;
-- A session may do nothing but prove the second factor until this is set.
ALTER TABLE staff_sessions ADD COLUMN second_factor_at_ms INTEGER;
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);

-- An entitlement's end as it was before, so that a decision for a past moment can be made with the terms of then.
CREATE TABLE entitlement_extensions (
  id TEXT PRIMARY KEY,
  entitlement_id TEXT NOT NULL REFERENCES entitlements (id),
  at_ms INTEGER NOT NULL,
  from_ms INTEGER,
  to_ms INTEGER,
  extended_by TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX entitlement_extensions_by_entitlement ON entitlement_extensions (entitlement_id, at_ms);

CREATE INDEX artifacts_by_sha256 ON artifacts (sha256);
-- A subject begins with the account's name, or the product's: 'acme tool/1.0.0/tool.bin'.
CREATE INDEX audit_log_by_first_word
  ON audit_log (substr(subject, 1, instr(subject || ' ', ' ') - 1), at_ms DESC, sequence DESC);

-- Logins and refused logins of known people and deliveries, for support. What happens again within a minute is counted in
-- the same row. Empty texts stand for what does not apply, so that equal rows are found to be equal.
CREATE TABLE access_events (
  id INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  at_ms INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  door TEXT NOT NULL,
  protocol TEXT NOT NULL,
  principal TEXT NOT NULL,
  address TEXT NOT NULL,
  refusal TEXT NOT NULL,
  event_count INTEGER NOT NULL,
  UNIQUE (account_id, minute, door, protocol, principal, address, refusal)
) STRICT;
CREATE INDEX access_events_by_account ON access_events (account_id, at_ms DESC, id DESC);
CREATE INDEX access_events_by_time ON access_events (at_ms);

-- The words of each name, and a full-text index on them; triggers keep both.
CREATE TABLE search_names (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('account', 'user')),
  record_id TEXT NOT NULL UNIQUE,
  words TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search_words USING fts5 (
  words, content = 'search_names', content_rowid = 'number', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER search_names_inserted AFTER INSERT ON search_names
BEGIN
  INSERT INTO search_words (rowid, words) VALUES (NEW.number, NEW.words);
END;
CREATE TRIGGER search_names_updated AFTER UPDATE ON search_names
BEGIN
  INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', OLD.number, OLD.words);
  INSERT INTO search_words (rowid, words) VALUES (NEW.number, NEW.words);
END;

INSERT INTO search_names (kind, record_id, words) SELECT 'account', id, name || ' ' || display_name FROM accounts;
INSERT INTO search_names (kind, record_id, words) SELECT 'user', id, name || ' ' || display_name || ' ' || ifnull(email, '') FROM users;

CREATE TRIGGER search_account_inserted AFTER INSERT ON accounts
BEGIN
  INSERT INTO search_names (kind, record_id, words) VALUES ('account', NEW.id, NEW.name || ' ' || NEW.display_name);
END;
CREATE TRIGGER search_account_renamed AFTER UPDATE OF name, display_name ON accounts
BEGIN
  UPDATE search_names SET words = NEW.name || ' ' || NEW.display_name WHERE record_id = NEW.id;
END;
CREATE TRIGGER search_user_inserted AFTER INSERT ON users
BEGIN
  INSERT INTO search_names (kind, record_id, words) 
    VALUES ('user', NEW.id, NEW.name || ' ' || NEW.display_name || ' ' || ifnull(NEW.email, ''));
END;
CREATE TRIGGER search_user_renamed AFTER UPDATE OF name, display_name, email ON users
BEGIN
  UPDATE search_names SET words = NEW.name || ' ' || NEW.display_name || ' ' || ifnull(NEW.email, '')
    WHERE record_id = NEW.id;
END;
