// Where an FTP node stands, and for whom it is there. It is told to internal-db, which chooses by it, and not to the node: one that
// somebody has taken over can't draw files and deliveries to itself by what it says. Callers: internal-db-settings.ts, internal-db.
import { Slug } from '../methods/fields.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { IpNetwork } from './link-settings.ts';

/** The place of one node, as far as it is told. */
const NodePlaceSettings = strictObject({
  /** Its region, as the vendor calls it: an account of the same region is served from here where it can be. */
  region: Type.Optional(Type.Union([Slug, Type.Null()])),
  /** Customers in these networks are served from here before anywhere else: an edge node's own site. */
  serves: Type.Optional(Type.Array(IpNetwork, { maxItems: 64 })),
  /** What operators call groups of nodes by. */
  tags: Type.Optional(Type.Array(Slug, { maxItems: 16 })),
  /** Only accounts whose own place names this node are served from it. */
  reserved: Type.Optional(Type.Boolean()),
});

/** The same, with all of its members. */
export type NodePlace = Required<Static<typeof NodePlaceSettings>>;

/** The places by the nodes' names. A node may have its place before it joins. */
export const NodePlaces = Type.Record(Slug, NodePlaceSettings, { maxProperties: 1000, default: {} });
export type NodePlaces = Static<typeof NodePlaces>;

const anywhere: NodePlace = { region: null, serves: [], tags: [], reserved: false };

/** The place of a node. */
export function placeOfNode(places: NodePlaces, name: string): NodePlace {
  return Object.hasOwn(places, name) ? { ...anywhere, ...places[name] } : anywhere;
}
