// The folder of a customer who uses FileZilla: settings, the certificate and the host key that he trusts, and a queue of
// files to fetch. The forms are those of version 3.63. Caller: filezilla.ts.
import { X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runProgram } from './run-program.ts';

/** What to fetch, from where, and where to put it. */
export interface FileZillaOrder {
  readonly protocol: 'ftps' | 'sftp';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM, for FTPS: what the customer has ticked as trusted. */
  readonly certificate: string;
  /** With a leading slash; each arrives at the same path in `directory`. */
  readonly paths: readonly string[];
  readonly directory: string;
}

/** FileZilla's own numbers. */
const protocolNumbers = { ftps: 4, sftp: 1 } as const;
const normalLogon = 1;
const downloadFlag = 16;
const normalPriority = 2;
const resumeWhenThere = 5;
const queueFormat = 7;

const queueTables = `
CREATE TABLE servers (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, host TEXT NOT NULL, port INTEGER, user TEXT,
  password TEXT, account TEXT, keyfile TEXT, protocol INTEGER, type INTEGER, logontype INTEGER, timezone_offset INTEGER,
  transfer_mode TEXT, max_connections INTEGER, encoding TEXT, bypass_proxy INTEGER, post_login_commands TEXT, name TEXT,
  parameters TEXT, site_path TEXT DEFAULT NULL);
CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, server INTEGER NOT NULL, source_file TEXT,
  target_file TEXT, local_path INTEGER, remote_path INTEGER, size INTEGER, error_count INTEGER, priority INTEGER,
  flags INTEGER, default_exists_action INTEGER, extra_flags TEXT);
CREATE INDEX server_index ON files (server);
CREATE TABLE local_paths (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, path TEXT NOT NULL);
CREATE TABLE remote_paths (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, path TEXT NOT NULL);
PRAGMA user_version = ${queueFormat};`;

const settings = `<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3 version="3.63.0" platform="*nix"><Settings>
<Setting name="Greeting version">99.0.0</Setting>
<Setting name="Greeting resources">1</Setting>
<Setting name="File exists action download">${resumeWhenThere}</Setting>
<Setting name="Update Check">0</Setting>
</Settings></FileZilla3>
`;

/** Fills the folder `home`. Files that are there already are resumed. */
export async function prepareHome(home: string, order: FileZillaOrder): Promise<void> {
  const folder = join(home, '.config', 'filezilla');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'filezilla.xml'), settings);
  await writeFile(join(folder, 'trustedcerts.xml'), trustedCertificate(order));
  if (order.protocol === 'sftp') await rememberHostKey(home, order);
  for (const path of order.paths) await mkdir(dirname(join(order.directory, path)), { recursive: true });
  fillQueue(queueFile(home), order);
}

/** Whether FileZilla has read the queue: it takes what it reads out of the file. */
export function isQueueLoaded(home: string): boolean {
  const queue = new DatabaseSync(queueFile(home), { readOnly: true });
  try {
    return queue.prepare('SELECT count(*) AS left FROM files').get()?.['left'] === 0;
  } catch (error) {
    // It is writing.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error;
    return false;
  } finally {
    queue.close();
  }
}

function queueFile(home: string): string {
  return join(home, '.config', 'filezilla', 'queue.sqlite3');
}

function trustedCertificate({ certificate, host, port }: FileZillaOrder): string {
  const { raw, validFromDate, validToDate } = new X509Certificate(certificate);
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
  return `<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3 version="3.63.0" platform="*nix"><TrustedCerts><Certificate>
<Data>${raw.toString('hex')}</Data>
<ActivationTime>${seconds(validFromDate)}</ActivationTime>
<ExpirationTime>${seconds(validToDate)}</ExpirationTime>
<Host>${host}</Host><Port>${port}</Port><TrustSANs>0</TrustSANs>
</Certificate></TrustedCerts></FileZilla3>
`;
}

/** FileZilla keeps host keys where PuTTY's programs do, and one of these can be told to trust one. */
async function rememberHostKey(home: string, { host, port, user, password }: FileZillaOrder): Promise<void> {
  await writeFile(join(home, 'password'), password, { mode: 0o600 });
  await writeFile(join(home, 'batch'), 'quit\n');
  const login = ['-P', String(port), '-pwfile', join(home, 'password'), '-b', join(home, 'batch')];
  const { code, stderr } = await runProgram('psftp', [...login, `${user}@${host}`], {
    environment: { HOME: home },
    input: 'y\n',
  });
  if (code !== 0) throw new Error(`psftp could not be told to trust the host key: ${stderr}`);
}

function fillQueue(file: string, order: FileZillaOrder): void {
  const { protocol, host, port, user, password, paths, directory } = order;
  const queue = new DatabaseSync(file);
  queue.exec(queueTables);
  queue
    .prepare(
      `INSERT INTO servers (id, host, port, user, password, account, keyfile, protocol, type, logontype, timezone_offset,
        transfer_mode, max_connections, encoding, bypass_proxy, name)
       VALUES (1, ?, ?, ?, ?, '', '', ?, 0, ?, 0, 'MODE_DEFAULT', 0, 'Auto', 0, '')`,
    )
    .run(host, port, user, password, protocolNumbers[protocol], normalLogon);
  for (const [index, path] of paths.entries()) {
    const folder = dirname(path);
    queue
      .prepare('INSERT INTO local_paths (id, path) VALUES (?, ?)')
      .run(index + 1, `${directory}${folder}/`);
    queue.prepare('INSERT INTO remote_paths (id, path) VALUES (?, ?)').run(index + 1, remotePath(folder));
    queue
      .prepare(
        `INSERT INTO files (server, source_file, local_path, remote_path, size, error_count, priority, flags,
          default_exists_action) VALUES (1, ?, ?, ?, -1, 0, ?, ?, -1)`,
      )
      .run(path.slice(folder.length + 1), index + 1, index + 1, normalPriority, downloadFlag);
  }
  queue.close();
}

/** Type of server, no prefix, and each segment with its length in characters. */
function remotePath(folder: string): string {
  const segments = folder.split('/').filter((segment) => segment !== '');
  return ['1 0', ...segments.map((segment) => `${segment.length} ${segment}`)].join(' ');
}
