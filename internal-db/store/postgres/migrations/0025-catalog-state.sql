-- What the catalog's state is called: another name after each change of products, releases or files, so that what was read of
-- them is known to be true still by one short question. At random, since a database that is restored may have changes anew.
CREATE TABLE catalog_state (name TEXT NOT NULL);
INSERT INTO catalog_state (name) VALUES (CAST(gen_random_uuid() AS text));
CREATE FUNCTION rename_catalog_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE catalog_state SET name = CAST(gen_random_uuid() AS text);
  RETURN NULL;
END $$;
CREATE TRIGGER products_in_catalog AFTER INSERT OR UPDATE OR DELETE ON products
  FOR EACH STATEMENT EXECUTE FUNCTION rename_catalog_state();
CREATE TRIGGER releases_in_catalog AFTER INSERT OR UPDATE OR DELETE ON releases
  FOR EACH STATEMENT EXECUTE FUNCTION rename_catalog_state();
CREATE TRIGGER artifacts_in_catalog AFTER INSERT OR UPDATE OR DELETE ON artifacts
  FOR EACH STATEMENT EXECUTE FUNCTION rename_catalog_state();
