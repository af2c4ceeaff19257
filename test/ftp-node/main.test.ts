// What the FTP node's program does when it starts as an ordinary user, and what it says when it cannot start at all.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { acceptLogin, fetchEverywhere } from './fetch-everywhere.ts';
import { usualFtp } from './node-cluster.ts';
import { RunningNode, type NodeChange } from './running-node.ts';

const isRoot = process.getuid?.() === 0;

async function startFailing(t: Test, change: NodeChange, uid?: number): Promise<RunningNode> {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare(change);
  if (uid !== undefined) giveAway(node, uid);
  await t.rejects(node.start(uid === undefined ? {} : { uid }), /ended with 78/);
  return node;
}

/** Hands the node's files over to another user, so that it can run as that one. */
function giveAway(node: RunningNode, uid: number): void {
  chownSync(node.directory, uid, uid);
  for (const entry of readdirSync(node.directory, { recursive: true, encoding: 'utf8' }))
    chownSync(join(node.directory, entry), uid, uid);
  chmodSync(node.directory, 0o700);
}

t.test('a port that is taken is said plainly, with exit status 78', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const enabled = { enabled: true, port };
  const passivePorts = { from: 20_000, to: 20_010 };
  for (const [purpose, settings] of [
    ['HTTPS downloads', { https: { ...enabled, publicBase: 'https://localhost:1', plainPort: null } }],
    ['FTP', { ftp: { ...enabled, publicHost: 'localhost', passivePorts, requireTls: true, ...usualFtp } }],
    ['SFTP', { sftp: { ...enabled, publicHost: 'localhost' } }],
  ] as const) {
    const node = await startFailing(t, { settings });
    t.match(node.log.join(''), `Port ${port} on 127.0.0.1, for ${purpose}, is taken by another program.`);
  }
});

t.test('a certificate without its key, and no host key, are said plainly', async (t) => {
  const { privateKey } = await issueCertificate('another');
  const foreign = await startFailing(t, { identity: { privateKey } });
  t.match(foreign.log.join(''), 'do not belong together');
  const keyless = await startFailing(t, { identity: { hostKeys: [] } });
  t.match(keyless.log.join(''), 'SFTP needs at least one host key.');
});

if (isRoot) {
  t.test('as an ordinary user it serves without a jail and says so loudly, or refuses', async (t) => {
    const node = new RunningNode();
    t.teardown(() => node.remove());
    await node.prepare();
    giveAway(node, 65_534);
    await node.start({ uid: 65_534 });
    t.match(node.log.join(''), 'NOT JAILED');
    const password = randomBytes(16).toString('hex');
    acceptLogin(node, password);
    const content = randomBytes(100_000);
    const grant = await node.publishAndStage(content);
    for (const fetched of await fetchEverywhere(node, grant, password)) t.ok(fetched.equals(content));
    const refusing = await startFailing(t, { settings: { jail: 'required' } }, 65_534);
    t.match(refusing.log.join(''), 'The session server may not chroot');
  });
  t.test('a session user that is root is refused', async (t) => {
    const node = await startFailing(t, { sessionUser: { uid: 0, gid: 0 } });
    t.match(node.log.join(''), 'The session servers must not run as root.');
  });
}
