// The commands about directories and about what is known of files. Caller: command-table.ts.
import type { CommandRow } from './command-row.ts';
import { showFacts, showModified, showSize } from './commands/facts.ts';
import { showHash } from './commands/hash.ts';
import { listDirectory, listFacts, listNames } from './commands/list.ts';
import { showStatus } from './commands/status.ts';

/** PWD to STAT. */
export const directoryRows: readonly CommandRow[] = [
  { verbs: ['PWD', 'XPWD'], shows: '', about: 'Show the working directory', run: 'library' },
  {
    verbs: ['CWD', 'XCWD'],
    shows: '<path>',
    about: 'Change the working directory',
    run: 'library',
    needsArgument: true,
  },
  { verbs: ['CDUP', 'XCUP'], shows: '', about: 'Change to the directory above', run: 'library' },
  {
    verbs: ['LIST'],
    shows: '[-<flags>] [<path>]',
    about: 'List a directory in long form',
    run: { always: listDirectory },
  },
  {
    verbs: ['NLST'],
    shows: '[-<flags>] [<path>]',
    about: 'List the names in a directory',
    run: { always: listNames },
  },
  { verbs: ['MLSD'], shows: '[<path>]', about: 'List the facts of a directory', run: { always: listFacts } },
  {
    verbs: ['MLST'],
    shows: '[<path>]',
    about: 'Show the facts of one file or directory',
    features: ['TVFS'],
    run: { always: showFacts },
  },
  {
    verbs: ['SIZE'],
    shows: '<path>',
    about: 'Size of a file in bytes',
    features: ['SIZE'],
    run: { withArgument: showSize },
  },
  {
    verbs: ['MDTM'],
    shows: '<path>',
    about: 'Publication time of a file (UTC)',
    features: ['MDTM'],
    run: { withArgument: showModified },
  },
  {
    verbs: ['HASH'],
    shows: '<path>',
    about: 'SHA-256 of a file, or of the part that RANG has chosen',
    features: ['HASH SHA-256*;'],
    run: { withArgument: showHash },
  },
  {
    verbs: ['STAT'],
    shows: '[<path>]',
    about: 'Status of the session, or a listing',
    run: { always: showStatus },
  },
];
