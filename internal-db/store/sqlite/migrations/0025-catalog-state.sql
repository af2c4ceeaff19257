-- What the catalog's state is called: another name after each change of products, releases or files, so that what was read of
-- them is known to be true still by one short question. At random, since a database that is restored may have changes anew.
CREATE TABLE catalog_state (name TEXT NOT NULL) STRICT;
INSERT INTO catalog_state (name) VALUES (hex(randomblob(16)));
CREATE TRIGGER products_added_in_catalog AFTER INSERT ON products
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER products_changed_in_catalog AFTER UPDATE ON products
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER products_removed_in_catalog AFTER DELETE ON products
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER releases_added_in_catalog AFTER INSERT ON releases
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER releases_changed_in_catalog AFTER UPDATE ON releases
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER releases_removed_in_catalog AFTER DELETE ON releases
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER artifacts_added_in_catalog AFTER INSERT ON artifacts
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER artifacts_changed_in_catalog AFTER UPDATE ON artifacts
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
CREATE TRIGGER artifacts_removed_in_catalog AFTER DELETE ON artifacts
BEGIN
  UPDATE catalog_state SET name = hex(randomblob(16));
END;
