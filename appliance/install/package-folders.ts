// Where a product's versions lie: `packages/<product>/<version>/`, with `current` leading to the one that is in force, and the
// manifests beside. Callers: the installer, recovery and the check of what is installed.
import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { readManifest, type Manifest } from '#commlink/fleet/package/manifest.ts';
import { PackageError } from '#commlink/fleet/package/package-error.ts';
import { AgentError } from '../agent-error.ts';
import type { AgentFolder } from '../state/agent-folder.ts';
import type { KeptPackage } from '../state/journal.ts';

/** The places of one product. */
export interface ProductFolder {
  readonly root: string;
  readonly current: string;
  readonly manifests: string;
  /** A version's files. `folder` is a KeptPackage's. */
  content(folder: string): string;
  manifest(folder: string): string;
}

/** Names a product's places. */
export function productFolder({ packages }: AgentFolder, product: string): ProductFolder {
  const root = path.join(packages, product);
  const manifests = path.join(root, '.manifests');
  return {
    root,
    current: path.join(root, 'current'),
    manifests,
    content: (folder) => path.join(root, folder),
    manifest: (folder) => path.join(manifests, `${folder}.json`),
  };
}

/** A folder's name for a version, other than those that are in use. A tilde is in no version. */
export function freeFolder(version: string, used: readonly string[]): string {
  const names = [version, ...used.map((_, index) => `${version}~${index + 2}`)];
  return names.find((name) => !used.includes(name)) ?? version;
}

/** The folder that is in force; null when there is none. */
export async function currentFolder(product: ProductFolder): Promise<string | null> {
  try {
    return await readlink(product.current);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EINVAL') return null;
    throw error;
  }
}

/** The manifest of a kept version. Throws AgentError `state_damaged` when it is missing, or not what the agent wrote. */
export async function readKeptManifest(folder: AgentFolder, kept: KeptPackage): Promise<Manifest> {
  try {
    return readManifest(await readFile(productFolder(folder, kept.product).manifest(kept.folder), 'utf8'));
  } catch (cause) {
    if (!(cause instanceof PackageError || (cause as NodeJS.ErrnoException).code === 'ENOENT')) throw cause;
    const about = `The manifest of ${kept.product} ${kept.version} is damaged.`;
    throw new AgentError('state_damaged', about, { cause });
  }
}
