// A file that internal-db keeps gets to the download server by itself, whatever is killed on the way: the command that sends
// it, internal-db, the web-front that passes its parts on, the node that fetches them. Then a customer has it. One that is placed on demand comes when it is asked for.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startConsign, waitFor } from '../rig/running-consign.ts';

const withinMs = 120_000;
const content = randomBytes(96 * 1024 * 1024);
const sha256 = createHash('sha256').update(content).digest('hex');

const consign = await startConsign(t);
const file = join(consign.state, 'big.iso');
await writeFile(file, content);
await consign.json('product', 'create', 'big');
const originals = join(consign.state, 'internal-db', 'originals');
const storeroom = findStoreroom();

/** Wherever the launcher has put it. */
function findStoreroom(): string {
  const config = readFileSync(join(consign.state, 'ftp-node', 'config.json'), 'utf8');
  return (JSON.parse(config) as { storeroomDirectory: string }).storeroomDirectory;
}

const arrivedOf = (folder: string, prefix: string): number => {
  const name = existsSync(folder) ? readdirSync(folder).find((one) => one.startsWith(prefix)) : undefined;
  return name === undefined ? 0 : statSync(join(folder, name)).size;
};

t.test('sending goes on where it was broken off, when internal-db is killed meanwhile', async (t) => {
  const publishing = consign.json<{ state: string }>('publish', 'big', '1.0.0', file, '--keep-original');
  await waitFor('some of the upload', () => arrivedOf(originals, '.upload-') > 8_000_000, withinMs);
  const pid = consign.kill('internal-db');
  const keptBytes = arrivedOf(originals, '.upload-');
  await consign.waitForRestart('internal-db', pid);
  t.match(await publishing, { state: 'published' });
  t.ok(keptBytes > 8_000_000);
  t.ok(readFileSync(join(originals, sha256)).equals(content));
  t.same(readdirSync(originals), [sha256]);
});

t.test('fetching goes on where it was broken off, whoever is killed meanwhile', async (t) => {
  for (const name of ['ftp-node', 'web-front', 'internal-db']) {
    const before = arrivedOf(storeroom, '.arriving-');
    const moved = () => existsSync(join(storeroom, sha256)) || arrivedOf(storeroom, '.arriving-') > before;
    await waitFor('the file to arrive', moved, withinMs);
    if (existsSync(join(storeroom, sha256))) break;
    const pid = consign.kill(name);
    await consign.waitForRestart(name, pid);
    t.ok(existsSync(join(storeroom, sha256)) || arrivedOf(storeroom, '.arriving-') >= before, name);
  }
  await waitFor('the whole file', () => existsSync(join(storeroom, sha256)), withinMs);
  t.ok(readFileSync(join(storeroom, sha256)).equals(content));
  t.equal(statSync(join(storeroom, sha256)).mode & 0o777, 0o444);
  t.equal(arrivedOf(storeroom, '.arriving-'), 0);
});

t.test('then it can be delivered', async (t) => {
  await consign.json('account', 'create', 'acme');
  await consign.json('grant', 'acme', 'big', '--reason', 'test');
  const stage = () => consign.run('--json', 'stage', 'acme', 'big/1.0.0/big.iso');
  const staged = await stage();
  t.equal(staged.code, 0, staged.stderr);
  t.equal(statSync(join(storeroom, sha256)).nlink, 2, 'linked, not copied');
});

t.test('what is placed on demand is fetched when it is staged, and dropped when nobody has it', async (t) => {
  const small = randomBytes(20 * 1024 * 1024);
  const wanted = createHash('sha256').update(small).digest('hex');
  const second = join(consign.state, 'second.iso');
  await writeFile(second, small);
  t.match(await consign.json('product', 'placement', 'big', 'on-demand'), { placement: 'on-demand' });
  await consign.json('publish', 'big', '2.0.0', second, '--keep-original');
  t.notOk(existsSync(join(storeroom, wanted)), 'nobody has asked for it');
  const staged = await consign.json<{ id: string; sha256: string }>('stage', 'acme', 'big/2.0.0/second.iso');
  t.equal(staged.sha256, wanted, 'the command waits until it is ready');
  t.equal(statSync(join(storeroom, wanted)).nlink, 2);
  t.ok(readFileSync(join(storeroom, wanted)).equals(small));
  const bad = await consign.run('product', 'placement', 'big', 'everywhere');
  t.match(bad.stderr, /everywhere is not a placement/);

  // The first one was placed here, and is not any more: the node is told so.
  const status = () => consign.json<{ fetched: { droppableCount: number } }>('storeroom', 'status');
  t.match(await status(), { fetched: { count: 2 }, stagedCount: 2, quarantinedCount: 0 });
  t.match(await consign.json('storeroom', 'verify'), { checkedCount: 2, damaged: [] });
  await consign.json('cancel', staged.id, '--reason', 'test');
  t.same(await consign.json('storeroom', 'gc'), { count: 1, bytes: small.length }, 'the other is staged');
  t.notOk(existsSync(join(storeroom, wanted)));
  const again = await consign.json<{ id: string }>('stage', 'acme', 'big/2.0.0/second.iso');
  t.ok(again.id, 'and it comes again');
});

t.test('what the disk has damaged is put aside, fetched again, and listed until it is removed', async (t) => {
  await consign.json('product', 'placement', 'big', 'all');
  const damaged = join(storeroom, sha256);
  // Of the same length: one of another is found by whatever looks at it first.
  await chmod(damaged, 0o644);
  const handle = await open(damaged, 'r+');
  await handle.write(Buffer.from([(content[0] ?? 0) ^ 1]), 0, 1, 0);
  await handle.close();
  const verified = await consign.run('--json', 'storeroom', 'verify');
  t.equal(verified.code, 1, 'it was found');
  const listed = () =>
    consign.json<{ sha256: string; sizeBytes: number }[]>('storeroom', 'quarantine', 'list');
  t.match(await listed(), [{ sha256, sizeBytes: content.length }]);
  const isBack = () => existsSync(damaged) && readFileSync(damaged).equals(content);
  await waitFor('the file once more', isBack, withinMs);
  t.equal((await consign.run('storeroom', 'quarantine', 'remove')).code, 2, 'which of them?');
  t.same(await consign.json('storeroom', 'quarantine', 'remove', sha256), { removed: [sha256] });
  t.equal((await consign.run('storeroom', 'quarantine', 'remove', sha256)).code, 4);
  t.same(await listed(), []);
  t.same(await consign.json('storeroom', 'quarantine', 'remove', '--all'), { removed: [] });
});
