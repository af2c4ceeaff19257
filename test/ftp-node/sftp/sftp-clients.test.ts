// The clients that customers have, each fetching a real file from a running SFTP server, with the digest checked.
// A file of more than 64 MiB, because OpenSSH's scp keeps up to 64 requests in flight and truncated silently.
import t from 'tap';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, makeClientHome, openSshOptions, readHostKey, runProgram } from './sftp-clients.ts';
import { password, startFixture, username } from './sftp-fixture.ts';

const content = Buffer.alloc(70 * 1024 * 1024 + 4321, randomBytes(1 << 20));
const digest = createHash('sha256').update(content).digest('hex');
const path = 'tool/1.2.0/setup 1.2.0.bin';

const fixture = await startFixture();
await fixture.put(path, content);
await fixture.put('tool/1.2.0/README.txt', 'read me\n');
const { port } = fixture.server;
const target = `${username}@127.0.0.1`;
t.teardown(() => fixture.close());

t.test('OpenSSH scp fetches a large file whole and exits 0', async (t) => {
  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-P', String(port), `${target}:/${path}`, 'out.bin'];
  const result = await runProgram(command, { cwd: home, env });
  t.same([result.code, result.stderr], [0, '']);
  t.equal(await digestFile(join(home, 'out.bin')), digest);
  const transfer = fixture.transfers.at(-1);
  t.same(transfer?.ends, [{ outcome: 'complete', sentBytes: content.length }]);
  t.equal(transfer?.start.path, `/${path}`);
  t.equal(transfer?.start.address, '127.0.0.1');
});

t.test('OpenSSH scp -r fetches a tree', async (t) => {
  const { home, env } = await makeClientHome(t);
  const command = ['scp', '-r', ...openSshOptions, '-P', String(port), `${target}:/tool`, '.'];
  const result = await runProgram(command, { cwd: home, env });
  t.same([result.code, result.stderr], [0, '']);
  t.equal(await digestFile(join(home, path)), digest);
  t.equal(await readFile(join(home, 'tool/1.2.0/README.txt'), 'utf8'), 'read me\n');
});

t.test('OpenSSH sftp lists, fetches, resumes, and refuses what is not there', async (t) => {
  const { home, env } = await makeClientHome(t);
  await writeFile(join(home, 'part.bin'), content.subarray(0, 5_000_001));
  const input = [
    'pwd',
    'ls -l tool/1.2.0',
    'cd tool/1.2.0',
    'get "setup 1.2.0.bin" whole.bin',
    'reget "setup 1.2.0.bin" part.bin',
    '-get missing.bin',
    '-put secret up.bin',
    '-mkdir new',
    '-rm README.txt',
    '',
  ].join('\n');
  const command = ['sftp', '-o', 'BatchMode=no', '-b', '-', ...openSshOptions, '-P', String(port), target];
  const result = await runProgram(command, { cwd: home, env, input });
  t.equal(result.code, 0, result.stderr);
  t.match(result.stdout, /Remote working directory: \/\n/);
  t.match(result.stdout, new RegExp(`^-r--r--r--.* ${content.length} .* .*setup 1\\.2\\.0\\.bin$`, 'm'));
  t.equal(await digestFile(join(home, 'whole.bin')), digest);
  t.equal(await digestFile(join(home, 'part.bin')), digest, 'resumed');
  t.match(result.stderr, /missing\.bin" not found/);
  t.match(result.stderr, /up\.bin".*[Pp]ermission denied/);
  t.match(result.stderr, /mkdir.*[Pp]ermission denied/i);
  t.match(result.stderr, /README.*[Pp]ermission denied/i);
  const resumed = fixture.transfers.at(-1);
  t.equal(resumed?.start.offsetBytes, 5_000_001);
  t.same(resumed?.ends, [{ outcome: 'complete', sentBytes: content.length - 5_000_001 }]);
});

t.test('scp -O, a command and a shell are refused in a sentence', async (t) => {
  const { home, env } = await makeClientHome(t);
  const options = [...openSshOptions, '-o', 'NumberOfPasswordPrompts=1'];
  const scp = await runProgram(['scp', '-O', ...options, '-P', String(port), `${target}:/${path}`, '.'], {
    cwd: home,
    env,
  });
  t.equal(scp.code, 1);
  t.match(scp.stderr, /offers SFTP only/);
  for (const request of [['id'], ['-tt']]) {
    const ssh = await runProgram(['ssh', ...options, '-p', String(port), target, ...request], {
      cwd: home,
      env,
    });
    t.equal(ssh.code, 1, request.join());
    t.match(ssh.stderr + ssh.stdout, /offers SFTP only/);
  }
});

t.test('forwarding and other subsystems are refused, and ssh does not hang', async (t) => {
  const { home, env } = await makeClientHome(t);
  const base = ['ssh', ...openSshOptions, '-p', String(port)];
  const remote = ['-o', 'ExitOnForwardFailure=yes', '-N', '-R', '0:127.0.0.1:1', target];
  t.match(await runProgram([...base, ...remote], { cwd: home, env }), {
    code: 255,
    stderr: /forwarding failed/,
  });
  const direct = await runProgram([...base, '-W', `127.0.0.1:${port}`, target], { cwd: home, env });
  t.match(direct, { code: 255, stdout: '', stderr: /forwarding failed/ });
  const subsystem = await runProgram([...base, '-s', target, 'netconf'], { cwd: home, env });
  t.match(subsystem, { code: 255, stderr: /subsystem request failed/ });
});

t.test('a wrong password is refused', async (t) => {
  const { home, env } = await makeClientHome(t, 'wrong');
  const options = [...openSshOptions, '-o', 'NumberOfPasswordPrompts=1', '-P', String(port)];
  const result = await runProgram(['scp', ...options, `${target}:/${path}`, '.'], { cwd: home, env });
  t.not(result.code, 0);
  t.match(result.stderr, /Permission denied/);
});

t.test('curl fetches and resumes', async (t) => {
  const { home } = await makeClientHome(t);
  await writeFile(join(home, 'part.bin'), content.subarray(0, 60_000_000));
  await writeFile(join(home, 'netrc'), `machine 127.0.0.1 login ${username} password ${password}\n`, {
    mode: 0o600,
  });
  const url = `sftp://127.0.0.1:${port}/${encodeURI(path)}`;
  const base = ['curl', '-sS', '--insecure', '--netrc-file', 'netrc'];
  const whole = await runProgram([...base, '-o', 'whole.bin', url], { cwd: home });
  t.same(whole, { code: 0, stdout: '', stderr: '' });
  t.equal(await digestFile(join(home, 'whole.bin')), digest);
  const part = await runProgram([...base, '-C', '-', '-o', 'part.bin', url], { cwd: home });
  t.same(part, { code: 0, stdout: '', stderr: '' });
  t.equal(await digestFile(join(home, 'part.bin')), digest);
  t.match(fixture.transfers.at(-1)?.ends, [{ outcome: 'complete' }]);
});

t.test('psftp fetches', async (t) => {
  const { home } = await makeClientHome(t);
  const fingerprint = await readHostKey(port);
  await writeFile(join(home, 'batch'), `get "${path}" out.bin\nquit\n`);
  const command = [
    'psftp',
    '-P',
    String(port),
    '-batch',
    '-hostkey',
    fingerprint,
    '-pwfile',
    'secret',
    '-l',
    username,
  ];
  const result = await runProgram([...command, '127.0.0.1', '-b', 'batch'], { cwd: home });
  t.equal(result.code, 0, result.stderr + result.stdout);
  t.equal(await digestFile(join(home, 'out.bin')), digest);
});

t.test('lftp mirrors, and resumes', async (t) => {
  const { home, env } = await makeClientHome(t);
  const connect = `ssh -a -x ${openSshOptions.join(' ')}`;
  const settings = `set sftp:connect-program "${connect}"; set net:max-retries 1; set sftp:auto-confirm yes`;
  const open = `open -u ${username},${password} sftp://127.0.0.1:${port}`;
  const mirror = await runProgram(['lftp'], {
    cwd: home,
    env,
    input: `${settings}; ${open}; mirror /tool tool; bye\n`,
  });
  t.equal(mirror.code, 0, mirror.stderr);
  t.equal(await digestFile(join(home, path)), digest);
  await truncate(join(home, path), 1_000_000);
  const resume = await runProgram(['lftp'], {
    cwd: home,
    env,
    input: `${settings}; ${open}; get -c "${path}" -o "${path}"; bye\n`,
  });
  t.equal(resume.code, 0, resume.stderr);
  t.equal(await digestFile(join(home, path)), digest);
});
