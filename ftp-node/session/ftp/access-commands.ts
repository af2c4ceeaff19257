// The commands that are allowed before the login: encryption, the login itself, and what client and server agree on.
// Caller: command-table.ts.
import type { CommandRow } from './command-row.ts';
import { showFeatures, showHelp } from './commands/help.ts';
import { checkPassword, nameUser } from './commands/login.ts';
import { acceptHost, acceptOptions, chooseLanguage, nameClient } from './commands/negotiation.ts';
import { beginTls, refuseClearControl, setBufferSize, setProtection } from './commands/protection.ts';

/** AUTH to OPTS. */
export const accessRows: readonly CommandRow[] = [
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
    shows: 'UTF8 ON | MLST <facts> | MODE Z LEVEL <level> | HASH SHA-256',
    about: 'Choose options',
    beforeLogin: true,
    run: { withArgument: acceptOptions },
  },
  {
    verbs: ['LANG'],
    shows: '[EN]',
    about: 'Language of the replies',
    beforeLogin: true,
    features: ['LANG EN*'],
    run: { always: chooseLanguage },
  },
];
