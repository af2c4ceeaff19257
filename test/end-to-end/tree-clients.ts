// The customers' programs, each told to fetch a whole tree into a folder, as its manual says. Callers: the tests of whole
// trees. None of them gets a password as an argument.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Endpoints } from '../rig/running-consign.ts';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import type { PublishedTree } from './published-tree.ts';
import { askPassEnvironment } from './staged-file.ts';

/** What a client is given: the folder to fetch into, and one of its own for its settings. */
export interface TreeOrder {
  readonly tree: PublishedTree;
  readonly endpoints: Endpoints;
  readonly directory: string;
  readonly home: string;
}

/** A client. `resumes`: by which protocol it goes on with a file that is cut; null when its manual says that it does not. */
export interface TreeClient {
  readonly name: string;
  readonly resumes: 'https' | 'ftps' | 'ftp' | 'sftp' | null;
  readonly fetch: (order: TreeOrder) => Promise<ProgramResult>;
}

const sshOptions = [
  '-oUserKnownHostsFile=/dev/null',
  '-oStrictHostKeyChecking=no',
  '-oPreferredAuthentications=password',
];

function runLftp(scheme: 'ftp' | 'sftp') {
  return ({ tree: { customer }, endpoints, directory, home }: TreeOrder): Promise<ProgramResult> => {
    const { host, port } = endpoints[scheme];
    const settings = `set ssl:ca-file ${endpoints.caFile}; set ftp:ssl-force true; set cmd:fail-exit true; set net:max-retries 1; set sftp:connect-program "ssh -a -x ${sshOptions.slice(0, 2).join(' ')}"`;
    const script = `${settings}; open --env-password -u ${customer.name} ${scheme}://${host}:${port}; mirror -c /suite ./suite`;
    const environment = { LFTP_PASSWORD: customer.password, HOME: home };
    return runProgram('lftp', ['-c', script], { directory, environment });
  };
}

/** One call with a section for each file. */
function runCurl(urlOf: (order: TreeOrder, index: number) => string, ...options: string[]) {
  return async (order: TreeOrder): Promise<ProgramResult> => {
    const { tree, endpoints, directory, home } = order;
    const { name, password } = tree.customer;
    const sections = tree.files.map(
      ({ path }, index) => `url = "${urlOf(order, index)}"\noutput = ".${path}"`,
    );
    const common = [
      `user = "${name}:${password}"`,
      `cacert = "${endpoints.caFile}"`,
      'continue-at = -',
      'create-dirs',
      'fail',
      ...options,
    ];
    const file = join(home, 'curlrc');
    await writeFile(file, sections.map((section) => [...common, section].join('\n')).join('\nnext\n'), {
      mode: 0o600,
    });
    return runProgram('curl', ['-sS', '-K', file], { directory });
  };
}

const pythonWalk = `
import ftplib, os, ssl, sys
host, port, user, ca = sys.argv[1:]
ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=ca), encoding='utf-8')
ftp.connect(host, int(port), timeout=120)
ftp.login(user, os.environ['CONSIGN_PASSWORD'])
ftp.prot_p()
def fetch(path):
    for name, facts in list(ftp.mlsd(path, facts=['type', 'size'])):
        if facts['type'] == 'dir': fetch(path + '/' + name)
        if facts['type'] != 'file': continue
        local = '.' + path + '/' + name
        os.makedirs(os.path.dirname(local), exist_ok=True)
        there = os.path.getsize(local) if os.path.exists(local) else 0
        with open(local, 'ab') as out:
            ftp.retrbinary('RETR ' + path + '/' + name, out.write, rest=there or None)
        assert os.path.getsize(local) == int(facts['size']), name
fetch('/suite')
ftp.quit()
`;

function runPython({ tree: { customer }, endpoints, directory }: TreeOrder): Promise<ProgramResult> {
  const { ftp, caFile } = endpoints;
  const args = ['-c', pythonWalk, ftp.host, String(ftp.port), customer.name, caFile];
  return runProgram('python3', args, { directory, environment: { CONSIGN_PASSWORD: customer.password } });
}

async function runAria2({ tree, endpoints, directory, home }: TreeOrder): Promise<ProgramResult> {
  const list = tree.files.map(({ url, path }) => `${url}\n  out=.${path}`);
  await writeFile(join(home, 'list'), list.join('\n'), { mode: 0o600 });
  const options = [
    `--ca-certificate=${endpoints.caFile}`,
    '-c',
    '-x4',
    '-s4',
    '-k1M',
    '--allow-overwrite=true',
    '--auto-file-renaming=false',
  ];
  return runProgram('aria2c', [...options, '-i', join(home, 'list')], {
    directory,
    environment: { HOME: home },
  });
}

async function runRclone(
  remote: string,
  { tree, endpoints, directory, home }: TreeOrder,
): Promise<ProgramResult> {
  const obscured = await runProgram('rclone', ['obscure', '-'], { input: tree.customer.password });
  const { host, port } = endpoints[remote === 'sftp' ? 'sftp' : 'ftp'];
  const lines = [
    `[consign]`,
    `type = ${remote}`,
    `host = ${host}`,
    `port = ${port}`,
    `user = ${tree.customer.name}`,
    `pass = ${obscured.stdout.trim()}`,
    'explicit_tls = true',
    'shell_type = none',
    'disable_hashcheck = true',
  ];
  const file = join(home, 'rclone.conf');
  await writeFile(file, lines.join('\n'), { mode: 0o600 });
  const options = ['--config', file, '--retries', '1'];
  return runProgram('rclone', [...options, 'copy', 'consign:/suite', './suite'], {
    directory,
    environment: { HOME: home, SSL_CERT_FILE: endpoints.caFile },
  });
}

async function runOpenSsh(
  program: 'sftp' | 'scp',
  { tree, endpoints, directory, home }: TreeOrder,
): Promise<ProgramResult> {
  const { host, port } = endpoints.sftp;
  const place = `${tree.customer.name}@${host}`;
  const environment = await askPassEnvironment(tree.customer, home);
  const options = [...sshOptions, '-P', String(port)];
  const args = program === 'sftp' ? [...options, place] : ['-r', ...options, `${place}:/suite`, '.'];
  const input = program === 'sftp' ? 'get -a -r /suite\n' : '';
  return runProgram(program, args, { directory, environment, input });
}

/** Fetches what is not there, and goes on with what is. */
async function runPsftp({ tree, endpoints, directory, home }: TreeOrder): Promise<ProgramResult> {
  const { host, port } = endpoints.sftp;
  await writeFile(join(home, 'password'), tree.customer.password, { mode: 0o600 });
  const [large, ...others] = tree.files.map(({ path }) => path);
  const folders = [...new Set(tree.files.map(({ path }) => dirname(path)))];
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true });
  const commands = [
    `reget "${large}" ".${large}"`,
    ...others.map((path) => `get "${path}" ".${path}"`),
    'quit',
  ];
  await writeFile(join(home, 'batch'), commands.join('\n'));
  const args = [
    '-P',
    String(port),
    '-pwfile',
    join(home, 'password'),
    '-b',
    join(home, 'batch'),
    `${tree.customer.name}@${host}`,
  ];
  // It asks once whether the host key is right.
  return runProgram('psftp', args, {
    directory,
    environment: { HOME: home, LC_ALL: 'C.UTF-8' },
    input: 'y\n',
  });
}

async function runNcftp({ tree, endpoints, directory, home }: TreeOrder): Promise<ProgramResult> {
  const { host, port } = endpoints.ftp;
  await writeFile(
    join(home, 'login'),
    `host ${host}\nuser ${tree.customer.name}\npass ${tree.customer.password}\n`,
    { mode: 0o600 },
  );
  const args = ['-f', join(home, 'login'), '-P', String(port), '-R', '-z', '.', '/suite'];
  return runProgram('ncftpget', args, { directory, environment: { HOME: home } });
}

async function runTnftp({ tree, endpoints, directory, home }: TreeOrder): Promise<ProgramResult> {
  const { host, port } = endpoints.ftp;
  const folders = [...new Set(tree.files.map(({ path }) => dirname(path)))];
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true });
  const [large, ...others] = tree.files.map(({ path }) => path);
  const { name, password } = tree.customer;
  const fetching = [`reget ${large} .${large}`, ...others.map((path) => `get "${path}" ".${path}"`)];
  const input = [`user ${name} ${password}`, 'binary', ...fetching, 'quit', ''].join('\n');
  return runProgram('tnftp', ['-n', '-v', host, String(port)], {
    directory,
    environment: { HOME: home },
    input,
  });
}

const encodedPath = ({ tree }: TreeOrder, index: number): string => encodeURI(tree.files[index]?.path ?? '');

/** Those that can encrypt. */
export const treeClients: readonly TreeClient[] = [
  { name: 'lftp over FTPS', resumes: 'ftps', fetch: runLftp('ftp') },
  { name: 'lftp over SFTP', resumes: 'sftp', fetch: runLftp('sftp') },
  {
    name: 'curl over HTTPS',
    resumes: 'https',
    fetch: runCurl(({ tree }, index) => tree.files[index]?.url ?? ''),
  },
  {
    name: 'curl over FTPS',
    resumes: 'ftps',
    fetch: runCurl(
      (order, index) =>
        `ftp://${order.endpoints.ftp.host}:${order.endpoints.ftp.port}${encodedPath(order, index)}`,
      'ssl-reqd',
    ),
  },
  { name: 'Python over FTPS', resumes: 'ftps', fetch: runPython },
  { name: 'aria2 over HTTPS', resumes: 'https', fetch: runAria2 },
  { name: 'rclone over FTPS', resumes: null, fetch: (order) => runRclone('ftp', order) },
  { name: 'rclone over SFTP', resumes: null, fetch: (order) => runRclone('sftp', order) },
  { name: 'OpenSSH sftp', resumes: 'sftp', fetch: (order) => runOpenSsh('sftp', order) },
  { name: 'OpenSSH scp', resumes: null, fetch: (order) => runOpenSsh('scp', order) },
  { name: 'psftp', resumes: 'sftp', fetch: runPsftp },
];

/** Those that can't: for closed networks, where the operator has allowed it. */
export const clearTreeClients: readonly TreeClient[] = [
  { name: 'ncftp', resumes: 'ftp', fetch: runNcftp },
  { name: 'tnftp', resumes: 'ftp', fetch: runTnftp },
];
