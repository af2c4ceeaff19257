// Installs a staged package: put beside the old version, switched to by one rename of a link, its program and its checks run, and
// then only taken as installed. Whatever fails, and a power cut at any point, ends with the old version in force
// (take-back.ts). Caller: the cycle.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { InstallResult } from '#commlink/fleet/beat.ts';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { reportedOutputBytesMax } from '../limits.ts';
import { succeeded } from '../programs/run-program.ts';
import type { KeptPackage, PendingWork } from '../state/journal.ts';
import { insideOf } from './file-place.ts';
import { describeEnd, runForInstaller, type Installer } from './installer.ts';
import { freeFolder, productFolder } from './package-folders.ts';
import { checkLimits, programOf } from './package-programs.ts';
import type { StagedPackage } from './stage-package.ts';
import { takeBack } from './take-back.ts';

/**
 * Installs. Resolves to what became of it; what is in force then is the new version or, unless `installed`, the old one. Throws
 * AgentError `bad_path` before anything was begun.
 */
export async function installPackage(
  installer: Installer,
  staged: StagedPackage,
): Promise<InstallResult['outcome']> {
  const pending = await place(installer, staged);
  const { journal } = installer;
  await journal.change({ pending: { ...pending, phase: 'switching' } });
  const product = productFolder(installer.folder, pending.next.product);
  await installer.disk.pointLink(product.current, pending.next.folder);
  const running = { ...pending, phase: 'running' } as const;
  await journal.change({ pending: running });
  const { hasFailed, ...said } = await runPrograms(installer, staged.manifest, pending);
  if (hasFailed) return takeBack(installer, said);
  await settle(installer, pending, said);
  return 'installed';
}

/** What a result tells of the programs. */
type Said = Pick<InstallResult, 'code' | 'exitCode' | 'output'>;
type PendingPackage = Extract<PendingWork, { kind: 'package' }>;

/** Puts the files where they are to stay, with the configuration files that take the place of placeholders. */
async function place(
  { folder, disk, journal, clock }: Installer,
  staged: StagedPackage,
): Promise<PendingPackage> {
  const { manifest, target } = staged;
  const before = journal.content.installed.find(({ product }) => product === manifest.product) ?? null;
  const used = before === null ? [] : [before.folder, ...(before.previous ? [before.previous.folder] : [])];
  const next: KeptPackage = {
    product: manifest.product,
    version: manifest.version,
    path: target.path,
    sha256: target.sha256,
    folder: freeFolder(manifest.version, used),
    atMs: clock.stamp(),
    previous: before === null ? null : { version: before.version, folder: before.folder },
  };
  const pending: PendingPackage = { kind: 'package', next, before, phase: 'placing' };
  const carried = before === null ? [] : await listCarried({ folder, journal }, staged, before);
  await journal.change({ pending });
  const product = productFolder(folder, next.product);
  await disk.makeFolder(product.manifests, 0o755);
  await disk.remove(product.content(next.folder));
  for (const { from, to } of carried) {
    await disk.remove(to);
    await disk.copyNew(from, to);
    await disk.sync(path.dirname(to));
  }
  await disk.writeWhole(product.manifest(next.folder), JSON.stringify(manifest), { mode: 0o644 });
  await disk.move(staged.content, product.content(next.folder));
  return pending;
}

/**
 * What was configured stays configured: from the first moment on, the new version has it instead of its placeholders. Throws
 * AgentError `bad_path` where the old version's folder is no place to copy from.
 */
async function listCarried(
  { folder, journal }: Pick<Installer, 'folder' | 'journal'>,
  { manifest, content }: StagedPackage,
  before: KeptPackage,
): Promise<{ readonly from: string; readonly to: string }[]> {
  const old = productFolder(folder, manifest.product).content(before.folder);
  const carried = [];
  for (const { product, at } of journal.content.files) {
    const isPlaceholder = manifest.files.some((file) => file.isPlaceholder && file.path === at);
    if (product !== manifest.product || !isPlaceholder || !existsSync(path.join(old, at))) continue;
    carried.push({ from: await insideOf(old, at), to: path.join(content, at) });
  }
  return carried;
}

/** The install program and the checks, up to the first that fails. What is said is what the last one said that ran. */
async function runPrograms(
  installer: Installer,
  manifest: Manifest,
  { next, before }: PendingPackage,
): Promise<Said & { readonly hasFailed: boolean }> {
  const { install, checks } = manifest;
  const runs = [
    ...(install ? [{ what: 'install', spec: install, limits: install }] : []),
    ...checks.map((spec) => ({ what: 'check', spec, limits: { ...checkLimits, timeoutMs: spec.timeoutMs } })),
  ];
  let said: Said = { code: 'ok', exitCode: null, output: '' };
  for (const { what, spec, limits } of runs) {
    const versions = { version: next.version, other: before?.version ?? '' };
    const place = { folder: installer.folder, kept: next };
    const end = await runForInstaller(
      installer,
      programOf({ ...place, spec, limits, action: 'install', versions }),
    );
    const { code, exitCode, output } = describeEnd(end);
    if (!succeeded(end)) return { hasFailed: true, code: `${what}_${code}`, exitCode, output };
    said = { code: 'ok', exitCode, output: `${said.output}${output}`.slice(-reportedOutputBytesMax) };
  }
  return { hasFailed: false, ...said };
}

async function settle(
  { folder, disk, journal, clock }: Installer,
  { next, before }: PendingPackage,
  said: Said,
): Promise<void> {
  const { installed, attempts } = journal.content;
  const { [next.path]: _, ...otherAttempts } = attempts;
  await journal.addResult(
    {
      path: next.path,
      version: next.version,
      outcome: 'installed',
      ...said,
      atMs: clock.stamp(),
    },
    {
      installed: [...installed.filter(({ product }) => product !== next.product), next],
      attempts: otherAttempts,
      pending: null,
    },
  );
  const product = productFolder(folder, next.product);
  if (!before?.previous) return;
  await disk.remove(product.content(before.previous.folder));
  await disk.remove(product.manifest(before.previous.folder));
}
