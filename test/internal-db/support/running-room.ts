// A running internal-db in the test's own process, with its administration socket and a web-front, all torn down with
// the test; and the usual customer, product and entitlement for it.
import { connectUnix } from '#commlink/unix-socket.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { createLogger } from '#commlink/log.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import { ConfigurationAudit } from '#internal-db/audit/configuration-audit.ts';
import { readDatabaseChoice } from '#internal-db/database-choice.ts';
import { startServices, type RunningServices } from '#internal-db/start-services.ts';
import type { HandConfiguredNode } from '../../rig/configured-by-hand.ts';
import { createTestCluster, type TestCluster, type TestWebFront } from './test-cluster.ts';

/** What a test needs of `t`. */
export interface Teardown {
  teardown(work: () => Promise<unknown>): void;
}

/** The running room. */
export interface RunningRoom {
  readonly cluster: TestCluster;
  /** internal-db's place in the cluster, which the test changes. */
  readonly node: HandConfiguredNode<'internal-db'>;
  readonly services: RunningServices;
  readonly admin: RpcPeer<typeof adminMethods>;
  readonly webFront: TestWebFront;
}

const actor = 'test:operator';
/** Costs next to nothing; the real parameters have a test of their own. */
export const cheapPasswords = { memoryKiB: 1024, passCount: 2, laneCount: 1 };
const demoFileSha256 = 'ab'.repeat(32);

/** Starts the services on a cluster's files. */
export async function startOn(
  cluster: TestCluster,
  log = createLogger('internal-db', 'silent'),
  settings: Partial<InternalDbSettings> = {},
) {
  const node = cluster.openNode(settings);
  const services = await startServices(cluster.config, {
    database: await readDatabaseChoice(cluster.config.databaseFile),
    opened: node.opened,
    configurationAudit: new ConfigurationAudit(log),
    log,
    version: '0.0.0',
    passwordParameters: cheapPasswords,
    leave: (reason) => {
      throw reason;
    },
  });
  return { node, services };
}

/** Starts a room on a cluster of its own, in which `furtherNodes` are ftp-nodes that nobody reaches. */
export async function startRoom(
  t: Teardown,
  furtherNodes: readonly string[] = [],
  settings: Partial<InternalDbSettings> = {},
): Promise<RunningRoom> {
  const cluster = await createTestCluster(furtherNodes);
  const log = createLogger('internal-db', 'silent');
  const { node, services } = await startOn(cluster, log, settings);
  const admin = await connectUnix({
    path: cluster.config.adminSocket,
    peer: { role: 'internal-db', name: 'db1', id: 'db1' },
    called: adminMethods,
    log,
  });
  const webFront = await cluster.openWebFront();
  t.teardown(async () => {
    admin.close();
    await webFront.commlink.close();
    await services.stop();
    await cluster.remove();
  });
  return { cluster, node, services, admin, webFront };
}

/** An entitlement with nothing special about it. */
export const plainGrant = {
  actor,
  versions: '*',
  channels: null,
  notBeforeMs: null,
  notAfterMs: null,
  downloadsMax: null,
  licenceAgreement: null,
  reason: 'bought it',
};

/** The usual: account acme with user jo, product tool 1.0.0 with tool.bin, and an entitlement to all of it. */
export async function seedRoom({ admin }: Pick<RunningRoom, 'admin'>): Promise<{
  entitlement: string;
  password: string;
}> {
  const password = 'correct horse battery';
  await admin.call('account.create', { actor, name: 'acme', displayName: 'Acme' });
  await admin.call('user.create', { actor, account: 'acme', name: 'jo', displayName: 'Jo', password });
  await admin.call('product.create', { actor, name: 'tool', title: 'Tool', description: '' });
  await admin.call('release.publish', {
    actor,
    product: 'tool',
    version: '1.0.0',
    channel: 'stable',
    draft: false,
    files: [
      {
        name: 'tool.bin',
        sizeBytes: 5,
        sha256: demoFileSha256,
        platform: 'linux-x64',
        mediaType: 'application/octet-stream',
      },
    ],
  });
  const { entitlement } = await admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
  });
  return { entitlement: entitlement.id, password };
}

/** Signs jo in and returns the session token. */
export async function signIn(room: RunningRoom, password: string): Promise<string> {
  const opened = await room.webFront.call('session.open', { username: 'jo', password, address: '127.0.0.1' });
  if (!opened.opened) throw new Error(`not signed in: ${opened.reason}`);
  return opened.session;
}

/** The file of the usual product. */
export const demoFile = { product: 'tool', version: '1.0.0', file: 'tool.bin' };
