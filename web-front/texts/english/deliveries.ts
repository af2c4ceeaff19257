// The pages of deliveries: the list, one delivery with all ways to fetch it, and asking for a file again. English.
import { html } from '#commlink/pages/html.ts';

/** The texts. */
export const deliveriesTexts = {
  title: 'Deliveries',
  lead: 'Files that were made ready for you, for a time.',
  views: 'Which deliveries',
  all: 'All',
  live: 'Ready',
  ended: 'Ended',
  history: 'Download history',
  empty: 'Nothing has been delivered yet.',
  emptyHere: 'There is none.',
  emptyAdvice: 'Choose a file among your products. It is made ready in a moment.',
  toProducts: 'Go to your products',
  pages: 'Pages of the list',
  newest: 'Newest',
  older: 'Older',
  notFetched: 'not fetched yet',
  fetched: (count: number) => (count === 1 ? 'fetched once' : `fetched ${count} times`),
  askedBy: (who: string) => `asked for by ${who}`,
  vendor: 'your vendor',
  appliances: 'your appliances',
  states: {
    requested: 'Being made ready',
    staged: 'Ready',
    failed: 'Could not be made ready',
    expired: 'Expired',
    revoked: 'Withdrawn',
    cancelled: 'Ended',
  },
  until: 'until',

  ask: {
    title: (file: string) => `Download ${file}?`,
    lead: 'You were signed out before the file could be made ready.',
    button: 'Make it ready',
  },

  get: 'Download',
  inThisBrowser: (size: string) => `${size}, in this browser`,
  noLink: 'The file is ready. Fetch it with one of the programs below; there is no link to it here.',
  getNote:
    'A download that breaks off resumes where it stopped. The link works without signing in: treat it like a password.',
  away: (node: string) => `The download server “${node}” cannot be reached at the moment.`,
  awayAdvice: 'The file stays ready there. Reload this page in a few seconds.',
  reload: 'Reload',
  preparing: (who: string) => `The file is being made ready for ${who}.`,
  arriving: (node: string) => `The file is on its way to the download server “${node}”.`,
  arrivingAdvice: 'It is ready by itself as soon as all of it is there. You may leave this page meanwhile.',
  elsewhere: 'The password is shown only in the browser that asked for the file.',
  elsewhereAdvice:
    'It is kept nowhere else. Ask for the file here to get a login of your own; the other one keeps working.',
  getHere: 'Download here',
  getAgain: 'Download again',
  endings: {
    failed: 'The file could not be made ready.',
    expired: 'This delivery has expired.',
    revoked: 'Your vendor has withdrawn this file from you.',
    cancelled: 'This delivery was ended.',
  },
  endedOn: 'It ended on',
  failedAdvice: (id: string) =>
    `Nothing was counted. Try again; if it stays so, write to your vendor and name ${id}.`,
  revokedAdvice: 'Write to your vendor if you did not expect that.',
  againAdvice: 'Ask for the file again to get a new one.',
  end: 'End this delivery',
  endNote: 'Done with it? Ending it makes its link and password useless at once and stops running downloads.',

  downloads: 'Downloads',
  noneYet: 'None yet. They appear here as they run, whichever program you use.',
  noneEver: 'None: the file was not fetched.',
  began: 'began',
  toNow: 'Reload to see how it stands',
  resume: 'It broke off. Go on where it stopped:',
  resumeHttps:
    'In a browser, resume it in the list of downloads. In a terminal, run this in the same folder:',
  resumeSession: 'FileZilla and WinSCP go on when you start the transfer again and choose “Resume”.',
  resumeElsewhere: 'It broke off. Ask for the file here; your program goes on with the part that you have.',

  check: 'Check what arrived',
  checkLead: 'Run this in the folder of the file. It says OK.',
  checkElsewhere: 'On macOS and Windows, or by eye',
  signed: (link: ReturnType<typeof html>) =>
    html`To be sure that it is what was published for you, check the ${link}.`,
  signedLink: 'signature of the release',
  digest: 'SHA-256 digest',

  server: 'Fetch it on a server',
  serverLead: 'Run this there, and once more to go on after an interruption.',
  serverPassword: html`Lines for FTPS and SFTP ask for the password below, so that it shows in no list of
    processes. <code>scp</code> alone starts over each time.`,
  authority: (link: ReturnType<typeof html>) =>
    html`This service has a certificate authority of its own: put ${link} into the folder where you run the
    lines.`,
  more: 'More programs',

  program: 'With a file transfer program',
  programLead:
    'FileZilla, WinSCP, Cyberduck and others. Login and password were made for this delivery and end with it.',
  sessionFiles: 'Ready-made sites, without the password',
  fileZilla: 'FileZilla: sites.xml',
  fileZillaUse: 'Choose File, Import…, and the file; then connect from the Site Manager.',
  winScp: 'WinSCP: session file',
  winScpUse: (file: string) =>
    html`Start it with the file, which leaves your own sites alone: <code>winscp.exe /ini=${file}</code>`,
  openSftp: 'Open over SFTP',
  login: 'Login',
  password: 'Password',
  sftp: 'SFTP',
  ftps: 'FTPS',
  host: (host: string, port: number) => html`host <code>${host}</code>, port <code>${port}</code>`,
  explicitTls: 'explicit TLS',
  file: 'File',
  hostKey: 'Host key',
  hostKeyNote: 'Your program shows one of these when it connects for the first time.',
};
/** The shape that every language's texts have. */
export type DeliveriesTexts = typeof deliveriesTexts;
