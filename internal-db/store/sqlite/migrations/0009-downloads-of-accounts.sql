-- Whose a download was, so that an account's and a person's history is read from an index. `downloaded_by` is the user of
-- the login (by password, token or key), or else whoever the delivery was asked for by.
ALTER TABLE downloads ADD COLUMN account_id TEXT REFERENCES accounts (id);
ALTER TABLE downloads ADD COLUMN downloaded_by TEXT;
UPDATE downloads SET
  account_id = (SELECT d.account_id FROM deliveries d WHERE d.id = delivery_id),
  downloaded_by = coalesce(
    CASE substr(principal, 1, instr(principal, ':') - 1)
      WHEN 'user' THEN principal
      WHEN 'token' THEN (SELECT 'user:' || u.name FROM personal_tokens k JOIN users u ON u.id = k.user_id
        WHERE k.id = substr(principal, 7))
      WHEN 'key' THEN (SELECT 'user:' || u.name FROM ssh_keys k JOIN users u ON u.id = k.user_id
        WHERE k.id = substr(principal, 5))
    END,
    (SELECT d.requested_by FROM deliveries d WHERE d.id = delivery_id));
CREATE INDEX downloads_by_account ON downloads (account_id, started_at_ms DESC, id DESC);
CREATE INDEX downloads_by_person ON downloads (account_id, downloaded_by, started_at_ms DESC, id DESC);
