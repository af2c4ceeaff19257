// Unpacks a package that was fetched, beside everything that is in force: opened with the key that the catalog brings for this
// appliance, each file checked against the manifest and synced. Caller: the cycle. Trusts the package's digest (checked when it was
// fetched), and no name in it.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DocumentError } from '#commlink/document-error.ts';
import type { CatalogTarget, PackageCustom } from '#commlink/fleet/catalog-entries.ts';
import { openContentKey } from '#commlink/fleet/package/content-key.ts';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { PackageError } from '#commlink/fleet/package/package-error.ts';
import { openPackage } from '#commlink/fleet/package/read-package.ts';
import { AgentError } from '../agent-error.ts';
import { checkRoom } from '../download/download-target.ts';
import type { Identity } from '../state/identity.ts';
import type { Disk } from '../state/disk.ts';

/** A target that is a package. */
export type PackageTarget = CatalogTarget & { readonly custom: PackageCustom };

/** A package that is ready to be installed. */
export interface StagedPackage {
  readonly target: PackageTarget;
  readonly manifest: Manifest;
  /** The folder with its files. */
  readonly content: string;
}

/** Where it lies and where it goes. */
export interface Staging {
  readonly target: PackageTarget;
  /** The package, fetched. */
  readonly file: string;
  readonly staging: string;
  readonly identity: Identity;
  readonly disk: Disk;
}

const folderMode = 0o755;

/** Unpacks. Throws AgentError `bad_package` or `disk_full`; nothing of it stays then. */
export async function stagePackage(staging: Staging): Promise<StagedPackage> {
  const { target, disk } = staging;
  const content = path.join(staging.staging, `${target.sha256}.new`);
  await disk.remove(content);
  try {
    return { target, manifest: await unpack(staging, content), content };
  } catch (error) {
    await disk.remove(content);
    if (error instanceof PackageError || error instanceof DocumentError)
      throw new AgentError('bad_package', `${error.code}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function unpack({ target, file, identity, disk }: Staging, content: string): Promise<Manifest> {
  const { sha256, custom } = target;
  const key = await openContentKey(custom.contentKey, identity.keys, { uid: identity.uid, sha256 });
  const opened = await openPackage(createReadStream(file), key);
  const { manifest } = opened;
  if (manifest.product !== custom.product || manifest.version !== custom.version)
    throw new AgentError('bad_package', `It says that it is ${manifest.product} ${manifest.version}.`);
  const sizeBytes = manifest.files.reduce((sum, one) => sum + one.sizeBytes, 0);
  await checkRoom(path.dirname(file), sizeBytes);
  await disk.makeFolder(content, folderMode);
  for await (const { file: packaged, content: bytes } of opened.files()) {
    // A PackagePath has no way upwards, and everything above it in this new folder was made here: no link leads out.
    const target = path.join(content, packaged.path);
    await disk.makeFolder(path.dirname(target), folderMode);
    const handle = await disk.create(target);
    try {
      for await (const chunk of bytes) await disk.write({ handle, path: target }, chunk);
      await disk.finish(handle, target, { mode: packaged.mode });
    } finally {
      await handle.close();
    }
  }
  await disk.syncFolders(content);
  return manifest;
}

/**
 * Makes room: of what was fetched, only what these digests name stays, whole or begun; what was unpacked goes in any case. Called with
 * what is still to be installed of the catalog that is in force.
 */
export async function keepStaged(disk: Disk, staging: string, digests: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(staging))
    if (!digests.has(name.replace(/\.part$/, ''))) await disk.remove(path.join(staging, name));
}

/** Removes what staging left: the package and the folder. A missing one is no error. */
export async function clearStaged(disk: Disk, staging: string, sha256: string): Promise<void> {
  for (const name of [sha256, `${sha256}.part`, `${sha256}.new`]) await disk.remove(path.join(staging, name));
}
