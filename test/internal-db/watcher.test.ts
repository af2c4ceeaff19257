// The watcher's process beside a real internal-db: it marks who has missed a beat after its first cycle, is started again when it is
// killed, and ends with internal-db.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { openReader } from '#internal-db/store/open-reader.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { configureRooms } from '../rig/configured-rooms.ts';
import { startRoomProgram, writeProgramConfig } from '../rig/room-program.ts';
import { putSmallFleet } from './fleet/support/small-fleet.ts';
import { seedStore } from './store/store-contract.ts';

const patienceMs = 90_000;

async function until<T>(look: () => T | null | Promise<T | null>): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  while (performance.now() < deadlineMs) {
    const found = await look();
    if (found !== null) return found;
    await delay(50);
  }
  throw new Error('it did not come to that in time');
}

/** Null for a process that is gone, or only waits to be reaped. */
function commandOf(pid: number): string | null {
  const file = `/proc/${pid}/cmdline`;
  const command = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return command === '' ? null : command;
}

t.test('the watcher marks the silent, and is there as long as internal-db is', async (t) => {
  const fleet = { beatIntervalMs: 1000, missingGraceMs: 500, appliancesPerAccountMax: 100 };
  const rooms = await configureRooms({ internalDb: { fleet } });
  t.teardown(() => rooms.remove());
  const { databaseFile } = rooms.internalDb;
  const seeded = openSqliteStore(databaseFile);
  const { acme, product } = await seedStore(seeded);
  await putSmallFleet(seeded, { accountId: acme.id, productId: product.id, count: 3 });
  await seeded.close();
  const program = startRoomProgram(
    'internal-db',
    await writeProgramConfig(rooms.directory, rooms.internalDb),
  );
  t.teardown(() => program.stop());
  const pids: number[] = [];
  program.child.on('message', (message: { pids?: Record<string, number> }) => {
    const pid = message.pids?.['watcher'];
    if (pid !== undefined) pids.push(pid);
  });
  await program.whenReady();
  const reader = await openReader({ engine: 'sqlite' }, databaseFile);
  t.teardown(() => reader.close());
  const missing = async () => (await reader.read.fleetWatch.missingSites(10)).length;
  t.equal(await missing(), 0, 'not at once');
  await until(async () => ((await missing()) === 2 ? true : null));
  const first = await until(() => pids.at(-1) ?? null);
  t.match(commandOf(first), /watcher\/main\.ts/);
  process.kill(first, 'SIGKILL');
  const second = await until(() => pids.find((pid) => pid !== first) ?? null);
  t.match(commandOf(second), /watcher\/main\.ts/, 'it is started again');
  program.child.kill('SIGKILL');
  await until(() => (commandOf(second) === null ? true : null));
  t.pass('and does not outlive internal-db');
});
