// `consign node list`: every member of the cluster, and where it stands towards the configuration.
import type { CommandSpec } from '../command-spec.ts';
import { describeMembers } from '../operator/describe-members.ts';
import { shortVersion } from '../operator/short-version.ts';
import { formatTime, showable } from '../text.ts';

/** `consign node list`. */
export const nodeList: CommandSpec = {
  options: [['--ids', 'with the node ids, as --node-id takes them']],
  examples: [
    ['node list', 'as one node sees all others'],
    ['node list --at 10.0.0.5:8447', 'as another one does'],
    ['node list --json', 'everything, for a script'],
  ],
  run: async (invocation, input) => {
    const { status, manifest } = await invocation.withCluster(async (cluster) => ({
      status: await cluster.status(),
      manifest: cluster.manifest,
    }));
    invocation.answer({ ...status, invitations: manifest.invitations }, () => {
      const asked = status.members.find(({ id }) => id === status.node)?.name ?? 'a node';
      const candidate = status.candidate === null ? '' : `, on the way to ${shortVersion(status.candidate)}`;
      return [
        `Cluster ${status.cluster}, version ${shortVersion(status.installed)}${candidate}, as ${asked} sees it`,
        '',
        describeMembers(status, manifest, { ids: input.flag('ids') }),
        ...manifest.invitations.map(
          ({ name, role, expiresAtMs }) =>
            `\nInvited: ${name} (${role}), until ${formatTime(expiresAtMs)}${describeRequest(name, status.joinRequests)}`,
        ),
        ...status.proposals.map(
          ({ version, reason, signaturesMissing }) =>
            `\nVersion ${shortVersion(version)} needs ${signaturesMissing} more signatures: ${showable(reason)}\n  → consign config sign ${shortVersion(version)}`,
        ),
      ].join('\n');
    });
  },
};

function describeRequest(name: string, requests: readonly { readonly name: string }[]): string {
  return requests.some((request) => request.name === name)
    ? `; it has shown its ticket\n  → consign node admit ${name}`
    : '; it has not shown its ticket yet';
}
