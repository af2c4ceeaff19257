// The internal-db process itself: it says that it is ready, and what keeps it from starting is one plain sentence and
// the exit code 78, with nothing changed. A clock that jumps back between two starts revives nothing.
import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { createLogger } from '#commlink/log.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import type { InternalDbConfig } from '#internal-db/config.ts';
import { createTestCluster, freePort, type TestCluster } from './support/test-cluster.ts';

const mainFile = fileURLToPath(new URL('../../internal-db/main.ts', import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stderr: string;
}

const start = (cluster: TestCluster, config: unknown = cluster.config) => {
  const file = path.join(cluster.directory, 'config.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  const child = spawn(process.execPath, [mainFile, '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (exitCode) => resolve({ exitCode, stderr })),
  );
  const ready = new Promise<boolean>((resolve) => {
    child.on('message', (message) => resolve((message as { type?: string }).type === 'ready'));
    child.on('close', () => resolve(false));
  });
  return { child, ended, ready };
};

const withConsolePort = (config: InternalDbConfig, port: number): InternalDbConfig => ({
  ...config,
  console: { ...config.console, port },
});

t.test('starts, answers on a socket that only its owner can reach, and stops with 0', async (t) => {
  const cluster = await createTestCluster();
  t.teardown(() => cluster.remove());
  const { child, ended, ready } = start(cluster);
  t.equal(await ready, true);
  const { adminSocket, databaseFile } = cluster.config;
  t.equal(statSync(adminSocket).mode & 0o777, 0o600);
  const peer = { role: 'internal-db', name: 'db1', id: 'db1' } as const;
  const log = createLogger('test', 'silent');
  const admin = await connectUnix({ path: adminSocket, peer, called: adminMethods, log });
  t.match(await admin.call('status', {}), { pid: child.pid, counts: { accounts: 0 } });
  admin.close();
  child.kill('SIGTERM');
  t.equal((await ended).exitCode, 0);
  t.ok(existsSync(databaseFile));
});

t.test('what keeps it from starting is said plainly', async (t) => {
  const cases: [string, RegExp, (cluster: TestCluster) => unknown][] = [
    ['a configuration that is not JSON', /is not JSON/, () => '{'],
    ['a configuration with a wrong field', /databaseFile/, ({ config }) => ({ ...config, databaseFile: 7 })],
    [
      'a missing key',
      /db1\.key/,
      ({ config }) => {
        rmSync(config.node.keyFile);
        return config;
      },
    ],
    [
      'a key that others can read',
      /chmod 600/,
      ({ config }) => {
        chmodSync(config.node.keyFile, 0o644);
        return config;
      },
    ],
    [
      'a missing certificate',
      /tls\.crt/,
      ({ config }) => {
        rmSync(config.console.certFile);
        return config;
      },
    ],
    [
      'a database that is none',
      /is damaged/,
      ({ config }) => {
        appendFileSync(config.databaseFile, 'no database at all, however often one reads it'.repeat(100));
        return config;
      },
    ],
    [
      'a database of a newer program',
      /schema version 99/,
      ({ config }) => {
        const newer = new DatabaseSync(config.databaseFile);
        newer.exec(
          'CREATE TABLE schema_version (version INTEGER PRIMARY KEY); INSERT INTO schema_version VALUES (99)',
        );
        newer.close();
        return config;
      },
    ],
    [
      'a directory for the database that is missing',
      /can't be opened/,
      ({ config, directory }) => ({ ...config, databaseFile: path.join(directory, 'missing', 'consign.db') }),
    ],
  ];
  for (const [title, pattern, spoil] of cases) {
    const cluster = await createTestCluster();
    t.teardown(() => cluster.remove());
    const { exitCode, stderr } = await start(cluster, spoil(cluster)).ended;
    t.equal(exitCode, 78, `${title}: not worth a restart`);
    t.match(stderr.trim(), pattern, title);
    t.equal(stderr.trim().split('\n').length, 1, `${title}: one sentence, no stack`);
  }
});

t.test('a port that is taken is said with its number', async (t) => {
  const cluster = await createTestCluster();
  t.teardown(() => cluster.remove());
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  t.teardown(() => new Promise((resolve) => other.close(resolve)));
  const taken = await start(cluster, withConsolePort(cluster.config, port)).ended;
  t.equal(taken.exitCode, 78);
  t.match(taken.stderr, new RegExp(`Port ${port} .* taken`));
  const { node } = cluster.config;
  const link = await start(cluster, {
    ...cluster.config,
    node: { ...node, listen: { host: '127.0.0.1', port } },
  }).ended;
  t.equal(link.exitCode, 78);
  t.match(link.stderr, new RegExp(String(port)));
});

t.test('a second process on the same state is refused', async (t) => {
  const cluster = await createTestCluster();
  t.teardown(() => cluster.remove());
  const first = start(cluster);
  t.equal(await first.ready, true);
  const second = await start(cluster).ended;
  t.equal(second.exitCode, 78);
  first.child.kill('SIGTERM');
  t.equal((await first.ended).exitCode, 0);
});

t.test('killed at any moment, it starts again with what was acknowledged', async (t) => {
  const cluster = await createTestCluster();
  t.teardown(() => cluster.remove());
  const peer = { role: 'internal-db', name: 'db1', id: 'db1' } as const;
  const log = createLogger('test', 'silent');
  const { adminSocket: socket } = cluster.config;
  const first = start(cluster);
  t.equal(await first.ready, true);
  const admin = await connectUnix({ path: socket, peer, called: adminMethods, log });
  const acknowledged: string[] = [];
  const create = async (name: string) => {
    await admin.call('account.create', { actor: 'test', name, displayName: name });
    acknowledged.push(name);
  };
  const creating = Promise.allSettled(Array.from({ length: 300 }, (_, index) => create(`account-${index}`)));
  while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 1));
  first.child.kill('SIGKILL');
  await Promise.all([first.ended, creating]);
  const second = start(cluster);
  t.equal(await second.ready, true);
  const again = await connectUnix({ path: socket, peer, called: adminMethods, log });
  const { accounts } = await again.call('account.list', {});
  const names = new Set(accounts.map((account) => account.name));
  t.same(
    acknowledged.filter((name) => !names.has(name)),
    [],
    `${acknowledged.length} of 300 were acknowledged`,
  );
  t.match(await again.call('audit.verify', {}), { intact: true, entryCount: names.size });
  again.close();
  second.child.kill('SIGTERM');
  await second.ended;
});
