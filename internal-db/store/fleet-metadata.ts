// Store interface: the signed metadata of the fleet's repositories, the keys that sign online, and the keys that packages are
// encrypted with. Implemented by each engine, used by fleet/metadata/.
import type { RepositoryName, RoleName } from '#commlink/fleet/tuf/tuf-error.ts';

/** A root. All are kept: an appliance that was switched off for years follows them one by one. */
export interface FleetRoot {
  readonly repository: RepositoryName;
  readonly version: number;
  readonly text: string;
  readonly installedAtMs: number;
}

/** The newest metadata of another role. */
export interface FleetRoleMetadata {
  readonly repository: RepositoryName;
  readonly role: Exclude<RoleName, 'root'>;
  readonly version: number;
  readonly expiresAtMs: number;
  readonly text: string;
}

/** A key that signs online; `publicKey` raw, base64url. */
export interface FleetOnlineKey {
  readonly publicKey: string;
  readonly repository: RepositoryName;
  readonly role: Exclude<RoleName, 'root'>;
  readonly sealedKey: string;
  readonly madeAtMs: number;
}

/** Reading them. */
export interface FleetMetadataReads {
  /** Roots after a version, oldest first. */
  rootsAfter(repository: RepositoryName, version: number, limit: number): Promise<FleetRoot[]>;
  newestRoot(repository: RepositoryName): Promise<FleetRoot | undefined>;
  ofRole(repository: RepositoryName, role: FleetRoleMetadata['role']): Promise<FleetRoleMetadata | undefined>;
  onlineKeys(): Promise<FleetOnlineKey[]>;
  /** The sealed content key of the package with this SHA-256. */
  packageKey(sha256: string): Promise<string | undefined>;
}

/** Writing them. */
export interface FleetMetadataWrites extends FleetMetadataReads {
  insertRoot(root: FleetRoot): Promise<void>;
  /** Puts it in the place of the one before. */
  putOfRole(metadata: FleetRoleMetadata): Promise<void>;
  insertOnlineKey(key: FleetOnlineKey): Promise<void>;
  deleteOnlineKey(publicKey: string): Promise<void>;
  /** Puts it in the place of one that was noted before. */
  putPackageKey(sha256: string, sealedKey: string, atMs: number): Promise<void>;
}
