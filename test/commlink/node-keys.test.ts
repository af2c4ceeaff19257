// Node keys: their file, its mode, and the node id.
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createHash, sign, verify } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { readNodeKeys, writeNodeKeys } from '#commlink/node-key-file.ts';
import { createNodeKeys, nodeIdOf, sealingKeyFromRaw, signingKeyFromRaw } from '#commlink/node-keys.ts';

async function keyFile(t: Test): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-keys-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return path.join(directory, 'node.key');
}

void t.test('keys survive their file, which only the owner can read', async (t) => {
  const file = await keyFile(t);
  const keys = createNodeKeys();
  await writeNodeKeys(file, keys);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.same(await readdir(path.dirname(file)), ['node.key'], 'no temporary file is left');
  const read = await readNodeKeys(file);
  t.same([read.id, read.signing.raw, read.sealing.raw], [keys.id, keys.signing.raw, keys.sealing.raw]);
  t.ok(read.signing.privateKey.equals(keys.signing.privateKey));
});

void t.test('refuses a key file that others can read, and says what to do', async (t) => {
  const file = await keyFile(t);
  await writeNodeKeys(file, createNodeKeys());
  for (const mode of [0o640, 0o604, 0o660, 0o777]) {
    await chmod(file, mode);
    await t.rejects(readNodeKeys(file), { code: 'KEY_FILE_EXPOSED', message: /chmod 600/ });
  }
});

void t.test('refuses a damaged key file without quoting it', async (t) => {
  const file = await keyFile(t);
  const keys = createNodeKeys();
  await writeNodeKeys(file, keys);
  const good = await readFile(file, 'utf8');
  const parsed = JSON.parse(good) as { signing: string; sealing: string };
  const swapped = JSON.stringify({ signing: parsed.sealing, sealing: parsed.signing });
  for (const text of ['', '{}', good.slice(0, -10), swapped, good.replaceAll('A', 'B'), `${good}x`]) {
    await writeFile(file, text);
    const error = await readNodeKeys(file).catch((thrown: Error) => thrown);
    t.match(error, { code: 'KEY_FILE_INVALID' });
    t.notMatch(error instanceof Error && error.message, /BEGIN|MC4CAQ/);
  }
  await rm(file);
  await t.rejects(readNodeKeys(file), { code: 'KEY_FILE_UNREADABLE' });
});

void t.test('the node id is the RFC 7638 thumbprint: the example of RFC 8037 appendix A.3', async (t) => {
  t.equal(
    nodeIdOf('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'),
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  );
  const keys = createNodeKeys();
  const jwk = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: keys.signing.raw });
  t.equal(keys.id, createHash('sha256').update(jwk).digest('base64url'));
});

void t.test('raw public keys become keys again; anything else is refused', async (t) => {
  const keys = createNodeKeys();
  const data = Buffer.from('x');
  t.ok(verify(null, data, signingKeyFromRaw(keys.signing.raw), sign(null, data, keys.signing.privateKey)));
  t.ok(sealingKeyFromRaw(keys.sealing.raw).equals(keys.sealing.publicKey));
  for (const raw of ['', 'short', 'A'.repeat(44)]) t.throws(() => signingKeyFromRaw(raw));
});
