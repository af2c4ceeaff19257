// The list of banned networks, as internal-db signs it for the ftp-nodes: whole each time, so that the newest one that
// arrives is all that a node needs. Callers: documents.ts; internal-db, which keeps the bans; ftp-node, which obeys them.
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Slug } from './fields.ts';

/** Bans in force at once. */
export const bansMax = 2000;

/** A network as `formatNetwork` writes it. */
export const Network = Type.String({ minLength: 2, maxLength: 49, pattern: '^[0-9a-f:.]+(?:/\\d{1,3})?$' });

/** The bans in force at one moment. Of two lists the one with the higher `sequence` counts, and stays until the next. */
export const BanListDocument = strictObject({
  cluster: Slug,
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  issuedAtMs: AtMs,
  bans: Type.Array(strictObject({ network: Network, untilMs: AtMs }), { maxItems: bansMax }),
});
export type BanListDocument = Static<typeof BanListDocument>;

/** The sequence of the list that a node goes by; 0 for none yet. */
export const BanSequence = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
