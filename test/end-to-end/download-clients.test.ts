// A customer's own programs, each fetching the same real file of over 100 MB from a whole Consign, and judged by the
// SHA-256 of what arrived.
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { Client as BasicFtpClient } from 'basic-ftp';
import { sha256OfFile, sizeOf, waitForBytes } from './fetched-file.ts';
import { askPassEnvironment, clientDirectory, stageDemoFile, type StagedFile } from './staged-file.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign } from '../rig/running-consign.ts';

const consign = await startConsign(t, { demo: true });

/** Starts a client that must be slow, kills it once some of the file is there, and says how much arrived. */
async function breakOff(
  run: (signal: AbortSignal) => Promise<unknown>,
  partialFile: string,
): Promise<number> {
  const gone = new AbortController();
  const running = run(gone.signal);
  await waitForBytes(partialFile, 2_000_000);
  gone.abort();
  await running;
  return sizeOf(partialFile);
}

interface ClientCase {
  readonly title: string;
  /** Fetches into `directory`/`staged.name`. */
  readonly fetch: (staged: StagedFile, directory: string) => Promise<{ code: number | null; stderr: string }>;
}

const pythonFtp = `
import ftplib, ssl, sys, os
host, port, login, path, target, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
ftp = ftplib.FTP_TLS(context=context)
ftp.connect(host, int(port), timeout=120)
ftp.login(login, os.environ['CONSIGN_PASSWORD'])
ftp.prot_p()
with open(target, 'wb') as out:
    ftp.retrbinary('RETR ' + path, out.write, blocksize=1 << 18)
ftp.quit()
`;

const lftpSettings = (staged: StagedFile): string =>
  `set ssl:ca-file ${staged.caFile}; set ftp:ssl-force true; set ftp:ssl-protect-data true; set net:max-retries 1; set cmd:fail-exit true;` +
  ` set sftp:connect-program "ssh -a -x -oUserKnownHostsFile=/dev/null -oStrictHostKeyChecking=no";`;

function runLftp(
  staged: StagedFile,
  directory: string,
  { scheme, commands }: { scheme: 'ftp' | 'sftp'; commands: string },
) {
  const { host, port } = staged[scheme];
  return runProgram(
    'lftp',
    [
      '-c',
      `${lftpSettings(staged)} open --env-password -u ${staged.login} ${scheme}://${host}:${port}; ${commands}`,
    ],
    {
      directory,
      environment: { LFTP_PASSWORD: staged.password, HOME: directory },
    },
  );
}

async function curlConfiguration(staged: StagedFile, directory: string): Promise<string> {
  const file = join(directory, '.curlrc-consign');
  await writeFile(file, `user = "${staged.login}:${staged.password}"\ncacert = "${staged.caFile}"\n`, {
    mode: 0o600,
  });
  return file;
}

const sshOptions = [
  '-o',
  'UserKnownHostsFile=/dev/null',
  '-o',
  'StrictHostKeyChecking=no',
  '-o',
  'PreferredAuthentications=password',
];

async function runOpenSsh(program: 'sftp' | 'scp', staged: StagedFile, directory: string) {
  const { host, port } = staged.sftp;
  const source = `${staged.login}@${host}:${staged.path}`;
  const environment = await askPassEnvironment(staged, directory);
  return runProgram(program, [...sshOptions, '-P', String(port), source, '.'], { directory, environment });
}

const cases: readonly ClientCase[] = [
  {
    title: 'curl over HTTPS',
    fetch: (staged, directory) =>
      runProgram('curl', ['-fsS', '--cacert', staged.caFile, '-O', staged.url], { directory }),
  },
  {
    title: 'curl over HTTPS, broken off and resumed',
    fetch: async (staged, directory) => {
      const part = join(directory, staged.name);
      const slow = ['-sS', '--limit-rate', '2M', '--cacert', staged.caFile, '-O', staged.url];
      const arrived = await breakOff((signal) => runProgram('curl', slow, { directory, signal }), part);
      t.ok(arrived > 0 && arrived < staged.sizeBytes, 'the first attempt was broken off in the middle');
      return runProgram('curl', ['-fsS', '-C', '-', '--cacert', staged.caFile, '-O', staged.url], {
        directory,
      });
    },
  },
  {
    title: 'curl over explicit FTPS',
    fetch: async (staged, directory) => {
      const config = await curlConfiguration(staged, directory);
      return runProgram(
        'curl',
        [
          '-K',
          config,
          '-fsS',
          '--ssl-reqd',
          '-O',
          `ftp://${staged.ftp.host}:${staged.ftp.port}${staged.path}`,
        ],
        { directory },
      );
    },
  },
  {
    title: 'curl over explicit FTPS, broken off and resumed',
    fetch: async (staged, directory) => {
      const config = await curlConfiguration(staged, directory);
      const url = `ftp://${staged.ftp.host}:${staged.ftp.port}${staged.path}`;
      const slow = ['-K', config, '-sS', '--limit-rate', '2M', '--ssl-reqd', '-O', url];
      await breakOff(
        (signal) => runProgram('curl', slow, { directory, signal }),
        join(directory, staged.name),
      );
      return runProgram('curl', ['-K', config, '-fsS', '-C', '-', '--ssl-reqd', '-O', url], { directory });
    },
  },
  {
    title: 'curl over SFTP',
    fetch: async (staged, directory) => {
      const config = await curlConfiguration(staged, directory);
      return runProgram(
        'curl',
        [
          '-K',
          config,
          '-fsS',
          '--insecure',
          '-O',
          `sftp://${staged.sftp.host}:${staged.sftp.port}${staged.path}`,
        ],
        { directory },
      );
    },
  },
  {
    title: 'lftp get over FTPS',
    fetch: (staged, directory) =>
      runLftp(staged, directory, { scheme: 'ftp', commands: `get ${staged.path}` }),
  },
  {
    title: 'lftp mirror over FTPS',
    fetch: (staged, directory) =>
      runLftp(staged, directory, {
        scheme: 'ftp',
        commands: `mirror ${staged.path.slice(0, staged.path.lastIndexOf('/'))} .`,
      }),
  },
  {
    title: 'lftp pget over FTPS',
    fetch: (staged, directory) =>
      runLftp(staged, directory, { scheme: 'ftp', commands: `pget -n 4 ${staged.path}` }),
  },
  {
    title: 'lftp get over SFTP',
    fetch: (staged, directory) =>
      runLftp(staged, directory, { scheme: 'sftp', commands: `get ${staged.path}` }),
  },
  { title: 'OpenSSH sftp', fetch: (staged, directory) => runOpenSsh('sftp', staged, directory) },
  { title: 'OpenSSH scp', fetch: (staged, directory) => runOpenSsh('scp', staged, directory) },
  {
    title: "Python's ftplib FTP_TLS",
    fetch: (staged, directory) =>
      runProgram(
        'python3',
        [
          '-c',
          pythonFtp,
          staged.ftp.host,
          String(staged.ftp.port),
          staged.login,
          staged.path,
          staged.name,
          staged.caFile,
        ],
        {
          directory,
          environment: { CONSIGN_PASSWORD: staged.password },
        },
      ),
  },
  {
    title: "Node's basic-ftp",
    fetch: async (staged, directory) => {
      const client = new BasicFtpClient(120_000);
      try {
        await client.access({
          host: staged.ftp.host,
          port: staged.ftp.port,
          user: staged.login,
          password: staged.password,
          secure: true,
          secureOptions: { ca: staged.caCertificate },
        });
        await client.downloadTo(join(directory, staged.name), staged.path);
        return { code: 0, stderr: '' };
      } finally {
        client.close();
      }
    },
  },
];

for (const { title, fetch } of cases) {
  await t.test(`${title} fetches the whole file`, async (t) => {
    const staged = await stageDemoFile(consign);
    const directory = await clientDirectory(t);
    const result = await fetch(staged, directory);
    t.equal(result.code, 0, `it ends well: ${result.stderr.trim().slice(-500)}`);
    t.ok(staged.sizeBytes > 100_000_000, 'the file is over 100 MB');
    t.equal(
      await sha256OfFile(join(directory, staged.name)),
      staged.sha256,
      'what arrived is what was published',
    );
  });
}

await t.test('the records of these downloads are true', async (t) => {
  const downloads =
    await consign.json<
      { protocol: string; outcome: string; sentBytes: number; sizeBytes: number; offsetBytes: number }[]
    >('downloads');
  for (const protocol of ['https', 'ftps', 'sftp']) {
    const complete = downloads.filter(
      (download) => download.protocol === protocol && download.outcome === 'complete',
    );
    t.ok(complete.length >= 2, `${protocol} downloads are recorded as complete`);
    for (const download of complete)
      t.equal(
        download.offsetBytes + download.sentBytes,
        download.sizeBytes,
        'a complete one reached the end',
      );
  }
  t.ok(
    downloads.some((download) => download.outcome === 'aborted' || download.outcome === 'partial'),
    'the ones broken off are not called complete',
  );
});
