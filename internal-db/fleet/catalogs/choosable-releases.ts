// Which releases an account's appliances of a type may have: published, in the type's channel, with a package that the offline keys
// have signed, and allowed by an entitlement. Called by choose-targets.ts. Kept in memory for one generation of the fleet, so that
// a release for a million appliances is looked up once for each account and type.
import { packageMediaType, packageTargetPath, type TargetPath } from '#commlink/fleet/fleet-names.ts';
import { decideEntitlement } from '../../decision/decide-entitlement.ts';
import { gatherAccountFacts, type AccountFacts } from '../../decision/gather-facts.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { ArtifactRecord, ProductRecord } from '../../store/catalog.ts';
import type { ApplianceTypeRecord } from '../../store/fleet-types.ts';
import type { PublishedRelease } from '../../store/published.ts';
import { choosableListsMax, choosableReleasesMax } from '../limits.ts';

/** A release with the package that it is installed by. */
export interface PackagedRelease {
  readonly version: string;
  readonly channel: string;
  readonly publishedAtMs: number;
  /** The versions over which it installs; null: any. */
  readonly upgradeFrom: string | null;
  readonly path: TargetPath;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What may be chosen of one product, newest first. */
export interface ChoosableProduct {
  readonly product: ProductRecord;
  readonly releases: readonly PackagedRelease[];
}

/** What may be chosen, and until when that holds by itself. */
export interface Choosable {
  readonly products: readonly ChoosableProduct[];
  readonly holdsUntilMs: number;
}

type Context = Pick<ServiceContext, 'store' | 'clock' | 'fleetMetadata'>;

/** Finds them, and remembers them while nothing changes. */
export class ChoosableReleases {
  readonly #context: Context;
  #generation = -1;
  readonly #byAccountAndType = new Map<string, Choosable>();
  readonly #byProduct = new Map<string, Promise<readonly PackagedRelease[]>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Those of an account for a type, as they are at this generation. */
  async find(
    { account, type }: { account: AccountRecord; type: ApplianceTypeRecord },
    generation: number,
  ): Promise<Choosable> {
    if (generation !== this.#generation) {
      // Another internal-db may have raised it, by packages that were signed there.
      await this.#context.fleetMetadata.follow();
      this.#generation = generation;
      this.#byAccountAndType.clear();
      this.#byProduct.clear();
    }
    const key = `${account.id} ${type.id}`;
    const known = this.#byAccountAndType.get(key);
    if (known && this.#context.clock.nowMs() < known.holdsUntilMs) return known;
    const found = await this.#look(account, type);
    if (this.#byAccountAndType.size >= choosableListsMax) this.#byAccountAndType.clear();
    if (generation === this.#generation) this.#byAccountAndType.set(key, found);
    return found;
  }

  async #look(account: AccountRecord, type: ApplianceTypeRecord): Promise<Choosable> {
    const { read } = this.#context.store;
    const atMs = this.#context.clock.nowMs();
    const productIds = await read.fleetTypes.productsOf(type.id);
    const products = await read.catalog.productsByIds(productIds);
    const factsOf = await gatherAccountFacts(read, { account, productIds, atMs });
    const found: ChoosableProduct[] = [];
    for (const product of products) {
      const facts = factsOf.get(product.id);
      const packaged = facts ? await this.#packagedReleases(product, type.channel) : [];
      const releases = packaged.filter(
        (release) => facts && mayHave({ account, product, release, facts, atMs }),
      );
      found.push({ product, releases });
    }
    return { products: found, holdsUntilMs: endOf([...factsOf.values()], atMs) };
  }

  async #packagedReleases(product: ProductRecord, channel: string): Promise<readonly PackagedRelease[]> {
    const key = `${product.id} ${channel}`;
    const known = this.#byProduct.get(key) ?? this.#lookPackaged(product, channel);
    this.#byProduct.set(key, known);
    return await known;
  }

  async #lookPackaged(product: ProductRecord, channel: string): Promise<readonly PackagedRelease[]> {
    const { read } = this.#context.store;
    const wanted = { productId: product.id, channel, belowPrecedence: null, limit: choosableReleasesMax };
    const releases = await read.published.releases(wanted);
    const artifacts = Map.groupBy(
      await read.catalog.artifactsOfProduct(product.id),
      ({ releaseId }) => releaseId,
    );
    return releases
      .map((release) => this.#packageOf(product, release, artifacts.get(release.id) ?? []))
      .filter((release) => release !== null);
  }

  /** Both repositories must agree: what is published but not signed, or signed otherwise, is in no catalog. */
  #packageOf(
    product: ProductRecord,
    { version, channel, publishedAtMs }: PublishedRelease,
    artifacts: readonly ArtifactRecord[],
  ): PackagedRelease | null {
    const artifact = artifacts.find(({ mediaType }) => mediaType === packageMediaType);
    if (!artifact) return null;
    const path = packageTargetPath({ product: product.name, version, file: artifact.name });
    const { sizeBytes, sha256 } = artifact;
    const signed = this.#context.fleetMetadata.packageTarget(path);
    if (signed?.sha256 !== sha256 || signed.sizeBytes !== sizeBytes) return null;
    return { version, channel, publishedAtMs, upgradeFrom: signed.upgradeFrom, path, sizeBytes, sha256 };
  }
}

function mayHave(question: {
  account: AccountRecord;
  product: ProductRecord;
  release: PackagedRelease;
  facts: AccountFacts;
  atMs: number;
}): boolean {
  const { account, product, release, facts, atMs } = question;
  const { version, channel } = release;
  const published = { version, channel, state: 'published' as const };
  return decideEntitlement({ atMs, account, product, release: published, file: 'exists', ...facts }).allowed;
}

/** When what was decided from these facts ends by itself: entitlements begin and end, and nobody says so when they do. */
export function endOf(facts: readonly Pick<AccountFacts, 'entitlements'>[], atMs: number): number {
  const moments = facts.flatMap(({ entitlements }) =>
    entitlements.flatMap(({ notBeforeMs, notAfterMs }) => [
      notBeforeMs ?? 0,
      notAfterMs === null ? 0 : notAfterMs + 1,
    ]),
  );
  return Math.min(...moments.filter((moment) => moment > atMs), Number.MAX_SAFE_INTEGER);
}
