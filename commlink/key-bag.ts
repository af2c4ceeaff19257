// The bag of pre-shared keys of one ordered pair of nodes: `from` dials, `to` listens, nobody else holds it.
// Keys come in generations, so that a bag is replaced while links stay up: the listener takes every generation in the
// bag, the dialler uses the one to send. Callers: the launcher makes and writes bags, commlink.ts reads them.
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { NodeId, Slug } from './methods/fields.ts';
import { readPrivateFile, replacePrivateFile, writePrivateFile } from './private-file.ts';
import { StartupError } from './process-lifecycle.ts';
import { Type, compileSchema, strictObject, type Static } from './schema.ts';

const keyBytes = 32;
const defaultSize = 127;
/** Room for two generations and one that is being retired. */
const generationsMax = 3;
const fileSuffix = '.bag.json';

/** One generation: its number, never reused, and N keys of 32 bytes. */
export interface KeyGeneration {
  readonly generation: number;
  readonly keys: readonly Buffer[];
}

/** A bag. `from` and `to` are node ids; `sendGeneration` is the number of one of `generations`. */
export interface KeyBag {
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  readonly sendGeneration: number;
  readonly generations: readonly KeyGeneration[];
}

const Generation = Type.Integer({ minimum: 1, maximum: 4_294_967_295 });
const BagFile = strictObject({
  version: Type.Literal(1),
  cluster: Slug,
  from: NodeId,
  to: NodeId,
  sendGeneration: Generation,
  generations: Type.Array(
    strictObject({
      generation: Generation,
      keys: Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), { minItems: 3, maxItems: 4095 }),
    }),
    { minItems: 1, maxItems: generationsMax },
  ),
});
const bagFileCheck = compileSchema('key bag', BagFile);

/** Whose bag to make, and how many keys a generation has: an odd number of at least 3, by default 127. */
export interface KeyBagRequest {
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  readonly size?: number;
}

/** Makes a bag with generation 1. Throws RangeError for an even or too small size, TypeError when from equals to. */
export function createKeyBag({ cluster, from, to, size = defaultSize }: KeyBagRequest): KeyBag {
  if (from === to) throw new TypeError('A key bag is for two different nodes.');
  return { cluster, from, to, sendGeneration: 1, generations: [createGeneration(1, size)] };
}

/** The same bag with one more generation of the given number, to be accepted but not yet sent. */
export function acceptGeneration(bag: KeyBag, generation: number): KeyBag {
  const highest = Math.max(...bag.generations.map((known) => known.generation));
  if (generation <= highest) throw new RangeError(`Generation ${generation} is not above ${highest}.`);
  if (bag.generations.length >= generationsMax)
    throw new RangeError(`A bag holds at most ${generationsMax} generations: retire one first.`);
  const size = bag.generations[0]?.keys.length ?? defaultSize;
  return { ...bag, generations: [...bag.generations, createGeneration(generation, size)] };
}

/** The same bag with the dialler using the given generation. Throws RangeError when the bag does not have it. */
export function sendGeneration(bag: KeyBag, generation: number): KeyBag {
  generationOf(bag, generation);
  return { ...bag, sendGeneration: generation };
}

/** The same bag without one generation, whose keys are zeroed in memory. Throws RangeError for the one to send. */
export function retireGeneration(bag: KeyBag, generation: number): KeyBag {
  if (generation === bag.sendGeneration)
    throw new RangeError(`Generation ${generation} is the one to send: send another first.`);
  for (const key of generationOf(bag, generation).keys) key.fill(0);
  return { ...bag, generations: bag.generations.filter((kept) => kept.generation !== generation) };
}

/** One generation of a bag. Throws RangeError when the bag does not have it. */
export function generationOf(bag: KeyBag, generation: number): KeyGeneration {
  const found = bag.generations.find((candidate) => candidate.generation === generation);
  if (!found) throw new RangeError(`The bag has no generation ${generation}.`);
  return found;
}

/** Writes the bag as `<from>.<to>.bag.json`, 0600; a bag that was there before is overwritten with zeros. */
export async function writeKeyBag(directory: string, bag: KeyBag): Promise<void> {
  const file = path.join(directory, `${bag.from}.${bag.to}${fileSuffix}`);
  const generations = bag.generations.map(({ generation, keys }) => ({
    generation,
    keys: keys.map((key) => key.toString('base64url')),
  }));
  const { cluster, from, to } = bag;
  const text = `${JSON.stringify({ version: 1, cluster, from, to, sendGeneration: bag.sendGeneration, generations })}\n`;
  try {
    await replacePrivateFile(file, text);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await writePrivateFile(file, text);
  }
}

/** Reads every bag of a folder. Throws StartupError `KEY_BAG_INVALID` or `KEY_FILE_EXPOSED`; ENOENT stays ENOENT. */
export async function readKeyBags(directory: string): Promise<KeyBag[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(fileSuffix));
  return Promise.all(names.map((name) => readKeyBag(path.join(directory, name))));
}

async function readKeyBag(file: string): Promise<KeyBag> {
  const text = await readPrivateFile(file);
  const bag = parseBagFile(text);
  if (!bag || path.basename(file) !== `${bag.from}.${bag.to}${fileSuffix}`)
    throw new StartupError(
      'KEY_BAG_INVALID',
      `${file} is not a valid key bag. Restore it from a backup, or make a new bag on both nodes.`,
    );
  return bag;
}

/** The parser's own message is dropped on purpose: it may quote a key. */
function parseBagFile(text: string): KeyBag | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return bagFileCheck.matches(value) ? bagOf(value) : undefined;
}

function bagOf(file: Static<typeof BagFile>): KeyBag | undefined {
  const numbers = new Set(file.generations.map(({ generation }) => generation));
  const consistent =
    file.from !== file.to &&
    numbers.size === file.generations.length &&
    numbers.has(file.sendGeneration) &&
    file.generations.every(({ keys }) => keys.length % 2 === 1);
  if (!consistent) return undefined;
  const { cluster, from, to, sendGeneration: send } = file;
  const generations = file.generations.map(({ generation, keys }) => ({
    generation,
    keys: keys.map((key) => Buffer.from(key, 'base64url')),
  }));
  return { cluster, from, to, sendGeneration: send, generations };
}

function createGeneration(generation: number, size: number): KeyGeneration {
  if (!Number.isSafeInteger(size) || size < 3 || size % 2 === 0)
    // Linux hands out even ports to connect(2): an even N would leave half of the bag unused.
    throw new RangeError(`A bag has an odd number of keys, at least 3; not ${size}.`);
  return { generation, keys: Array.from({ length: size }, () => randomBytes(keyBytes)) };
}
