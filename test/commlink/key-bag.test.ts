// Key bags: what is made, what is kept on disk, how generations follow each other, and what is wiped.
import { chmod, link, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import {
  acceptGeneration,
  createKeyBag,
  generationOf,
  readKeyBags,
  retireGeneration,
  sendGeneration,
  writeKeyBag,
} from '#commlink/key-bag.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';

const pair = { cluster: 'local', from: createNodeKeys().id, to: createNodeKeys().id };

async function folder(t: Test): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-bags-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
const fileIn = (directory: string): string => path.join(directory, `${pair.from}.${pair.to}.bag.json`);

void t.test('a bag has 127 different keys of 32 bytes, in generation 1', async (t) => {
  const bag = createKeyBag(pair);
  const keys = generationOf(bag, 1).keys;
  t.equal(new Set(keys.map((key) => key.toString('hex'))).size, 127);
  t.ok(keys.every((key) => key.length === 32));
  t.equal(bag.sendGeneration, 1);
});

void t.test('refuses an even or tiny size, and a bag from a node to itself', async (t) => {
  for (const size of [0, 1, 2, 126, 128, 2.5, -3, NaN])
    t.throws(() => createKeyBag({ ...pair, size }), RangeError);
  t.throws(() => createKeyBag({ ...pair, to: pair.from }), TypeError);
});

void t.test('a bag survives its file, which only the owner can read', async (t) => {
  const directory = await folder(t);
  const bag = createKeyBag(pair);
  await writeKeyBag(directory, bag);
  t.equal((await stat(fileIn(directory))).mode & 0o777, 0o600);
  t.same(await readKeyBags(directory), [bag]);
});

void t.test('generations are accepted, sent and retired in that order', async (t) => {
  const first = createKeyBag({ ...pair, size: 5 });
  t.throws(() => sendGeneration(first, 2), RangeError, 'not accepted yet');
  t.throws(() => retireGeneration(first, 1), RangeError, 'still sent');
  t.throws(() => acceptGeneration(first, 1), RangeError, 'a number is never used again');
  const accepting = acceptGeneration(first, 2);
  t.equal(generationOf(accepting, 2).keys.length, 5);
  t.equal(accepting.sendGeneration, 1);
  const sending = sendGeneration(accepting, 2);
  const [key] = generationOf(sending, 1).keys;
  const retired = retireGeneration(sending, 1);
  t.throws(() => generationOf(retired, 1), RangeError);
  t.same(key, Buffer.alloc(32), 'the retired key is zeroed in memory');
  t.throws(() => acceptGeneration(acceptGeneration(acceptGeneration(retired, 3), 4), 5), RangeError);
});

void t.test('writing a bag anew wipes what the old file held', async (t) => {
  const directory = await folder(t);
  await writeKeyBag(directory, createKeyBag(pair));
  await link(fileIn(directory), path.join(directory, 'old'));
  await writeKeyBag(directory, createKeyBag(pair));
  t.ok(
    (await readFile(path.join(directory, 'old'))).every((byte) => byte === 0),
    'the old blocks are zeros',
  );
  t.equal((await readKeyBags(directory)).length, 1);
});

void t.test('refuses a bag that is exposed, damaged, inconsistent, or under another name', async (t) => {
  const directory = await folder(t);
  const file = fileIn(directory);
  await writeKeyBag(directory, createKeyBag(pair));
  const good = await readFile(file, 'utf8');
  const parsed = JSON.parse(good) as { generations: { generation: number; keys: string[] }[] };
  const [generation] = parsed.generations;
  const bad = [
    '',
    '{}',
    good.slice(0, 100),
    good.replace('"version":1', '"version":2'),
    good.replace('"sendGeneration":1', '"sendGeneration":2'),
    good.replace(pair.to, pair.from),
    JSON.stringify({ ...parsed, generations: [generation, generation] }),
    JSON.stringify({ ...parsed, generations: [{ generation: 1, keys: generation?.keys.slice(1) }] }),
    JSON.stringify({ ...parsed, extra: 1 }),
  ];
  for (const text of bad) {
    await writeFile(file, text);
    await t.rejects(readKeyBags(directory), { code: 'KEY_BAG_INVALID' });
  }
  await writeFile(file, good);
  await chmod(file, 0o644);
  await t.rejects(readKeyBags(directory), { code: 'KEY_FILE_EXPOSED' });
  await chmod(file, 0o600);
  await rename(file, path.join(directory, 'other.bag.json'));
  await t.rejects(readKeyBags(directory), { code: 'KEY_BAG_INVALID' });
});
