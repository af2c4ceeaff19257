-- Requests that must not be done twice, and events that other systems are told of.

-- A request with an Idempotency-Key, for a day. The answer is sealed by the web-front with the caller's own secret, which is
-- kept nowhere: nobody can read it here. Without one the request is under way.
CREATE TABLE idempotent_requests (
  caller_hash BLOB NOT NULL,
  request_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  begun_at_ms INTEGER NOT NULL,
  sealed_answer TEXT,
  PRIMARY KEY (caller_hash, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotent_requests_by_time ON idempotent_requests (begun_at_ms);

-- Who is told of what. The secret signs each message, so it has to be kept as it is.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;

-- What happened, as it is sent: written in the transaction in which it happened.
CREATE TABLE webhook_messages (
  id TEXT PRIMARY KEY,
  event_type TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_messages_by_time ON webhook_messages (at_ms);

-- One row for each message and each webhook that is told. `next_attempt_at_ms` is null when there is nothing more to do.
CREATE TABLE webhook_sendings (
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL REFERENCES webhook_messages (id) ON DELETE CASCADE,
  attempt_count INTEGER NOT NULL,
  next_attempt_at_ms INTEGER,
  delivered_at_ms INTEGER,
  last_outcome TEXT,
  PRIMARY KEY (webhook_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_sendings_by_message ON webhook_sendings (message_id);
CREATE INDEX webhook_sendings_due ON webhook_sendings (webhook_id, next_attempt_at_ms) WHERE next_attempt_at_ms IS NOT NULL;
