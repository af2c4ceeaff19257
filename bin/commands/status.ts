// `consign status`: what is running, what is linked to what, and how much there is of everything.
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { readEndpoints, type Endpoints } from '#deploy/state-directory.ts';
import type { CommandSpec } from '../command-spec.ts';
import { formatBytes, formatSpan, showable } from '../text.ts';

type Status = ResultOf<typeof adminMethods, 'status'>;

/** `consign status`. */
export const status: CommandSpec = {
  words: 'status',
  summary: 'show what is running and how it is',
  examples: [
    ['status', 'addresses, links, nodes, counts'],
    ['status --json', 'the same for a script'],
  ],
  run: async (invocation) => {
    const result = await invocation.withAdmin((admin) => admin.call('status', {}));
    const endpoints = readEndpoints(invocation.layout);
    const stateDirectory = invocation.layout.directory;
    invocation.answer({ running: true, stateDirectory, endpoints, ...result }, () =>
      [
        `Consign ${result.version} on ${stateDirectory}`,
        ...describeEndpoints(endpoints),
        ...describe(result),
      ].join('\n'),
    );
  },
};

function describeEndpoints(endpoints: Endpoints | null): string[] {
  if (endpoints === null) return ['Not everything is up (yet): see consign doctor.'];
  const { portal, console: console_, delivery, ftp, sftp, pids } = endpoints;
  const processes = Object.entries(pids).map(([name, pid]) => `${name} ${pid}`);
  return [
    `  portal     ${portal}`,
    `  console    ${console_}`,
    `  delivery   ${delivery}, ftp://${ftp.host}:${ftp.port}, sftp://${sftp.host}:${sftp.port}`,
    `  processes  ${processes.join(', ')}`,
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
      const jail = description.jailed ? 'jailed' : 'NOT jailed';
      const crypto = description.sshNativeCrypto ? 'native SSH crypto' : 'SSH crypto in JavaScript (slow)';
      const work = `${description.sessionCount} sessions, ${description.transferCount} transfers, ${description.stagedCount} staged`;
      return `  node       ${name} via ${via}: ${work}; ${jail}; ${crypto}; ${formatBytes(description.storeroomFreeBytes)} free`;
    }),
    ...(pendingOrders > 0 ? [`  waiting    ${pendingOrders} orders for nodes that are away`] : []),
  ];
}
