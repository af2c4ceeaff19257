// The internal-db process itself: it says that it is ready, and what keeps it from starting is one plain sentence and
// the exit code 78, with nothing changed. What was acknowledged before a kill is there afterwards.
import { appendFileSync, chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { createLogger } from '#commlink/log.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { configureRooms, type ConfiguredRooms, type RoomsRequest } from '../rig/configured-rooms.ts';
import { startRoomProgram, writeProgramConfig, type RoomProgram } from '../rig/room-program.ts';

const peer = { role: 'internal-db', name: 'db1', id: 'db1' } as const;
const log = createLogger('test', 'silent');

const start = async (rooms: ConfiguredRooms, config: unknown = rooms.internalDb): Promise<RoomProgram> =>
  startRoomProgram('internal-db', await writeProgramConfig(rooms.directory, config));

const connectAdmin = ({ internalDb }: ConfiguredRooms) =>
  connectUnix({ path: internalDb.adminSocket, peer, called: adminMethods, log });

t.test('starts, answers on a socket that only its owner can reach, and stops with 0', async (t) => {
  const rooms = await configureRooms();
  t.teardown(() => rooms.remove());
  const program = await start(rooms);
  t.teardown(() => program.stop());
  await program.whenReady();
  const { adminSocket, databaseFile } = rooms.internalDb;
  t.equal(statSync(adminSocket).mode & 0o777, 0o600);
  const admin = await connectAdmin(rooms);
  const status = await admin.call('status', {});
  t.match(status, { pid: program.child.pid, counts: { accounts: 0 }, cluster: { name: 'test' } });
  t.match(status.cluster?.installed, /^1\./);
  const audited = async () => (await admin.call('audit.list', { afterSequence: 0, limit: 10 })).entries;
  while ((await audited()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  t.match(await audited(), [{ action: 'config.installed', subject: status.cluster?.installed }]);
  admin.close();
  t.equal((await program.stop()).code, 0);
  t.ok(existsSync(databaseFile));
});

t.test('what keeps it from starting is said plainly', async (t) => {
  const cases: [string, RegExp, (rooms: ConfiguredRooms) => unknown, RoomsRequest?][] = [
    ['a configuration that is not JSON', /is not JSON/, () => '{'],
    [
      'a configuration with a wrong field',
      /databaseFile/,
      ({ internalDb }) => ({ ...internalDb, databaseFile: 7 }),
    ],
    ['a missing key', /node\.key/, ({ internalDb }) => rmSync(internalDb.node.keyFile)],
    [
      'a key that others can read',
      /chmod 600/,
      ({ internalDb }) => chmodSync(internalDb.node.keyFile, 0o644),
    ],
    [
      'a node that did not join',
      /consign node join/,
      ({ internalDb }) => rmSync(internalDb.node.configurationDirectory, { recursive: true }),
    ],
    ['a certificate that is none', /is not a PEM text/, () => undefined, { identity: { certificate: 'x' } }],
    [
      'a database that is none',
      /is damaged/,
      ({ internalDb }) =>
        appendFileSync(internalDb.databaseFile, 'no database at all, however often one reads it'.repeat(100)),
    ],
    [
      'a database of a newer program',
      /schema version 99/,
      ({ internalDb }) => {
        const newer = new DatabaseSync(internalDb.databaseFile);
        newer.exec(
          'CREATE TABLE schema_version (version INTEGER PRIMARY KEY); INSERT INTO schema_version VALUES (99)',
        );
        newer.close();
      },
    ],
    [
      'a directory for the database that is missing',
      /can't be opened/,
      ({ internalDb, directory }) => ({
        ...internalDb,
        databaseFile: path.join(directory, 'missing', 'consign.db'),
      }),
    ],
  ];
  for (const [title, pattern, spoil, request] of cases) {
    const rooms = await configureRooms(request);
    t.teardown(() => rooms.remove());
    const program = await start(rooms, spoil(rooms) ?? rooms.internalDb);
    const { code, stderr } = await program.ended;
    t.equal(code, 78, `${title}: not worth a restart`);
    t.match(stderr.trim(), pattern, title);
    t.equal(stderr.trim().split('\n').length, 1, `${title}: one sentence, no stack`);
  }
});

t.test('a port that is taken is said with its number', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => new Promise((resolve) => other.close(resolve)));
  const { port } = other.address() as AddressInfo;
  for (const request of [{ consolePort: port }, { linkPort: port }]) {
    const rooms = await configureRooms(request);
    t.teardown(() => rooms.remove());
    const { code, stderr } = await (await start(rooms)).ended;
    t.equal(code, 78);
    t.match(stderr, new RegExp(String(port)));
  }
});

t.test('a second process on the same state is refused', async (t) => {
  const rooms = await configureRooms();
  t.teardown(() => rooms.remove());
  const first = await start(rooms);
  t.teardown(() => first.stop());
  await first.whenReady();
  t.equal((await (await start(rooms)).ended).code, 78);
  t.equal((await first.stop()).code, 0);
});

t.test('killed at any moment, it starts again with what was acknowledged', async (t) => {
  const rooms = await configureRooms();
  t.teardown(() => rooms.remove());
  const first = await start(rooms);
  await first.whenReady();
  const admin = await connectAdmin(rooms);
  const acknowledged: string[] = [];
  const create = async (name: string) => {
    await admin.call('account.create', { actor: 'test', name, displayName: name });
    acknowledged.push(name);
  };
  const creating = Promise.allSettled(Array.from({ length: 300 }, (_, index) => create(`account-${index}`)));
  while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 1));
  first.child.kill('SIGKILL');
  await Promise.all([first.ended, creating]);
  const second = await start(rooms);
  t.teardown(() => second.stop());
  await second.whenReady();
  const again = await connectAdmin(rooms);
  const { accounts } = await again.call('account.list', {});
  const names = new Set(accounts.map((account) => account.name));
  t.same(
    acknowledged.filter((name) => !names.has(name)),
    [],
    `${acknowledged.length} of 300 were acknowledged`,
  );
  const { intact, entryCount } = await again.call('audit.verify', {});
  t.ok(intact);
  t.ok(entryCount === names.size || entryCount === names.size + 1, 'and the first configuration');
  again.close();
});
