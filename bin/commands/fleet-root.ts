// `consign fleet root rotate`: the next root of a repository: with new keys for roles, another number of signatures, or only a
// later end. It is signed by the holders of the old root keys and of the new ones: here, or one after the other (fleet sign).
import { describeRoot, type RootDescription } from '#commlink/fleet/tuf/describe-metadata.ts';
import { makeRoot, type RoleKeys } from '#commlink/fleet/tuf/make-metadata.ts';
import type { RepositoryName } from '#commlink/fleet/tuf/tuf-error.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { readInstalledFleet } from '../fleet/installed-fleet.ts';
import { parsePublicKeys, readSigners, withOption } from '../fleet/signing-keys.ts';
import { signAndInstall } from '../fleet/sign-and-install.ts';
import { fleetLifetimeMs } from '../limits.ts';
import { parseDuration } from '../times.ts';

type OnlineRole = 'targets' | 'snapshot' | 'timestamp';

/** `consign fleet root rotate`. */
export const fleetRootRotate: CommandSpec = {
  arguments: [['<repository>', 'director or packages']],
  options: [
    [
      '--online <roles>',
      'roles that get a new online key, separated by commas: targets, snapshot, timestamp',
    ],
    ['--root-keys <publics...>', 'who signs roots from now on, as `consign operator show` prints it'],
    ['--root-threshold <number>', 'how many of them must sign'],
    ['--package-keys <publics...>', 'who signs packages from now on'],
    ['--package-threshold <number>', 'how many of them must sign'],
    ['--lifetime <duration>', 'how long it lasts (default: 1y)'],
    withOption,
    ['--out <file>', 'where a draft is written that others must sign (default: REPOSITORY-root.draft)'],
  ],
  examples: [
    [
      'fleet root rotate director --online timestamp --with root-1.key root-2.key',
      'after a database was copied',
    ],
    ['fleet root rotate packages --with root-1.key', 'a later end; writes a draft when more must sign'],
    [
      'fleet root rotate packages --package-keys consign-operator.… consign-operator.… --with root-1.key root-2.key',
      'other holders of the packages’ keys; sign the packages again afterwards',
    ],
  ],
  run: async (invocation, input) => {
    const repository = parseRepository(input.argument(0));
    const fleet = await readInstalledFleet(invocation);
    const before = repository === 'director' ? fleet.directorRoot : fleet.packagesRoot;
    const old = describeRoot(before);
    const lifetime = input.option('lifetime');
    const expiresAtMs = Date.now() + (lifetime === null ? fleetLifetimeMs : parseDuration(lifetime));
    const version = old.version + 1;
    const roles = await nextRoles(invocation, input, { repository, old });
    const text = makeRoot({ version, expiresAtMs, roles });
    const unsigned = {
      format: 'consign-fleet-draft/1',
      repository,
      role: 'root',
      root: before,
      before,
      basedOnVersion: old.version,
      text,
    } as const;
    const signers = await readSigners(invocation, input);
    const { said, ...signing } = await signAndInstall(invocation, input, { unsigned, signers });
    invocation.answer(signing, () => said.join('\n'));
  },
};

function parseRepository(text: string): RepositoryName {
  if (text === 'director' || text === 'packages') return text;
  throw new CliError('usage', `"${text}" is no repository of the fleet. There are: director, packages.`);
}

async function nextRoles(
  invocation: Invocation,
  input: CommandInput,
  { repository, old }: { repository: RepositoryName; old: RootDescription },
): Promise<RootDescription['roles']> {
  const online = parseOnlineRoles(input.option('online'), repository);
  const made =
    online.length === 0
      ? []
      : (
          await invocation.withAdmin((admin) =>
            admin.call('fleetMetadata.makeKeys', {
              actor: invocation.actor,
              roles: online.map((role) => ({ repository, role })),
            }),
          )
        ).keys;
  const roles = { ...old.roles, root: offlineRole(input, 'root', old.roles.root) };
  if (repository === 'packages') roles.targets = offlineRole(input, 'package', old.roles.targets);
  for (const { role, key } of made) roles[role] = { keys: [key], threshold: 1 };
  return roles;
}

function offlineRole(input: CommandInput, word: 'root' | 'package', old: RoleKeys): RoleKeys {
  const publics = input.severalOptions(`${word}Keys`);
  const keys = publics.length === 0 ? old.keys : parsePublicKeys(publics);
  const threshold = input.count(`${word}Threshold`, { min: 1, max: keys.length }) ?? old.threshold;
  if (threshold <= keys.length) return { keys, threshold };
  throw new CliError(
    'usage',
    `${threshold} must sign, and there are ${keys.length} keys. Say how many with --${word}-threshold.`,
  );
}

function parseOnlineRoles(text: string | null, repository: RepositoryName): OnlineRole[] {
  if (text === null) return [];
  const known: readonly OnlineRole[] =
    repository === 'director' ? ['targets', 'snapshot', 'timestamp'] : ['snapshot', 'timestamp'];
  return text.split(',').map((word) => {
    const role = known.find((each) => each === word.trim());
    if (role) return role;
    throw new CliError(
      'usage',
      `"${word}" is no role of ${repository} that signs online. There are: ${known.join(', ')}.`,
    );
  });
}
