// Those who watch the node see its customers, and end a session, whatever the protocol; with customers' own clients.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import t from 'tap';
import { signDocument } from '#commlink/signed-document.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { clusterName } from '../../rig/configured-cluster.ts';
import { acceptLogin } from '../fetch-everywhere.ts';
import { newId, startNode, waitUntil, type RunningNode } from '../running-node.ts';

const run = promisify(execFile);

async function list(node: RunningNode, account: string | null = null): Promise<LiveSession[]> {
  return (await node.web.call('ftp1', ftpNodeMethods, 'sessions.list', { account })).sessions;
}

async function cut(node: RunningNode, sessions: string[]): Promise<number> {
  const body = {
    cluster: clusterName,
    node: node.nodeId,
    order: newId('ord'),
    sessions,
    issuedAtMs: Date.now(),
  };
  const order = signDocument('cut-order', body, node.internalDbKeys.signing.privateKey);
  return (await node.web.call('ftp1', ftpNodeMethods, 'sessions.cut', { order })).cutSessionCount;
}

t.test('who downloads what, how far and how fast is seen, and each can be cut', async (t) => {
  const settings = { sessionServerCount: 2, limits: { bytesPerSecondMax: 600_000 } };
  const node = await startNode(t, { settings });
  acceptLogin(node, 'secret');
  const grant = await node.publishAndStage(randomBytes(20_000_000));
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const login = ['-u', 'alice:secret', '--insecure'];
  const clients = [
    ['--insecure', node.linkFor(grant)],
    ['--ssl-reqd', ...login, `ftp://localhost:${node.ports.ftp}/${path}`],
    [...login, `sftp://localhost:${node.ports.sftp}/${path}`],
  ].map((call) =>
    run('curl', ['-sS', '-o', '/dev/null', ...call]).then(
      () => 'finished',
      ({ code }: { code: number }) => `failed ${code}`,
    ),
  );
  await waitUntil(() => node.downloadsOf(grant.delivery).length === 3, 'three downloads');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const seen = await list(node, 'acme');
  t.same(new Set(seen.map(({ protocol }) => protocol)), new Set(['https', 'ftps', 'sftp']));
  for (const { id, protocol, username, principal, address, idleSinceMs, transfer } of seen) {
    t.match(id, protocol === 'https' ? /^con_/ : /^ses_/);
    t.equal(username, protocol === 'https' ? null : 'alice');
    t.equal(principal, protocol === 'https' ? `delivery:${grant.delivery}` : 'user:alice');
    t.match(address, /^(127\.0\.0\.1|::1)$/);
    t.equal(idleSinceMs, null);
    t.match(transfer, { delivery: grant.delivery, path, offsetBytes: 0, sizeBytes: grant.sizeBytes });
    const { sentBytes = 0, bytesPerSecond = 0 } = transfer ?? {};
    t.ok(sentBytes > 200_000 && sentBytes < 2_500_000, `${protocol}: ${sentBytes} bytes of 200,000 a second`);
    t.ok(bytesPerSecond > 60_000 && bytesPerSecond < 600_000, `${protocol}: ${bytesPerSecond} a second`);
  }
  t.same(await list(node, 'other'), []);

  for (const { id } of seen) t.equal(await cut(node, [id]), 1);
  t.same(
    (await Promise.all(clients)).filter((end) => end === 'finished'),
    [],
    'no client takes it for whole',
  );
  const ended = await node.endedDownloads(grant.delivery, 3);
  t.ok(ended.every(({ outcome }) => outcome !== 'complete'));
  t.equal(await cut(node, [seen[0]?.id ?? '']), 0, 'once');
  t.same(await list(node), []);
});
