// The server inside its jail: after chroot(2) nothing of ssh2 or Node.js is missing, whatever a client asks for,
// and there is nothing above the accounts directory. Needs root.
import t from 'tap';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectConfig } from 'ssh2';
import { RawSftp, string, type, uint32, uint64 } from './raw-sftp.ts';
import { connectSsh, makeClientHome, openSshOptions, runProgram } from './sftp-clients.ts';
import { username } from './sftp-fixture.ts';

const isRoot = process.getuid?.() === 0;

t.test('serves every algorithm from inside a chroot', { skip: isRoot ? false : 'needs root' }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'consign-sftp-jail-'));
  await chmod(directory, 0o755);
  await mkdir(join(directory, 'acme'));
  await writeFile(join(directory, 'acme/file'), 'content');
  const child = fork(join(import.meta.dirname, 'jailed-server.ts'), [directory]);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });
  const [ready] = (await once(child, 'message')) as [{ port: number; isJailed: boolean }];
  t.ok(ready.isJailed);

  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-P', String(ready.port), `${username}@127.0.0.1:/file`, 'out'];
  t.same(await runProgram(command, { cwd: home, env }), { code: 0, stdout: '', stderr: '' });

  const algorithms: ConnectConfig['algorithms'][] = [
    ...(['curve25519-sha256', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp521'] as const).map((kex) => ({
      kex: [kex],
    })),
    ...(['diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512'] as const).map((kex) => ({
      kex: [kex],
    })),
    ...(['aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes192-ctr'] as const).map((cipher) => ({
      cipher: [cipher],
    })),
    { serverHostKey: ['ecdsa-sha2-nistp256'] },
  ];
  for (const chosen of algorithms) {
    const client = await connectSsh(ready.port, { algorithms: chosen! });
    const raw = await RawSftp.start(client);
    const handle = string(await raw.openFile('/file'));
    const reply = await raw.ask(type.read, 2, handle, uint64(0), uint32(100));
    t.same(reply?.body.subarray(4), Buffer.from('content'), JSON.stringify(chosen));
    client.end();
  }
  const garbage = await connectSsh(ready.port);
  const raw = await RawSftp.start(garbage);
  raw.send(Buffer.alloc(4));
  while ((await raw.next()) !== null);
  garbage.end();
  await t.rejects(connectSsh(ready.port, { password: 'wrong' }));

  const told = once(child, 'message');
  child.send('report');
  t.same(await told.then(([message]: unknown[]) => message), { late: [] }, 'no module was loaded late');
});
