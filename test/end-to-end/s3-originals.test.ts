// Originals in a bucket, with real programs and a real S3 service on loopback: published into it in parts, fetched from it by the download
// server, over a service that is busy, cut off and away, and an internal-db that is killed. Its own folder holds nothing in the end.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startS3Service } from '../rig/s3-service.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';

const withinMs = 90_000;
const content = randomBytes(40 * 1024 * 1024);
const sha256 = createHash('sha256').update(content).digest('hex');

const service = await startS3Service();
t.teardown(() => service.close());
const consign = await startConsign(t);
const file = join(consign.state, 'big.iso');
await writeFile(file, content);
await consign.json('product', 'create', 'big');
await consign.configure('db1/origin', JSON.stringify(service.settings));
const originals = join(consign.state, 'internal-db', 'originals');
const nodeConfig = JSON.parse(readFileSync(join(consign.state, 'ftp-node', 'config.json'), 'utf8')) as {
  storeroomDirectory: string;
};
const artifact = join(nodeConfig.storeroomDirectory, sha256);

const publish = (version: string) => consign.run('publish', 'big', version, file, '--keep-original');
t.test('while the bucket is away nothing is published, and nothing of the upload is lost', async (t) => {
  await consign.json('product', 'placement', 'big', 'on-demand');
  service.fault = () => ({ status: 403 });
  const refused = await publish('1.0.0');
  t.not(refused.code, 0);
  t.match(refused.stderr, /bucket of the originals can't be used \(403/);
  t.match(readdirSync(originals), [/^\.upload-/], 'what has arrived waits here');
  service.fault = () => 'none';
});

t.test('it is sent in parts, over a service that is busy and an internal-db that is killed', async (t) => {
  let requestCount = 0;
  // Every third request is told to come back.
  service.fault = () => ((requestCount += 1) % 3 === 0 ? { status: 503 } : 'none');
  const publishing = publish('1.0.0');
  const isUnderWay = () => service.requests.some((request) => request.includes('partNumber=2'));
  await waitFor('a part of it', isUnderWay, withinMs);
  await consign.waitForRestart('internal-db', consign.kill('internal-db'));
  const { code, stderr } = await publishing;
  if (code !== 0) t.equal((await publish('1.0.0')).code, 0, stderr);
  t.same(await service.objects(), [sha256]);
  t.same(readdirSync(originals), [], 'the folder has no second copy');
});

t.test('the download server fetches it from there, when answers are cut too', async (t) => {
  let requestCount = 0;
  service.fault = () => ((requestCount += 1) % 4 === 0 ? 'cut' : 'none');
  await consign.json('account', 'create', 'acme');
  await consign.json('grant', 'acme', 'big', '--reason', 'test');
  const { code, stderr } = await consign.run('--json', 'stage', 'acme', 'big/1.0.0/big.iso');
  t.equal(code, 0, stderr);
  t.ok(existsSync(artifact) && readFileSync(artifact).equals(content));
  t.equal(statSync(artifact).nlink, 2, 'linked for the customer');
});
