// Where the files of a product are kept beside the origin, as a text that operators write and staff read: in the settings for
// all products, and at a product for this one. Callers: settings, internal-db, the command line.
import { Type, type Static } from '../schema.ts';

/**
 * `all`: at every ftp-node. `nodes:ftp1,ftp2`, `tags:eu,edge`: at these, or those with one of the tags, and delivered by no other. `popular:5/30`: at every node what was delivered
 * five times within thirty days, the rest as on demand. `on-demand`: where somebody asked for it.
 */
export const PlacementText = Type.String({
  maxLength: 500,
  pattern:
    '^(all|on-demand|(nodes|tags):[a-z0-9][a-z0-9-]{0,62}(,[a-z0-9][a-z0-9-]{0,62}){0,31}|popular:[1-9][0-9]{0,5}/[1-9][0-9]{0,2})$',
});
export type PlacementText = Static<typeof PlacementText>;

/** The same, taken apart. */
export type Placement =
  | { readonly kind: 'all' }
  | { readonly kind: 'on-demand' }
  | { readonly kind: 'nodes' | 'tags'; readonly names: readonly string[] }
  | { readonly kind: 'popular'; readonly deliveriesMin: number; readonly withinDays: number };

/** Takes a text apart whose form was checked. */
export function parsePlacement(text: PlacementText): Placement {
  const [kind, rest = ''] = text.split(':', 2);
  if (kind === 'nodes' || kind === 'tags') return { kind, names: rest.split(',') };
  if (kind === 'popular') {
    const [deliveriesMin, withinDays] = rest.split('/').map(Number);
    return { kind, deliveriesMin: deliveriesMin ?? 1, withinDays: withinDays ?? 1 };
  }
  return { kind: kind === 'on-demand' ? kind : 'all' };
}

/** Whether a node may have files of such a product at all. */
export function mayHold(placement: Placement, node: { name: string; tags: readonly string[] }): boolean {
  if (placement.kind === 'nodes') return placement.names.includes(node.name);
  if (placement.kind === 'tags') return node.tags.some((tag) => placement.names.includes(tag));
  return true;
}
