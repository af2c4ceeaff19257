-- Which nodes hold what. `placement` of a product (commlink/artifacts/placement.ts), null as the settings say; `pinned` is 1 for what
-- a node holds because of its placement, 0 for what it may drop; `arrived_bytes` is how much of a delivery's file has come to its
-- node while it is on the way there, null for one that was there.
ALTER TABLE products ADD COLUMN placement TEXT;
ALTER TABLE holdings ADD COLUMN pinned BIGINT NOT NULL DEFAULT 1;
ALTER TABLE deliveries ADD COLUMN arrived_bytes BIGINT;
CREATE INDEX deliveries_arriving ON deliveries (node_id)
  WHERE arrived_bytes IS NOT NULL AND state = 'requested';
