// `consign sessions` and `sessions cut`: who downloads what at the delivery nodes, how far and how fast, and ending one.
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { describeSessions, type AskedNodes } from '../describe-sessions.ts';
import { watchIntervalMs } from '../limits.ts';
import { openLiveScreen } from '../live-screen.ts';
import { parseSlug } from '../names.ts';
import { pause } from '#commlink/pause.ts';
import { formatTime } from '../text.ts';

interface SessionFilter {
  readonly account: string | null;
  readonly node: string | null;
}

/** `consign sessions`. */
export const sessions: CommandSpec = {
  options: [
    ['--watch', 'again each second, until Ctrl-C'],
    ['--account <name>', 'only of this account'],
    ['--node <name>', 'only at this node'],
  ],
  examples: [
    ['sessions', 'all that runs now, at all nodes'],
    ['sessions --watch --account acme', 'one customer, drawn anew each second'],
    ['sessions --watch --json', 'a line of JSON each second'],
  ],
  run: async (invocation, input) => {
    const filter = readFilter(input);
    if (input.flag('watch')) {
      await watchSessions(invocation, filter);
      return;
    }
    const nodes = await askSessions(invocation, filter);
    if (nodes.some(({ listing }) => listing === null)) invocation.setFailed('unreachable');
    invocation.answer(nodes, () => describeSessions(nodes, Date.now()).join('\n'));
  },
};

/** `consign sessions cut`. */
export const sessionsCut: CommandSpec = {
  arguments: [['<session>', 'its id, from consign sessions; the first characters will do']],
  options: [['--reason <text>', 'why, for the audit log']],
  examples: [
    ['sessions cut ses_3q2-7wAA --reason "Fills the line"', 'the customer may come back: see also bans add'],
  ],
  run: async (invocation, input) => {
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const { actor } = invocation;
    const asked = input.argument(0);
    const nodes = await askSessions(invocation, { account: null, node: null });
    const session = findSession(nodes, asked);
    const cut = await invocation.withAdmin((admin) => admin.call('session.cut', { actor, session, reason }));
    const { account, address } = cut.session;
    invocation.answer(cut, () =>
      cut.cutSessionCount === 0
        ? `Session ${session} was over already.`
        : `Session ${session} of ${account ?? 'nobody yet'} from ${address} at ${cut.node} was ended.`,
    );
  },
};

function readFilter(input: CommandInput): SessionFilter {
  const account = input.option('account');
  const node = input.option('node');
  return {
    account: account === null ? null : parseSlug(account, 'account'),
    node: node === null ? null : parseSlug(node, 'node'),
  };
}

async function askSessions(invocation: Invocation, filter: SessionFilter): Promise<AskedNodes> {
  const { nodes } = await invocation.withAdmin((admin) => admin.call('session.list', { ...filter }));
  return nodes;
}

async function watchSessions(invocation: Invocation, filter: SessionFilter): Promise<void> {
  const { signal, terminal, json } = invocation;
  const screen = terminal.output.isTTY && !json ? openLiveScreen(terminal) : null;
  try {
    while (!signal.aborted) {
      const nodes = await askSessions(invocation, filter);
      const nowMs = Date.now();
      const lines = (): string[] => [formatTime(nowMs), ...describeSessions(nodes, nowMs)];
      if (screen === null) invocation.answer({ atMs: nowMs, nodes }, () => `${lines().join('\n')}\n`);
      else screen.draw(lines());
      await pause(watchIntervalMs, signal);
    }
  } finally {
    screen?.close();
  }
  invocation.setFailed('interrupted');
}

function findSession(nodes: AskedNodes, asked: string): string {
  if (asked.length < 6) throw new CliError('usage', 'Give more of the id: consign sessions shows it.');
  const ids = nodes.flatMap(({ listing }) => (listing?.sessions ?? []).map(({ id }) => id));
  const found = ids.filter((id) => id.startsWith(asked));
  if (found.length > 1)
    throw new CliError('conflict', `${found.length} sessions begin with "${asked}". Give more of the id.`);
  const silent = nodes.filter(({ listing }) => listing === null).map(({ name }) => name);
  const where = silent.length === 0 ? '' : ` It may run at ${silent.join(', ')}, which can't be reached.`;
  if (found[0] === undefined) throw new CliError('notFound', `No session "${asked}" runs now.${where}`);
  return found[0];
}
