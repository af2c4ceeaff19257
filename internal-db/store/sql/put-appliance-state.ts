// SQL: what an appliance was sent, and what it has confirmed. Called by sql-fleet-beats.ts.
import type { SqlConnection } from './sql-connection.ts';

/** What is there, or was sent: all of it. */
export interface ApplianceStateWish {
  readonly products: readonly { productId: string; version: string }[];
  readonly files: readonly { path: string; sha256: string }[];
  readonly atMs: number;
}

/** Writes one of the two. What is named no more is emptied; a row of which nothing is left goes. */
export async function putApplianceState(
  connection: SqlConnection,
  { uid, what, wish }: { uid: string; what: 'sent' | 'confirmed'; wish: ApplianceStateWish },
): Promise<void> {
  const { products, files, atMs } = wish;

  const other = what === 'sent' ? 'confirmed' : 'sent';
  const emptied = (column: string): string => `${what}_${column} = NULL, ${what}_at_ms = NULL`;
  await connection.run(
    `UPDATE appliance_products SET ${emptied('version')} WHERE uid = :uid
         AND product_id NOT IN (${connection.dialect.textsOf('named')})`,
    { uid, named: JSON.stringify(products.map(({ productId }) => productId)) },
  );
  for (const { productId, version } of products) {
    await connection.run(
      `INSERT INTO appliance_products (uid, product_id, ${what}_version, ${what}_at_ms)
         VALUES (:uid, :productId, :version, :atMs)
         ON CONFLICT (uid, product_id) DO UPDATE SET ${what}_version = excluded.${what}_version,
           ${what}_at_ms = excluded.${what}_at_ms`,
      { uid, productId, version, atMs },
    );
  }
  await connection.run(
    `UPDATE appliance_files SET ${emptied('sha256')} WHERE uid = :uid
         AND path NOT IN (${connection.dialect.textsOf('named')})`,
    { uid, named: JSON.stringify(files.map(({ path }) => path)) },
  );
  for (const { path, sha256 } of files) {
    await connection.run(
      `INSERT INTO appliance_files (uid, path, ${what}_sha256, ${what}_at_ms) VALUES (:uid, :path, :sha256, :atMs)
         ON CONFLICT (uid, path) DO UPDATE SET ${what}_sha256 = excluded.${what}_sha256,
           ${what}_at_ms = excluded.${what}_at_ms`,
      { uid, path, sha256, atMs },
    );
  }
  await connection.run(
    `DELETE FROM appliance_files WHERE uid = :uid AND ${what}_sha256 IS NULL AND ${other}_sha256 IS NULL`,
    { uid },
  );
}
