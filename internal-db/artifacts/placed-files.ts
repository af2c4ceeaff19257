// What is placed at a node: by the placement of each product, or of all, and by what was asked for lately. Called by
// holding-orders.ts for each node each time.
import { mayHold, parsePlacement, type Placement } from '#commlink/artifacts/placement.ts';
import type { Member } from '#commlink/node-config.ts';
import { placeOfNode } from '#commlink/settings/node-place-settings.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type { Clock } from '../clock.ts';
import { popularFilesMax, popularityFreshMs } from '../limits.ts';
import type { PlacedFiles as PlacedAtNode } from '../store/originals.ts';
import type { Store } from '../store/store.ts';

const dayMs = 86_400_000;

/** What is asked. */
export interface PlacedFilesParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: () => Pick<InternalDbSettings, 'placement' | 'nodePlaces'>;
}

interface Popular {
  readonly text: string;
  readonly atMs: number;
  readonly sha256s: readonly string[];
}

/** The placements, and what is popular, which is counted once a minute. */
export class PlacedFiles {
  readonly #parts: PlacedFilesParts;
  /** By product. */
  #popular = new Map<string, Popular>();

  constructor(parts: PlacedFilesParts) {
    this.#parts = parts;
  }

  /** What is placed at the node. */
  async at({ name }: Member): Promise<PlacedAtNode> {
    const { store, settings } = this.#parts;
    const products = await store.read.catalog.placements();
    const { tags } = placeOfNode(settings().nodePlaces, name);
    const productIds: string[] = [];
    const sha256s = new Set<string>();
    for (const { productId, placement } of products) {
      const text = placement ?? settings().placement;
      const parsed = parsePlacement(text);
      if (parsed.kind === 'on-demand') continue;
      if (parsed.kind === 'popular')
        for (const sha256 of await this.#popularIn(productId, text, parsed)) sha256s.add(sha256);
      else if (mayHold(parsed, { name, tags })) productIds.push(productId);
    }
    return { productIds, sha256s: [...sha256s] };
  }

  /** Whether this original is placed at the node. */
  async includes(member: Member, sha256: string): Promise<boolean> {
    return await this.#parts.store.read.originals.isPlaced(sha256, await this.at(member));
  }

  async #popularIn(
    productId: string,
    text: string,
    { deliveriesMin, withinDays }: Extract<Placement, { kind: 'popular' }>,
  ): Promise<readonly string[]> {
    const atMs = this.#parts.clock.nowMs();
    const known = this.#popular.get(productId);
    if (known?.text === text && atMs - known.atMs < popularityFreshMs) return known.sha256s;
    const sinceMs = atMs - withinDays * dayMs;
    const counted = { sinceMs, deliveriesMin, limit: popularFilesMax };
    const sha256s = await this.#parts.store.read.originals.popularIn(productId, counted);
    this.#popular.set(productId, { text, atMs, sha256s });
    return sha256s;
  }
}
