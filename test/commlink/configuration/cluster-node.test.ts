import t from 'tap';
import { allInstalled, changePatience, publish, threeNodes } from './three-nodes.ts';

t.test('a change handed in at any node is in force at all of them', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const all = Object.values(nodes);
  for (const [index, name] of (['ftp1', 'db1', 'web1'] as const).entries()) {
    const startedAtMs = performance.now();
    const patienceMs = 100 * (index + 1);
    await publish(cluster, nodes[name], changePatience(patienceMs));
    await allInstalled(all, index + 2);
    t.comment(`${name}: ${Math.round(performance.now() - startedAtMs)} ms`);
    t.strictSame(
      all.map(({ node }) => node.configuration.policy.patienceMs),
      [patienceMs, patienceMs, patienceMs],
    );
  }
});
