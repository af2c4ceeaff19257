// OpenSSH's extensions of SFTP version 3: those that are told, what they answer, and clients that use them.
import t from 'tap';
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { sftpLimits } from '#ftp-node/session/sftp/sftp-limits.ts';
import { RawSftp, request, string, type, uint32, type RawReply } from './raw-sftp.ts';
import { connectSsh, makeClientHome, openSshOptions, runProgram } from './sftp-clients.ts';
import { startFixture, username } from './sftp-fixture.ts';

const fixture = await startFixture();
await fixture.put('tool/1.0/file.bin', Buffer.alloc(10_000));
await fixture.put('tool/1.0/empty', '');
const client = await connectSsh(fixture.server.port);
t.teardown(async () => {
  client.end();
  await fixture.close();
});

const status = { noSuchFile: 2, failure: 4 } as const;
const statusOf = (reply: RawReply | null): number | undefined =>
  reply?.type === type.status ? reply.body.readUInt32BE(0) : undefined;

const extended = (raw: RawSftp, name: string, ...fields: Buffer[]): Promise<RawReply | null> =>
  raw.ask(type.extended, 9, string(name), ...fields);

/** The numbers of an extended reply. */
function numbersIn(reply: RawReply | null): number[] {
  if (reply?.type !== type.extendedReply) return [];
  return Array.from({ length: reply.body.length / 8 }, (_, index) =>
    Number(reply.body.readBigUInt64BE(index * 8)),
  );
}

/** The one name of an SSH_FXP_NAME. */
function nameIn(reply: RawReply | null): string | null {
  if (reply?.type !== type.name) return null;
  return reply.body.subarray(8, 8 + reply.body.readUInt32BE(4)).toString();
}

t.test('VERSION tells the extensions that there are, and none that would change something', async (t) => {
  const raw = await RawSftp.open(client);
  raw.listen();
  raw.send(request(type.init, 3));
  const version = await raw.next();
  const strings: string[] = [];
  for (let at = 0; at < (version?.body.length ?? 0); at += 4 + version!.body.readUInt32BE(at))
    strings.push(version!.body.subarray(at + 4, at + 4 + version!.body.readUInt32BE(at)).toString());
  const told = 'limits@openssh.com 1 statvfs@openssh.com 2 fstatvfs@openssh.com 2';
  t.equal(strings.join(' '), `${told} expand-path@openssh.com 1 home-directory 1`);
  raw.channel.end();
});

t.test('limits@openssh.com', async (t) => {
  const raw = await RawSftp.start(client);
  t.same(numbersIn(await extended(raw, 'limits@openssh.com')), [262_144, 261_120, 261_120, 64]);
  raw.channel.end();
});

t.test('statvfs tells what the account has, read-only and full', async (t) => {
  const raw = await RawSftp.start(client);
  // f_bsize, f_frsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree, f_favail, f_fsid, f_flag, f_namemax
  const expected = [4096, 4096, 3, 0, 0, 5, 0, 0, 0, 3, 255];
  t.same(numbersIn(await extended(raw, 'statvfs@openssh.com', string('/'))), expected);
  t.same(numbersIn(await extended(raw, 'statvfs@openssh.com', string('tool/1.0/file.bin'))), expected);
  const handle = string(await raw.openFile('/tool/1.0/file.bin'));
  t.same(numbersIn(await extended(raw, 'fstatvfs@openssh.com', handle)), expected);
  t.equal(statusOf(await extended(raw, 'statvfs@openssh.com', string('/missing'))), status.noSuchFile);
  t.equal(statusOf(await extended(raw, 'fstatvfs@openssh.com', uint32(0))), status.failure);
  raw.channel.end();
});

t.test('statvfs does not count without end', async (t) => {
  const many = await startFixture();
  t.teardown(() => many.close());
  await many.put('many/0', '');
  const place = join(many.accountDirectory, 'many');
  for (let count = 1; count < sftpLimits.countedEntriesMax; count += 1)
    linkSync(join(place, '0'), join(place, String(count)));
  const from = await connectSsh(many.server.port);
  const raw = await RawSftp.start(from);
  t.equal(statusOf(await extended(raw, 'statvfs@openssh.com', string('/'))), status.failure);
  from.end();
});

t.test('the home directory is the root, and there is no other', async (t) => {
  const raw = await RawSftp.start(client);
  for (const [path, expected] of [
    ['~', '/'],
    ['~/', '/'],
    ['~/tool', '/tool'],
    ['~/../../etc', '/etc'],
    ['tool/./x', '/tool/x'],
    ['a~', '/a~'],
    ['~root', null],
    ['~root/x', null],
    ['~~', null],
    ['~/\0', null],
  ] as const)
    t.equal(
      nameIn(await extended(raw, 'expand-path@openssh.com', string(path))),
      expected,
      JSON.stringify(path),
    );
  for (const [name, expected] of [
    ['', '/'],
    [username, '/'],
    ['root', null],
  ] as const)
    t.equal(nameIn(await extended(raw, 'home-directory', string(name))), expected, name);
  raw.channel.end();
});

t.test("OpenSSH's df and ~ work", async (t) => {
  const { home, env } = await makeClientHome(t);
  const target = `${username}@127.0.0.1`;
  const connect = [...openSshOptions, '-P', String(fixture.server.port)];
  const input = 'df -hi /\nls -1 tool/1.0\n';
  const df = await runProgram(['sftp', '-o', 'BatchMode=no', '-b', '-', ...connect, target], {
    cwd: home,
    env,
    input,
  });
  t.equal(df.code, 0, df.stderr);
  t.match(df.stdout, /Inodes.*\n\s+5\s+5\s+0\s+0\s+100%/);
  const scp = await runProgram(['scp', '-p', ...connect, `${target}:~/tool/1.0/file.bin`, 'out'], {
    cwd: home,
    env,
  });
  t.same([scp.code, scp.stderr], [0, '']);
});
