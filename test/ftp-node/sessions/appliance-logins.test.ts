// Appliances at a whole node: they log in with what internal-db has signed for them, without a call to anybody; see one file;
// and get packages in clear, and nothing else.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import type { ApplianceLogin } from '#commlink/methods/documents.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { clusterName } from '../../rig/configured-cluster.ts';
import { RawClient } from '../ftp/raw-client.ts';
import { usualFtp } from '../node-cluster.ts';
import { newId, startNode, waitUntil } from '../running-node.ts';
import { connectSsh, makeClientHome, openSftp, openSshOptions, runProgram } from '../sftp/sftp-clients.ts';

const run = promisify(execFile);
const passivePorts = { from: 31_530, to: 31_560 };
const node = await startNode(t, {
  settings: {
    https: { enabled: true, port: 0, publicBase: 'https://localhost:1', plainPort: 0 },
    ftp: {
      enabled: true,
      port: 0,
      publicHost: 'localhost',
      passivePorts,
      requireTls: true,
      ...usualFtp,
      plainPackages: true,
    },
  },
});
// Nobody else decides these logins: whoever asked would hear that they are wrong.
const content = randomBytes(700_001);
const uid = newId('apl');
const firmware = await node.publishAndStage(content, {
  file: 'firmware.cpk',
  mediaType: packageMediaType,
});
const settings = await node.publishAndStage(randomBytes(900), { product: 'settings', file: 'site.conf' });
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const pathOf = ({ product, version, file }: typeof firmware): string => `${product}/${version}/${file}`;

function passwordFor(
  { delivery, stagedUntilMs }: typeof firmware,
  change: Partial<ApplianceLogin> = {},
  keys = node.internalDbKeys,
): string {
  const login = { cluster: clusterName, appliance: uid, delivery, expiresAtMs: stagedUntilMs, ...change };
  return signDocument('appliance-login', login, keys.signing.privateKey);
}
const inClear = { plain: true } as const;

/** The reply to PASS. */
async function logIn(client: RawClient, password: string, name = uid): Promise<number> {
  await client.reply();
  await client.command(`USER ${name}`);
  return client.code(`PASS ${password}`);
}

t.test('curl fetches and resumes a package over plain FTP, recorded as the appliance’s', async (t) => {
  const target = join(t.testdir({}), 'firmware.cpk');
  writeFileSync(target, content.subarray(0, 300_000));
  const config = join(t.testdirName, 'curlrc');
  writeFileSync(config, `user = "${uid}:${passwordFor(firmware, inClear)}"\n`, { mode: 0o600 });
  const url = `ftp://localhost:${node.ports.ftp}/${pathOf(firmware)}`;
  await run('curl', ['-sSf', '-K', config, '-C', '-', '-o', target, url]);
  t.equal(digestOf(readFileSync(target)), firmware.sha256);
  const [download] = await node.endedDownloads(firmware.delivery, 1);
  t.match(download, {
    principal: `appliance:${uid}`,
    protocol: 'ftp',
    outcome: 'complete',
    offsetBytes: 300_000,
    sentBytes: 400_001,
  });
});

t.test('lftp and sftp fetch it, and a file, over secure sessions', async (t) => {
  const home = t.testdir({});
  for (const grant of [firmware, settings]) {
    const script = [
      `set ssl:ca-file ${node.caFile}; set ftp:ssl-force true; set ftp:ssl-protect-data true; set net:max-retries 1`,
      `open -u ${uid},${passwordFor(grant)} -p ${node.ports.ftp} localhost`,
      `get ${pathOf(grant)} -o ${join(home, `lftp-${grant.file}`)}`,
    ].join('\n');
    const lftp = await runProgram(['lftp', '--norc'], { input: `${script}\n` });
    t.equal(lftp.code, 0, lftp.stderr);
    t.equal(digestOf(readFileSync(join(home, `lftp-${grant.file}`))), grant.sha256);
    const client = await makeClientHome(t, passwordFor(grant));
    const target = join(home, `sftp-${grant.file}`);
    const from = `${uid}@localhost:/${pathOf(grant)}`;
    const scp = await runProgram(
      ['scp', '-q', ...openSshOptions, '-P', String(node.ports.sftp), from, target],
      {
        env: client.env,
        cwd: client.home,
      },
    );
    t.equal(scp.code, 0, scp.stderr);
    t.equal(digestOf(readFileSync(target)), grant.sha256);
  }
  await waitUntil(() => node.downloadsOf(settings.delivery).length >= 2, 'both downloads of the file');
  for (const { principal } of node.downloadsOf(settings.delivery)) t.equal(principal, `appliance:${uid}`);
});

t.test('a session sees the one file that it is for', async (t) => {
  const client = await RawClient.connect(node.ports.ftp);
  t.equal(await logIn(client, passwordFor(firmware, inClear)), 230);
  const { data } = await client.transfer('MLSD');
  t.match(data.toString(), /type=dir;[^\r]* tool\r\n/);
  t.notMatch(data.toString(), /settings/);
  t.equal(await client.code(`SIZE ${pathOf(settings)}`), 550);
  t.equal((await client.transfer(`RETR ${pathOf(settings)}`)).last, 550);
  t.equal(await client.code('CWD settings'), 550);
  t.equal(await client.code('CWD tool/1.0.0'), 250);
  t.equal(digestOf((await client.transfer('RETR firmware.cpk')).data), firmware.sha256);
  client.destroy();
  const ssh = await connectSsh(node.ports.sftp, { username: uid, password: passwordFor(firmware) });
  t.teardown(() => ssh.end());
  const sftp = await openSftp(ssh);
  const names = await new Promise<string[]>((resolve, reject) => {
    sftp.readdir('/', (error, list) => {
      if (error) reject(error);
      else resolve(list.map(({ filename }) => filename));
    });
  });
  t.same(
    names.filter((name) => !name.startsWith('.')),
    ['tool'],
  );
});

const refusedInClear: [what: string, password: string][] = [
  ['a login that is not meant for it', passwordFor(firmware)],
  ['a file, whatever its login says', passwordFor(settings, inClear)],
];
for (const [what, password] of refusedInClear)
  t.test(`in clear it refuses ${what}`, async (t) => {
    const client = await RawClient.connect(node.ports.ftp);
    t.equal(await logIn(client, password), 530);
    t.equal(await client.code('PASV'), 530);
    client.destroy();
  });

const refused: [what: string, password: string][] = [
  ['another appliance’s', passwordFor(firmware, { appliance: newId('apl') })],
  ['an expired one', passwordFor(firmware, { expiresAtMs: Date.now() - 1 })],
  ['one of another cluster', passwordFor(firmware, { cluster: 'other' })],
  ['one for a delivery that is not here', passwordFor(firmware, { delivery: newId('dlv') })],
  ['one that nobody of ours has signed', passwordFor(firmware, {}, createNodeKeys())],
  ['a signed link', new URL(node.linkFor(firmware, { appliance: uid })).pathname.split('/')[2] ?? ''],
  ['a guess', 'secret'],
];
t.test('it refuses what is not signed for this appliance, and asks nobody', async (t) => {
  let askedCount = 0;
  node.decisions.login = () => {
    askedCount += 1;
    return { allowed: true, account: 'acme', principal: 'user:jo', expiresAtMs: Date.now() + 60_000 };
  };
  for (const [what, password] of refused) {
    const client = await RawClient.connect(node.ports.ftp);
    await client.reply();
    await client.startTls();
    await client.command(`USER ${uid}`);
    t.equal(await client.code(`PASS ${password}`), 530, what);
    client.destroy();
  }
  t.equal(askedCount, 0);
});

t.test('nobody else logs in in clear: the password is not even asked for', async (t) => {
  const client = await RawClient.connect(node.ports.ftp);
  await client.reply();
  for (const name of ['jo', 'erika', uid.slice(0, -1), `${uid}x`, uid.replace('apl', 'usr')])
    t.equal(await client.code(`USER ${name}`), 530, name);
  t.equal(await client.code('PASS secret'), 530);
  client.destroy();
});

t.test('an appliance’s link is recorded as its own; in clear it is for packages alone', async (t) => {
  const own = newId('apl');
  const linkOf = (grant: typeof firmware): string => node.linkFor(grant, { ...inClear, appliance: own });
  await run('curl', ['-sSf', '--cacert', node.caFile, '-o', '/dev/null', linkOf(settings)]);
  const clear = (grant: typeof firmware): string =>
    linkOf(grant).replace(`https://localhost:${node.ports.https}/`, `http://localhost:${node.ports.http}/`);
  await run('curl', ['-sSf', '-o', '/dev/null', clear(firmware)]);
  await t.rejects(run('curl', ['-sSf', '-o', '/dev/null', clear(settings)]), /426/);
  const ofOwn = () =>
    [settings, firmware]
      .flatMap(({ delivery }) => node.downloadsOf(delivery))
      .filter(({ principal, endedAtMs }) => principal === `appliance:${own}` && endedAtMs !== null);
  await waitUntil(() => ofOwn().length === 2, 'both downloads');
  t.same(
    ofOwn().map(({ protocol }) => protocol),
    ['https', 'http'],
  );
});

t.test('what is taken back is cut, and its login let in no more', async (t) => {
  const taken = await node.publishAndStage(randomBytes(40_000_000), {
    product: 'taken',
    file: 'taken.cpk',
    mediaType: packageMediaType,
  });
  const idle = await RawClient.connect(node.ports.ftp);
  t.equal(await logIn(idle, passwordFor(taken, inClear)), 230);
  const ssh = await connectSsh(node.ports.sftp, { username: uid, password: passwordFor(taken) });
  const sshGone = once(ssh, 'close');
  const other = await RawClient.connect(node.ports.ftp);
  t.equal(await logIn(other, passwordFor(firmware, inClear)), 230);
  const client = await RawClient.connect(node.ports.ftp);
  t.equal(await logIn(client, passwordFor(taken, inClear)), 230);
  const data = await client.openData();
  data.pause();
  t.equal(await client.code(`RETR ${pathOf(taken)}`), 150);
  await node.unstage([taken.delivery]);
  const last = await client.reply();
  t.ok([421, 426].includes(last?.code ?? 0), 'the transfer, or the session, is over');
  t.equal((await idle.reply())?.code, 421, 'a session that does nothing ends with it');
  await sshGone;
  t.equal(await other.code('NOOP'), 200, 'the appliance’s session for another file stays');
  other.destroy();
  data.destroy();
  client.destroy();
  const [cut] = await node.endedDownloads(taken.delivery, 1);
  t.equal(cut?.outcome, 'revoked');
  const again = await RawClient.connect(node.ports.ftp);
  t.equal(await logIn(again, passwordFor(taken, inClear)), 530);
  again.destroy();
});
