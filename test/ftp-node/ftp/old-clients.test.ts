// Clients without TLS, against a server that allows it: tnftp, ncftp and Python fetch trees by patterns and recursion, as
// they do it themselves, and resume a cut file.
import t, { type Test } from 'tap';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeWorkplace, startServed } from './served-process.ts';

const run = promisify(execFile);
const place = makeWorkplace(t);
mkdirSync(join(place.account, 'docs/old'), { recursive: true });
for (const name of ['docs/a.txt', 'docs/b.txt', 'docs/old/c.txt', 'docs/räume und mehr.txt'])
  writeFileSync(join(place.account, name), `${name}\nsecond line\n`);
const ours = await startServed(t, place, { kind: 'consign', requireTls: false });

interface Folder {
  readonly path: string;
  readonly options: { cwd: string; env: NodeJS.ProcessEnv; timeout: number };
}

function makeFolder(): Folder {
  const path = mkdtempSync(join(place.directory, 'client-'));
  return {
    path,
    options: { cwd: path, env: { ...process.env, HOME: path, LANG: 'C.UTF-8' }, timeout: 120_000 },
  };
}

function sameAsServed(test: Test, { path }: Folder, names: Readonly<Record<string, string>>): void {
  for (const [local, served] of Object.entries(names)) {
    const digests = [join(path, local), join(place.account, served)].map((file) =>
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    );
    test.equal(digests[0], digests[1], local);
  }
}

/** Runs a client that reads its commands from standard input. */
async function converse(
  command: readonly string[],
  lines: readonly string[],
  { options }: Folder,
): Promise<string> {
  const [program = '', ...arguments_] = command;
  const child = spawn(program, arguments_, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  child.stdin.end(`${lines.join('\n')}\n`);
  await once(child, 'exit');
  return output;
}

t.test('tnftp lists, fetches by pattern, in ASCII, and resumes', async (test) => {
  const folder = makeFolder();
  const target = ['127.0.0.1', String(ours.port)];
  const output = await converse(
    ['tnftp', '-n', '-i', '-v', '-N', '/dev/null'],
    [
      `open ${target.join(' ')}`,
      'user erika secret',
      'ls -l',
      'ls docs/*.txt',
      'cd docs',
      'mget *.txt',
      'ascii',
      'get old/c.txt c.txt',
      'binary',
      'cd /tools/2.0',
      'get big.bin',
      'size big.bin',
      'modtime big.bin',
      'quit',
    ],
    folder,
  );
  test.match(output, /dr-xr-xr-x .* docs/);
  test.match(output, /docs\/a\.txt\r?\n.*docs\/b\.txt/);
  test.notMatch(output, /^5\d\d /m, 'nothing was refused');
  const names = { 'a.txt': 'docs/a.txt', 'b.txt': 'docs/b.txt', 'c.txt': 'docs/old/c.txt' };
  sameAsServed(test, folder, { ...names, 'big.bin': 'tools/2.0/big.bin' });
  truncateSync(join(folder.path, 'big.bin'), 1_000_001);
  await converse(
    ['tnftp', '-n', '-i', '-N', '/dev/null'],
    [`open ${target.join(' ')}`, 'user erika secret', 'reget tools/2.0/big.bin big.bin', 'quit'],
    folder,
  );
  sameAsServed(test, folder, { 'big.bin': 'tools/2.0/big.bin' });
});

t.test('ncftp fetches a tree, a pattern, and resumes', async (test) => {
  const folder = makeFolder();
  const login = ['-u', 'erika', '-p', 'secret', '-P', String(ours.port)];
  await run('ncftpget', ['-R', ...login, '127.0.0.1', '.', '/docs', '/tools'], folder.options);
  const names = [
    'docs/a.txt',
    'docs/b.txt',
    'docs/old/c.txt',
    'docs/räume und mehr.txt',
    'tools/2.0/big.bin',
  ];
  sameAsServed(test, folder, Object.fromEntries(names.map((name) => [name, name])));
  await run('ncftpget', [...login, '127.0.0.1', '.', '/docs/?.txt'], folder.options);
  sameAsServed(test, folder, { 'a.txt': 'docs/a.txt', 'b.txt': 'docs/b.txt' });
  writeFileSync(
    join(folder.path, 'big.bin'),
    readFileSync(join(place.account, 'tools/2.0/big.bin')).subarray(0, 9_000_000),
  );
  await run('ncftpget', ['-z', ...login, '127.0.0.1', '.', '/tools/2.0/big.bin'], folder.options);
  sameAsServed(test, folder, { 'big.bin': 'tools/2.0/big.bin' });
  const { stdout } = await run('ncftpls', ['-l', ...login, 'ftp://127.0.0.1/docs/'], folder.options);
  test.match(stdout, /a\.txt/);
});

t.test('lftp mirrors, with patterns and without TLS', async (test) => {
  const folder = makeFolder();
  const open = `set ftp:ssl-allow false; set net:max-retries 1; open -u erika,secret -p ${ours.port} 127.0.0.1`;
  await run(
    'lftp',
    ['-c', `${open}; mirror /docs docs; mget tools/*/*.txt; glob -a echo docs/*`],
    folder.options,
  );
  const names = ['docs/a.txt', 'docs/b.txt', 'docs/old/c.txt', 'docs/räume und mehr.txt'];
  sameAsServed(test, folder, {
    ...Object.fromEntries(names.map((name) => [name, name])),
    'small.txt': 'tools/2.0/small.txt',
  });
});

t.test("Python's ftplib walks the tree with MLSD and chosen facts", async (test) => {
  const folder = makeFolder();
  const script = `
import ftplib, os, sys
ftp = ftplib.FTP(timeout=20, encoding='utf-8'); ftp.connect('127.0.0.1', int(sys.argv[1])); ftp.login('erika', 'secret')
def walk(path, local):
    os.makedirs(local, exist_ok=True)
    for name, facts in list(ftp.mlsd(path, facts=['type', 'size'])):
        assert set(facts) <= {'type', 'size'}, facts
        if facts['type'] == 'dir': walk(f'{path}/{name}', f'{local}/{name}')
        else:
            with open(f'{local}/{name}', 'wb') as out: ftp.retrbinary(f'RETR {path}/{name}', out.write)
            assert os.path.getsize(f'{local}/{name}') == int(facts['size'])
walk('/docs', 'docs')
print(sorted(ftp.nlst('docs/*.txt')), ftp.nlst('*.zip'))
ftp.quit()`;
  const { stdout } = await run('python3', ['-c', script, String(ours.port)], folder.options);
  test.equal(stdout.trim(), "['docs/a.txt', 'docs/b.txt', 'docs/räume und mehr.txt'] []");
  const names = ['docs/a.txt', 'docs/old/c.txt', 'docs/räume und mehr.txt'];
  sameAsServed(test, folder, Object.fromEntries(names.map((name) => [name, name])));
});
