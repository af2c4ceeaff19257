// `consign staff token add`, `list` and `revoke`: tokens with which programs use the console's API in the name of somebody of
// the staff.
import { StaffTokenScope, staffTokenLifetimeDays } from '#commlink/methods/staff-token-methods.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatTable, formatTime, showable } from '../text.ts';

const dayMs = 86_400_000;
const scopeCheck = compileSchema('scope', StaffTokenScope);
const staffArgument = ['<staff>', 'in whose name, with whose role: the login name'] as const;

/** `consign staff token add`. */
export const staffTokenAdd: CommandSpec = {
  arguments: [staffArgument, ['<name>', 'what it is for']],
  options: [
    ['--scope <scope>', 'read, or write for what changes something (default: read)'],
    ['--days <days>', `how long it is valid (default: ${staffTokenLifetimeDays.preset})`],
  ],
  examples: [
    ['staff token add carol nightly-report', 'prints the token, once'],
    ['staff token add release-robot build --scope write --days 30', 'may do what its role may'],
  ],
  run: async (invocation, input) => {
    const staff = parseSlug(input.argument(0), 'staff member');
    const name = input.argument(1);
    const scope: unknown = input.option('scope') ?? 'read';
    if (!scopeCheck.matches(scope)) throw new CliError('usage', 'The scope is read or write.');
    const days = input.count('days', staffTokenLifetimeDays) ?? staffTokenLifetimeDays.preset;
    const wanted = { actor: invocation.actor, staff, name, scope, lifetimeMs: days * dayMs };
    const made = await invocation.withAdmin((admin) => admin.call('staffToken.create', wanted));
    invocation.answer(made, () =>
      [
        `${made.token.id} is valid until ${formatTime(made.token.expiresAtMs)}, scope ${scope}.`,
        `Token, shown here alone: ${made.secret}`,
        'Send it to the console as "Authorization: Bearer …"; the API is described there at /api/v1/.',
      ].join('\n'),
    );
  },
};

/** `consign staff token list`. */
export const staffTokenList: CommandSpec = {
  arguments: [staffArgument],
  examples: [['staff token list carol', 'with when each was used last']],
  run: async (invocation, input) => {
    const staff = parseSlug(input.argument(0), 'staff member');
    const { tokens } = await invocation.withAdmin((admin) => admin.call('staffToken.list', { staff }));
    invocation.answer(tokens, () => {
      if (tokens.length === 0) return `${staff} has no tokens.`;
      return formatTable(
        ['token', 'name', 'scope', 'valid until', 'last used'],
        tokens.map(({ id, name, scope, expiresAtMs, lastUsedAtMs }) => [
          id,
          showable(name),
          scope,
          formatTime(expiresAtMs),
          lastUsedAtMs === null ? 'never' : formatTime(lastUsedAtMs),
        ]),
      );
    });
  },
};

/** `consign staff token revoke`. */
export const staffTokenRevoke: CommandSpec = {
  arguments: [staffArgument, ['<token>', 'its id, as the list has it']],
  examples: [['staff token revoke carol sat_AAAAAAAAAAAAAAAAAAAAAA', 'at once']],
  run: async (invocation, input) => {
    const staff = parseSlug(input.argument(0), 'staff member');
    const id = input.argument(1);
    const { actor } = invocation;
    const answer = await invocation.withAdmin((admin) =>
      admin.call('staffToken.revoke', { actor, staff, id }),
    );
    invocation.answer(answer, () => `${id} is revoked.`);
  },
};
