// Store interface: types of appliances, sites of accounts, and the configuration files that appliances get. Implemented in SQL,
// used by internal-db/fleet/.
import type { ArtifactRecord } from './catalog.ts';

/** A model of appliance: the products that it runs, from one channel. */
export interface ApplianceTypeRecord {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly channel: string;
  readonly createdAtMs: number;
}

/** A place of an account. `edgeNode`: the name of the ftp-node there. `windows`: JSON, as the catalog carries it. */
export interface SiteRecord {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly title: string;
  readonly edgeNode: string | null;
  readonly windows: string;
  readonly bandwidthBytesPerSecond: number | null;
  readonly createdAtMs: number;
}

/** Where a configuration file goes; the later in this list is the closer, and wins. */
export const fileScopes = ['type', 'group', 'site', 'appliance'] as const;
/** Where a configuration file goes. */
export type FileScope = (typeof fileScopes)[number];

/** A configuration file: bytes of a file of a release, and what becomes of them on an appliance. */
export interface FleetFileRecord {
  readonly id: string;
  readonly name: string;
  readonly scope: FileScope;
  /** The type's id, the group's name, the site's id, or the appliance's uid. */
  readonly scopeName: string;
  readonly artifactId: string;
  /** The path is below this product's directory, and the file takes a placeholder's place there. */
  readonly productId: string | null;
  readonly path: string;
  /** Permission bits: 0o640. */
  readonly mode: number;
  readonly ownerName: string | null;
  readonly ownerGroup: string | null;
  /** The command that makes it count. */
  readonly reload: readonly string[] | null;
  readonly putBy: string;
  readonly putAtMs: number;
}

/** Which configuration files apply to an appliance. */
export interface FileWish {
  readonly uid: string;
  readonly typeId: string;
  readonly groupName: string;
  readonly siteId: string | null;
}

/** Reading types, sites and files. */
export interface FleetTypeReads {
  types(): Promise<ApplianceTypeRecord[]>;
  typeById(id: string): Promise<ApplianceTypeRecord | undefined>;
  typeByName(name: string): Promise<ApplianceTypeRecord | undefined>;
  /** Ids of the products that a type runs. */
  productsOf(typeId: string): Promise<string[]>;
  sites(accountId: string): Promise<SiteRecord[]>;
  siteById(id: string): Promise<SiteRecord | undefined>;
  siteByName(accountId: string, name: string): Promise<SiteRecord | undefined>;
  /** Of each name the closest, by name, with its bytes' record, product and version. */
  filesFor(wish: FileWish): Promise<FleetFile[]>;
  files(): Promise<FleetFile[]>;
  /** The name of another account at whose sites or on whose appliances there are files of the product's releases, if there is one. */
  otherFileOwner(productId: string, accountId: string): Promise<string | undefined>;
}

/** A configuration file with the file of a release that it is. */
export interface FleetFile extends FleetFileRecord {
  readonly artifact: ArtifactRecord;
  readonly product: string;
  readonly version: string;
  /** The name of `productId`. */
  readonly placedIn: string | null;
}

/** Writing them. */
export interface FleetTypeWrites extends FleetTypeReads {
  /** `taken`: there is a type of that name. */
  insertType(type: ApplianceTypeRecord, productIds: readonly string[]): Promise<void>;
  /** Replaces the products that a type runs. */
  setProducts(typeId: string, productIds: readonly string[]): Promise<void>;
  /** Puts a site, in place of the account's one with that name. */
  putSite(site: SiteRecord): Promise<void>;
  /** Puts a file, in place of the one with that scope and name. */
  putFile(file: FleetFileRecord): Promise<void>;
  /** False when there is none. */
  removeFile(file: Pick<FleetFileRecord, 'scope' | 'scopeName' | 'name'>): Promise<boolean>;
}
