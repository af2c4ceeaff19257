// The fleet's metadata as internal-db has it, for the commands that go on from it. Called by the fleet and package commands.
import type { InstalledMetadata } from '#commlink/methods/fleet-metadata-methods.ts';
import type { Invocation } from '../command-spec.ts';
import { CliError } from '../cli-error.ts';
import type { FleetDraft } from './fleet-draft.ts';

/** What people have signed, all of it there. */
export interface InstalledFleet {
  readonly directorRoot: string;
  readonly packagesRoot: string;
  readonly packagesTargets: string;
}

/** Reads it. Throws CliError `failed` before the setup. */
export async function readInstalledFleet(invocation: Invocation): Promise<InstalledFleet> {
  const { directorRoot, packagesRoot, packagesTargets } = await invocation.withAdmin((admin) =>
    admin.call('fleetMetadata.read', {}),
  );
  if (directorRoot !== null && packagesRoot !== null && packagesTargets !== null)
    return { directorRoot, packagesRoot, packagesTargets };
  throw new CliError('failed', 'The fleet is not set up. Run: consign fleet setup --keys FOLDER');
}

/** Installs a draft that enough have signed. */
export async function installDraft(invocation: Invocation, draft: FleetDraft): Promise<InstalledMetadata> {
  const { actor } = invocation;
  const { repository, role, text, basedOnVersion } = draft;
  const isRootOf = (name: string) => role === 'root' && repository === name;
  return await invocation.withAdmin((admin) =>
    admin.call('fleetMetadata.install', {
      actor,
      directorRoot: isRootOf('director') ? text : null,
      packagesRoot: isRootOf('packages') ? text : null,
      packagesTargets: role === 'targets' ? { text, basedOnVersion } : null,
      contentKeys: [],
    }),
  );
}
