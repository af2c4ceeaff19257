// The commands that make data connections and send files over them. Caller: command-table.ts.
import type { CommandRow } from './command-row.ts';
import { abortTransfer } from './commands/abort.ts';
import { openActive, openExtendedActive } from './commands/active.ts';
import { setRange, setRestartOffset } from './commands/part.ts';
import { openExtendedPassive, openPassive } from './commands/passive.ts';
import { retrieveFile } from './commands/retrieve.ts';
import { setTransferMode, setTransferType } from './commands/transfer-type.ts';

/** EPSV to ABOR. */
export const transferRows: readonly CommandRow[] = [
  {
    verbs: ['EPSV'],
    shows: '[1 | 2 | ALL]',
    about: 'Open a passive port',
    features: ['EPSV'],
    run: { always: openExtendedPassive },
  },
  {
    verbs: ['PASV'],
    shows: '',
    about: 'Open a passive port (IPv4)',
    features: ['PASV'],
    run: { always: openPassive },
  },
  {
    verbs: ['PORT'],
    shows: '<h1,h2,h3,h4,p1,p2>',
    about: 'Name a data port of the client (IPv4), where active mode is on',
    run: { withArgument: openActive },
  },
  {
    verbs: ['EPRT'],
    shows: '|<protocol>|<address>|<port>|',
    about: 'Name a data port of the client, where active mode is on',
    features: ['EPRT'],
    run: { withArgument: openExtendedActive },
  },
  {
    verbs: ['TYPE'],
    shows: 'I | A',
    about: 'Representation: files as they are, or as text with CR LF',
    run: { withArgument: setTransferType },
  },
  { verbs: ['STRU'], shows: 'F', about: 'File structure', run: 'library', needsArgument: true },
  {
    verbs: ['MODE'],
    shows: 'S | Z',
    about: 'Transfer mode: as it is, or compressed',
    run: { withArgument: setTransferMode },
  },
  {
    verbs: ['REST'],
    shows: '<offset>',
    about: 'Begin the next RETR at this byte',
    features: ['REST STREAM'],
    run: { withArgument: setRestartOffset },
  },
  {
    verbs: ['RANG'],
    shows: '<first> <last>',
    about: 'The next RETR or HASH is of these bytes; 1 0 for all',
    features: ['RANG STREAM'],
    run: { withArgument: setRange },
  },
  { verbs: ['RETR'], shows: '<path>', about: 'Fetch a file', run: { withArgument: retrieveFile } },
  { verbs: ['ABOR'], shows: '', about: 'Abort the running transfer', run: { always: abortTransfer } },
];
