// PuTTY's psftp and pscp, and keyboard-interactive logins: by them and by OpenSSH. WinSCP and FileZilla speak SSH with
// PuTTY's code.
import t from 'tap';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, makeClientHome, openSshOptions, readHostKey, runProgram } from './sftp-clients.ts';
import { startFixture, username } from './sftp-fixture.ts';

const content = randomBytes(3_000_000);
const fixture = await startFixture();
t.teardown(() => fixture.close());
await fixture.put('tool/1.0/setup.bin', content);
await fixture.put('tool/1.0/Größe 文.txt', 'read me');
await fixture.put('tool/1.1/empty', '');
const { port } = fixture.server;
const server = ['-P', String(port), '-hostkey', await readHostKey(port), '-batch'];
const login = [...server, '-l', username, '-pwfile', 'secret'];
const expected = await digestFile(join(fixture.accountDirectory, 'tool/1.0/setup.bin'));

t.test('psftp fetches a tree, and resumes a cut file', async (t) => {
  const { home } = await makeClientHome(t);
  const fetched = await runProgram(['psftp', ...login, '127.0.0.1'], {
    cwd: home,
    input: 'get -r tool\nquit\n',
  });
  t.equal(await digestFile(join(home, 'tool/1.0/setup.bin')), expected, fetched.stderr);
  t.equal(await readFile(join(home, 'tool/1.0/Größe 文.txt'), 'utf8'), 'read me');
  t.equal((await stat(join(home, 'tool/1.1/empty'))).size, 0);
  await writeFile(join(home, 'cut'), content.subarray(0, 1_234_567));
  const input = 'reget tool/1.0/setup.bin cut\nquit\n';
  await runProgram(['psftp', ...login, '127.0.0.1'], { cwd: home, input });
  t.equal(await digestFile(join(home, 'cut')), expected);
  const { start, ends } = fixture.transfers.at(-1)!;
  t.same([start.offsetBytes, ends], [1_234_567, [{ outcome: 'complete', sentBytes: 3_000_000 - 1_234_567 }]]);
});

t.test('pscp fetches a tree, and keeps the times', async (t) => {
  const { home } = await makeClientHome(t);
  const fetched = await runProgram(['pscp', '-r', '-p', ...login, '127.0.0.1:/tool', '.'], { cwd: home });
  t.equal(fetched.code, 0, fetched.stderr);
  t.equal(await digestFile(join(home, 'tool/1.0/setup.bin')), expected);
  const there = await stat(join(fixture.accountDirectory, 'tool/1.0/setup.bin'));
  const here = await stat(join(home, 'tool/1.0/setup.bin'));
  t.equal(Math.floor(here.mtimeMs / 1000), Math.floor(there.mtimeMs / 1000));
});

t.test('psftp is refused what would change something, and goes on', async (t) => {
  const { home } = await makeClientHome(t);
  const changes = ['put secret up', 'mkdir new', 'rm tool/1.1/empty', 'mv tool other', 'chmod 777 tool'];
  const input = [...changes, 'ls tool/1.1', 'quit', ''].join('\n');
  const { stdout, stderr } = await runProgram(['psftp', ...login, '127.0.0.1'], { cwd: home, input });
  const refusals = (stdout + stderr).match(/permission denied/g) ?? [];
  t.ok(refusals.length >= changes.length, stdout + stderr);
  t.match(stdout, /-r--r--r--.* empty/);
});

t.test('keyboard-interactive logs psftp in', async (t) => {
  const { home } = await makeClientHome(t);
  const command = ['psftp', '-v', ...login, '127.0.0.1'];
  const { stdout, stderr } = await runProgram(command, { cwd: home, input: 'pwd\nquit\n' });
  const said = stdout + stderr;
  t.match(said, /Attempting keyboard-interactive authentication/);
  t.match(said, /Remote directory is \//);
});

t.test('keyboard-interactive logs OpenSSH in, and asks again after a wrong password', async (t) => {
  const { home, env } = await makeClientHome(t);
  const only = ['-o', 'PreferredAuthentications=keyboard-interactive', ...openSshOptions];
  const command = ['scp', ...only, '-P', String(port), `${username}@127.0.0.1:/tool/1.0/setup.bin`, 'out'];
  t.match(await runProgram(command, { cwd: home, env }), { code: 0, stderr: '' });
  t.equal(await digestFile(join(home, 'out')), expected);
  const wrong = await makeClientHome(t, 'wrong');
  const before = fixture.logins.length;
  t.not((await runProgram(command, { cwd: wrong.home, env: wrong.env })).code, 0);
  t.equal(fixture.logins.length - before, 3);
});
