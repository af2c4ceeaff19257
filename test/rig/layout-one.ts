// A state directory as Consign 0.1 left it: layout 1, with configuration, bags and certificates in files of each program.
// Callers: the tests of the migration. Written by hand from that version's own code, which is no longer here.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNodeKeys } from '#commlink/node-key-file.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { ensureAuthority, issueCertificate, ownHostNames } from '#deploy/certificates.ts';
import { createHostKeys } from '#deploy/ssh-host-keys.ts';
import { layOutState } from '#deploy/state-directory.ts';

const programs = ['internal-db', 'web-front', 'ftp-node'] as const;
type Program = (typeof programs)[number];
const names = { 'internal-db': 'db1', 'web-front': 'web1', 'ftp-node': 'ftp1' } as const;
const linkAgeMaxMs = 600_000;
const bagKeys = 127;
const keyBytes = 32;

/** What the state was made with. */
export interface LayoutOne {
  /** Node ids by program. */
  readonly ids: Readonly<Record<Program, string>>;
  /** PEM texts by program. */
  readonly certificates: Readonly<Record<Program, string>>;
  readonly hostKeys: readonly string[];
  /** One key of each bag, as the files have it. */
  readonly bagKeys: readonly string[];
}

/** Makes the state; `isRoot` is whether root started it. */
export async function makeLayoutOne(
  directory: string,
  { portBase, isRoot }: { portBase: number; isRoot: boolean },
): Promise<LayoutOne> {
  const layout = layOutState(directory);
  const at = (program: Program, name: string): string => join(directory, program, name);
  for (const program of programs) mkdirSync(at(program, 'bags'), { recursive: true, mode: 0o700 });
  mkdirSync(join(directory, 'logs'), { mode: 0o700 });
  mkdirSync(layout.storeroomDirectory, { mode: 0o700 });
  mkdirSync(layout.accountsDirectory, { mode: 0o755 });
  const keys = {
    'internal-db': createNodeKeys(),
    'web-front': createNodeKeys(),
    'ftp-node': createNodeKeys(),
  };
  const authority = await ensureAuthority(layout);
  const certificates: Record<string, string> = {};
  for (const program of programs) {
    await writeNodeKeys(at(program, 'node.key'), keys[program]);
    const issued = await issueCertificate(authority, ownHostNames());
    certificates[program] = issued.certificate;
    writePrivate(at(program, 'tls-cert.pem'), issued.certificate);
    writePrivate(at(program, 'tls-key.pem'), issued.privateKey);
  }
  const hostKeys = createHostKeys();
  for (const [index, type] of ['ed25519', 'ecdsa'].entries())
    writePrivate(at('ftp-node', `ssh_host_${type}_key`), hostKeys[index] ?? '');
  const shown = [
    writeBag(directory, keys, ['web-front', 'internal-db']),
    writeBag(directory, keys, ['ftp-node', 'web-front']),
  ];
  for (const program of programs)
    writePrivate(
      at(program, 'config.json'),
      `${JSON.stringify(configure(program, { directory, keys, portBase, isRoot }), null, 2)}\n`,
    );
  writePrivate(layout.versionFile, '{"stateVersion":1}\n');
  const idOf = (program: Program): string => keys[program].id;
  return {
    ids: { 'internal-db': idOf('internal-db'), 'web-front': idOf('web-front'), 'ftp-node': idOf('ftp-node') },
    certificates: certificates as Record<Program, string>,
    hostKeys,
    bagKeys: shown,
  };
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

/** The same file at both ends; returns its first key. */
function writeBag(
  directory: string,
  keys: Record<Program, NodeKeys>,
  ends: readonly [from: Program, to: Program],
): string {
  const [from, to] = [keys[ends[0]].id, keys[ends[1]].id];
  const generation = {
    generation: 1,
    keys: Array.from({ length: bagKeys }, () => randomBytes(keyBytes).toString('base64url')),
  };
  const bag = { version: 1, cluster: 'local', from, to, sendGeneration: 1, generations: [generation] };
  for (const end of ends)
    writePrivate(join(directory, end, 'bags', `${from}.${to}.bag.json`), `${JSON.stringify(bag)}\n`);
  return generation.keys[0] ?? '';
}

interface Settings {
  readonly directory: string;
  readonly keys: Record<Program, NodeKeys>;
  readonly portBase: number;
  readonly isRoot: boolean;
}

function configureNode(program: Program, { directory, keys, portBase }: Settings): object {
  const [dbLink, frontLink] = [portBase + 5, portBase + 6];
  const listenPort = { 'internal-db': dbLink, 'web-front': frontLink, 'ftp-node': null }[program];
  const dials = {
    'internal-db': null,
    'web-front': { peer: 'db1', port: dbLink },
    'ftp-node': { peer: 'web1', port: frontLink },
  }[program];
  return {
    cluster: 'local',
    name: names[program],
    keyFile: join(directory, program, 'node.key'),
    bagDirectory: join(directory, program, 'bags'),
    members: programs.map((role) => ({
      name: names[role],
      role,
      id: keys[role].id,
      signingKey: keys[role].signing.raw,
      sealingKey: keys[role].sealing.raw,
    })),
    listen: listenPort === null ? null : { host: '127.0.0.1', port: listenPort },
    dial: dials === null ? [] : [{ ...dials, host: '127.0.0.1', connections: 2 }],
    linkAgeMaxMs,
  };
}

function configure(program: Program, settings: Settings): object {
  const { directory, portBase, isRoot } = settings;
  const at = (name: string): string => join(directory, program, name);
  const tls = { certFile: at('tls-cert.pem'), keyFile: at('tls-key.pem') };
  const node = configureNode(program, settings);
  if (program === 'internal-db')
    return {
      node,
      databaseFile: at('consign.db'),
      adminSocket: at('admin.sock'),
      console: { host: '127.0.0.1', port: portBase + 1, ...tls },
      deliveryLifetimeMs: 14_400_000,
      sessionLifetimeMs: 43_200_000,
      logLevel: 'info',
    };
  if (program === 'web-front') {
    const publicUrl = `https://localhost:${portBase}`;
    const portal = {
      host: '127.0.0.1',
      port: portBase,
      publicUrl,
      ...tls,
      caFile: join(directory, 'ca.pem'),
    };
    return { node, portal, dropTo: isRoot ? { uid: 64_322, gid: 64_322 } : null, logLevel: 'info' };
  }
  return {
    node,
    storeroomDirectory: at('storeroom'),
    accountsDirectory: at('accounts'),
    ledgerFile: at('ledger.db'),
    ingestSocket: at('ingest.sock'),
    jail: isRoot ? 'required' : 'where-possible',
    sessionUser: { uid: 64_321, gid: 64_321 },
    sessionServerCount: 1,
    listenHost: '127.0.0.1',
    ...tls,
    hostKeyFiles: [at('ssh_host_ed25519_key'), at('ssh_host_ecdsa_key')],
    https: { port: portBase + 2, publicBase: `https://localhost:${portBase + 2}` },
    ftp: {
      port: portBase + 3,
      publicHost: 'localhost',
      passivePorts: { from: portBase + 10, to: portBase + 59 },
    },
    sftp: { port: portBase + 4, publicHost: 'localhost' },
    reconcileIntervalMs: 60_000,
    logLevel: 'info',
  };
}
