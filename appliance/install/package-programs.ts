// How the programs of a package are run: in the package's own folder, with what they need to know in the environment. Callers: the
// installer, and whoever takes an installation back.
import path from 'node:path';
import type { InstallCheck } from '#commlink/fleet/package/manifest.ts';
import type { ProgramLimits } from '../programs/run-program.ts';
import type { AgentFolder } from '../state/agent-folder.ts';
import type { KeptPackage } from '../state/journal.ts';
import type { InstallerProgram } from './installer.ts';
import { productFolder } from './package-folders.ts';

/** A check's limits but for its time, which the manifest says. */
export const checkLimits = { memoryMiB: 256, outputBytesMax: 65_536 } as const;

/** Which program, of which version, and why. `rollback`: an installation of `other` failed, and this version is in force again. */
export interface PackageProgram {
  readonly folder: AgentFolder;
  readonly kept: KeptPackage;
  readonly spec: InstallCheck;
  readonly limits: ProgramLimits;
  readonly action: 'install' | 'rollback';
  readonly versions: { readonly version: string; readonly other: string };
}

/** The run. */
export function programOf({
  folder,
  kept,
  spec,
  limits,
  action,
  versions,
}: PackageProgram): InstallerProgram {
  const product = productFolder(folder, kept.product);
  const content = product.content(kept.folder);
  return {
    program: path.join(content, spec.run),
    args: spec.args,
    folder: content,
    limits,
    environment: {
      CONSIGN_ACTION: action,
      CONSIGN_PRODUCT: kept.product,
      CONSIGN_VERSION: versions.version,
      CONSIGN_OTHER_VERSION: versions.other,
      CONSIGN_FOLDER: content,
      CONSIGN_CURRENT: product.current,
    },
  };
}
