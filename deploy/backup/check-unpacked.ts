// What came out of a backup is looked at before any of it is used. Whoever sealed it to the operators may have put anything into
// it: a link out of the folder, compiled code, another node's folder. Called by restore-backup.ts.
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Member } from '#commlink/node-config.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { readProgramPlaces } from '../program-folder.ts';
import { layOutState, programNames, type ProgramName } from '../state-directory.ts';
import { filesOfState, mayBeOf } from './backup-content.ts';
import type { BackupHeader } from './backup-file.ts';

/** What the desk knows of a member. */
export type KnownMember = Pick<Member, 'id' | 'role'>;

const specialBits = 0o7000;

/** Only files and folders, by the names that a backup gives them. Throws StartupError `BACKUP_FOREIGN`. */
export async function checkContent(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const role = programNames.find((each) => each === name);
    const status = await lstat(join(folder, name));
    if (role !== undefined && status.isDirectory()) await checkFolder(folder, role, []);
    else if (!filesOfState.includes(name) || !status.isFile()) throw foreign(name);
  }
}

async function checkFolder(folder: string, role: ProgramName, names: readonly string[]): Promise<void> {
  for (const name of await readdir(join(folder, role, ...names))) {
    const at = [...names, name];
    const status = await lstat(join(folder, role, ...at));
    const isFile = status.isFile() && (status.mode & specialBits) === 0;
    if (!mayBeOf(role, at) || !(isFile || status.isDirectory())) throw foreign(join(role, ...at));
    if (status.isDirectory()) await checkFolder(folder, role, at);
  }
}

/**
 * The node that signed the backup is the one whose folder is in it, and each folder is that of a node with its role, as far
 * as the desk knows the cluster: no member passes its own state off as another's. Throws StartupError `BACKUP_FOREIGN`.
 */
export async function checkMaker(
  folder: string,
  { cluster, node }: BackupHeader,
  members: readonly KnownMember[],
): Promise<void> {
  const layout = layOutState(folder);
  const places = await readProgramPlaces(layout);
  for (const name of programNames)
    if (existsSync(join(folder, name)) && !places.has(name)) throw foreign(name);
  // As make-backup.ts signs: with the first one's key.
  let isMaker = true;
  for (const [role, place] of places) {
    const { id } = await readNodeKeys(layout.keyFile(role));
    const isVouchedFor = isMaker && id === node.id && place.name === node.name;
    if (place.cluster !== cluster || (isMaker && !isVouchedFor)) throw foreign(role);
    const known = members.find((member) => member.id === id);
    // A maker that the desk does not know was named by --made-by.
    if (known === undefined ? !isMaker && members.length > 0 : known.role !== role) throw foreign(role);
    isMaker = false;
  }
  if (isMaker) throw foreign('no program');
}

function foreign(what: string): StartupError {
  return new StartupError(
    'BACKUP_FOREIGN',
    `There is something in this backup that its node does not put into one: ${what}. Nothing was restored. Do not trust it; take another one.`,
  );
}
