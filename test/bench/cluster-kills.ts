// Kills (SIGKILL) of each kind of process of the benchmark `cluster`, one after the other while the work goes on. Caller:
// cluster-run.ts. Whoever started the process starts it again: the launcher, or for PostgreSQL this file.
import { connectAdmin } from '#bin/admin-client.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { askHttps } from '../end-to-end/portal-customer.ts';
import { waitFor, type RunningConsign } from '../rig/running-consign.ts';
import type { ClusterStage } from './cluster-stage.ts';

const backWithinMs = 60_000;

/** What may be killed. */
export interface Victim {
  readonly name: string;
  /** Kills it, and resolves when it answers again. */
  readonly killAndWait: () => Promise<void>;
}

/** Each kind of process once. */
export function listVictims({ databases, fronts, ftpNodes, server }: ClusterStage): Victim[] {
  const [database, front, node] = [databases[0], fronts[0], [...ftpNodes.values()].at(-1)];
  if (!database || !front || !node) throw new Error('There is not one of each kind.');
  return [
    program('web-front', front, async () => {
      const { status } = await askHttps(front, `${front.endpoints.portal}/sign-in`);
      return status === 200;
    }),
    program('internal-db', database, async () => {
      (await connectAdmin(layOutState(database.state))).close();
      return true;
    }),
    program('ftp-node', node, () => isServing(node)),
    program('session-server-1', node, () => isServing(node)),
    {
      name: 'PostgreSQL',
      // SIGQUIT to its first process, which kills its own at once and writes nothing: what follows is its recovery.
      killAndWait: async () => {
        await server.down('immediate');
        await server.up();
      },
    },
  ];
}

function program(name: string, owner: RunningConsign, answers: () => Promise<boolean>): Victim {
  const killAndWait = async (): Promise<void> => {
    const pid = owner.kill(name);
    await owner.waitForRestart(name, pid);
    await waitFor(`${name} to answer`, () => answers().catch(() => false), backWithinMs);
  };
  return { name, killAndWait };
}

/** Any answer will do: a path that is no file's. */
async function isServing(node: RunningConsign): Promise<boolean> {
  return (await askHttps(node, `${node.endpoints.delivery}/`)).status > 0;
}
