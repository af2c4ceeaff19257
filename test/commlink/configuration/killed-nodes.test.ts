// Nodes as processes of their own that are killed outright, at no particular moment, while the configuration changes.
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import { PublishError } from '#commlink/operator/publish-error.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import { configureCluster, entryOf } from '../../rig/configured-cluster.ts';
import { findFreePortBase } from '../../rig/free-ports.ts';
import { NodeProcess } from '../../rig/node-process.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';
import { recordingLog } from '../two-nodes.ts';
import { changePatience } from './three-nodes.ts';

const rounds = 8;

t.test(
  'whoever is killed whenever, the change comes into force everywhere',
  { timeout: 800_000 },
  async (t) => {
    const directory = temporaryFolder(t);
    const port = await findFreePortBase();
    const cluster = await configureCluster({
      directory,
      members: {
        db1: { entry: entryOf('internal-db', { listen: port, room: port + 10 }) },
        web1: { entry: entryOf('web-front', { listen: port + 1, dial: { db1: port }, room: port + 15 }) },
        ftp1: { entry: entryOf('ftp-node', { listen: null, dial: { web1: port + 1 }, room: port + 20 }) },
      },
      policy: { messageIntervalMs: 100 },
    });
    const { operator } = cluster;
    const { log } = recordingLog();
    const running = new Map<string, NodeProcess>();
    t.teardown(() => Promise.all([...running.values()].map((node) => node.kill())));
    for (const name of cluster.names) running.set(name, await NodeProcess.start(cluster, name));

    const statusOf = async (name: string): Promise<ClusterStatus> => {
      const client = await cluster.connect(name, log);
      try {
        return await client.call('config.status', {});
      } finally {
        client.close();
      }
    };
    const publish = async (name: string, patienceMs: number): Promise<void> => {
      const client = await cluster.connect(name, log);
      try {
        await publishChange(client, changePatience(patienceMs), {
          operator,
          reason: 'A test.',
          until: 'submitted',
        });
      } finally {
        client.close();
      }
    };

    let published = 0;
    for (let round = 1; round <= rounds; round += 1) {
      for (let tries = 0; ; tries += 1) {
        try {
          await publish('db1', round);
          break;
        } catch (error) {
          // Who was killed last has not been heard yet.
          if (!(error instanceof PublishError && error.code === 'not_heard') || tries > 50) throw error;
          await delay(100);
        }
      }
      published += 1;
      const victim = cluster.names[round % cluster.names.length] ?? '';
      await delay(Math.random() * 60);
      await running.get(victim)?.kill();
      running.set(victim, await NodeProcess.start(cluster, victim));
      const untilMs = performance.now() + 20_000;
      for (;;) {
        const all = await Promise.all(cluster.names.map(statusOf));
        const installed = new Set(all.map((status) => JSON.stringify(status.installed)));
        if (
          installed.size === 1 &&
          all.every((status) => status.candidate === null && status.installed.seq > round)
        )
          break;
        if (performance.now() > untilMs) {
          t.fail(`round ${round} (${victim} was killed) did not converge: ${JSON.stringify(all, null, 1)}`);
          return;
        }
        await delay(20);
      }
    }
    t.equal(published, rounds);
    t.strictSame(
      (await Promise.all(cluster.names.map(statusOf))).map(({ refused }) => refused.bad_signature ?? 0),
      [0, 0, 0],
    );
  },
);
