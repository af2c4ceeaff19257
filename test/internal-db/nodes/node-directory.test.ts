// What is remembered of a node when the web-fronts say different things of it.
import t from 'tap';
import type { Clock } from '#internal-db/clock.ts';
import { NodeDirectory } from '#internal-db/nodes/node-directory.ts';
import type { NodeRelay, ReachedNode } from '#internal-db/nodes/node-relay.ts';

t.test('the lowest number of the list of bans counts, whoever answers last', async (t) => {
  const reached = [3, 1, 9].map((banSequence) => ({ node: 'ftp1', description: { banSequence } }));
  const relay = { reachedNodes: async () => reached as unknown as ReachedNode[] } as NodeRelay;
  const directory = new NodeDirectory(relay, { nowMs: () => 0 } as Clock);
  await directory.refresh();
  t.equal(directory.find('ftp1')?.description.banSequence, 1);
});
