// The run of the benchmark `cluster`, small: each kind of process is killed once under mixed work, and nothing that was acknowledged
// is lost. Then a record, a link and an entry are spoilt, and the same comparison finds each.
import { unlinkSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { layOutState } from '#deploy/state-directory.ts';
import { findDifferences } from './cluster-differences.ts';
import type { KnownDelivery } from './cluster-record.ts';
import { runCluster } from './cluster-run.ts';
import { startCluster, type ClusterStage } from './cluster-stage.ts';

const size = { accounts: 40, productsPerAccount: 2, activeCustomers: 8, ftpNodeCount: 2 };
const plan = { seed: 1, workers: 4, calmMs: 1500, killRounds: 1 };

/** Where the delivery's file is in the customer's directory. */
function linkOf(stage: ClusterStage, { id, node }: KnownDelivery): string {
  const place = stage.server.query(
    stage.database,
    `SELECT a.name || '/' || p.name || '/' || r.version || '/' || f.name
      FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN artifacts f ON f.id = d.artifact_id
      JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id WHERE d.id = '${id}'`,
  );
  return path.join(layOutState(stage.ftpNodes.get(node)?.state ?? '').accountsDirectory, place);
}

t.test('each kind of process is killed under mixed work', { timeout: 600_000 }, async (t) => {
  const stage = await startCluster(t, size);
  const { kills, record, wrong } = await runCluster(stage, plan);
  for (const { victim, backAfterMs, lastErrorAfterMs, errors } of kills) {
    const [back, last] = [backAfterMs, lastErrorAfterMs].map(Math.round);
    t.comment(`${victim}: back after ${back} ms, ${errors.length} errors, the last after ${last} ms`);
  }
  t.same(wrong, [], 'nothing that was acknowledged is lost');
  t.equal(kills.length, 5, 'a web-front, an internal-db, a stager, a session server, PostgreSQL');
  const { deliveries, grants, done, errors } = record;
  t.ok(
    deliveries.length > 5 && grants.length > 0,
    `${deliveries.length} deliveries, ${grants.length} grants`,
  );
  t.ok(done.length > 4 * errors.length, `${done.length} things were done, ${errors.length} failed`);

  t.same(findDifferences({ stage, record }), [], 'nothing differs before it is spoilt');
  const [first, second] = deliveries.filter(({ state }) => state === 'live').toReversed();
  if (!first || !second) throw new Error('There are not two live deliveries.');
  unlinkSync(linkOf(stage, first));
  t.match(findDifferences({ stage, record }).join('\n'), /no link bench-/);
  stage.server.query(stage.database, `UPDATE deliveries SET state = 'expired' WHERE id = '${second.id}'`);
  t.match(findDifferences({ stage, record }).join('\n'), `${second.id} is expired, and was said to be live`);
  record.grants.push({ id: 'ent_nobody', state: 'granted' });
  t.match(findDifferences({ stage, record }).join('\n'), 'no entitlement.grant of ent_nobody');
});
