// `consign fleet setup`: the first roots of the fleet's two repositories, signed by keys that are made here and kept apart from
// what is online; internal-db makes the keys that sign online. Done once.
import { resolve } from 'node:path';
import { makeRoot, makeTargets, addSignatures, type RoleKeys } from '#commlink/fleet/tuf/make-metadata.ts';
import type { RepositoryName } from '#commlink/fleet/tuf/tuf-error.ts';
import type { OnlineKey } from '#commlink/methods/fleet-metadata-methods.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { makeKeyFiles, parseThreshold, publicPartOf } from '../fleet/signing-keys.ts';
import { fleetLifetimeMs } from '../limits.ts';
import { parseDuration } from '../times.ts';

const onlineRoles = [
  { repository: 'director', role: 'targets' },
  { repository: 'director', role: 'snapshot' },
  { repository: 'director', role: 'timestamp' },
  { repository: 'packages', role: 'snapshot' },
  { repository: 'packages', role: 'timestamp' },
] as const;

/** `consign fleet setup`. */
export const fleetSetup: CommandSpec = {
  options: [
    ['--keys <folder>', 'where the new key files are written; move them to their holders afterwards'],
    ['--root <k/n>', 'how many of how many keys sign roots (default: 2/3)'],
    ['--packages <k/n>', 'how many of how many keys sign packages (default: 1/2)'],
    ['--lifetime <duration>', 'how long roots and packages last before they are signed again (default: 1y)'],
    ['--no-passphrase', 'leave the files without a passphrase, and do not ask'],
  ],
  examples: [
    ['fleet setup --keys /media/usb/fleet', 'once, before the first appliance; asks for a passphrase'],
    ['fleet setup --keys keys --root 1/1 --packages 1/1', 'one person has everything: for a trial'],
  ],
  run: async (invocation, input) => {
    const { actor } = invocation;
    const folder = resolve(input.requiredOption('keys', 'the folder that the key files are written to.'));
    const root = parseThreshold(input.option('root') ?? '2/3');
    const packages = parseThreshold(input.option('packages') ?? '1/2');
    const lifetime = input.option('lifetime');
    const expiresAtMs = Date.now() + (lifetime === null ? fleetLifetimeMs : parseDuration(lifetime));
    const before = await invocation.withAdmin((admin) => admin.call('fleetMetadata.read', {}));
    if (before.directorRoot !== null)
      throw new CliError('conflict', 'The fleet is set up already. See: consign fleet status');
    const names = [...namesOf('root', root.count), ...namesOf('packages', packages.count)];
    const made = await makeKeyFiles(invocation, { folder, names, isOpen: input.isOff('passphrase') });
    const [rootKeys, packageKeys] = [made.slice(0, root.count), made.slice(root.count)];
    const online = await invocation.withAdmin((admin) =>
      admin.call('fleetMetadata.makeKeys', { actor, roles: [...onlineRoles] }),
    );
    const offline = {
      root: { keys: rawOf(rootKeys), threshold: root.threshold },
      packages: { keys: rawOf(packageKeys), threshold: packages.threshold },
    };
    const rootOf = (repository: RepositoryName): string => {
      const roles = rolesOf(repository, offline, online.keys);
      return addSignatures('root', makeRoot({ version: 1, expiresAtMs, roles }), privateOf(rootKeys));
    };
    const text = makeTargets([], { version: 1, expiresAtMs, keys: privateOf(packageKeys) });
    const installed = await invocation.withAdmin((admin) =>
      admin.call('fleetMetadata.install', {
        actor,
        directorRoot: rootOf('director'),
        packagesRoot: rootOf('packages'),
        packagesTargets: { text, basedOnVersion: 0 },
        contentKeys: [],
      }),
    );
    const keys = made.map((key) => ({ name: key.name, public: publicPartOf(key) }));
    invocation.answer({ ...installed, folder, keys }, () => describe(folder, names, { root, packages }));
  },
};

type Threshold = ReturnType<typeof parseThreshold>;

function describe(
  folder: string,
  names: readonly string[],
  { root, packages }: { root: Threshold; packages: Threshold },
): string {
  return [
    'The fleet is set up: appliances can be enrolled, and packages signed.',
    `Keys in ${folder}: ${names.map((name) => `${name}.key`).join(', ')}.`,
    `${root.threshold} of the root keys sign roots, ${packages.threshold} of the packages’ keys sign packages.`,
    'Give each to its holder, who sets a passphrase (consign operator passphrase --key FILE), and leave none on this machine.',
  ].join('\n');
}

function rolesOf(
  repository: RepositoryName,
  offline: { root: RoleKeys; packages: RoleKeys },
  online: readonly OnlineKey[],
): Parameters<typeof makeRoot>[0]['roles'] {
  const onlineOf = (role: string): RoleKeys => ({
    keys: online.filter((key) => key.repository === repository && key.role === role).map(({ key }) => key),
    threshold: 1,
  });
  const targets = repository === 'packages' ? offline.packages : onlineOf('targets');
  return { root: offline.root, targets, snapshot: onlineOf('snapshot'), timestamp: onlineOf('timestamp') };
}

function namesOf(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${word}-${index + 1}`);
}

function rawOf(keys: readonly OperatorKeys[]): string[] {
  return keys.map(({ signing }) => signing.raw);
}

function privateOf(keys: readonly OperatorKeys[]) {
  return keys.map(({ signing }) => signing.privateKey);
}
