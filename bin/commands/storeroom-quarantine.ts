// `consign storeroom quarantine list` and `remove`: the files that this machine's FTP node found damaged. It keeps them so that somebody
// can see what the disk made of them; they take room until they are removed.
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { formatBytes, formatTable, formatTime } from '../text.ts';
import { withStoreroom } from './storeroom.ts';

/** `consign storeroom quarantine list`. */
export const quarantineList: CommandSpec = {
  examples: [['storeroom quarantine list', 'each by the SHA-256 that it should have, and how large it is']],
  run: async (invocation) => {
    const artifacts = await withStoreroom(invocation, (storeroom) => storeroom.quarantined());
    invocation.answer(artifacts, () => {
      if (artifacts.length === 0) return 'Nothing was found damaged.';
      return formatTable(
        ['found at', 'size', 'SHA-256'],
        artifacts.map(({ sinceMs, sizeBytes, sha256 }) => [
          formatTime(sinceMs),
          formatBytes(sizeBytes),
          sha256,
        ]),
      );
    });
  },
};

/** `consign storeroom quarantine remove`. */
export const quarantineRemove: CommandSpec = {
  arguments: [['[sha256]', 'the one to remove; without it, say --all']],
  options: [['--all', 'remove all of them']],
  examples: [
    ['storeroom quarantine remove --all', 'after somebody has looked at the disk'],
    [`storeroom quarantine remove ${'0123456789abcdef'.repeat(4)}`, 'one of them'],
  ],
  run: async (invocation, input) => {
    const named = input.optionalArgument(0);
    if ((named === null) !== input.flag('all'))
      throw new CliError('usage', 'Name a SHA-256 of `consign storeroom quarantine list`, or say --all.');
    if (named !== null && !/^[0-9a-f]{64}$/.test(named))
      throw new CliError(
        'usage',
        `${named} is no SHA-256. Take one of \`consign storeroom quarantine list\`.`,
      );
    const removed = await withStoreroom(invocation, async (storeroom) => {
      const wanted = named === null ? (await storeroom.quarantined()).map(({ sha256 }) => sha256) : [named];
      const there: string[] = [];
      for (const sha256 of wanted) if (await storeroom.discardQuarantined(sha256)) there.push(sha256);
      return there;
    });
    if (named !== null && removed.length === 0)
      throw new CliError('notFound', `Nothing with the SHA-256 ${named} was put aside.`);
    invocation.answer({ removed }, () => `Removed ${removed.length} damaged files.`);
  },
};
