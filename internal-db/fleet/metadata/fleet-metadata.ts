// The fleet's metadata as this process goes by it: roots, the packages' repository, and the online keys, read once and read anew
// when any internal-db has changed them. Signs answers to beats, and catalogs for one appliance each. Called by the fleet's services.
import type { KeyObject } from 'node:crypto';
import { signBeatReply, type BeatReply } from '#commlink/fleet/beat-reply.ts';
import type { CatalogSubject, TargetCustom } from '#commlink/fleet/catalog-entries.ts';
import { rootsDigest } from '#commlink/fleet/enrol-command.ts';
import { rootsInBundleMax } from '#commlink/fleet/limits.ts';
import { sealSourcesReply, type AnsweredRequest } from '#commlink/fleet/sources-answer.ts';
import type { SourcesReply } from '#commlink/fleet/sources.ts';
import { describeMetadata } from '#commlink/fleet/tuf/describe-metadata.ts';
import {
  makeSnapshot,
  makeTargets,
  makeTimestamp,
  nextVersion,
  type DescribedTarget,
} from '#commlink/fleet/tuf/make-metadata.ts';
import type { RepositoryName } from '#commlink/fleet/tuf/tuf-error.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { Clock } from '../../clock.ts';
import type { DatabaseSeal } from '../../database-keys/database-seal.ts';
import type { FleetOnlineKey, FleetRoot } from '../../store/fleet-metadata.ts';
import type { Store } from '../../store/store.ts';
import { fleetRefusals } from '../../texts/service-texts.ts';
import { ContentKeys } from './content-keys.ts';
import { directorLifetimeMs } from './limits.ts';
import {
  makeOnlineKey,
  openOnlineKeys,
  signingKeysOf,
  type RolePlace,
  type SigningKeys,
} from './online-keys.ts';
import { mustRenew, packagesOf, renewPackages, type PackageDescription } from './packages-metadata.ts';

/** What it works with. */
export interface FleetMetadataParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly seal: DatabaseSeal;
}

/** A catalog's metadata for one appliance. */
export interface DirectorMetadata {
  readonly timestamp: string;
  readonly snapshot: string;
  readonly targets: string;
  /** Of all three. */
  readonly version: number;
  readonly expiresAtMs: number;
}

/** The packages' repository. */
export interface PackagesMetadata {
  readonly timestamp: string;
  readonly snapshot: string;
  readonly targets: string;
}

/** Something that people have signed, and when it ends. */
export interface OfflineEnd {
  readonly what: string;
  readonly expiresAtMs: number;
}

interface Loaded {
  readonly stamp: string;
  readonly roots: Readonly<Record<RepositoryName, FleetRoot>>;
  readonly packages: PackagesMetadata;
  readonly ends: { readonly snapshot: { expiresAtMs: number }; readonly timestamp: { expiresAtMs: number } };
  readonly described: ReadonlyMap<string, PackageDescription>;
  readonly offlineEnds: readonly OfflineEnd[];
  readonly keys: SigningKeys;
}

/** The metadata. Everything but `isSetUp` throws RpcError `refused` before the fleet is set up. */
export class FleetMetadata {
  readonly #parts: FleetMetadataParts;
  readonly contentKeys: ContentKeys;
  #loaded: Loaded | null = null;

  constructor(parts: FleetMetadataParts) {
    this.#parts = parts;
    this.contentKeys = new ContentKeys(parts.store, parts.seal);
  }

  /** Makes a key for a role that signs online. No root names it yet, and it is not stored. */
  async makeKey(place: RolePlace): Promise<FleetOnlineKey> {
    return await makeOnlineKey(this.#parts.seal, place, this.#parts.clock.nowMs());
  }

  /** The stored keys that these roots name. */
  async keysNamedBy(roots: Readonly<Record<RepositoryName, string>>): Promise<SigningKeys> {
    const { store, seal } = this.#parts;
    return await openOnlineKeys(seal, await store.read.fleetMetadata.onlineKeys(), roots);
  }

  /** Whether there are roots, and with them all the rest. */
  isSetUp(): boolean {
    return this.#loaded !== null;
  }

  /** Reads all anew if anybody has changed it; to be called at the start, on a schedule, and after a change. */
  async follow(): Promise<void> {
    const { read } = this.#parts.store;
    const stamp = (await read.settings.get('fleet_metadata_stamp')) ?? '';
    if (stamp === '' || stamp === this.#loaded?.stamp) return;
    const { fleetMetadata } = read;
    const [director, root, targets, snapshot, timestamp] = await Promise.all([
      fleetMetadata.newestRoot('director'),
      fleetMetadata.newestRoot('packages'),
      fleetMetadata.ofRole('packages', 'targets'),
      fleetMetadata.ofRole('packages', 'snapshot'),
      fleetMetadata.ofRole('packages', 'timestamp'),
    ]);
    if (!director || !root || !targets || !snapshot || !timestamp) return;
    const texts = { director: director.text, packages: root.text };
    this.#loaded = {
      stamp,
      roots: { director, packages: root },
      packages: { timestamp: timestamp.text, snapshot: snapshot.text, targets: targets.text },
      ends: { snapshot, timestamp },
      described: packagesOf(targets.text),
      offlineEnds: [
        { what: 'root of director', ...describeMetadata('root', director.text) },
        { what: 'root of packages', ...describeMetadata('root', root.text) },
        { what: 'targets of packages', expiresAtMs: targets.expiresAtMs },
      ].map(({ what, expiresAtMs }) => ({ what, expiresAtMs })),
      keys: await this.keysNamedBy(texts),
    };
  }

  /** Makes the packages' timestamp and snapshot anew before they end. One internal-db does it for all. */
  async renew(): Promise<void> {
    await this.follow();
    const nowMs = this.#parts.clock.nowMs();
    if (!this.#loaded || !mustRenew(this.#loaded.ends, nowMs)) return;
    const { keys } = this.#loaded;
    await this.#parts.store.transaction(async (transaction) => {
      await renewPackages(transaction, keys, { nowMs, isSnapshotStale: false });
      await transaction.settings.put('fleet_metadata_stamp', newStamp(nowMs));
    });
    await this.follow();
  }

  /** An answer to a beat, signed by the director's timestamp key. */
  signReply(reply: BeatReply): string {
    return signBeatReply(reply, this.#replyKey());
  }

  /** An answer to a request for sources: sealed to the appliance that asked, and signed as answers to beats are. */
  async sealSources(
    reply: SourcesReply,
    to: { readonly request: AnsweredRequest; readonly sealingKey: string },
  ): Promise<string> {
    return await sealSourcesReply(reply, { ...to, privateKey: this.#replyKey() });
  }

  /** A catalog for one appliance. `previousVersion`: of the one that it was given before, or 0. */
  makeDirector(catalog: {
    readonly subject: CatalogSubject;
    readonly targets: readonly (DescribedTarget & { readonly custom: TargetCustom })[];
    readonly previousVersion: number;
    readonly nowMs: number;
  }): DirectorMetadata {
    const { subject, previousVersion, nowMs } = catalog;
    const { keys } = this.#ready();
    const version = nextVersion(previousVersion, nowMs);
    const expiresAtMs = nowMs + directorLifetimeMs;
    const { uid } = subject;
    const terms = (role: 'targets' | 'snapshot' | 'timestamp') => {
      const signers = signingKeysOf(keys, { repository: 'director', role });
      return { version, expiresAtMs, keys: signers, uid };
    };
    const targets = makeTargets(catalog.targets, { ...terms('targets'), custom: subject });
    const snapshot = makeSnapshot(targets, terms('snapshot'));
    const timestamp = makeTimestamp(snapshot, terms('timestamp'));
    return { timestamp, snapshot, targets, version, expiresAtMs };
  }

  /** The packages' repository as it is now. */
  packages(): PackagesMetadata {
    return this.#ready().packages;
  }

  /** The roots that lead from a version to the newest, as many as a bundle takes. */
  async rootsAfter(repository: RepositoryName, version: number): Promise<string[]> {
    if (this.#ready().roots[repository].version <= version) return [];
    const { fleetMetadata } = this.#parts.store.read;
    return (await fleetMetadata.rootsAfter(repository, version, rootsInBundleMax)).map(({ text }) => text);
  }

  /** What a newly enrolled appliance trusts first: the newest roots. */
  firstRoots(): { directorRoot: string; packagesRoot: string } {
    const { director, packages } = this.#ready().roots;
    return { directorRoot: director.text, packagesRoot: packages.text };
  }

  /** What a person compares them by; null before the setup. */
  firstRootsDigest(): string | null {
    return this.#loaded === null ? null : rootsDigest(this.firstRoots());
  }

  /** The newest roots' versions: with another one of the director's, catalogs must be signed anew. */
  rootVersions(): Readonly<Record<RepositoryName, number>> {
    const { director, packages } = this.#ready().roots;
    return { director: director.version, packages: packages.version };
  }

  /** What people have signed and must sign again before it ends; nothing before the setup. */
  offlineEnds(): readonly OfflineEnd[] {
    return this.#loaded?.offlineEnds ?? [];
  }

  /** A package as people have signed it; undefined when they have not: then it can't stand in a catalog. */
  packageTarget(path: string): PackageDescription | undefined {
    return this.#ready().described.get(path);
  }

  /** The content key of a package; undefined when none was handed in. */
  async contentKey(sha256: string): Promise<Uint8Array | undefined> {
    return await this.contentKeys.find(sha256);
  }

  #replyKey(): KeyObject {
    const [key] = signingKeysOf(this.#ready().keys, { repository: 'director', role: 'timestamp' });
    if (key) return key;
    throw new RpcError('internal', 'There is no key of the director’s timestamp.');
  }

  #ready(): Loaded {
    if (this.#loaded) return this.#loaded;
    throw new RpcError('refused', fleetRefusals.notSetUp);
  }
}

/** A value that no earlier state of the metadata had. */
export function newStamp(nowMs: number): string {
  return `${nowMs}.${crypto.randomUUID()}`;
}
