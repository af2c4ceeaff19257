// SQL: types of appliances, sites, configuration files. See ../fleet-types.ts for what each operation promises.
import {
  fileScopes,
  type ApplianceTypeRecord,
  type FileWish,
  type FleetFile,
  type FleetFileRecord,
  type FleetTypeWrites,
  type SiteRecord,
} from '../fleet-types.ts';
import type { SqlConnection, SqlParameters } from './sql-connection.ts';

const typeSql = `SELECT id, name, title, channel, created_at_ms AS "createdAtMs" FROM appliance_types`;
const siteSql = `SELECT id, account_id AS "accountId", name, title, edge_node AS "edgeNode", windows,
  bandwidth_bytes_per_second AS "bandwidthBytesPerSecond", created_at_ms AS "createdAtMs" FROM sites`;
const fileSql = `SELECT f.id, f.name, f.scope, f.scope_name AS "scopeName", f.artifact_id AS "artifactId",
  f.product_id AS "productId", f.path, f.mode, f.owner_name AS "ownerName", f.owner_group AS "ownerGroup", f.reload,
  f.put_by AS "putBy", f.put_at_ms AS "putAtMs", p.name AS product, r.version, q.name AS "placedIn",
  a.release_id AS "releaseId", a.name AS "artifactName", a.size_bytes AS "sizeBytes", a.sha256, a.platform,
  a.media_type AS "mediaType", a.created_at_ms AS "artifactCreatedAtMs"
  FROM fleet_files f JOIN artifacts a ON a.id = f.artifact_id JOIN releases r ON r.id = a.release_id
  JOIN products p ON p.id = r.product_id LEFT JOIN products q ON q.id = f.product_id`;

type FileRow = Omit<FleetFile, 'reload' | 'artifact'> & {
  readonly reload: string | null;
  readonly releaseId: string;
  readonly artifactName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly platform: string | null;
  readonly mediaType: string;
  readonly artifactCreatedAtMs: number;
};

/** Types, sites and files in SQL. */
export class SqlFleetTypes implements FleetTypeWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async types(): Promise<ApplianceTypeRecord[]> {
    return await this.#connection.all(`${typeSql} ORDER BY name`);
  }

  async typeById(id: string): Promise<ApplianceTypeRecord | undefined> {
    return await this.#connection.get(`${typeSql} WHERE id = :id`, { id });
  }

  async typeByName(name: string): Promise<ApplianceTypeRecord | undefined> {
    return await this.#connection.get(`${typeSql} WHERE name = :name`, { name });
  }

  async productsOf(typeId: string): Promise<string[]> {
    const rows = await this.#connection.all<{ productId: string }>(
      `SELECT product_id AS "productId" FROM appliance_type_products WHERE type_id = :typeId ORDER BY product_id`,
      { typeId },
    );
    return rows.map(({ productId }) => productId);
  }

  async sites(accountId: string): Promise<SiteRecord[]> {
    return await this.#connection.all(`${siteSql} WHERE account_id = :accountId ORDER BY name`, {
      accountId,
    });
  }

  async siteById(id: string): Promise<SiteRecord | undefined> {
    return await this.#connection.get(`${siteSql} WHERE id = :id`, { id });
  }

  async siteByName(accountId: string, name: string): Promise<SiteRecord | undefined> {
    const parameters = { accountId, name };
    return await this.#connection.get(
      `${siteSql} WHERE account_id = :accountId AND name = :name`,
      parameters,
    );
  }

  async filesFor({ uid, typeId, groupName, siteId }: FileWish): Promise<FleetFile[]> {
    const found = await this.#files(
      `WHERE (f.scope = 'type' AND f.scope_name = :typeId) OR (f.scope = 'group' AND f.scope_name = :groupName)
         OR (f.scope = 'site' AND f.scope_name = :siteId) OR (f.scope = 'appliance' AND f.scope_name = :uid)`,
      { uid, typeId, groupName, siteId: siteId ?? '' },
    );
    const byScope = found.toSorted((a, b) => fileScopes.indexOf(a.scope) - fileScopes.indexOf(b.scope));
    const closest = new Map(byScope.map((file) => [file.name, file]));
    return [...closest.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async files(): Promise<FleetFile[]> {
    return await this.#files('', {});
  }

  async otherFileOwner(productId: string, accountId: string): Promise<string | undefined> {
    const row = await this.#connection.get<{ name: string }>(
      `SELECT c.name FROM fleet_files f
       JOIN artifacts x ON x.id = f.artifact_id
       JOIN releases r ON r.id = x.release_id
       LEFT JOIN sites s ON f.scope = 'site' AND s.id = f.scope_name
       LEFT JOIN appliances a ON f.scope = 'appliance' AND a.uid = f.scope_name
       JOIN accounts c ON c.id = coalesce(s.account_id, a.account_id)
       WHERE r.product_id = :productId AND c.id <> :accountId ORDER BY c.name LIMIT 1`,
      { productId, accountId },
    );
    return row?.name;
  }

  async insertType(type: ApplianceTypeRecord, productIds: readonly string[]): Promise<void> {
    await this.#connection.run(
      `INSERT INTO appliance_types (id, name, title, channel, created_at_ms)
       VALUES (:id, :name, :title, :channel, :createdAtMs)`,
      { ...type },
    );
    await this.setProducts(type.id, productIds);
  }

  async setProducts(typeId: string, productIds: readonly string[]): Promise<void> {
    await this.#connection.run('DELETE FROM appliance_type_products WHERE type_id = :typeId', { typeId });
    for (const productId of productIds) {
      await this.#connection.run(
        'INSERT INTO appliance_type_products (type_id, product_id) VALUES (:typeId, :productId)',
        { typeId, productId },
      );
    }
  }

  async putSite(site: SiteRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO sites (id, account_id, name, title, edge_node, windows, bandwidth_bytes_per_second, created_at_ms)
       VALUES (:id, :accountId, :name, :title, :edgeNode, :windows, :bandwidthBytesPerSecond, :createdAtMs)
       ON CONFLICT (account_id, name) DO UPDATE SET title = excluded.title, edge_node = excluded.edge_node,
         windows = excluded.windows, bandwidth_bytes_per_second = excluded.bandwidth_bytes_per_second`,
      { ...site },
    );
  }

  async putFile({ reload, ...file }: FleetFileRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO fleet_files (id, name, scope, scope_name, artifact_id, product_id, path, mode, owner_name, owner_group,
         reload, put_by, put_at_ms)
       VALUES (:id, :name, :scope, :scopeName, :artifactId, :productId, :path, :mode, :ownerName, :ownerGroup,
         :reload, :putBy, :putAtMs)
       ON CONFLICT (scope, scope_name, name) DO UPDATE SET artifact_id = excluded.artifact_id,
         product_id = excluded.product_id, path = excluded.path, mode = excluded.mode, owner_name = excluded.owner_name,
         owner_group = excluded.owner_group, reload = excluded.reload, put_by = excluded.put_by,
         put_at_ms = excluded.put_at_ms`,
      { ...file, reload: reload && JSON.stringify(reload) },
    );
  }

  async removeFile(file: Pick<FleetFileRecord, 'scope' | 'scopeName' | 'name'>): Promise<boolean> {
    const removedCount = await this.#connection.run(
      'DELETE FROM fleet_files WHERE scope = :scope AND scope_name = :scopeName AND name = :name',
      { scope: file.scope, scopeName: file.scopeName, name: file.name },
    );
    return removedCount > 0;
  }

  async #files(where: string, parameters: SqlParameters): Promise<FleetFile[]> {
    const rows = await this.#connection.all<FileRow>(`${fileSql} ${where} ORDER BY f.name, f.id`, parameters);
    return rows.map(fileOf);
  }
}

function fileOf(row: FileRow): FleetFile {
  const { releaseId, artifactName, sizeBytes, sha256, platform, mediaType, artifactCreatedAtMs, ...file } =
    row;
  const rest = { releaseId, sizeBytes, sha256, platform, mediaType };
  const artifact = { id: file.artifactId, name: artifactName, createdAtMs: artifactCreatedAtMs, ...rest };
  return { ...file, reload: file.reload === null ? null : (JSON.parse(file.reload) as string[]), artifact };
}
