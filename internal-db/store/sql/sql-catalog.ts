// SQL: products, releases, artifacts. See ../catalog.ts for what each operation promises.
import type { ArtifactRecord, CatalogWrites, ProductRecord, ReleaseRecord } from '../catalog.ts';
import { versionPrecedence } from '../version-precedence.ts';
import type { SqlConnection } from './sql-connection.ts';

const productSql = 'SELECT id, name, title, description, created_at_ms AS "createdAtMs" FROM products';
const releaseSql = `SELECT id, product_id AS "productId", version, channel, state, created_at_ms AS "createdAtMs",
  published_at_ms AS "publishedAtMs" FROM releases`;
const artifactColumns = `f.id, f.release_id AS "releaseId", f.name, f.size_bytes AS "sizeBytes", f.sha256, f.platform,
  f.media_type AS "mediaType", f.created_at_ms AS "createdAtMs"`;

/** The catalog in SQL. */
export class SqlCatalog implements CatalogWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async productById(id: string): Promise<ProductRecord | undefined> {
    return this.#connection.get(`${productSql} WHERE id = :id`, { id });
  }

  async productsByIds(ids: readonly string[]): Promise<ProductRecord[]> {
    const { dialect } = this.#connection;
    return this.#connection.all(`${productSql} WHERE id IN (${dialect.textsOf('ids')})`, {
      ids: JSON.stringify(ids),
    });
  }

  async productByName(name: string): Promise<ProductRecord | undefined> {
    return this.#connection.get(`${productSql} WHERE name = :name`, { name });
  }

  async products(): Promise<ProductRecord[]> {
    return this.#connection.all(`${productSql} ORDER BY name`);
  }

  async release(productId: string, version: string): Promise<ReleaseRecord | undefined> {
    return this.#connection.get(`${releaseSql} WHERE product_id = :productId AND version = :version`, {
      productId,
      version,
    });
  }

  async releasesOf(productId: string): Promise<ReleaseRecord[]> {
    return this.#connection.all(`${releaseSql} WHERE product_id = :productId ORDER BY created_at_ms, id`, {
      productId,
    });
  }

  async stateName(): Promise<string> {
    const row = await this.#connection.get<{ name: string }>('SELECT name FROM catalog_state');
    return row?.name ?? '';
  }

  async notesOf(releaseId: string): Promise<string> {
    const row = await this.#connection.get<{ notes: string }>(
      'SELECT notes FROM releases WHERE id = :releaseId',
      {
        releaseId,
      },
    );
    return row?.notes ?? '';
  }

  async platformOrderOf(productId: string): Promise<string[]> {
    const row = await this.#connection.get<{ platformOrder: string | null }>(
      'SELECT platform_order AS "platformOrder" FROM products WHERE id = :productId',
      { productId },
    );
    return row?.platformOrder ? (JSON.parse(row.platformOrder) as string[]) : [];
  }

  async placementOf(productId: string): Promise<string | null> {
    const row = await this.#connection.get<{ placement: string | null }>(
      'SELECT placement FROM products WHERE id = :productId',
      { productId },
    );
    return row?.placement ?? null;
  }

  async placements(): Promise<{ productId: string; placement: string | null }[]> {
    return await this.#connection.all('SELECT id AS "productId", placement FROM products');
  }

  async artifact(releaseId: string, name: string): Promise<ArtifactRecord | undefined> {
    return this.#connection.get(
      `SELECT ${artifactColumns} FROM artifacts f WHERE f.release_id = :releaseId AND f.name = :name`,
      { releaseId, name },
    );
  }

  async artifactsOf(releaseId: string): Promise<ArtifactRecord[]> {
    return this.#connection.all(
      `SELECT ${artifactColumns} FROM artifacts f WHERE f.release_id = :releaseId ORDER BY f.name`,
      { releaseId },
    );
  }

  async artifactsOfProduct(productId: string): Promise<ArtifactRecord[]> {
    return this.#connection.all(
      `SELECT ${artifactColumns} FROM artifacts f JOIN releases r ON r.id = f.release_id
       WHERE r.product_id = :productId ORDER BY f.name`,
      { productId },
    );
  }

  async insertProduct(product: ProductRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO products (id, name, title, description, created_at_ms)
       VALUES (:id, :name, :title, :description, :createdAtMs)`,
      { ...product },
    );
  }

  async insertRelease(release: ReleaseRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO releases (id, product_id, version, channel, state, created_at_ms, published_at_ms, precedence)
       VALUES (:id, :productId, :version, :channel, :state, :createdAtMs, :publishedAtMs,
         :precedence)`,
      { ...release, precedence: versionPrecedence(release.version) },
    );
  }

  async setReleaseState(
    id: string,
    state: ReleaseRecord['state'],
    publishedAtMs: number | null,
  ): Promise<void> {
    await this.#connection.run(
      `UPDATE releases SET state = :state, published_at_ms = coalesce(published_at_ms, :publishedAtMs)
       WHERE id = :id`,
      { id, state, publishedAtMs },
    );
  }

  async setNotes(releaseId: string, notes: string): Promise<void> {
    await this.#connection.run('UPDATE releases SET notes = :notes WHERE id = :releaseId', {
      releaseId,
      notes,
    });
  }

  async setPlatformOrder(productId: string, platforms: readonly string[]): Promise<void> {
    const platformOrder = platforms.length === 0 ? null : JSON.stringify(platforms);
    await this.#connection.run('UPDATE products SET platform_order = :platformOrder WHERE id = :productId', {
      productId,
      platformOrder,
    });
  }

  async setPlacement(productId: string, placement: string | null): Promise<void> {
    await this.#connection.run('UPDATE products SET placement = :placement WHERE id = :productId', {
      productId,
      placement,
    });
  }

  async insertArtifact(artifact: ArtifactRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO artifacts (id, release_id, name, size_bytes, sha256, platform, media_type, created_at_ms)
       VALUES (:id, :releaseId, :name, :sizeBytes, :sha256, :platform, :mediaType, :createdAtMs)`,
      { ...artifact },
    );
  }
}
