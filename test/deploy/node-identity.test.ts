// The certificates and host keys that a node gets: trusted by what clients have, good for nothing else, in the formats
// that OpenSSL and OpenSSH read, and renewed in time.
import t, { type Test } from 'tap';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, connect, type TLSSocket } from 'node:tls';
import ssh2 from 'ssh2';
import type { NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { defaultEntries } from '#deploy/default-settings.ts';
import { createIdentity, judgeCertificate, renewIdentity } from '#deploy/node-identity.ts';
import { layOutPorts } from '#deploy/ports.ts';
import { layOutState, programNames, type StateLayout } from '#deploy/state-directory.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const dayMs = 86_400_000;
const here = { isOnThisMachine: true };
const entries = defaultEntries({ ports: layOutPorts(20_000), isRoot: true });

function makeLayout(t: Test): StateLayout {
  return layOutState(temporaryFolder(t));
}

/** Moves the clock for the rest of the test. */
function moveClock(t: Test, days: number): void {
  const now = Date.now.bind(Date);
  t.teardown(() => (Date.now = now));
  Date.now = () => now() + days * dayMs;
}

/** Tells which of these connections a client would trust. */
async function tryClients(t: Test, identity: NodeIdentity, clients: readonly object[]): Promise<boolean[]> {
  const server = createServer({ cert: identity.certificate, key: identity.privateKey });
  server.on('tlsClientError', (error) => t.comment(error.message));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const reach = (options: object): Promise<boolean> =>
    new Promise((resolve) => {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port, ...options }, () => {
        resolve(socket.authorized);
        socket.destroy();
      });
      socket.on('error', () => resolve(false));
    });
  return Promise.all(clients.map(reach));
}

t.test('is trusted by name and address, with the authority alone', async (t) => {
  const layout = makeLayout(t);
  const identity = await createIdentity(layout, entries['web-front'], here);
  const ca = readFileSync(layout.caFile);
  const trusted = await tryClients(t, identity, [
    { ca, servername: 'localhost' },
    { ca },
    { ca, servername: 'example.com' },
    { servername: 'localhost' },
  ]);
  t.same(trusted, [true, true, false, false]);
});

t.test('of another machine, it is for the names that its clients use, and no others', async (t) => {
  const layout = makeLayout(t);
  const entry = defaultEntries({ ports: layOutPorts(20_000), isRoot: true, host: '10.77.0.2' })['web-front'];
  const identity = await createIdentity(layout, entry, { isOnThisMachine: false });
  const certificate = new X509Certificate(identity.certificate);
  t.equal(certificate.checkIP('10.77.0.2'), '10.77.0.2');
  t.equal(certificate.checkHost('localhost'), undefined);
});

t.test('the authority can sign servers only, and its servers are no authorities', async (t) => {
  const layout = makeLayout(t);
  for (const role of programNames) {
    const identity = await createIdentity(layout, entries[role], here);
    const certificate = new X509Certificate(identity.certificate);
    const authority = new X509Certificate(readFileSync(layout.caFile));
    t.equal(authority.ca, true);
    t.ok(authority.checkPrivateKey(createPrivateKey(readFileSync(layout.caKeyFile))));
    t.equal(certificate.ca, false);
    t.ok(certificate.verify(authority.publicKey));
    t.ok(certificate.checkPrivateKey(createPrivateKey(identity.privateKey)));
    t.equal(identity.authority, readFileSync(layout.caFile, 'utf8'));
  }
});

t.test('an authority without its key is replaced, not kept in half', async (t) => {
  const layout = makeLayout(t);
  await createIdentity(layout, entries['web-front'], here);
  for (const file of [layout.caKeyFile, layout.caFile]) {
    rmSync(file);
    const { certificate } = await createIdentity(layout, entries['web-front'], here);
    const authority = new X509Certificate(readFileSync(layout.caFile));
    t.ok(authority.checkPrivateKey(createPrivateKey(readFileSync(layout.caKeyFile))));
    t.ok(new X509Certificate(certificate).verify(authority.publicKey));
  }
});

t.test('host keys are Ed25519 and ECDSA, in the format that ssh2 and OpenSSH read', async (t) => {
  const layout = makeLayout(t);
  const { hostKeys } = await createIdentity(layout, entries['ftp-node'], here);
  const types = hostKeys.map((text) => {
    const key = ssh2.utils.parseKey(text);
    return key instanceof Error ? key.message : key.type;
  });
  t.same(types, ['ssh-ed25519', 'ecdsa-sha2-nistp256']);
  t.same((await createIdentity(layout, entries['web-front'], here)).hostKeys, []);
});

t.test('is renewed when it is near its end, or not for a name any more; host keys stay', async (t) => {
  const layout = makeLayout(t);
  const entry = entries['ftp-node'];
  const identity = await createIdentity(layout, entry, here);
  t.equal(await judgeCertificate(layout, entry, identity), 'none');
  const https = { ...entry.settings.https, publicBase: 'https://downloads.example.com' };
  const renamed = { ...entry, settings: { ...entry.settings, https } };
  t.equal(await judgeCertificate(layout, renamed, identity), 'renew');
  moveClock(t, 360);
  t.equal(await judgeCertificate(layout, entry, identity), 'none');
  moveClock(t, 10);
  t.equal(await judgeCertificate(layout, entry, identity), 'renew');
  const renewed = await renewIdentity(layout, renamed, identity);
  t.equal(await judgeCertificate(layout, renamed, renewed), 'none');
  t.same(renewed.hostKeys, identity.hostKeys);
  t.not(renewed.privateKey, identity.privateKey);
  t.ok(new X509Certificate(renewed.certificate).checkHost('downloads.example.com'));
});

t.test("an operator's own certificate, or another machine's authority's, is never replaced", async (t) => {
  const layout = makeLayout(t);
  const elsewhere = makeLayout(t);
  const given = await createIdentity(elsewhere, entries['web-front'], here);
  t.equal(await judgeCertificate(layout, entries['web-front'], given), 'none');
  t.throws(() => readFileSync(layout.caFile), { code: 'ENOENT' }, 'and no authority is made here');
  await createIdentity(layout, entries['web-front'], here);
  // It is good for two days: that is said, and left to the operator.
  const { certificate, privateKey } = await issueCertificate('own');
  const identity = { certificate, privateKey, authority: null, hostKeys: [] };
  t.equal(await judgeCertificate(layout, entries['web-front'], identity), 'operator');
});
