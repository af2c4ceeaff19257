// Which configuration files the director may replace here, and what may run after them: those that the signed manifest of an installed
// package lists, and those that the machine's administrator does. Whoever has the director's online keys alone gets nowhere else.
// Callers: the installer of files, the cycle before it fetches one.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { DocumentError } from '#commlink/document-error.ts';
import type { FileCustom } from '#commlink/fleet/catalog-entries.ts';
import { FieldReader, parseJson } from '#commlink/fleet/field-reader.ts';
import {
  isConfigurable,
  readConfiguredFiles,
  type ConfiguredFile,
} from '#commlink/fleet/package/configured-file.ts';
import { AgentError } from '../agent-error.ts';
import { filePolicyBytesMax } from '../limits.ts';
import type { KeptPackage } from '../state/journal.ts';
import { insideOf, isOwn } from './file-place.ts';
import type { Installer } from './installer.ts';
import { readKeptManifest } from './package-folders.ts';

/** The administrator's own list, below the machine's root: `{"files": [{"path", "reload"}]}`. */
const policyFile = '/etc/consign-agent/files.json';

/**
 * Resolves where the file may be placed and its command run. Throws AgentError `not_allowed`, `bad_policy`. A placeholder is one to be
 * replaced; only its command asks for more. A product that is not installed is findPlace's to refuse.
 */
export async function requirePermission(
  installer: Pick<Installer, 'folder' | 'journal' | 'machineRoot'>,
  custom: Pick<FileCustom, 'product' | 'path' | 'reload'>,
): Promise<void> {
  const { product, reload } = custom;
  if (product !== null && reload === null) return;
  const { installed } = installer.journal.content;
  const speaking = installed.filter((kept) => product === null || kept.product === product);
  if (product !== null && speaking.length === 0) return;
  for (const kept of speaking) if (isConfigurable(await listConfigured(installer, kept), custom)) return;
  if (product === null && isConfigurable(await readPolicy(installer.machineRoot), custom)) return;
  throw new AgentError('not_allowed', describeRefusal(custom));
}

/** What a package lists whose manifest can't be read is nothing. */
async function listConfigured(
  { folder }: Pick<Installer, 'folder'>,
  kept: KeptPackage,
): Promise<readonly ConfiguredFile[]> {
  try {
    return (await readKeptManifest(folder, kept)).configures;
  } catch (error) {
    if (error instanceof AgentError) return [];
    throw error;
  }
}

/** Like a plug-in, it counts only where nobody else could have written it. */
async function readPolicy(machineRoot: string): Promise<readonly ConfiguredFile[]> {
  try {
    const text = await readOwnFile(await insideOf(machineRoot, policyFile));
    if (text === null) return [];
    return readConfiguredFiles(new FieldReader('policy', parseJson('policy', text)), 'files');
  } catch (error) {
    if (!(error instanceof AgentError || error instanceof DocumentError)) throw error;
    throw new AgentError('bad_policy', `${policyFile} does not count: ${error.message}`, { cause: error });
  }
}

/** The text; null when there is no such file. */
async function readOwnFile(file: string): Promise<string | null> {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    const status = await handle.stat();
    if (!isOwn(status)) throw new AgentError('bad_policy', 'Other users could change it.');
    if (status.size > filePolicyBytesMax)
      throw new AgentError('bad_policy', `It is over ${filePolicyBytesMax} bytes.`);
    return await handle.readFile('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function describeRefusal({ product, path, reload }: Pick<FileCustom, 'product' | 'path' | 'reload'>): string {
  const command = reload === null ? '' : ` with the command ${JSON.stringify(reload)}`;
  const whoever = product === null ? `No installed package and no ${policyFile}` : `Nothing in ${product}`;
  return `${whoever} allows ${path}${command}.`;
}
