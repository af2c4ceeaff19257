// Catalogs on demand. The director's metadata is made and signed for one appliance when something in it has changed, or before it
// ends; until then the stored texts stand, and a beat costs nothing more. Called when an appliance beats and when it fetches.
import { catalogSha256, type CatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { sealContentKey } from '#commlink/fleet/package/content-key.ts';
import { InternalDbError } from '../../internal-db-error.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { BeatingAppliance, CatalogRecord } from '../../store/fleet-beats.ts';
import { readGeneration } from '../fleet-generation.ts';
import { catalogFreshShare } from '../limits.ts';
import { ChoosableReleases } from './choosable-releases.ts';
import { chooseTargets, type CatalogChoice, type ChoiceTools } from './choose-targets.ts';
import { EntitledFiles } from './entitled-files.ts';

/** What is stored of a catalog beside its marks. */
interface StoredMetadata {
  readonly timestamp: string;
  readonly snapshot: string;
  readonly targets: string;
  /** What it names, to be noted as sent when it is fetched. */
  readonly products: readonly { productId: string; version: string }[];
  readonly files: readonly { path: string; sha256: string }[];
}

/** What an appliance has already. */
export interface CatalogWish {
  readonly known: string | null;
  readonly directorRoot: number;
  readonly packagesRoot: number;
}

type Context = Pick<ServiceContext, 'store' | 'clock' | 'fleetMetadata'>;

/** The catalogs. */
export class ApplianceCatalogs {
  readonly #context: Context;
  readonly #tools: ChoiceTools;

  constructor(context: Context) {
    this.#context = context;
    this.#tools = { choosable: new ChoosableReleases(context), entitled: new EntitledFiles(context) };
  }

  /** The mark of an active appliance's catalog, made anew where it stands no more; null: there is none now. */
  async markOf(appliance: BeatingAppliance, generation: number): Promise<string | null> {
    const { catalog } = appliance;
    const nowMs = this.#context.clock.nowMs();
    if (catalog?.generation === generation && nowMs < catalog.freshUntilMs) return catalog.sha256;
    const judged = await this.#judge(appliance, generation);
    return judged?.sha256 ?? null;
  }

  /** The catalog itself. `bundle` null: it is the one that is known there; null: there is none now. */
  async fetch(
    appliance: BeatingAppliance,
    { known, directorRoot, packagesRoot }: CatalogWish,
  ): Promise<{ sha256: string; bundle: string | null } | null> {
    const { store, clock, fleetMetadata } = this.#context;
    const generation = await readGeneration(store.read);
    const sha256 = await this.markOf(appliance, generation);
    if (sha256 === null || sha256 === known) return sha256 === null ? null : { sha256, bundle: null };
    const stored = await store.read.beats.catalogOf(appliance.uid);
    if (!stored) return null;
    const { timestamp, snapshot, targets, products, files } = JSON.parse(stored.metadata) as StoredMetadata;
    const bundle: CatalogBundle = {
      director: {
        roots: await fleetMetadata.rootsAfter('director', directorRoot),
        timestamp,
        snapshot,
        targets,
      },
      packages: {
        roots: await fleetMetadata.rootsAfter('packages', packagesRoot),
        ...fleetMetadata.packages(),
      },
    };
    if (stored.fetchedAtMs === null) {
      const atMs = clock.nowMs();
      await store.transaction(async ({ beats }) => {
        await beats.setFetched(appliance.uid, atMs);
        await beats.putSent(appliance.uid, { products, files, atMs });
      });
    }
    return { sha256: stored.sha256, bundle: JSON.stringify(bundle) };
  }

  async #judge(appliance: BeatingAppliance, generation: number): Promise<CatalogRecord | null> {
    const { store, clock, fleetMetadata } = this.#context;
    // As new as this generation at least: another internal-db may have raised it for roots that this one has not read yet.
    await fleetMetadata.follow();
    const choice = await chooseTargets(this.#context, appliance, { ...this.#tools, generation });
    if (!choice) return null;
    const stored = await store.read.beats.catalogOf(appliance.uid);
    if (stored?.choice !== choice.digest || clock.nowMs() >= stored.freshUntilMs)
      return await this.#make(appliance, choice, { generation, stored });
    const stands = { generation, freshUntilMs: Math.min(stored.freshUntilMs, choice.holdsUntilMs) };
    await store.transaction(({ beats }) => beats.confirmCatalog(appliance.uid, stands));
    return { ...stored, ...stands };
  }

  async #make(
    { uid, sealingKey, slot }: BeatingAppliance,
    choice: CatalogChoice,
    { generation, stored }: { generation: number; stored: CatalogRecord | undefined },
  ): Promise<CatalogRecord> {
    const { store, clock, fleetMetadata } = this.#context;
    const [nowMs, madeAtMs] = [clock.nowMs(), clock.wallMs()];
    const packages = await Promise.all(
      choice.packages.map(async ({ path, sizeBytes, sha256, product, version }) => {
        const contentKey = await this.#sealKey({ uid, sealingKey, sha256 });
        return {
          path,
          sizeBytes,
          sha256,
          custom: { kind: 'package' as const, product, version, contentKey },
        };
      }),
    );
    const made = fleetMetadata.makeDirector({
      subject: { ...choice.subject, madeAtMs },
      targets: [...packages, ...choice.files],
      previousVersion: stored?.version ?? 0,
      nowMs: madeAtMs,
    });
    const { timestamp, snapshot, targets, version, expiresAtMs } = made;
    const metadata: StoredMetadata = {
      timestamp,
      snapshot,
      targets,
      products: choice.packages.map((each) => ({ productId: each.productId, version: each.version })),
      files: choice.files.map(({ path, sha256 }) => ({ path, sha256 })),
    };
    const freshMs = (expiresAtMs - madeAtMs) * freshShare(slot);
    const record: CatalogRecord = {
      uid,
      generation,
      version,
      madeAtMs: nowMs,
      fetchedAtMs: null,
      freshUntilMs: Math.min(Math.floor(nowMs + freshMs), choice.holdsUntilMs),
      sha256: catalogSha256({ director: { timestamp } }),
      choice: choice.digest,
      metadata: JSON.stringify(metadata),
    };
    await store.transaction(({ beats }) => beats.putCatalog(record));
    return record;
  }

  async #sealKey(place: { uid: string; sealingKey: string; sha256: string }): Promise<string> {
    const key = await this.#context.fleetMetadata.contentKey(place.sha256);
    if (!key) throw new InternalDbError('store_fault', `the package ${place.sha256} has no content key`);
    return await sealContentKey(key, place.sealingKey, { uid: place.uid, sha256: place.sha256 });
  }
}

/** A fleet that was made on one day is not made anew on one day. */
function freshShare(slot: number): number {
  const { min, max } = catalogFreshShare;
  return min + ((max - min) * slot) / 10_000;
}
