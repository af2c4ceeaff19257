// Where a configuration file goes: in the place of a package's placeholder, or below the root. A name that leads elsewhere, also by a
// link that somebody has put into the way, is refused, and so is a directory that another user could change between two steps
// of the agent. Callers: the installers, whoever takes an installation back, the check of what is installed.
import type { Stats } from 'node:fs';
import { lstat, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogTarget, FileCustom } from '#commlink/fleet/catalog-entries.ts';
import { AgentError } from '../agent-error.ts';
import type { Rights } from '../state/disk.ts';
import type { Installer } from './installer.ts';
import { productFolder, readKeptManifest } from './package-folders.ts';

/** A target that is a configuration file. */
export type FileTarget = CatalogTarget & { readonly custom: FileCustom };

const othersMayWrite = 0o022;

/** Where it goes, absolute. Throws AgentError `bad_path` or `unmet_dependency` (its product is not installed). */
export async function findPlace(
  { folder, root, journal }: Pick<Installer, 'folder' | 'root' | 'journal'>,
  { product, path: at }: Pick<FileCustom, 'product' | 'path'>,
): Promise<string> {
  if (product === null) return insideOf(root, at);
  const kept = journal.content.installed.find((one) => one.product === product);
  if (kept === undefined)
    throw new AgentError('unmet_dependency', `It belongs to ${product}, which is not installed.`);
  const { files } = await readKeptManifest(folder, kept);
  if (!files.some((file) => file.isPlaceholder && file.path === at))
    throw new AgentError('bad_path', `${at} is no placeholder of ${product} ${kept.version}.`);
  return insideOf(productFolder(folder, product).content(kept.folder), at);
}

/**
 * The path below a folder; what is there is a file or nothing, and on the way there are directories alone that nobody changes but
 * root and the agent's own user. Throws AgentError `bad_path`.
 */
export async function insideOf(folder: string, at: string): Promise<string> {
  const base = await realpath(folder);
  const wanted = path.join(base, at);
  const names = path.relative(base, wanted).split(path.sep);
  for (let parent = base; parent !== wanted; parent = path.join(parent, names.shift() ?? '')) {
    const status = await statusOf(parent);
    if (status === null) return wanted;
    if (!status.isDirectory())
      throw new AgentError('bad_path', `At ${parent} is something else than a directory.`);
    if (!isOwn(status))
      throw new AgentError('bad_path', `Other users could change ${parent}, so nothing is put there.`);
  }
  if ((await statusOf(wanted))?.isFile() !== false) return wanted;
  throw new AgentError('bad_path', `At ${at} is something else than a file.`);
}

/** Without following a link; null when nothing is there. */
async function statusOf(file: string): Promise<Stats | null> {
  return lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Root's or the agent's own, and nobody else writes there: not into a sticky directory either. */
export function isOwn({ uid, mode }: Stats): boolean {
  return (uid === 0 || uid === process.getuid?.()) && (mode & othersMayWrite) === 0;
}

/** The rights that a file is to have, by the names of the appliance's own users. Throws AgentError `bad_path` for one that is unknown. */
export async function rightsOf(root: string, { mode, owner, group }: FileCustom): Promise<Rights> {
  if (owner === null && group === null) return { mode };
  const ownerId =
    owner === null ? (process.getuid?.() ?? 0) : await findId(path.join(root, 'etc/passwd'), owner);
  const groupId =
    group === null ? (process.getgid?.() ?? 0) : await findId(path.join(root, 'etc/group'), group);
  return { mode, ownerId, groupId };
}

/** passwd(5), group(5): the id is the third field of the line with this name. */
async function findId(file: string, name: string): Promise<number> {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(':'));
  const id = lines.find(([first]) => first === name)?.[2];
  if (id === undefined || !/^\d+$/.test(id))
    throw new AgentError('bad_path', `There is no ${name} in ${file}.`);
  return Number(id);
}
