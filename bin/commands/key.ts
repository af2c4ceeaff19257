// `consign key list` and `consign key remove`: the SSH keys that a customer's user has put in at the portal, for support.
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatTable, formatTime } from '../text.ts';

/** `consign key list`. */
export const keyList: CommandSpec = {
  arguments: [['<user>', 'the name that the user signs in with']],
  examples: [['key list ada', 'with their fingerprints, as ssh-keygen -l shows them']],
  run: async (invocation, input) => {
    const user = parseSlug(input.argument(0), 'user');
    const { keys } = await invocation.withAdmin((admin) => admin.call('sshKey.list', { user }));
    invocation.answer(keys, () =>
      formatTable(
        ['key', 'name', 'type', 'bits', 'fingerprint', 'added', 'last used'],
        keys.map(({ id, name, keyType, keyBits, fingerprint, createdAtMs, lastUsedAtMs }) => [
          id,
          name,
          keyType,
          String(keyBits),
          fingerprint,
          formatTime(createdAtMs),
          lastUsedAtMs === null ? 'never' : formatTime(lastUsedAtMs),
        ]),
      ),
    );
  },
};

/** `consign key remove`. */
export const keyRemove: CommandSpec = {
  arguments: [
    ['<user>', 'the name that the user signs in with'],
    ['<key>', 'its id (key_…), from key list'],
  ],
  options: [['--reason <text>', 'why, for the audit log']],
  examples: [['key remove ada key_0123456789abcdefghijkl --reason "Laptop stolen"', 'from now on']],
  run: async (invocation, input) => {
    const user = parseSlug(input.argument(0), 'user');
    const id = input.argument(1);
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const { actor } = invocation;
    const removed = await invocation.withAdmin((admin) =>
      admin.call('sshKey.remove', { actor, user, id, reason }),
    );
    invocation.answer(
      removed,
      () => `${user} can no longer log in with ${id}. Sessions that run go on, for 24 hours at most.`,
    );
  },
};
