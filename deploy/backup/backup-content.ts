// What a backup holds of a state directory, by name. Callers: collect-state.ts, which gathers it, and check-unpacked.ts, which
// takes nothing else out of a backup.
import type { ProgramName } from '../state-directory.ts';
import { dumpName } from './postgres-tools.ts';

/** Beside the programs' own folders. The operator's keys are not among them: a backup is for who has one. */
export const filesOfState: readonly string[] = ['version.json', 'ca.pem', 'ca-key.pem'];

/** internal-db's database with SQLite, of which a backup has a copy of one moment. */
export const databaseName = 'consign.db';
/** The FTP node's, likewise. */
export const ledgerName = 'ledger.db';

const databasesOf: Record<ProgramName, readonly string[]> = {
  'internal-db': [databaseName, dumpName],
  'ftp-node': [ledgerName],
  'web-front': [],
};

/** The folder with a program's artifacts. */
export const artifactFolders: Partial<Record<ProgramName, string>> = {
  'internal-db': 'originals',
  'ftp-node': 'storeroom',
};

/** Links into the storeroom, which are made again by what is delivered. */
const deliveredFolder = 'accounts';

/** What the programs call their files. */
const nameForm = /^[\w-][\w.-]*$/;

/**
 * Whether this is left out of a program's folder: made anew at each start, a database, which is copied otherwise, or by its
 * name none of the program's.
 */
export function isLeftOut(name: string): boolean {
  return (
    !nameForm.test(name) ||
    name.endsWith('.sock') ||
    /\.db(?:-wal|-shm)?$/.test(name) ||
    name.endsWith('.new') ||
    name === 'compiled' ||
    name === deliveredFolder
  );
}

/** Whether a backup may have this in a program's folder: by its names from there on. */
export function mayBeOf(role: ProgramName, names: readonly string[]): boolean {
  const [first = ''] = names;
  if (names.length === 1 && databasesOf[role].includes(first)) return true;
  return !names.some(isLeftOut);
}
