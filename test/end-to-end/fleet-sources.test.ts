// Where appliances fetch, with real nodes and with clients that are no agents: curl and scp, by what one appliance was told. Its site
// has a node of its own, which fetches what it lacks, and the other one serves on when that is gone, and nobody can be asked.
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { askCentre } from '#appliance/centre/centre-client.ts';
import { parseTargetPath, type TargetPath } from '#commlink/fleet/fleet-names.ts';
import { openSourcesReply } from '#commlink/fleet/sources-answer.ts';
import type { LoginSource, Source, Transport } from '#commlink/fleet/sources.ts';
import { timestampKeys } from '#commlink/fleet/tuf/verify-bundle.ts';
import { TestAppliance } from '../internal-db/fleet/support/signed-fleet.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { joinFtpNode } from '../rig/joined-node.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { askPassEnvironment, clientDirectory } from './staged-file.ts';

const waitMs = 90_000;
const askEveryMs = 1000;
const consign = await startConsign(t);
const edge = await joinFtpNode(t, consign, 'edge1');
const folder = await clientDirectory(t);
const { portal: centre, caFile } = consign.endpoints;
const authority = await readFile(caFile, 'utf8');
const plainPort = await findFreePortBase();
const packageTarget = parseTargetPath('gateway/2.0.0/gateway-2.0.0.cpk');
const fileTarget = parseTargetPath('files/site.conf');
const invite = ['--account', 'acme', '--type', 'box', '--site', 'north'];
const agent = join(import.meta.dirname, '..', '..', 'appliance', 'consign-agent');
const appliance = new TestAppliance();

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** What the appliance is told about one target. */
async function ask(path: TargetPath): Promise<readonly Source[]> {
  const request = { ...appliance.request(), targets: [path] };
  const body = appliance.sign('sources-request', request);
  const { text } = await askCentre({ centre, authority }, { method: 'POST', path: 'sources', body });
  const publicKeys = timestampKeys(appliance.directorRoot);
  const { targets } = await openSourcesReply(text, { request, keys: appliance.keys, publicKeys });
  return targets[0]?.sources ?? [];
}

/** Fetches with the client that fits; the digest of what came, or how the client ended. */
async function fetchFrom(source: Source, name: string): Promise<string> {
  const target = join(folder, name);
  const ended =
    'url' in source || source.transport !== 'sftp' ? await curl(source, target) : await scp(source, target);
  return ended.code === 0 ? await digestOf(target) : `exit code ${ended.code}: ${ended.stderr}`;
}

function curl(source: Source, target: string) {
  const url = 'url' in source ? source.url : `ftp://${source.host}:${source.port}/${source.path}`;
  const lines = [`url = "${url}"`, `output = "${target}"`, `cacert = "${caFile}"`];
  if ('login' in source) lines.push(`user = "${source.login}:${source.password}"`);
  if (source.transport === 'ftps') lines.push('ssl-reqd');
  return runProgram('curl', ['-sSf', '-K', '-'], { input: lines.join('\n') });
}

async function scp({ host, port, login, password, path }: LoginSource, target: string) {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  const given = [...options.flatMap((each) => ['-o', each]), '-P', String(port)];
  const environment = await askPassEnvironment({ password }, folder);
  return runProgram('scp', ['-q', ...given, `${login}@${host}:/${path}`, target], { environment });
}

/** Asks until it is so, as often as an appliance may. */
async function askUntil(
  path: TargetPath,
  what: string,
  isSo: (sources: readonly Source[]) => boolean,
): Promise<readonly Source[]> {
  let told: readonly Source[] = [];
  await waitFor(
    what,
    async () => {
      await delay(askEveryMs);
      told = await ask(path);
      return isSo(told);
    },
    waitMs,
  );
  return told;
}

/** Of a node, the ways in their order. */
const waysAt = (sources: readonly Source[], node: string): Transport[] =>
  sources.filter((source) => source.node === node).map(({ transport }) => transport);

t.test('a fleet is set up, with a package, a file, and a site with a node', async (t) => {
  const keys = join(folder, 'keys');
  await consign.json(
    'fleet',
    'setup',
    '--keys',
    keys,
    '--root',
    '1/1',
    '--packages',
    '1/1',
    '--no-passphrase',
  );
  for (const product of ['gateway', 'settings']) {
    await consign.json('product', 'create', product);
    await consign.json('product', 'placement', product, 'on-demand');
  }
  const source = join(folder, 'source');
  await mkdir(source);
  await writeFile(join(source, 'program'), Buffer.alloc(3_000_000, 'x'));
  await chmod(join(source, 'program'), 0o755);
  const configures = [{ path: '/etc/site.conf' }];
  const description = { name: 'Gateway', product: 'gateway', version: '2.0.0', configures };
  await writeFile(join(source, 'consign-package.json'), JSON.stringify(description));
  const cpk = join(folder, 'gateway-2.0.0.cpk');
  await consign.json('package', 'build', source, '--out', cpk);
  await consign.json('package', 'sign', cpk, '--with', join(keys, 'packages-1.key'), '--keep-original');
  const conf = join(folder, 'site.conf');
  await writeFile(conf, 'site = north\n');
  await consign.json('publish', 'settings', '1.0.0', conf, '--keep-original');
  await consign.json('account', 'create', 'acme');
  for (const product of ['gateway', 'settings'])
    await consign.json('grant', 'acme', product, '--reason', 'test');
  await consign.json('appliance', 'type', 'create', 'box', '--products', 'gateway');
  await consign.json('appliance', 'site', 'put', 'acme', 'north', '--node', 'edge1');
  const put = ['site.conf', 'settings/1.0.0/site.conf', '--site', 'acme/north', '--path', '/etc/site.conf'];
  await consign.json('appliance', 'file', 'put', ...put);
  await consign.configure(
    'db1/nodePlaces',
    JSON.stringify({ edge1: { reserved: true } }),
    'ftp1/https/plainPort',
    String(plainPort),
    'ftp1/ftp/plainPackages',
    'true',
    'edge1/https/plainPort',
    String(plainPort + 1),
    'edge1/ftp/plainPackages',
    'true',
  );
  const { codes } = await consign.json<{ codes: { code: string }[] }>('appliance', 'invite', ...invite);
  const body = appliance.enrolment(codes[0]?.code ?? '');
  const { text } = await askCentre({ centre, authority }, { method: 'POST', path: 'enrolments', body });
  t.match(appliance.take(text), { uid: /^apl_/, account: 'acme', type: 'box' });
  await t.rejects(ask(packageTarget), { message: /409/ }, 'who has not beaten is told nothing');
  const beat = appliance.sign('beat', appliance.beat());
  await askCentre({ centre, authority }, { method: 'POST', path: 'beats', body: beat });
});

t.test('its node fetches the package for it, and comes before the other one', async (t) => {
  const all = ['http', 'https', 'ftp', 'ftps', 'sftp'];
  const isAtBoth = (told: readonly Source[]): boolean =>
    told[0]?.node === 'edge1' && waysAt(told, 'ftp1').length === all.length;
  const sources = await askUntil(packageTarget, 'the package at both nodes, in clear too', isAtBoth);
  t.same(waysAt(sources, 'edge1'), all);
  const sha256 = await digestOf(join(folder, 'gateway-2.0.0.cpk'));
  for (const [index, source] of sources.entries())
    t.equal(await fetchFrom(source, `package-${index}`), sha256, `${source.node} ${source.transport}`);
});

t.test('a file comes over secure sessions alone', async (t) => {
  const isAtBoth = (told: readonly Source[]): boolean =>
    told[0]?.node === 'edge1' && waysAt(told, 'ftp1').length > 0;
  const sources = await askUntil(fileTarget, 'the file at both nodes', isAtBoth);
  t.same(waysAt(sources, 'edge1'), ['https', 'ftps', 'sftp']);
  const sha256 = await digestOf(join(folder, 'site.conf'));
  for (const [index, source] of sources.entries())
    t.equal(await fetchFrom(source, `file-${index}`), sha256, `${source.node} ${source.transport}`);
  const https = sources.find((source) => source.transport === 'https');
  if (https?.transport !== 'https') throw new Error('there is no HTTPS source');
  const { pathname } = new URL(https.url);
  const clear = { ...https, transport: 'http' as const, url: `http://localhost:${plainPort + 1}${pathname}` };
  t.match(await fetchFrom(clear, 'clear'), /^exit code 22: .*426/);
});

t.test('each download is recorded as the appliance’s, in one delivery of a file at a node', async (t) => {
  const database = new DatabaseSync(join(consign.state, 'internal-db', 'consign.db'), { readOnly: true });
  t.teardown(() => database.close());
  const complete = database.prepare(
    `SELECT protocol, count(*) AS n FROM downloads WHERE principal = ? AND outcome = 'complete' GROUP BY protocol`,
  );
  const counts = (): Record<string, unknown> =>
    Object.fromEntries(
      complete.all(`appliance:${appliance.uid}`).map(({ protocol, n }) => [String(protocol), n]),
    );
  const areThere = (): boolean => counts()['sftp'] === 4;
  await waitFor('the reports', areThere, waitMs);
  t.same(counts(), { http: 2, https: 4, ftp: 2, ftps: 4, sftp: 4 });
  const deliveries = await consign.json<{ node: string; file: string; requestedBy: string }[]>(
    'deliveries',
    'acme',
  );
  t.same(
    deliveries.map(({ node, file, requestedBy }) => `${requestedBy} ${node} ${file}`).toSorted(),
    ['edge1', 'ftp1']
      .flatMap((node) => [`fleet ${node} gateway-2.0.0.cpk`, `fleet ${node} site.conf`])
      .toSorted(),
  );
});

t.test('the agent itself fetches both, and installs them', async (t) => {
  const { codes } = await consign.json<{ codes: { code: string }[] }>('appliance', 'invite', ...invite);
  const places = ['state', 'root', 'machine'].flatMap((name) => [`--${name}`, join(folder, name)]);
  for (const name of ['root', 'machine']) await mkdir(join(folder, name));
  const command = (...args: string[]) => runProgram(agent, [...args, ...places]);
  const enrol = await command('enroll', codes[0]?.code ?? '', '--centre', centre, '--ca', caFile);
  t.equal(enrol.code, 0, enrol.stderr);
  const run = await command('run', '--once');
  t.equal(run.code, 0, `${run.stdout}${run.stderr}`);
  t.match(run.stdout, 'package gateway 2.0.0');
  t.equal(await readFile(join(folder, 'root', 'etc', 'site.conf'), 'utf8'), 'site = north\n');
  t.match(await command('verify'), { code: 0 });
  const shown = await consign.json<{ appliances: { uid: string; lastBeatAtMs: number }[] }>(
    'appliance',
    'list',
  );
  t.equal(shown.appliances.filter(({ lastBeatAtMs }) => lastBeatAtMs !== null).length, 2);
});

t.test('its node gone and nobody there to be asked, the other one serves on', async (t) => {
  const told = await ask(packageTarget);
  const other = told.filter(({ node }) => node === 'ftp1');
  await edge.stop('SIGKILL');
  await askUntil(packageTarget, 'the edge to be left out', (now) => waysAt(now, 'edge1').length === 0);
  consign.kill('internal-db');
  const sha256 = await digestOf(join(folder, 'gateway-2.0.0.cpk'));
  for (const source of other)
    t.equal(await fetchFrom(source, `alone-${source.transport}`), sha256, source.transport);
});
