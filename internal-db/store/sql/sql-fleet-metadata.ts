// SQL: the fleet's signed metadata, online keys, packages' keys. See ../fleet-metadata.ts for what each operation promises.
import type { FleetMetadataWrites, FleetOnlineKey, FleetRoleMetadata, FleetRoot } from '../fleet-metadata.ts';
import type { SqlConnection } from './sql-connection.ts';

const rootSql = `SELECT repository, version, text, installed_at_ms AS "installedAtMs" FROM fleet_roots`;

/** Metadata in SQL. */
export class SqlFleetMetadata implements FleetMetadataWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async rootsAfter(repository: string, version: number, limit: number): Promise<FleetRoot[]> {
    return await this.#connection.all(
      `${rootSql} WHERE repository = :repository AND version > :version ORDER BY version LIMIT :limit`,
      { repository, version, limit },
    );
  }

  async newestRoot(repository: string): Promise<FleetRoot | undefined> {
    return await this.#connection.get(
      `${rootSql} WHERE repository = :repository ORDER BY version DESC LIMIT 1`,
      { repository },
    );
  }

  async ofRole(repository: string, role: string): Promise<FleetRoleMetadata | undefined> {
    return await this.#connection.get(
      `SELECT repository, role, version, expires_at_ms AS "expiresAtMs", text FROM fleet_metadata
       WHERE repository = :repository AND role = :role`,
      { repository, role },
    );
  }

  async onlineKeys(): Promise<FleetOnlineKey[]> {
    return await this.#connection.all(
      `SELECT public_key AS "publicKey", repository, role, sealed_key AS "sealedKey", made_at_ms AS "madeAtMs"
       FROM fleet_online_keys ORDER BY made_at_ms, public_key`,
    );
  }

  async packageKey(sha256: string): Promise<string | undefined> {
    const row = await this.#connection.get<{ sealedKey: string }>(
      'SELECT sealed_key AS "sealedKey" FROM package_keys WHERE sha256 = :sha256',
      { sha256 },
    );
    return row?.sealedKey;
  }

  async insertRoot(root: FleetRoot): Promise<void> {
    await this.#connection.run(
      `INSERT INTO fleet_roots (repository, version, text, installed_at_ms)
       VALUES (:repository, :version, :text, :installedAtMs)`,
      { ...root },
    );
  }

  async putOfRole(metadata: FleetRoleMetadata): Promise<void> {
    await this.#connection.run(
      `INSERT INTO fleet_metadata (repository, role, version, expires_at_ms, text)
       VALUES (:repository, :role, :version, :expiresAtMs, :text)
       ON CONFLICT (repository, role) DO UPDATE SET version = excluded.version,
         expires_at_ms = excluded.expires_at_ms, text = excluded.text`,
      { ...metadata },
    );
  }

  async insertOnlineKey(key: FleetOnlineKey): Promise<void> {
    await this.#connection.run(
      `INSERT INTO fleet_online_keys (public_key, repository, role, sealed_key, made_at_ms)
       VALUES (:publicKey, :repository, :role, :sealedKey, :madeAtMs)`,
      { ...key },
    );
  }

  async deleteOnlineKey(publicKey: string): Promise<void> {
    await this.#connection.run('DELETE FROM fleet_online_keys WHERE public_key = :publicKey', { publicKey });
  }

  async putPackageKey(sha256: string, sealedKey: string, atMs: number): Promise<void> {
    await this.#connection.run(
      `INSERT INTO package_keys (sha256, sealed_key, noted_at_ms) VALUES (:sha256, :sealedKey, :atMs)
       ON CONFLICT (sha256) DO UPDATE SET sealed_key = excluded.sealed_key, noted_at_ms = excluded.noted_at_ms`,
      { sha256, sealedKey, atMs },
    );
  }
}
