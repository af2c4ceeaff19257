// `consign bans list`, `add` and `lift`: networks that may not log in, at any node or at the portal. Downloads by signed
// link are not refused: a link is its own proof, and its holder may share an address with whom the ban is meant for.
import type { Ban } from '#commlink/methods/guard-methods.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { formatSpan, formatTable, formatTime } from '../text.ts';
import { parseDuration } from '../times.ts';

const auditReason = 'it goes into the audit log.';
const banMs = { min: 1000, max: 366 * 86_400_000 };

/** `consign bans list`. */
export const bansList: CommandSpec = {
  examples: [['bans list', 'those that failed too many logins, and those that somebody banned']],
  run: async (invocation) => {
    const list = await invocation.withAdmin((admin) => admin.call('ban.list', {}));
    invocation.answer(list, () =>
      [
        list.bans.length === 0 ? 'No network is banned.' : describeBans(list.bans),
        ...describeBehind(list.behindNodes),
      ].join('\n'),
    );
  },
};

/** `consign bans add`. */
export const bansAdd: CommandSpec = {
  arguments: [['<network>', 'an address, or a network such as 203.0.113.0/24; of IPv6 at least a /64']],
  options: [
    ['--for <duration>', 'for how long, for example 1h or 7d'],
    ['--reason <text>', 'why, for the audit log and the list'],
  ],
  examples: [
    ['bans add 203.0.113.7 --for 1h --reason "Guesses passwords"', 'logins that are under way end, too'],
    ['bans add 2001:db8:0:1::/64 --for 7d --reason "The same"', 'replaces what it was banned for before'],
  ],
  run: async (invocation, input) => {
    const network = input.argument(0);
    const durationMs = parseDuration(input.requiredOption('for', 'how long the ban lasts, for example 1h.'));
    if (durationMs < banMs.min || durationMs > banMs.max)
      throw new CliError('usage', 'A ban lasts from 1s to 366d.');
    const reason = input.requiredOption('reason', auditReason);
    const { actor } = invocation;
    const added = await invocation.withAdmin((admin) =>
      admin.call('ban.add', { actor, network, durationMs, reason }),
    );
    invocation.answer(added, () =>
      [
        `${added.ban.network} is banned until ${formatTime(added.ban.untilMs)}.`,
        ...describeBehind(added.behindNodes),
      ].join('\n'),
    );
  },
};

/** `consign bans lift`. */
export const bansLift: CommandSpec = {
  arguments: [['<network>', 'as the list has it']],
  options: [['--reason <text>', 'why, for the audit log']],
  examples: [
    ['bans lift 203.0.113.7 --reason "Their new colleague"', 'at once; its failed logins are forgotten'],
    [
      `config set db1/bans/neverNetworks '["203.0.113.7"]' --publish --reason "A customer's office"`,
      'an address with many people behind it is never banned again',
    ],
  ],
  run: async (invocation, input) => {
    const network = input.argument(0);
    const reason = input.requiredOption('reason', auditReason);
    const { actor } = invocation;
    const lifted = await invocation.withAdmin((admin) => admin.call('ban.lift', { actor, network, reason }));
    invocation.answer(lifted, () =>
      [`${lifted.ban.network} is not banned any more.`, ...describeBehind(lifted.behindNodes)].join('\n'),
    );
  },
};

function describeBans(bans: readonly Ban[]): string {
  const nowMs = Date.now();
  return formatTable(
    ['network', 'until', 'left', 'since', 'by', 'reason'],
    bans.map(({ network, untilMs, createdAtMs, bannedBy, reason }) => [
      network,
      formatTime(untilMs),
      formatSpan(Math.max(0, untilMs - nowMs)),
      formatTime(createdAtMs),
      bannedBy,
      reason,
    ]),
  );
}

function describeBehind(nodes: readonly string[]): string[] {
  if (nodes.length === 0) return [];
  return [`Not known yet at ${nodes.join(', ')}: told as soon as it can be reached. See consign doctor.`];
}
