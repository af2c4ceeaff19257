// What single SFTP requests are answered with: hostile paths, refused operations, broken packets, limits.
import t from 'tap';
import { once, type EventEmitter } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sftpLimits } from '#ftp-node/session/sftp/sftp-limits.ts';
import { RawSftp, request, string, type, uint32, uint64, type RawReply } from './raw-sftp.ts';
import { connectSsh, openSftp } from './sftp-clients.ts';
import { startFixture } from './sftp-fixture.ts';

const fixture = await startFixture();
await fixture.put('tool/1.0/file.bin', 'content');
await fixture.put('..dots', 'not staged by us');
await fixture.put('../other/secret', 'of another account');
await symlink('/etc/passwd', join(fixture.accountDirectory, 'link-absolute'));
await symlink('../other/secret', join(fixture.accountDirectory, 'link-relative'));
await symlink('..', join(fixture.accountDirectory, 'link-up'));
await symlink('tool', join(fixture.accountDirectory, 'link-inside'));
const special = createServer().listen(join(fixture.accountDirectory, 'socket'));
const client = await connectSsh(fixture.server.port);
t.teardown(async () => {
  client.end();
  special.close();
  await fixture.close();
});

const status = { eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, opUnsupported: 8 } as const;
const statusOf = (reply: RawReply | null): number | undefined =>
  reply?.type === type.status ? reply.body.readUInt32BE(0) : undefined;

t.test('hostile paths lead nowhere, for every request that takes one', async (t) => {
  const paths: (string | Buffer)[] = [
    '../other/secret',
    '/../other/secret',
    '/tool/../../other/secret',
    'tool/1.0/../../../other/secret',
    '/../../../../../../etc/passwd',
    '/etc/passwd',
    '/%2e%2e/other/secret',
    '/..%2fother/secret',
    '..\\other\\secret',
    '/\u2024\u2024/other/secret',
    '/．．/other/secret',
    Buffer.from([0x2f, 0xc0, 0xae, 0xc0, 0xae, 0x2f, ...Buffer.from('other/secret')]),
    Buffer.from([0x2f, 0xe0, 0x80, 0xae, 0xe0, 0x80, 0xae, 0x2f, ...Buffer.from('other/secret')]),
    Buffer.from([0x2f, 0xff, 0xfe]),
    '/tool/1.0/file.bin\0',
    '/tool\0/../../other/secret',
    '/tool/1.0/file.bin\n',
    `/${'a'.repeat(256)}`,
    `/${'a/'.repeat(3000)}`,
    '/link-absolute',
    '/link-relative',
    '/link-up/other/secret',
    '/link-inside/1.0/file.bin',
    '/socket',
    '/..dots',
    '/tool/1.0/file.bin/',
    '/tool/1.0/file.bin/.',
    '/proc/self/environ',
    fixture.accountDirectory,
    join(fixture.directory, 'other/secret'),
  ];
  const allowed = new Set(['/tool/1.0/file.bin/', '/tool/1.0/file.bin/.']);
  const raw = await RawSftp.start(client);
  for (const path of paths) {
    if (allowed.has(String(path))) continue;
    const name = JSON.stringify(String(path)).slice(0, 60);
    const open = await raw.ask(type.open, 1, string(path), uint32(1), uint32(0));
    t.equal(statusOf(open), status.noSuchFile, `open ${name}`);
    for (const [verb, packetType] of [
      ['stat', type.stat],
      ['lstat', type.lstat],
      ['opendir', type.opendir],
    ] as const)
      t.equal(statusOf(await raw.ask(packetType, 2, string(path))), status.noSuchFile, `${verb} ${name}`);
  }
  raw.channel.end();
});

t.test('REALPATH stays inside and says nothing of this machine', async (t) => {
  const raw = await RawSftp.start(client);
  for (const [path, expected] of [
    ['.', '/'],
    ['', '/'],
    ['/../..', '/'],
    ['../../etc', '/etc'],
    ['tool/./1.0/../', '/tool'],
    ['/not/there/../at all', '/not/at all'],
    ['~', '/~'],
  ] as const) {
    const reply = await raw.ask(type.realpath, 1, string(path));
    t.equal(reply?.type, type.name);
    t.same(reply?.body.subarray(4, 8 + expected.length), string(expected), path);
  }
  raw.channel.end();
});

t.test('symbolic links and special files are not listed', async (t) => {
  const sftp = await openSftp(client);
  const names = await new Promise<string[]>((resolve, reject) => {
    sftp.readdir('/', (error, list) =>
      error ? reject(error) : resolve(list.map(({ filename }) => filename)),
    );
  });
  t.same(names, ['tool']);
  sftp.end();
});

t.test('every request that would change something is refused', async (t) => {
  const raw = await RawSftp.start(client);
  const path = string('/tool/1.0/file.bin');
  const handle = await raw.openFile('/tool/1.0/file.bin');
  for (const flags of [0, 2, 3, 4 | 1, 8 | 1, 16 | 1, 32 | 1, 0x80000001, 8 | 16 | 2]) {
    const reply = await raw.ask(type.open, 1, path, uint32(flags), uint32(0));
    t.equal(statusOf(reply), status.permissionDenied, `open with flags ${flags}`);
  }
  const changes: readonly (readonly [string, number, Buffer[], number])[] = [
    ['write', 6, [string(handle), uint64(0), string('x')], status.permissionDenied],
    ['setstat', 9, [path, uint32(0)], status.permissionDenied],
    ['fsetstat', 10, [string(handle), uint32(0)], status.permissionDenied],
    ['remove', 13, [path], status.permissionDenied],
    ['mkdir', 14, [string('/new'), uint32(0)], status.permissionDenied],
    ['rmdir', 15, [string('/tool')], status.permissionDenied],
    ['rename', 18, [path, string('/other')], status.permissionDenied],
    ['readlink', 19, [string('/link-absolute')], status.opUnsupported],
    ['symlink', 20, [string('/x'), string('/etc')], status.opUnsupported],
    ['posix-rename', 200, [string('posix-rename@openssh.com'), path, string('/x')], status.permissionDenied],
    ['hardlink', 200, [string('hardlink@openssh.com'), path, string('/x')], status.permissionDenied],
    ['lsetstat', 200, [string('lsetstat@openssh.com'), path, uint32(0)], status.permissionDenied],
    ['fsync', 200, [string('fsync@openssh.com'), string(handle)], status.permissionDenied],
    ['copy-data', 200, [string('copy-data'), string(handle)], status.permissionDenied],
    ['an unknown extension', 200, [string('shell@example.com'), path], status.opUnsupported],
    ['an unknown type', 99, [], status.opUnsupported],
  ];
  for (const [name, packetType, fields, expected] of changes)
    t.equal(statusOf(await raw.ask(packetType, 2, ...fields)), expected, name);
  raw.channel.end();
});

t.test('READ is answered in full, clamped, and ends with EOF', async (t) => {
  await fixture.put('large', Buffer.alloc(600_000, 'abcdefg'));
  const raw = await RawSftp.start(client);
  const handle = string(await raw.openFile('/large'));
  const read = async (offset: number | bigint, length: number): Promise<number | undefined> => {
    const reply = await raw.ask(type.read, 5, handle, uint64(offset), uint32(length));
    return reply?.type === type.data ? reply.body.readUInt32BE(0) : statusOf(reply);
  };
  t.equal(await read(0, 100_000), 100_000);
  t.equal(await read(0, 0xffffffff), 261_120, 'clamped');
  t.equal(await read(599_999, 4096), 1);
  t.equal(await read(600_000, 4096), status.eof);
  t.equal(await read(2n ** 64n - 1n, 4096), status.eof);
  t.equal(await read(0, 0), status.eof);
  raw.channel.end();
});

t.test('handles are bounded, checked, and never used twice', async (t) => {
  const raw = await RawSftp.start(client);
  const first = await raw.openFile('/tool/1.0/file.bin');
  t.equal(statusOf(await raw.ask(type.close, 1, string(first))), 0);
  t.equal(statusOf(await raw.ask(type.close, 1, string(first))), status.failure, 'closed twice');
  t.notSame(await raw.openFile('/tool/1.0/file.bin'), first);
  for (const wrong of ['', 'x', '\0\0\0\0\0', '\xff\xff\xff\xff'])
    t.equal(statusOf(await raw.ask(type.read, 1, string(wrong), uint64(0), uint32(1))), status.failure);
  for (let count = 1; count < 64; count += 1) await raw.openFile('/tool/1.0/file.bin');
  const path = string('/tool/1.0/file.bin');
  t.equal(statusOf(await raw.ask(type.open, 1, path, uint32(1), uint32(0))), status.failure, 'the 65th');
  t.equal(statusOf(await raw.ask(type.opendir, 1, string('/'))), status.failure);
  raw.channel.end();
});

t.test('the open handles of an account are bounded over all its channels and connections', async (t) => {
  const clients = await Promise.all([connectSsh(fixture.server.port), connectSsh(fixture.server.port)]);
  const openMany = async (raw: RawSftp): Promise<(number | undefined)[]> => {
    const types: (number | undefined)[] = [];
    for (let id = 0; id < sftpLimits.openHandlesMax; id += 1)
      types.push((await raw.ask(type.open, id, string('/tool/1.0/file.bin'), uint32(1), uint32(0)))?.type);
    return types;
  };
  const types: (number | undefined)[] = [];
  for (const from of clients)
    for (let channel = 0; channel < 5; channel += 1)
      types.push(...(await openMany(await RawSftp.start(from))));
  t.equal(types.filter((answer) => answer === type.handle).length, sftpLimits.accountOpenHandlesMax);
  t.equal(types.at(-1), type.status);
  const gone = clients.map((from) => once(from as EventEmitter, 'close'));
  for (const from of clients) from.end();
  await Promise.all(gone);
  const after = await RawSftp.start(client);
  let answer: number | undefined;
  for (let tries = 0; tries < 100 && answer !== type.handle; tries += 1) {
    await delay(20);
    answer = (await after.ask(type.open, tries, string('/tool/1.0/file.bin'), uint32(1), uint32(0)))?.type;
  }
  t.equal(answer, type.handle, 'what was given back may be opened again');
  after.channel.end();
});

t.test('a directory of 5,000 entries is listed in small replies', async (t) => {
  await mkdir(join(fixture.accountDirectory, 'many'));
  const names = Array.from(
    { length: 5000 },
    (_, index) => `${String(index).padStart(5, '0')}-${'n'.repeat(200)}`,
  );
  for (const name of names) await fixture.put(`many/${name}`, '');
  const raw = await RawSftp.start(client);
  const reply = await raw.ask(type.opendir, 1, string('/many'));
  const handle = string(reply!.body.subarray(4));
  let seen = 0;
  for (;;) {
    const part = await raw.ask(type.readdir, 2, handle);
    if (statusOf(part) === status.eof) break;
    t.ok(part!.body.length < 34_000);
    seen += part!.body.readUInt32BE(0);
  }
  t.equal(seen, 5000);
  raw.channel.end();
});

t.test('broken packets end the channel, and only that', async (t) => {
  const init = request(type.init, 3);
  const broken: readonly (readonly [string, Buffer])[] = [
    ['no INIT', request(type.stat, 1, string('/'))],
    ['INIT twice', Buffer.concat([init, init])],
    ['length 0', Buffer.concat([init, uint32(0)])],
    ['length 4 GiB', Buffer.concat([init, uint32(0xffffffff)])],
    ['a type without an id', Buffer.concat([init, uint32(1), Buffer.from([type.stat])])],
    ['a string longer than the packet', Buffer.concat([init, request(type.stat, 1, uint32(1000))])],
    ['statvfs without a path', Buffer.concat([init, request(200, 1, string('statvfs@openssh.com'))])],
    ['READ without a length', Buffer.concat([init, request(type.read, 1, string('abcd'), uint64(0))])],
  ];
  for (const [name, bytes] of broken) {
    const raw = await RawSftp.open(client);
    raw.listen();
    const exit = new Promise((resolve) => raw.channel.once('exit', resolve));
    raw.send(bytes);
    let reply = await raw.next();
    while (reply !== null) reply = await raw.next();
    t.equal(await exit, 1, name);
  }
  const sftp = await openSftp(client);
  t.ok(sftp, 'the connection lives on');
  sftp.end();
});
