// `consign node evict` and `node identity`: taking members out, and giving one a new certificate.
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import { composeEviction } from '#commlink/operator/compose-membership.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { identityOptions, readIdentity } from '../operator/input-file.ts';
import { describePublication, publishAndTell, publishOptions } from '../operator/publish-and-tell.ts';

const historyReason = 'it goes into the history of the configuration.';

/** `consign node evict`. */
export const nodeEvict: CommandSpec = {
  arguments: [['<names...>', 'the nodes; those that are only linked through each other go together']],
  options: [
    ['--anchor <node>', 'the internal-db that installs first from then on, when the anchor is among them'],
    ...publishOptions,
  ],
  examples: [
    ['node evict ftp2 --reason "Its disk is gone"', 'also when it can not be reached'],
    ['node replace ftp2 --reason "Its disk is gone"', 'when a new machine is to take its place'],
  ],
  run: async (invocation, input) => {
    const nodes = input.severalArguments(0);
    const anchor = input.option('anchor');
    const reason = input.requiredOption('reason', historyReason);
    await invocation.withCluster(async (cluster) => {
      const publication = await publishAndTell(invocation, input, {
        cluster,
        reason,
        compose: (edition) => composeEviction(edition, { nodes, ...(anchor === null ? {} : { anchor }) }),
      });
      invocation.answer({ ...publication, evicted: nodes }, () =>
        [
          `${nodes.join(', ')} ${nodes.length === 1 ? 'is' : 'are'} out. ${describePublication(publication, cluster)}`,
          'Keys and data on the machine itself are still there: erase them there.',
        ].join('\n'),
      );
    });
  },
};

/** `consign node identity`. */
export const nodeIdentity: CommandSpec = {
  arguments: [['<name>', 'the node']],
  options: [...identityOptions, ...publishOptions],
  examples: [
    [
      'node identity web1 --certificate web1.pem --private-key web1.key --reason "Renewed"',
      'sealed to that node alone',
    ],
  ],
  run: async (invocation, input) => {
    const name = input.argument(0);
    const reason = input.requiredOption('reason', historyReason);
    await invocation.withCluster(async (cluster) => {
      const member = cluster.manifest.members.find((each) => each.name === name);
      if (!member)
        throw new CliError('notFound', `There is no node "${name}". \`consign node list\` has them.`);
      if (member.role === 'ftp-node' && input.severalOptions('hostKey').length === 0) {
        throw new CliError(
          'usage',
          "--host-key is needed: its SSH host keys are replaced together with the certificate, and customers' programs remember them.",
        );
      }
      const identity = await readIdentity(input, member.role);
      if (identity === null) throw new CliError('usage', 'Give --certificate and --private-key.');
      const publication = await publishAndTell(invocation, input, {
        cluster,
        reason,
        compose: (edition) => composeIdentity(edition, { identities: new Map([[name, identity]]) }),
      });
      invocation.answer(publication, () => describePublication(publication, cluster));
    });
  },
};
