// Places a configuration file that was fetched: beside the old one, synced, with its rights, and by one rename; then its reload
// command. When that fails, or power goes, the old content comes back. Caller: the cycle.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { InstallResult } from '#commlink/fleet/beat.ts';
import type { FileCustom } from '#commlink/fleet/catalog-entries.ts';
import { AgentError } from '../agent-error.ts';
import { fileBytesMax, reloadLimits } from '../limits.ts';
import { succeeded } from '../programs/run-program.ts';
import { besideOf } from '../state/disk.ts';
import type { PlacedFile } from '../state/journal.ts';
import { requirePermission } from './file-permission.ts';
import { findPlace, rightsOf, type FileTarget } from './file-place.ts';
import { describeEnd, runForInstaller, type Installer } from './installer.ts';
import { takeBack } from './take-back.ts';

/** Everything of the instructions that makes a placed file another one. */
export function instructionsOf({ path: at, product, mode, owner, group }: FileCustom): string {
  return JSON.stringify([product, at, mode, owner, group]);
}

/**
 * Places the file. Throws AgentError `bad_path`, `unmet_dependency`, `not_allowed`, `bad_policy`, `not_permitted` or `disk_full`; the
 * old one is there then.
 */
export async function placeFile(
  installer: Installer,
  target: FileTarget,
  fetched: string,
): Promise<InstallResult['outcome']> {
  const { custom, path: name, sha256, sizeBytes } = target;
  const { disk, journal, folder, clock } = installer;
  if (sizeBytes > fileBytesMax)
    throw new AgentError('bad_path', `A configuration file has at most ${fileBytesMax} bytes.`);
  const place = await findPlace(installer, custom);
  await requirePermission(installer, custom);
  const rights = await rightsOf(installer.root, custom);
  await disk.makeFolder(path.dirname(place), 0o755);
  const next: PlacedFile = {
    path: name,
    at: custom.path,
    product: custom.product,
    sha256,
    instructions: instructionsOf(custom),
  };
  const backup = existsSync(place)
    ? path.join(folder.staging, `old-${createHash('sha256').update(place).digest('hex')}`)
    : null;
  if (backup !== null) {
    await disk.remove(backup);
    await disk.copyNew(place, backup);
    await disk.sync(folder.staging);
  }
  await journal.change({ pending: { kind: 'file', next, target: place, backup, reload: custom.reload } });
  try {
    await disk.remove(besideOf(place));
    await disk.writeWhole(place, await readFile(fetched), rights);
  } catch (error) {
    await takeBack(installer, {
      code: (error as NodeJS.ErrnoException).code ?? 'failed',
      exitCode: null,
      output: '',
    });
    return 'failed';
  }
  const failure = await reload(installer, custom);
  if (failure !== null) return takeBack(installer, failure);
  const { files, attempts } = journal.content;
  const { [name]: _, ...otherAttempts } = attempts;
  await journal.addResult(
    {
      path: name,
      version: '',
      outcome: 'installed',
      code: 'ok',
      exitCode: null,
      output: '',
      atMs: clock.stamp(),
    },
    { files: [...files.filter((one) => one.path !== name), next], attempts: otherAttempts, pending: null },
  );
  if (backup !== null) await disk.remove(backup);
  return 'installed';
}

async function reload(installer: Installer, { reload: command }: FileCustom) {
  const [program, ...args] = command ?? [];
  if (program === undefined) return null;
  const environment = { CONSIGN_ACTION: 'install' };
  const end = await runForInstaller(installer, {
    program,
    args,
    folder: '/',
    environment,
    limits: reloadLimits,
  });
  if (succeeded(end)) return null;
  const { code, ...said } = describeEnd(end);
  return { code: `reload_${code}`, ...said };
}
