-- Logins by the address that they came from: for staff who have one from a log line.

CREATE INDEX access_events_by_address ON access_events (address, at_ms);
