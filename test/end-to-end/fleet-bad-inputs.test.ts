// What an appliance must not follow or can't install, with the real agent at a real centre: each time the old version goes on, the next
// beat tells, and the operator reads it. Catalogs that expire do so by libfaketime; the machine that is shown one has no clock to trust.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { writePackageKey } from '#bin/packages/package-key.ts';
import { packageChunkBytes } from '#commlink/fleet/limits.ts';
import { packageAssociated, packageHeader } from '#commlink/fleet/package/write-package.ts';
import { sealChunks } from '#commlink/sealed-chunks.ts';
import { openChangingFront } from '../rig/changing-front.ts';
import { mountMemory } from '../rig/mounted-memory.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { FleetAgent } from './fleet-agent.ts';
import { account, FleetVendor, product } from './fleet-vendor.ts';

const waitMs = 90_000;
/** How often appliances may beat follows from it. */
const beatIntervalMs = 2000;
const diskMebibytes = 48;
/** A catalog lasts for seven days. */
const eightDaysSeconds = 8 * 86_400;

const folder = temporaryFolder(t);
const offsetFile = join(folder, 'offset');
const clockEnvironment = {
  LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
  FAKETIME_TIMESTAMP_FILE: offsetFile,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
};
writeFileSync(offsetFile, '+0s\n');
const consign = await startConsign(t, { environment: clockEnvironment });
const vendor = new FleetVendor(consign, folder);
const front = await openChangingFront(consign.endpoints);
t.teardown(() => front.close());
/** The one that has to bear it; it is not told when the clocks are moved. */
const gate = new FleetAgent(consign, folder, 'gate');
const neighbour = new FleetAgent(consign, folder, 'neighbour');
const catalogs: string[] = [];
const disk = await mountMemory(t, join(folder, neighbour.name), diskMebibytes);

/** What the operator reads of it, in words. */
async function shown({ state }: FleetAgent): Promise<string> {
  const { uid } = JSON.parse(await readFile(join(state, 'identity.json'), 'utf8')) as { uid: string };
  return (await consign.run('appliance', 'show', uid)).stdout;
}

/** Cycles until it has the version: a file may be on its way to a node. */
async function install(agent: FleetAgent, version: string): Promise<void> {
  await waitFor(
    `${version} on ${agent.name}`,
    async () => {
      await agent.run('run', '--once');
      return (await agent.read(product, 'version.txt')) === version;
    },
    waitMs,
  );
}

/** It says so, keeps what it has, and the operator reads it after the next beat. */
async function expectRefused(
  t: Test,
  agent: FleetAgent,
  { code, said, version }: { code: RegExp; said: RegExp; version: string },
): Promise<void> {
  await waitFor(
    `${code.source} on ${agent.name}`,
    async () => code.test((await agent.run('run', '--once')).stdout),
    waitMs,
  );
  t.equal(await agent.read(product, 'version.txt'), version, 'the old version is in force');
  await agent.run('run', '--once');
  t.match(await shown(agent), said, 'and the operator reads why');
  t.match(
    await shown(agent),
    new RegExp(`${product} +\\S+ +${version.replaceAll('.', '\\.')} `),
    'and what it has',
  );
}

/** The front hands these catalogs out, whoever asks. */
function serve(catalog: string): void {
  front.change = (path, text) => (path.endsWith('/catalog') ? catalog : text);
}

t.test('two appliances, behind a front that looks at their catalogs', async (t) => {
  await vendor.setUp();
  await consign.json('appliance', 'site', 'put', account, 'north');
  await consign.configure('db1/fleet', JSON.stringify({ beatIntervalMs, missingGraceMs: 60_000 }));
  const caFile = join(folder, 'front.pem');
  await writeFile(caFile, front.certificate);
  const { codes, roots } = await vendor.invite('north', 2);
  await vendor.publish({ version: '1.0.0' });
  for (const [index, agent] of [gate, neighbour].entries()) {
    await agent.enrol(codes[index] ?? '', { centre: front.url, caFile, roots });
    await install(agent, '1.0.0');
    t.equal(await agent.read(product, 'version.txt'), '1.0.0');
  }
});

t.test('a catalog for somebody else', async (t) => {
  await vendor.publish({ version: '1.1.0' });
  front.change = (path, text) => {
    if (path.endsWith('/catalog') && text !== '') catalogs.push(text);
    return text;
  };
  await install(neighbour, '1.1.0');
  serve(catalogs.at(-1) ?? '');
  const said = /the catalog is another appliance’s +not_for_us/;
  await expectRefused(t, gate, { code: /not_for_us/, said, version: '1.0.0' });
  front.change = null;
});

t.test('an install program that hangs, and one that forks', async (t) => {
  await vendor.publish({ version: '1.2.0', script: 'sleep 600', timeoutMs: 2000 });
  const hangs = {
    code: /install_stopped_timeout/,
    said: /1\.2\.0 failed, and went back: the install program took too long/,
  };
  await expectRefused(t, gate, { ...hangs, version: '1.0.0' });
  const script = 'i=0; while [ $i -lt 2000 ]; do sleep 600 & i=$((i + 1)); done; wait';
  // Room enough that it is their number which is too much, however slowly they are started.
  await vendor.publish({ version: '1.3.0', script, memoryMiB: 1024, timeoutMs: 120_000 });
  const forks = {
    code: /install_stopped_processes/,
    said: /1\.3\.0 failed, and went back: the install program started too many/,
  };
  await expectRefused(t, gate, { ...forks, version: '1.0.0' });
});

t.test('names that escape', async (t) => {
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  mkdirSync(join(gate.root, 'etc'));
  symlinkSync(outside, join(gate.root, 'etc', 'link'));
  const forged = await vendor.sign(await forgePackage('1.4.0', '../../outside/x'));
  t.match(
    forged,
    { code: 1, stderr: /is no path inside a package/ },
    'nobody signs a package with such a name',
  );
  const description = { configures: [{ path: '/etc/link/x' }] };
  await vendor.publish({ version: '1.5.0', description });
  await consign.json('product', 'create', 'settings');
  await consign.json('grant', account, 'settings', '--reason', 'test');
  const conf = join(folder, 'conf');
  await writeFile(conf, 'x');
  await consign.json('publish', 'settings', '1.0.0', conf);
  const put = ['appliance', 'file', 'put', 'x', 'settings/1.0.0/conf', '--type', 'box', '--path'];
  t.match(await consign.run(...put, '/etc/../../x'), { code: 1 }, 'the centre takes no such path');
  await consign.json(...put, '/etc/link/x');
  const said = /others could change the way to that place +bad_path +files\/x/;
  await expectRefused(t, gate, { code: /bad_path/, said, version: '1.5.0' });
  t.same(readdirSync(outside), [], 'nothing is put where the link leads');
  await consign.json('appliance', 'file', 'remove', 'x', '--type', 'box');
});

t.test('another package that it needs, and a disk that is full', async (t) => {
  await vendor.publish({ version: '1.6.0', description: { requires: { base: '>=2' } } });
  const said = /something that it needs is not installed +unmet_dependency/;
  await expectRefused(t, gate, { code: /unmet_dependency/, said, version: '1.5.0' });
  const { stdout } = await consign.run('rollout', 'behind', product);
  t.match(stdout, / gate .* 1\.6\.0 +unmet dependency: It needs base >=2, and none is installed\./);
  await vendor.publish({ version: '1.7.0', sizeBytes: 3_000_000 });
  disk.fill();
  const full = { code: /disk_full/, said: /the disk is full +disk_full/ };
  await expectRefused(t, neighbour, { ...full, version: '1.1.0' });
  disk.free();
  await install(neighbour, '1.7.0');
});

t.test('a catalog that has expired, on a machine whose clock is wrong', async (t) => {
  front.change = (path, text) => {
    if (path.endsWith('/catalog') && text !== '') catalogs.push(text);
    return text;
  };
  await install(gate, '1.7.0');
  serve(catalogs.at(-1) ?? '');
  writeFileSync(offsetFile, `+${eightDaysSeconds}s\n`);
  const said = /the catalog can’t be trusted +bad_catalog +catalog: expired/;
  await expectRefused(t, gate, { code: /bad_catalog: catalog: expired/, said, version: '1.7.0' });
  t.match(await shown(gate), /its clock is wrong +clock_wrong/);
  front.change = null;
  await vendor.publish({ version: '1.8.0' });
  await install(gate, '1.8.0');
});

/** A package that the builder would not make: one file of this name. Its key lies beside it. */
async function forgePackage(version: string, path: string): Promise<string> {
  const bytes = Buffer.from('x');
  const file = { path, sizeBytes: bytes.length, sha256: digestOf(bytes), mode: 0o644, isPlaceholder: false };
  const members = { requires: [], from: null, files: [file], install: null, checks: [], configures: [] };
  const manifest = Buffer.from(JSON.stringify({ name: 'Gateway', product, version, ...members }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(manifest.length);
  const key = randomBytes(32);
  const plaintext = (async function* () {
    yield Buffer.concat([length, manifest, bytes]);
  })();
  const chunks: Uint8Array[] = [Buffer.from(packageHeader)];
  const sealing = { key, associated: packageAssociated(), chunkBytes: packageChunkBytes };
  for await (const chunk of sealChunks(plaintext, sealing)) chunks.push(chunk);
  const cpk = join(folder, `forged-${version}.cpk`);
  const sealed = Buffer.concat(chunks);
  await writeFile(cpk, sealed);
  await writePackageKey(cpk, digestOf(sealed), key);
  return cpk;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
