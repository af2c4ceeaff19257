// Whom the audit log names for a version: who signed it, whatever its author calls himself.
import t from 'tap';
import { installedEvents } from '#commlink/configuration/installed-events.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { editionOf, follow, makeCluster } from './composed-cluster.ts';

const { operators, genesis } = await makeCluster({ operators: 3, threshold: 2 });

t.test('a version is by the operators whose keys signed it', async (t) => {
  const { policy, nodes } = genesis.configuration;
  const change = { nodes, policy: { ...policy, patienceMs: 1 } };
  const draft = await composeSettingsChange(editionOf(genesis, { publishedBy: 'operator1' }), change);
  const next = await follow(genesis, draft, operators.slice(1));
  t.match(installedEvents(genesis, next), [{ type: 'installed', by: 'operator2, operator3' }]);
});
