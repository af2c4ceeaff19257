// `consign fleet status`: who signs what for the fleet, until when it lasts, and what must be signed again soon.
import { rootsDigest } from '#commlink/fleet/enrol-command.ts';
import {
  describeMetadata,
  describeRoot,
  describeTargets,
  digestSigned,
  roleNames,
} from '#commlink/fleet/tuf/describe-metadata.ts';
import type { CommandSpec } from '../command-spec.ts';
import { readInstalledFleet, type InstalledFleet } from '../fleet/installed-fleet.ts';
import { fleetEndWarnMs } from '../limits.ts';
import { formatTable, formatTime } from '../text.ts';

interface RoleState {
  readonly repository: string;
  readonly role: string;
  readonly isOnline: boolean;
  readonly threshold: number;
  readonly keys: readonly string[];
  /** Of what people sign; null for what is signed online. */
  readonly version: number | null;
  readonly expiresAtMs: number | null;
}

/** `consign fleet status`. */
export const fleetStatus: CommandSpec = {
  examples: [['fleet status', 'also in a script: exits with 1 when something has ended']],
  run: async (invocation) => {
    const fleet = await readInstalledFleet(invocation);
    const roles = rolesOf(fleet);
    const packageCount = describeTargets(fleet.packagesTargets).length;
    const nowMs = Date.now();
    const ending = roles.filter(
      ({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs - nowMs < fleetEndWarnMs,
    );
    if (ending.some(({ expiresAtMs }) => (expiresAtMs ?? 0) <= nowMs)) invocation.setFailed();
    const digests = digestsOf(fleet);
    const enrolWith = rootsDigest(fleet);
    invocation.answer({ roles, packageCount, digests, roots: enrolWith }, () =>
      [
        formatTable(
          ['repository', 'role', 'keys', 'where', 'version', 'until'],
          roles.map((role) => [
            role.repository,
            role.role,
            `${role.threshold} of ${role.keys.length}`,
            role.isOnline ? 'online' : 'offline',
            role.version === null ? '' : String(role.version),
            role.expiresAtMs === null ? '' : formatTime(role.expiresAtMs),
          ]),
        ),
        `Packages that are signed: ${packageCount}.`,
        `New appliances know the roots by: consign-agent enroll … --roots ${enrolWith}`,
        ...digests.map(({ what, digest }) => `Digest of the ${what}: ${digest}`),
        ...ending.map(
          ({ repository, role, expiresAtMs }) =>
            `The ${role} of ${repository} ends at ${formatTime(expiresAtMs ?? 0)}. Sign it again: ${
              role === 'root' ? `consign fleet root rotate ${repository}` : 'consign package sign'
            }`,
        ),
      ].join('\n'),
    );
  },
};

/** What holders of keys compare with what `consign fleet sign` shows them. */
function digestsOf(fleet: InstalledFleet): { what: string; digest: string }[] {
  return [
    { what: 'root of director', digest: digestSigned('root', fleet.directorRoot) },
    { what: 'root of packages', digest: digestSigned('root', fleet.packagesRoot) },
    { what: 'targets of packages', digest: digestSigned('targets', fleet.packagesTargets) },
  ];
}

function rolesOf(fleet: InstalledFleet): RoleState[] {
  return (['director', 'packages'] as const).flatMap((repository) => {
    const root = describeRoot(repository === 'director' ? fleet.directorRoot : fleet.packagesRoot);
    return roleNames.map((role): RoleState => {
      const isOffline = role === 'root' || (role === 'targets' && repository === 'packages');
      const ends = role === 'root' ? root : describeMetadata('targets', fleet.packagesTargets);
      const { version, expiresAtMs } = isOffline ? ends : { version: null, expiresAtMs: null };
      return { repository, role, isOnline: !isOffline, ...root.roles[role], version, expiresAtMs };
    });
  });
}
