// `consign node join`: on the new machine. Makes its keys there, shows the ticket, waits for the operators' signatures,
// fetches its share of the configuration, and leaves everything ready to be started.
import { existsSync } from 'node:fs';
import { ConfigurationError } from '#commlink/configuration/configuration-error.ts';
import { joinCluster } from '#commlink/configuration/join-cluster.ts';
import { formatHostPort } from '#commlink/host-port.ts';
import { createLogger } from '#commlink/log.ts';
import { decodeTicket, type JoinTicket } from '#commlink/operator/join-ticket.ts';
import { bootstrapOf, makeProgramFolders, writeProgramConfig } from '#deploy/program-folder.ts';
import { markState, openStateDirectory } from '#deploy/state-directory.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { inputFileBytesMax } from '../limits.ts';
import { readInputFile } from '../operator/input-file.ts';
import { readAllInput } from '../terminal.ts';

/** `consign node join`. */
export const nodeJoin: CommandSpec = {
  arguments: [['<ticket-file>', 'the file with the ticket; - for standard input']],
  examples: [
    ['node join ticket', 'then start it with npm start'],
    ['node join - --state /var/lib/consign < ticket', 'into a state directory of your choice'],
  ],
  run: async (invocation, input) => {
    const text = await readTicket(invocation, input.argument(0));
    const ticket = decodeTicket(text);
    if (ticket.expiresAtMs <= Date.now()) {
      throw new CliError(
        'failed',
        `The ticket has expired. Ask for another one: consign node invite ${ticket.role} ${ticket.name}`,
      );
    }
    await join(invocation, text, ticket);
    const { name, role, cluster } = ticket;
    const { directory } = invocation.layout;
    invocation.answer({ name, role, cluster, stateDirectory: directory }, () =>
      [
        `This machine is ${name} of the cluster ${cluster}, and is made active once it is up.`,
        ...(role === 'internal-db' ? [sharedDatabase(invocation.layout.programDirectory(role))] : []),
        `Start it with: npm start -- --state ${directory}`,
      ].join('\n'),
    );
  },
};

/** What another internal-db needs before it can start. */
function sharedDatabase(folder: string): string {
  return `It shares a PostgreSQL database with the others: put a database.json like theirs into ${folder} first.`;
}

/** A ticket on the command line would be seen by every user of the machine. */
async function readTicket({ terminal }: Invocation, name: string): Promise<string> {
  if (name.startsWith('consign-join-')) {
    throw new CliError(
      'usage',
      'A ticket is a secret, and other users of this machine can see command lines. Put it into a file, or give - and type it. Ask for a new one if others may have seen this one.',
    );
  }
  return name === '-' ? readAllInput(terminal, inputFileBytesMax) : readInputFile(name);
}

async function join({ layout, signal, note }: Invocation, text: string, ticket: JoinTicket): Promise<void> {
  const { role, name, cluster, contact } = ticket;
  openStateDirectory(layout);
  if (existsSync(layout.configFile(role))) {
    throw new CliError(
      'conflict',
      `There is an ${role} in ${layout.directory} already. Name another directory with --state.`,
    );
  }
  await makeProgramFolders(layout, role);
  note(`Showing the ticket at ${formatHostPort(contact)}…`);
  try {
    await joinCluster({
      ticket: text,
      bootstrap: bootstrapOf(layout, role, { cluster, name }),
      log: createLogger('consign', 'silent'),
      signal,
      onWaiting: () =>
        note(
          'The ticket was taken. Waiting for the operators to sign this machine in. Ctrl-C is safe: run the same again.',
        ),
      onUnreachable: (reason) => note(`${reason} It is tried again. Ctrl-C is safe: run the same again.`),
    });
  } catch (error) {
    throw explainJoinError(error, ticket);
  }
  await writeProgramConfig(layout, role, { cluster, name });
  await markState(layout);
}

function explainJoinError(error: unknown, { contact }: JoinTicket): unknown {
  if (error instanceof ConfigurationError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError') {
    return new CliError('interrupted', 'Interrupted. Run the same again to go on.', { cause: error });
  }
  if (error.name !== 'LinkError') return error;
  const advice = `Check that ${formatHostPort(contact)} can be reached from here, and that the ticket was not used or taken back; the log of that node says more.`;
  return new CliError('unreachable', `The cluster could not be joined: ${error.message} ${advice}`, {
    cause: error,
  });
}
