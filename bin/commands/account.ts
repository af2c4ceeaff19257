// `consign account create` and `consign accounts`: customers, as organizations.
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatTable, formatTime } from '../text.ts';

/** `consign account create`. */
export const accountCreate: CommandSpec = {
  arguments: [['<account>', 'its name in commands and paths, for example acme']],
  options: [['--title <text>', 'its name for people (default: the name)']],
  examples: [['account create acme --title "Acme Ltd"', 'a customer called Acme Ltd']],
  run: async (invocation, input) => {
    const name = parseSlug(input.argument(0), 'account');
    const displayName = input.option('title') ?? name;
    const { account } = await invocation.withAdmin((admin) =>
      admin.call('account.create', { actor: invocation.actor, name, displayName }),
    );
    invocation.answer(
      account,
      () => `Account ${account.name} was made. Next: consign user create ${account.name} NAME`,
    );
  },
};

/** `consign accounts`. */
export const accounts: CommandSpec = {
  examples: [['accounts', 'all of them']],
  run: async (invocation) => {
    const list = await invocation.withAdmin((admin) => admin.call('account.list', {}));
    invocation.answer(list.accounts, () =>
      formatTable(
        ['account', 'title', 'state', 'made'],
        list.accounts.map(({ name, displayName, state, createdAtMs }) => [
          name,
          displayName,
          state,
          formatTime(createdAtMs),
        ]),
      ),
    );
  },
};
