// `consign status`: what is running, what is linked to what, and how much there is of everything.
import { formatHostPort } from '#commlink/host-port.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { findEndpoints } from '#deploy/find-endpoints.ts';
import type { Endpoints } from '#deploy/state-directory.ts';
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import { toCliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { hasProgram } from '../doctor/check.ts';
import { firstDueAtMs, listBags } from '#commlink/operator/bag-status.ts';
import { describePhase, findTroubles } from '../operator/describe-members.ts';
import { shortVersion } from '../operator/short-version.ts';
import { formatBytes, formatSpan, showable } from '../text.ts';

type Status = ResultOf<typeof adminMethods, 'status'>;

/** `consign status`. */
export const status: CommandSpec = {
  examples: [
    ['status', 'addresses, links, nodes, counts'],
    ['status --json', 'the same for a script'],
  ],
  run: async (invocation) => {
    const { layout } = invocation;
    // A machine that joined a cluster may have no database; its nodes say how things are then.
    const result = hasProgram(layout, 'internal-db')
      ? await invocation.withAdmin((admin) => admin.call('status', {}))
      : null;
    const view = await viewCluster(invocation, { mustAnswer: result === null });
    const endpoints = await findEndpoints(layout);
    const stateDirectory = layout.directory;
    const configuration = view?.status ?? null;
    invocation.answer({ running: true, stateDirectory, endpoints, configuration, ...result }, () =>
      [
        `Consign${result === null ? '' : ` ${result.version}`} on ${stateDirectory}`,
        ...describeEndpoints(endpoints),
        ...(view === null ? [] : describeCluster(view)),
        ...(result === null ? [] : describe(result)),
      ].join('\n'),
    );
  },
};

function describeEndpoints(endpoints: Endpoints | null): string[] {
  if (endpoints === null) return ['Not everything is up (yet): see consign doctor.'];
  const { portal, console: console_, delivery, ftp, sftp, pids } = endpoints;
  const processes = Object.entries(pids).map(([name, pid]) => `${name} ${pid}`);
  const deliveries = [
    ...(delivery === undefined ? [] : [delivery]),
    ...(ftp === undefined ? [] : [`ftp://${formatHostPort(ftp)}`]),
    ...(sftp === undefined ? [] : [`sftp://${formatHostPort(sftp)}`]),
  ];
  return [
    ...(portal === undefined ? [] : [`  portal     ${portal}`]),
    ...(console_ === undefined ? [] : [`  console    ${console_}`]),
    ...(deliveries.length === 0 ? [] : [`  delivery   ${deliveries.join(', ')}`]),
    `  processes  ${processes.join(', ')}`,
  ];
}

/** Where the cluster stands, as the nodes' door for operators says; null when that can't be had. */
interface ClusterView {
  readonly status: ClusterStatus;
  readonly manifest: Manifest;
}

/** With a database, the rest of the status is worth showing without it. */
async function viewCluster(
  invocation: Invocation,
  { mustAnswer }: { mustAnswer: boolean },
): Promise<ClusterView | null> {
  try {
    return await invocation.withCluster(async (cluster) => ({
      status: await cluster.status(),
      manifest: cluster.manifest,
    }));
  } catch (error) {
    const expected = toCliError(error);
    if (expected === null || mustAnswer) throw error;
    invocation.note(`The cluster's configuration can't be seen: ${expected.message}`);
    return null;
  }
}

function describeCluster({ status, manifest }: ClusterView): string[] {
  const { cluster, installed, candidate, members, proposals } = status;
  const going = candidate === null ? '' : `, going to ${shortVersion(candidate)}`;
  const dueAtMs = firstDueAtMs(listBags(status, manifest));
  const due = dueAtMs !== null && dueAtMs <= Date.now();
  return [
    `  cluster    ${cluster}, version ${shortVersion(installed)}${going}; ${members.length} nodes`,
    ...members
      .filter(({ phase }) => phase !== 'idle')
      .map((member) => `  change     ${member.name} ${describePhase(member)}`),
    ...findTroubles(status, manifest).map(({ text, advice }) => `  TROUBLE    ${showable(text)} ${advice}`),
    ...proposals.map(
      ({ version }) =>
        `  waiting    version ${shortVersion(version)} needs signatures: consign config proposals`,
    ),
    ...(due ? ['  DUE        the key bags should be rotated: consign bag rotate'] : []),
  ];
}

function describe(result: Status): string[] {
  const { database, counts, links, nodes, pendingOrders, startedAtMs } = result;
  const total = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  return [
    `  up for     ${formatSpan(Date.now() - startedAtMs)}`,
    `  database   ${database.engine}, ${formatBytes(database.sizeBytes)}, ${showable(database.integrity)}`,
    `  records    ${total.join(', ')}`,
    ...links.map(({ peer, connections }) => `  link       ${peer}: ${connections} connections`),
    ...nodes.map(({ name, via, description }) => {
      const jail = `${description.jailed ? 'jailed' : 'NOT jailed'}, ${description.seccomp ? 'filtered' : 'NOT filtered'}`;
      const crypto = description.sshNativeCrypto ? 'native SSH crypto' : 'SSH crypto in JavaScript (slow)';
      const work = `${description.sessionCount} sessions, ${description.transferCount} transfers, ${description.stagedCount} staged`;
      const drains = description.draining ? 'DRAINS; ' : '';
      return `  node       ${name} via ${via}: ${drains}${work}; ${jail}; ${crypto}; ${formatBytes(description.storeroomFreeBytes)} free`;
    }),
    ...(pendingOrders > 0 ? [`  waiting    ${pendingOrders} orders for nodes that are away`] : []),
  ];
}
