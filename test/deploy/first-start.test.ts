// What a first start makes: it is complete, private, usable by OpenSSL and OpenSSH, kept at later starts, and completed
// when a start was cut short at any point.
import t from 'tap';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, connect, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { readKeyBags } from '#commlink/key-bag.ts';
import { readNodeKeys } from '#commlink/node-keys.ts';
import { certificateFiles } from '#deploy/certificates.ts';
import { bagDirectory, configFile, nodeKeyFile } from '#deploy/configuration.ts';
import { prepareState } from '#deploy/first-start.ts';
import { layOutPorts } from '#deploy/ports.ts';
import { hostKeyFiles } from '#deploy/ssh-host-keys.ts';
import { layOutState, openStateDirectory, programNames, type StateLayout } from '#deploy/state-directory.ts';
import { internalDbConfigCheck } from '#internal-db/config.ts';
import { webFrontConfigCheck } from '#web-front/config.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const choices = { ports: layOutPorts(20_000), isRoot: true, logLevel: 'info' };

async function prepare(directory: string): Promise<StateLayout> {
  const layout = layOutState(directory);
  openStateDirectory(layout);
  await prepareState(layout, choices);
  return layout;
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

t.test('everything is private: files 0600, directories 0700, but for the root of the jail', async (t) => {
  const layout = await prepare(temporaryFolder(t));
  const files = listFiles(layout.directory);
  t.ok(files.length >= 16);
  for (const file of files) t.equal(statSync(file).mode & 0o777, 0o600, file);
  const directories = readdirSync(layout.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const directory of directories) {
    const expected = directory === layout.accountsDirectory ? 0o755 : 0o700;
    t.equal(statSync(directory).mode & 0o777, expected, directory);
  }
});

t.test('the programs accept their configurations, as root and not', async (t) => {
  for (const isRoot of [true, false]) {
    const layout = layOutState(temporaryFolder(t));
    openStateDirectory(layout);
    await prepareState(layout, { ...choices, isRoot });
    const read = (program: (typeof programNames)[number]): unknown =>
      JSON.parse(readFileSync(configFile(layout, program), 'utf8'));
    internalDbConfigCheck.parse(read('internal-db'));
    webFrontConfigCheck.parse(read('web-front'));
    t.match(read('ftp-node'), { jail: isRoot ? 'required' : 'where-possible' });
  }
});

t.test('each link has one bag, the same at both ends, and no third program has it', async (t) => {
  const layout = await prepare(temporaryFolder(t));
  const ids = Object.fromEntries(
    await Promise.all(
      programNames.map(async (name) => [name, (await readNodeKeys(nodeKeyFile(layout, name))).id] as const),
    ),
  );
  const bags = Object.fromEntries(
    await Promise.all(
      programNames.map(async (name) => [name, await readKeyBags(bagDirectory(layout, name))] as const),
    ),
  );
  const pairsOf = (name: string) => bags[name]?.map(({ from, to }) => [from, to]);
  t.same(pairsOf('internal-db'), [[ids['web-front'], ids['internal-db']]]);
  t.same(pairsOf('ftp-node'), [[ids['ftp-node'], ids['web-front']]]);
  t.equal(bags['web-front']?.length, 2);
  const atFront = bags['web-front']?.find(({ to }) => to === ids['internal-db']);
  t.same(atFront, bags['internal-db']?.[0]);
});

t.test(
  'a server with the made certificate is trusted by name and address, with the authority alone',
  async (t) => {
    const layout = await prepare(temporaryFolder(t));
    const { certFile, keyFile } = certificateFiles(layout, 'web-front');
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    server.on('tlsClientError', () => {});
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
    const ca = readFileSync(layout.caFile);
    t.equal(await reach({ ca, servername: 'localhost' }), true, 'localhost');
    t.equal(await reach({ ca }), true, '127.0.0.1');
    t.equal(await reach({ ca, servername: 'example.com' }), false, 'another name');
    t.equal(await reach({ servername: 'localhost' }), false, 'without the authority');
  },
);

t.test('the authority can sign servers only, and its servers are no authorities', async (t) => {
  const layout = await prepare(temporaryFolder(t));
  const authority = new X509Certificate(readFileSync(layout.caFile));
  t.equal(authority.ca, true);
  t.ok(authority.checkPrivateKey(createPrivateKey(readFileSync(layout.caKeyFile))));
  for (const program of programNames) {
    const { certFile, keyFile } = certificateFiles(layout, program);
    const certificate = new X509Certificate(readFileSync(certFile));
    t.equal(certificate.ca, false);
    t.ok(certificate.verify(authority.publicKey));
    t.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))));
  }
});

t.test('the host keys are Ed25519 and ECDSA, in the format that ssh2 and OpenSSH read', async (t) => {
  const layout = await prepare(temporaryFolder(t));
  const types = hostKeyFiles(layout).map((file) => {
    const key = ssh2.utils.parseKey(readFileSync(file));
    return key instanceof Error ? key.message : key.type;
  });
  t.same(types, ['ssh-ed25519', 'ecdsa-sha2-nistp256']);
});

t.test('a later start keeps everything', async (t) => {
  const layout = await prepare(temporaryFolder(t));
  const before = listFiles(layout.directory).map((file) => [file, readFileSync(file, 'utf8')]);
  t.same(await prepareState(layout, choices), []);
  const after = listFiles(layout.directory).map((file) => [file, readFileSync(file, 'utf8')]);
  t.same(after, before);
});

t.test(
  'whichever file a start that was cut short did not make, the next one makes it and keeps the others',
  async (t) => {
    const layout = await prepare(temporaryFolder(t));
    // Node keys last: with another key a node is another one, and the old one's bags are not made again.
    const isNodeKey = (file: string): boolean => file.endsWith('node.key');
    const files = listFiles(layout.directory).toSorted((a, b) => Number(isNodeKey(a)) - Number(isNodeKey(b)));
    for (const file of files) {
      rmSync(file);
      await prepareState(layout, choices);
      t.ok(statSync(file).size > 0, `${file.slice(layout.directory.length)} is back`);
      for (const program of programNames) {
        const { certFile, keyFile } = certificateFiles(layout, program);
        const certificate = new X509Certificate(readFileSync(certFile));
        t.ok(
          certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))),
          `${program} has a fitting key`,
        );
        t.ok(certificate.verify(new X509Certificate(readFileSync(layout.caFile)).publicKey));
      }
    }
  },
);
