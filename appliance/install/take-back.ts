// Takes back what was begun and not ended: after a failure at once, after a power cut at the agent's next start. It may itself be cut
// off at any point: the journal says that it is pending until the old state is there again, and each step may be done twice.
// Callers: the installer of packages and of files, recovery.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { InstallResult } from '#commlink/fleet/beat.ts';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { AgentError } from '../agent-error.ts';
import { reloadLimits } from '../limits.ts';
import type { KeptPackage, PendingWork } from '../state/journal.ts';
import { besideOf } from '../state/disk.ts';
import { insideOf } from './file-place.ts';
import { runForInstaller, type Installer } from './installer.ts';
import { productFolder, readKeptManifest } from './package-folders.ts';
import { programOf } from './package-programs.ts';

/** Why it is taken back, as the result tells it. */
export interface Failure {
  readonly code: string;
  readonly exitCode: number | null;
  readonly output: string;
}

type Pending<K extends PendingWork['kind']> = Extract<PendingWork, { kind: K }>;

/** Takes the pending work back, and notes it as `rolled_back` (an old state is in force again) or `failed` (there was none). */
export async function takeBack(installer: Installer, failure: Failure): Promise<InstallResult['outcome']> {
  const { journal, clock } = installer;
  const { pending, attempts } = journal.content;
  if (pending === null) return 'failed';
  const hadOld =
    pending.kind === 'package'
      ? await takePackageBack(installer, pending)
      : await takeFileBack(installer, pending);
  const outcome = hadOld ? 'rolled_back' : 'failed';
  // The agent is being stopped, and so was the old version's program: the next start takes it back once more, to the end.
  if (installer.signal.aborted) return outcome;
  const { path } = pending.next;
  const version = pending.kind === 'package' ? pending.next.version : '';
  await journal.addResult(
    { path, version, outcome, ...failure, atMs: clock.stamp() },
    { pending: null, attempts: { ...attempts, [path]: (attempts[path] ?? 0) + 1 } },
  );
  if (pending.kind === 'file' && pending.backup !== null) await installer.disk.remove(pending.backup);
  return outcome;
}

/** At a start: what the last run did not end. Says whether there was something. */
export async function recover(installer: Installer): Promise<boolean> {
  if (installer.journal.content.pending === null) return false;
  await takeBack(installer, { code: 'power_lost', exitCode: null, output: '' });
  return true;
}

async function takePackageBack(
  installer: Installer,
  { next, before, phase }: Pending<'package'>,
): Promise<boolean> {
  const { folder, disk } = installer;
  const product = productFolder(folder, next.product);
  if (phase !== 'placing') {
    if (before === null) await disk.remove(product.current);
    else await disk.pointLink(product.current, before.folder);
  }
  if (phase === 'running' && before !== null) await installAgain(installer, before, next);
  await disk.remove(besideOf(product.current));
  await disk.remove(product.content(next.folder));
  await disk.remove(product.manifest(next.folder));
  return before !== null;
}

/** The old version's program puts right what the new one's may have changed outside of its folder. */
async function installAgain(installer: Installer, before: KeptPackage, next: KeptPackage): Promise<void> {
  const install = await findInstallProgram(installer, before);
  if (install === null) return;
  const versions = { version: before.version, other: next.version };
  const { folder } = installer;
  await runForInstaller(
    installer,
    programOf({ folder, kept: before, spec: install, limits: install, action: 'rollback', versions }),
  );
}

/** A version that was damaged before has no program to run. */
async function findInstallProgram({ folder }: Installer, before: KeptPackage): Promise<Manifest['install']> {
  try {
    return (await readKeptManifest(folder, before)).install;
  } catch (error) {
    if (error instanceof AgentError) return null;
    throw error;
  }
}

/** Where other users could lead it elsewhere by now, nothing is touched: the next cycles tell of it. */
async function takeFileBack(
  installer: Installer,
  { next, target, backup, reload }: Pending<'file'>,
): Promise<boolean> {
  const { disk, folder, root } = installer;
  const base = next.product === null ? root : folder.packages;
  if (!(await isStillThere(base, target))) return false;
  await disk.remove(besideOf(target));
  if (backup === null) await disk.remove(target);
  else {
    await disk.copyNew(backup, besideOf(target));
    await disk.move(besideOf(target), target);
  }
  const [program, ...args] = reload ?? [];
  if (program !== undefined)
    await runForInstaller(installer, {
      program,
      args,
      folder: '/',
      environment: { CONSIGN_ACTION: 'rollback' },
      limits: reloadLimits,
    });
  return backup !== null;
}

async function isStillThere(base: string, target: string): Promise<boolean> {
  try {
    return (await insideOf(base, path.relative(await realpath(base), target))) === target;
  } catch (error) {
    if (error instanceof AgentError) return false;
    throw error;
  }
}
