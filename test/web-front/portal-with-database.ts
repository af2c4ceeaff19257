// A real web-front in front of a real internal-db with its database, both in this process, linked as on two machines; only
// the delivery node is a stand-in. For what a fake internal-db can't show: who sees whose records.
import path from 'node:path';
import { createLogger } from '#commlink/log.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { openCommlink } from '#commlink/commlink.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { loadPortalAssets } from '#web-front/portal-assets.ts';
import { startWebFront } from '#web-front/web-front.ts';
import { startOn, type Teardown } from '../internal-db/support/running-room.ts';
import { createTestCluster } from '../internal-db/support/test-cluster.ts';
import { HandConfiguredNode } from '../rig/configured-by-hand.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { FakeFtpNode } from './fake-ftp-node.ts';
import { portalSettings } from './portal-fixture.ts';

/** Requests a minute for which the tests of the tables have room. */
const manyRequests = { signInsPerMinute: 1000, apiRequestsPerMinute: 10_000, pageRequestsPerMinute: 10_000 };

/** Starts all of it; `t` stops it. */
export async function startPortalWithDatabase(t: Teardown) {
  const log = createLogger('test', 'silent');
  const cluster = await createTestCluster();
  // Known beforehand: mails lead to this address, and passkeys are bound to it.
  const port = await findFreePortBase();
  const origin = `https://localhost:${port}`;
  const { services, node: dbNode } = await startOn(cluster, log, {
    portalUrl: origin,
    mail: { kind: 'folder', from: 'portal@vendor.example' },
  });
  const admin = await connectUnix({
    path: cluster.config.adminSocket,
    peer: { role: 'internal-db', name: 'db1', id: 'db1' },
    called: adminMethods,
    log,
  });
  const ftpNode = new FakeFtpNode();
  const ftpLink = await openCommlink({
    keys: cluster.made.keys('ftp1'),
    plan: cluster.made.plan('ftp1', { listen: { host: '127.0.0.1', port: 0 }, dial: [] }),
    offered: ftpNodeMethods,
    handlers: ftpNode.handlers(),
    log,
    gate: { isOpen: true, version: dbNode.version },
  });
  const issued = await issueCertificate('localhost');
  const { made, linkAddress } = cluster;
  if (!linkAddress) throw new Error('internal-db accepts no links');
  const dial = [
    { peer: 'db1', ...linkAddress, connections: 1 },
    { peer: 'ftp1', host: '127.0.0.1', port: ftpLink.port ?? 0, connections: 1 },
  ];
  const webNode = new HandConfiguredNode<'web-front'>({
    keys: made.keys('web1'),
    plan: made.plan('web1', { listen: null, dial }),
    settings: portalSettings({
      limits: manyRequests,
      portal: { host: '127.0.0.1', port, publicUrl: origin },
    }),
    identity: { ...issued, authority: issued.certificate, hostKeys: [] },
    log,
  });
  const webFront = await startWebFront({ opened: webNode.opened, assetStore: await loadPortalAssets(), log });
  t.teardown(async () => {
    await webFront.close();
    await ftpLink.close();
    admin.close();
    await services.stop();
    await cluster.remove();
  });
  const mailFolder = path.join(cluster.directory, 'mail');
  return {
    origin,
    certificate: issued.certificate,
    admin,
    services,
    ftpNode,
    mailFolder,
    cluster,
    /** Has the delivery node report a download, signed, by way of the web-front. */
    report: async (event: Parameters<typeof cluster.node.report>[0]) => {
      const params = { node: cluster.node.keys.id, reports: [cluster.node.report(event)] };
      await ftpLink.call('web1', webFrontMethods, 'relay.report', params);
    },
  };
}

/** All that runs. */
export type PortalWithDatabase = Awaited<ReturnType<typeof startPortalWithDatabase>>;
