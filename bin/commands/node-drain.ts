// `consign node drain`: an FTP node takes no new sessions and deliveries, and finishes what it sends; then its machine can
// be stopped without a customer noticing. It is a setting, published like any other, so it outlives restarts.
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import type { Draft, Edition } from '#commlink/operator/draft.ts';
import type { ClusterConfiguration } from '#commlink/settings/cluster-configuration.ts';
import { CliError, toCliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { describeSums } from '../describe-sessions.ts';
import { watchIntervalMs } from '../limits.ts';
import type { Cluster } from '../operator/cluster.ts';
import { describePublication, publishAndTell, publishOptions } from '../operator/publish-and-tell.ts';
import { pause } from '#commlink/pause.ts';

/** `consign node drain`. */
export const nodeDrain: CommandSpec = {
  arguments: [['<name>', 'the node']],
  options: [['--undo', 'let it take sessions and deliveries again'], ...publishOptions],
  examples: [
    ['node drain ftp1 --reason "New disks"', 'Ctrl-C stops the waiting; the node goes on draining'],
    ['node drain ftp1 --undo', 'back to work'],
  ],
  run: async (invocation, input) => {
    const name = input.argument(0);
    const draining = !input.flag('undo');
    const settled = await invocation.withCluster((cluster) =>
      publishDraining(invocation, input, { cluster, name, draining }),
    );
    if (!settled) return;
    if (draining) await waitUntilIdle(invocation, name);
    invocation.answer({ node: name, draining }, () =>
      draining
        ? `${name} is idle: no session is left. Let it work again with: consign node drain ${name} --undo`
        : `${name} takes sessions and deliveries again.`,
    );
  },
};

/** Publishes the setting, if it is not so already. False when it is not in force yet: that was answered then. */
async function publishDraining(
  invocation: Invocation,
  input: CommandInput,
  { cluster, name, draining }: { cluster: Cluster; name: string; draining: boolean },
): Promise<boolean> {
  const { configuration } = await cluster.installed();
  if (requireFtpNode(configuration, name).settings.draining === draining) {
    invocation.note(draining ? `${name} drains already.` : `${name} does not drain.`);
    return true;
  }
  const publication = await publishAndTell(invocation, input, {
    cluster,
    reason: input.option('reason') ?? (draining ? `${name} drains` : `${name} drains no more`),
    compose: (edition) => composeDraining(edition, name, draining),
  });
  if (publication.isInForce) return true;
  invocation.answer(publication, () => describePublication(publication, cluster));
  return false;
}

function composeDraining(edition: Edition, name: string, draining: boolean): Promise<Draft> {
  const { configuration } = edition.installed;
  const node = requireFtpNode(configuration, name);
  const settings = { ...node.settings, draining };
  const nodes = { ...configuration.nodes, [name]: { ...node, settings } };
  return composeSettingsChange(edition, { ...configuration, nodes });
}

function requireFtpNode({ nodes }: ClusterConfiguration, name: string) {
  const node = nodes[name];
  if (node === undefined)
    throw new CliError('notFound', `There is no node "${name}". \`consign node list\` has them.`);
  if (node.role === 'ftp-node') return node;
  throw new CliError(
    'usage',
    `${name} is no FTP node: only these drain. Others stop at once and lose nothing.`,
  );
}

async function waitUntilIdle(invocation: Invocation, name: string): Promise<void> {
  const { signal } = invocation;
  let told = '';
  for (;;) {
    const sums = await describeRest(invocation, name);
    if (sums === null) return;
    if (sums !== told) invocation.note(`  ${name}  ${sums}`);
    told = sums;
    await pause(watchIntervalMs, signal);
    if (signal.aborted) throw new CliError('interrupted', `${name} goes on draining. See: consign sessions`);
  }
}

/** What still runs; null when nothing does. */
async function describeRest(invocation: Invocation, name: string): Promise<string | null> {
  try {
    const { nodes } = await invocation.withAdmin((admin) =>
      admin.call('session.list', { account: null, node: name }),
    );
    if (nodes.some(({ listing }) => listing === null)) return "can't be reached; waited for";
    return nodes.every(({ listing }) => listing?.sessionCount === 0) ? null : describeSums(nodes);
  } catch (error) {
    if (toCliError(error)?.code !== 'unreachable') throw error;
    const advice = 'On the machine of internal-db: consign sessions --watch';
    throw new CliError('unreachable', `${name} drains, but what is left can't be seen from here. ${advice}`, {
      cause: error,
    });
  }
}
