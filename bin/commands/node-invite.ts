// `consign node invite`, `admit` and `replace`: a ticket for a new machine, and everything up to its taking part.
import { writePrivateFile } from '#commlink/private-file.ts';
import {
  activateNode,
  admitInvited,
  inviteNode,
  type IssuedTicket,
  type NewNode,
} from '#commlink/operator/admit-node.ts';
import { composeEviction } from '#commlink/operator/compose-membership.ts';
import { publishChange, type PublishOptions } from '#commlink/operator/publish.ts';
import type { NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import type { Cluster } from '../operator/cluster.ts';
import { isSilent } from '../operator/describe-members.ts';
import {
  diallersOf,
  identitySource,
  nodeOptions,
  parseNodeName,
  parseRole,
  planNode,
} from '../operator/plan-node.ts';
import { createTeller } from '../operator/publish-and-tell.ts';
import { formatTime } from '../text.ts';

/** `consign node invite`. */
export const nodeInvite: CommandSpec = {
  arguments: [
    ['<role>', 'internal-db, web-front or ftp-node'],
    ['<name>', 'the name of the new node'],
  ],
  options: [...nodeOptions, ['--no-wait', 'print the ticket and go; then consign node admit NAME']],
  examples: [
    [
      'node invite ftp-node ftp2 --host ftp2.example.com --listen 10.0.0.7',
      'settings like those of the first FTP node',
    ],
    [
      'node invite web-front web2 --settings web2.json --certificate web2.pem --private-key web2.key',
      'with everything given',
    ],
    [
      'node invite web-front web2 --host web2.example.com > ticket',
      'carry the ticket to the new machine, and run there: consign node join ticket',
    ],
  ],
  run: (invocation, input) =>
    invocation.withCluster(async (cluster) => {
      const { configuration } = await cluster.installed();
      const { node, entry } = await planNode(input, configuration, {
        role: parseRole(input.argument(0)),
        name: parseNodeName(input.argument(1)),
      });
      const { members } = cluster.manifest;
      if (members.some(({ name }) => name === node.name)) {
        throw new CliError(
          'conflict',
          `There is a node ${node.name} already. Choose another name, or: consign node replace ${node.name}`,
        );
      }
      const identity = identitySource(invocation.layout, input, entry);
      await inviteAndAdmit(invocation, input, { cluster, node, createIdentity: await identity });
    }),
};

/** `consign node admit`. */
export const nodeAdmit: CommandSpec = {
  arguments: [['<name>', 'the invited node']],
  options: nodeOptions.filter(([text]) => !text.startsWith('--ttl') && !text.startsWith('--ticket-file')),
  examples: [
    [
      'node admit ftp2 --host ftp2.example.com --listen 10.0.0.7',
      'with the options that it was invited with',
    ],
  ],
  run: (invocation, input) =>
    invocation.withCluster(async (cluster) => {
      const name = input.argument(0);
      const { configuration, manifest } = await cluster.installed();
      const invitation = manifest.invitations.find((open) => open.name === name);
      const isLearner = manifest.members.some((each) => each.name === name && each.state === 'learner');
      if (!invitation && isLearner) {
        await activate(invocation, cluster, name);
        return;
      }
      if (!invitation) {
        throw new CliError('notFound', `${name} is not invited, or is in already. See consign node list.`);
      }
      const isMember = manifest.members.some((member) => member.name === name);
      const planned = await planNode(input, configuration, { role: invitation.role, name });
      const node = isMember ? replacing(planned.node) : planned.node;
      await admit(invocation, {
        cluster,
        node,
        issued: invitation,
        createIdentity: await identitySource(invocation.layout, input, planned.entry),
      });
      invocation.answer({ name, state: 'active' }, () => `${name} takes part.`);
    }),
};

/** `consign node replace`. */
export const nodeReplace: CommandSpec = {
  arguments: [['<name>', 'the node that is to be replaced']],
  options: [...nodeOptions, ['--reason <text>', 'why, for the history of the configuration']],
  examples: [
    [
      'node replace ftp1 --reason "Its disk is gone"',
      'a lost node is evicted first; one that runs goes when the new one comes',
    ],
  ],
  run: (invocation, input) =>
    invocation.withCluster(async (cluster) => {
      const name = input.argument(0);
      const reason = input.requiredOption('reason', 'it goes into the history of the configuration.');
      const { configuration, manifest } = await cluster.installed();
      const member = manifest.members.find((each) => each.name === name);
      const old = configuration.nodes[name];
      if (!member || !old)
        throw new CliError('notFound', `There is no node "${name}". \`consign node list\` has them.`);
      const status = await cluster.status();
      const isGone = status.members.some((each) => each.name === name && isSilent(each, manifest));
      const planned = await planNode(input, configuration, { role: member.role, name, old });
      const identity = await identitySource(invocation.layout, input, planned.entry);
      if (isGone) {
        invocation.note(`${name} was not heard lately: it is evicted first.`);
        await publishChange(cluster.client, (edition) => composeEviction(edition, { nodes: [name] }), {
          ...(await publishing(invocation, cluster)),
          reason,
        });
      }
      const node = isGone
        ? { ...planned.node, dialledBy: diallersOf(configuration, name) }
        : replacing(planned.node);
      await inviteAndAdmit(invocation, input, { cluster, node, createIdentity: identity });
    }),
};

interface Admission {
  readonly cluster: Cluster;
  readonly node: NewNode;
  readonly createIdentity: () => Promise<NodeIdentity>;
}

async function inviteAndAdmit(
  invocation: Invocation,
  input: CommandInput,
  admission: Admission,
): Promise<void> {
  const { cluster, node } = admission;
  const issued = await inviteNode(cluster.client, node, await publishing(invocation, cluster));
  await handOut(invocation, input, { node, issued });
  if (input.isOff('wait')) return;
  await admit(invocation, { ...admission, issued });
  // The answer was the ticket, which may be on its way into a file.
  invocation.note(`${node.name} takes part.`);
}

/** The ticket goes to standard output, or to a private file; once, and nowhere else. */
async function handOut(
  invocation: Invocation,
  input: CommandInput,
  { node, issued }: { node: NewNode; issued: IssuedTicket },
): Promise<void> {
  const file = input.option('ticketFile');
  const until = formatTime(issued.expiresAtMs);
  invocation.note(
    `The ticket for ${node.name} is a secret, good for one machine until ${until}. Carry it there, and run: consign node join TICKET-FILE`,
  );
  const { name, role } = node;
  const { expiresAtMs } = issued;
  if (file === null) {
    invocation.answer({ name, role, expiresAtMs, ticket: issued.text }, () => issued.text);
    return;
  }
  await writePrivateFile(file, `${issued.text}\n`);
  invocation.answer({ name, role, expiresAtMs, ticketFile: file }, () => `The ticket is in ${file}`);
}

async function admit(
  invocation: Invocation,
  { cluster, ...admission }: Admission & { readonly issued: Pick<IssuedTicket, 'ticket' | 'expiresAtMs'> },
): Promise<void> {
  const { name } = admission.node;
  invocation.note(
    `Waiting for ${name} to show its ticket. Ctrl-C is safe: go on with consign node admit ${name}`,
  );
  await admitInvited(cluster.client, admission, await publishing(invocation, cluster));
}

/** The machine was signed in already; what is left is that it is heard. */
async function activate(invocation: Invocation, cluster: Cluster, name: string): Promise<void> {
  invocation.note(`Waiting for ${name} to be heard. Ctrl-C is safe: go on with consign node admit ${name}`);
  await activateNode(cluster.client, name, await publishing(invocation, cluster));
  invocation.answer({ name, state: 'active' }, () => `${name} takes part.`);
}

async function publishing(invocation: Invocation, cluster: Cluster): Promise<PublishOptions> {
  return {
    operator: await cluster.operator(),
    signal: invocation.signal,
    onProgress: createTeller(invocation, cluster.where),
  };
}

/** The old one is evicted by the version that lets the new one in. */
function replacing(node: NewNode): NewNode {
  return { ...node, replaces: true };
}
