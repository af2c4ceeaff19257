// The account's directory mounted with sshfs, and synchronized with rclone: programs that know nothing of SFTP read it, and
// whatever changes something is refused. Needs root and /dev/fuse.
import t from 'tap';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, linkSync, readFileSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, makeClientHome, runProgram } from './sftp-clients.ts';
import { password, startFixture, username, waitUntil } from './sftp-fixture.ts';

const fixture = await startFixture();
t.teardown(() => fixture.close());
await fixture.put('tool/1.0/setup.bin', randomBytes(5_000_000));
await fixture.put('tool/1.0/Größe 文.txt', 'read me');
await fixture.put('many/0', 'one of many');
for (let count = 1; count < 3000; count += 1)
  linkSync(join(fixture.accountDirectory, 'many/0'), join(fixture.accountDirectory, `many/${count}`));
const { port } = fixture.server;
const original = join(fixture.accountDirectory, 'tool/1.0/setup.bin');
await utimes(original, 1_700_000_000, 1_700_000_000);
const expected = await digestFile(original);
const canMount = process.getuid?.() === 0 && existsSync('/dev/fuse');

t.test('sshfs mounts it', { skip: canMount ? false : 'needs root and /dev/fuse' }, async (t) => {
  const { home } = await makeClientHome(t);
  const place = join(home, 'mounted');
  await mkdir(place);
  const options = 'password_stdin,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null';
  const command = ['-f', '-p', String(port), '-o', options, `${username}@127.0.0.1:/`, place];
  const sshfs = spawn('sshfs', command, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(sshfs, 'exit');
  sshfs.stdin.end(`${password}\n`);
  try {
    // Not by looking at `place`: that would wait for an answer of this very process.
    await waitUntil(() => readFileSync('/proc/mounts', 'utf8').includes(` ${place} `));
    const copied = await runProgram(['cp', '-rp', join(place, 'tool'), home]);
    t.same([copied.code, copied.stderr], [0, '']);
    t.equal(await digestFile(join(home, 'tool/1.0/setup.bin')), expected);
    t.equal(await readFile(join(home, 'tool/1.0/Größe 文.txt'), 'utf8'), 'read me');
    t.equal((await stat(join(home, 'tool/1.0/setup.bin'))).mtimeMs, 1_700_000_000_000);
    t.equal((await readdir(join(place, 'many'))).length, 3000);
    const { bsize, blocks, bfree } = await statfs(place);
    t.ok(bsize * blocks > 5_000_000 && bfree === 0, `${blocks} blocks of ${bsize}`);
    const refused = { code: /^(?:EACCES|EPERM)$/ };
    await t.rejects(writeFile(join(place, 'new'), 'x'), refused);
    await t.rejects(writeFile(join(place, 'tool/1.0/setup.bin'), 'x'), refused);
    await t.rejects(mkdir(join(place, 'new')), refused);
    await t.rejects(utimes(join(place, 'tool'), 1, 1), refused);
    t.equal(await digestFile(join(place, 'tool/1.0/setup.bin')), expected);
  } finally {
    sshfs.kill('SIGTERM');
    await ended;
  }
});

t.test('rclone synchronizes it, and finds nothing to do the second time', async (t) => {
  const { home } = await makeClientHome(t);
  const obscured = await runProgram(['rclone', 'obscure', '-'], { input: password });
  const remote = `:sftp,host=127.0.0.1,port=${port},user=${username},pass=${obscured.stdout.trim()}:/tool`;
  const sync = ['rclone', '--config=', '-v', 'sync', remote, 'tool'];
  const first = await runProgram(sync, { cwd: home });
  t.equal(first.code, 0, first.stderr);
  t.equal(await digestFile(join(home, 'tool/1.0/setup.bin')), expected);
  const count = fixture.transfers.length;
  const second = await runProgram(sync, { cwd: home });
  t.match(second.stderr, /There was nothing to transfer/);
  t.equal(fixture.transfers.length, count);
  const refused = await runProgram(['rclone', '--config=', 'touch', `${remote}/new`], { cwd: home });
  t.not(refused.code, 0);
});
