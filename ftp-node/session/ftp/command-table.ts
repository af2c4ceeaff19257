// The commands that a customer may send, and nothing else: a read-only list, refused by default. Rows marked `library`
// run ftp-srv's own handler. Caller: command-registry.ts, which puts them into the library.
import { abortTransfer } from './commands/abort.ts';
import { acceptHost, acceptOptions, nameClient } from './commands/negotiation.ts';
import { showFeatures, showHelp } from './commands/help.ts';
import { listDirectory, listFacts, listNames } from './commands/list.ts';
import { checkPassword, nameUser } from './commands/login.ts';
import { openExtendedPassive, openPassive, refuseActive } from './commands/passive.ts';
import { beginTls, refuseClearControl, setBufferSize, setProtection } from './commands/protection.ts';
import { retrieveFile, setRestartOffset } from './commands/retrieve.ts';
import { showFacts, showHash, showModified, showSize } from './commands/facts.ts';
import { showStatus } from './commands/status.ts';
import { setTransferType } from './commands/transfer-type.ts';
import type { ControlConnection } from './control-connection.ts';

/** Runs one command. `argument` is null only where the row says that it may be. */
type CommandRun = (connection: ControlConnection, argument: string | null) => void | Promise<void>;
type ArgumentRun = (connection: ControlConnection, argument: string) => void | Promise<void>;

/** A command: its verbs, what HELP and FEAT say of it, and what runs it. */
export interface CommandRow {
  readonly verbs: readonly string[];
  readonly shows: string;
  readonly about: string;
  readonly beforeLogin?: true;
  readonly features?: readonly string[];
  /** `withArgument` commands are answered 501 without one (defect 5: the stock ones throw and never reply). */
  readonly run: 'library' | { readonly withArgument: ArgumentRun } | { readonly always: CommandRun };
  readonly needsArgument?: true;
}

const accessRows: readonly CommandRow[] = [
  {
    verbs: ['AUTH'],
    shows: 'TLS',
    about: 'Begin TLS on the control connection',
    beforeLogin: true,
    features: ['AUTH TLS'],
    run: { withArgument: beginTls },
  },
  {
    verbs: ['PBSZ'],
    shows: '0',
    about: 'Protection buffer size',
    beforeLogin: true,
    features: ['PBSZ'],
    run: { withArgument: setBufferSize },
  },
  {
    verbs: ['PROT'],
    shows: 'P',
    about: 'Protection of the data connections',
    beforeLogin: true,
    features: ['PROT'],
    run: { withArgument: setProtection },
  },
  {
    verbs: ['CCC'],
    shows: '',
    about: 'Refused: the control connection stays encrypted',
    beforeLogin: true,
    run: { always: refuseClearControl },
  },
  {
    verbs: ['USER'],
    shows: '<name>',
    about: 'Name of the login',
    beforeLogin: true,
    run: { withArgument: nameUser },
  },
  {
    verbs: ['PASS'],
    shows: '<password>',
    about: 'Password or token of the login',
    beforeLogin: true,
    run: { withArgument: checkPassword },
  },
  {
    verbs: ['HOST'],
    shows: '<name>',
    about: 'Name of this server as the client knows it',
    beforeLogin: true,
    features: ['HOST'],
    run: { withArgument: acceptHost },
  },
  {
    verbs: ['CLNT'],
    shows: '<name>',
    about: 'Name of the client program',
    beforeLogin: true,
    features: ['CLNT'],
    run: { withArgument: nameClient },
  },
  {
    verbs: ['FEAT'],
    shows: '',
    about: 'List the extensions',
    beforeLogin: true,
    run: { always: showFeatures },
  },
  {
    verbs: ['HELP'],
    shows: '[<command>]',
    about: 'Explain a command',
    beforeLogin: true,
    run: { always: showHelp },
  },
  { verbs: ['SYST'], shows: '', about: 'Kind of system', beforeLogin: true, run: 'library' },
  { verbs: ['NOOP'], shows: '', about: 'Do nothing', beforeLogin: true, run: 'library' },
  { verbs: ['QUIT'], shows: '', about: 'Close the connection', beforeLogin: true, run: 'library' },
  {
    verbs: ['OPTS'],
    shows: 'UTF8 ON | MLST <facts>',
    about: 'Choose options',
    beforeLogin: true,
    run: { withArgument: acceptOptions },
  },
];

const directoryRows: readonly CommandRow[] = [
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
    shows: '[<path>]',
    about: 'List a directory in long form',
    run: { always: listDirectory },
  },
  { verbs: ['NLST'], shows: '[<path>]', about: 'List the names in a directory', run: { always: listNames } },
  { verbs: ['MLSD'], shows: '[<path>]', about: 'List the facts of a directory', run: { always: listFacts } },
  {
    verbs: ['MLST'],
    shows: '[<path>]',
    about: 'Show the facts of one file or directory',
    features: ['MLST type*;size*;modify*;perm*;', 'TVFS'],
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
    about: 'SHA-256 of a file',
    features: ['HASH SHA-256*'],
    run: { withArgument: showHash },
  },
  {
    verbs: ['STAT'],
    shows: '[<path>]',
    about: 'Status of the session, or a listing',
    run: { always: showStatus },
  },
];

const transferRows: readonly CommandRow[] = [
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
  { verbs: ['PORT', 'EPRT'], shows: '', about: 'Refused: active mode is off', run: { always: refuseActive } },
  {
    verbs: ['TYPE'],
    shows: 'I | A',
    about: 'Representation; files are always sent as they are',
    run: { withArgument: setTransferType },
  },
  { verbs: ['STRU'], shows: 'F', about: 'File structure', run: 'library', needsArgument: true },
  { verbs: ['MODE'], shows: 'S', about: 'Transfer mode', run: 'library', needsArgument: true },
  {
    verbs: ['REST'],
    shows: '<offset>',
    about: 'Begin the next RETR at this byte',
    features: ['REST STREAM'],
    run: { withArgument: setRestartOffset },
  },
  { verbs: ['RETR'], shows: '<path>', about: 'Fetch a file', run: { withArgument: retrieveFile } },
  { verbs: ['ABOR'], shows: '', about: 'Abort the running transfer', run: { always: abortTransfer } },
];

/** Every command there is. */
export const commandRows: readonly CommandRow[] = [...accessRows, ...directoryRows, ...transferRows];
