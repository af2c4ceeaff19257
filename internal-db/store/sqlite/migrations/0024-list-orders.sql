-- The orders in which pins, and messages that were turned away, are listed page by page.
CREATE INDEX version_pins_by_time ON version_pins (pinned_at_ms, product_id, scope, subject);
CREATE INDEX fleet_refusals_by_place ON fleet_refusals (last_at_ms, kind, subject);
DROP INDEX fleet_refusals_by_time;
