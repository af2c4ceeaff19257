// The changes of the configuration that the test of seven processes makes: settings of one node or of all, the next step
// of a rotation, or of giving one up, new certificates. Each differs from all others, so that none is a change of nothing.
// Caller: seven-nodes.test.ts.
import type { ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import { composeRotationStep } from '#commlink/operator/compose-rotation-step.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import type { Draft, Edition } from '#commlink/operator/draft.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { findGoal, planAbort, planRotation } from '#commlink/operator/rotation.ts';
import type { ClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import type { Random } from '../rig/random.ts';

/** What to change. */
export interface RandomChange {
  readonly kind: 'settings' | 'rotation' | 'abort' | 'identity';
  /** Another one for each change. */
  readonly number: number;
  readonly node: string;
  readonly policy: Pick<ClusterPolicy, 'decline' | 'messageIntervalMs'>;
  readonly linkAgeMaxMs: number;
}

/** Chooses one. */
export function chooseChange(random: Random, number: number, names: readonly string[]): RandomChange {
  return {
    kind: random.pick(['settings', 'settings', 'settings', 'rotation', 'rotation', 'abort', 'identity']),
    number,
    node: names[random.between(0, names.length - 1)] ?? '',
    policy: {
      decline: random.pick(['ready', 'ready', 'identify']),
      messageIntervalMs: random.pick([100, 200]),
    },
    linkAgeMaxMs: random.pick([2000, 600_000]),
  };
}

/** Publishes it at the node behind `client`, and waits until it is in force there. Throws what publishing throws. */
export function publishRandomChange(
  client: OperatorClient,
  change: RandomChange,
  { operator, signal }: { readonly operator: OperatorKeys; readonly signal: AbortSignal },
): Promise<ClusterVersion> {
  const reason = `Change ${change.number}: ${change.kind}.`;
  const compose = (edition: Edition): Promise<Draft> => composeRandomChange(client, change, edition);
  return publishChange(client, compose, { operator, reason, signal, until: 'installed' });
}

async function composeRandomChange(
  client: OperatorClient,
  change: RandomChange,
  edition: Edition,
): Promise<Draft> {
  if (change.kind === 'identity') return composeNewIdentity(change, edition);
  if (change.kind === 'settings') return composeSettings(change, edition);
  const { manifest } = edition.installed;
  const status = await client.call('config.status', {});
  const plan =
    change.kind === 'abort'
      ? planAbort(manifest, status, null)
      : planRotation(manifest, status, findGoal(manifest, null));
  // Something has to be waited for, or there is nothing to give up.
  if (!('links' in plan)) return composeSettings(change, edition);
  return composeRotationStep(edition, { step: plan.next, links: plan.links });
}

function composeNewIdentity({ node, number }: RandomChange, edition: Edition): Promise<Draft> {
  const identity = {
    certificate: `certificate ${number}`,
    privateKey: `private key ${number}`,
    authority: null,
    hostKeys: [],
  };
  return composeIdentity(edition, { identities: new Map([[node, identity]]) });
}

function composeSettings(change: RandomChange, edition: Edition): Promise<Draft> {
  const { policy, nodes } = structuredClone(edition.installed.configuration);
  const entry = nodes[change.node];
  if (entry) entry.settings.links.linkAgeMaxMs = change.linkAgeMaxMs;
  return composeSettingsChange(edition, {
    policy: { ...policy, ...change.policy, patienceMs: change.number },
    nodes,
  });
}
