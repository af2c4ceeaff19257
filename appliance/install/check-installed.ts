// Compares what the journal says with what is on the disk: quickly in each cycle (is it there?), by digest where a restore was
// ordered, and for `consign-agent verify`. Changes nothing. Callers: the cycle and the command.
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { AgentError } from '../agent-error.ts';
import { digestFile } from '../download/download-target.ts';
import type { KeptPackage, PlacedFile } from '../state/journal.ts';
import { findPlace } from './file-place.ts';
import type { Installer } from './installer.ts';
import { currentFolder, productFolder, readKeptManifest } from './package-folders.ts';

/** What is not as it was installed. `about` is the first thing that is wrong, for a person. */
export interface Damage {
  readonly path: string;
  readonly about: string;
}

type Looking = Pick<Installer, 'folder' | 'root' | 'journal'>;

/** Everything that is damaged. `deeply`: by digest. */
export async function findDamage(
  looking: Looking,
  { deeply }: { readonly deeply: boolean },
): Promise<Damage[]> {
  const { installed, files } = looking.journal.content;
  const damage: Damage[] = [];
  for (const kept of installed) {
    const about = await whatIsWrong(() => lookAtPackage(looking, kept, deeply));
    if (about !== null) damage.push({ path: kept.path, about });
  }
  for (const placed of files) {
    const about = await whatIsWrong(() => lookAtFile(looking, placed, deeply));
    if (about !== null) damage.push({ path: placed.path, about });
  }
  return damage;
}

/** A file or a manifest that is missing, or does not read, is damage too. */
async function whatIsWrong(look: () => Promise<string | null>): Promise<string | null> {
  try {
    return await look();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const isDamage = error instanceof AgentError || ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code);
    if (!isDamage) throw error;
    return (error as Error).message;
  }
}

async function lookAtPackage(
  { folder, journal }: Looking,
  kept: KeptPackage,
  deeply: boolean,
): Promise<string | null> {
  const product = productFolder(folder, kept.product);
  if ((await currentFolder(product)) !== kept.folder) return 'current leads elsewhere';
  const content = product.content(kept.folder);
  const status = await lstat(content);
  if (!status.isDirectory()) return 'its folder is missing';
  await lstat(product.manifest(kept.folder));
  return deeply
    ? lookAtFiles(await readKeptManifest(folder, kept), content, placedIn(kept, journal.content.files))
    : null;
}

/** Where configuration files have taken a placeholder's place; they are looked at by themselves. */
function placedIn({ product }: KeptPackage, files: readonly PlacedFile[]): Set<string> {
  return new Set(files.filter((file) => file.product === product).map(({ at }) => at));
}

async function lookAtFiles(
  { files }: Manifest,
  content: string,
  placed: ReadonlySet<string>,
): Promise<string | null> {
  for (const { path: name, sha256, mode, sizeBytes } of files) {
    if (placed.has(name)) continue;
    const file = path.join(content, name);
    const status = await lstat(file);
    const isSame = status.isFile() && status.size === sizeBytes && (status.mode & 0o777) === mode;
    if (!isSame || (await digestFile(file)) !== sha256) return `${name} was changed`;
  }
  return null;
}

async function lookAtFile(
  looking: Looking,
  { at, product, sha256 }: PlacedFile,
  deeply: boolean,
): Promise<string | null> {
  const place = await findPlace(looking, { product, path: at });
  await lstat(place);
  return deeply && (await digestFile(place)) !== sha256 ? 'its content was changed' : null;
}
