// A section with one generation of a link's bag: its keys, for one end. Sealed once for each end when the generation is
// made, then forgotten by the operator; carried over verbatim until the generation is retired.
// Callers: composing makes keys; open-node-sections.ts puts the node's bags together.
import { randomBytes } from 'node:crypto';
import { bagSize } from '../../limits.ts';
import type { KeyGeneration } from '../../key-bag.ts';
import { Type, compileSchema, strictObject, type Static } from '../../schema.ts';
import { ConfigurationError } from '../configuration-error.ts';

const keyBytes = 32;

/** The content: an odd number of keys of 32 bytes, base64url. */
export const BagSection = strictObject({
  keys: Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), { minItems: 3, maxItems: 4095 }),
});
export type BagSection = Static<typeof BagSection>;

const bagSectionCheck = compileSchema('bag section', BagSection);

/** New keys for one generation; both ends get the same. */
export function createBagSection(): BagSection {
  return { keys: Array.from({ length: bagSize }, () => randomBytes(keyBytes).toString('base64url')) };
}

/** The keys of a generation. Throws ConfigurationError `damaged_section`, which quotes nothing. */
export function readBagSection(content: unknown, generation: number): KeyGeneration {
  if (!bagSectionCheck.matches(content) || content.keys.length % 2 === 0)
    throw new ConfigurationError('damaged_section', `Generation ${generation} of a bag holds no valid keys.`);
  return { generation, keys: content.keys.map((key) => Buffer.from(key, 'base64url')) };
}
