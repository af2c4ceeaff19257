// What keeps a whole Consign from starting: each is one plain sentence that says what to do, with an exit code that is
// not 0, no process left, and everything still there once it is put right.
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { mountMemory } from '../rig/mounted-memory.ts';
import { startConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { assertDelivers, assertPlain, openVendor } from './small-vendor.ts';

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
await consign.stop();
const at = (...parts: string[]): string => join(consign.state, ...parts);
const database = at('internal-db', 'consign.db');

/** Starts it in vain. */
async function assertRefusesToStart(t: Test, pattern: RegExp): Promise<void> {
  const { code, said } = await consign.failToStart();
  t.not(code, 0);
  assertPlain(t, said, pattern);
  t.equal((await consign.run('status')).code, 3, 'nothing is left running');
}

async function assertNothingLost(t: Test): Promise<void> {
  await consign.start();
  await assertDelivers(t, consign, vendor);
  t.equal((await consign.run('doctor')).code, 0);
  await consign.stop();
}

t.test('storeroom and accounts on two file systems', async (t) => {
  const memory = await mountMemory(t, at('ftp-node', 'accounts'), 4);
  await assertRefusesToStart(t, /ftp-node can't run: .* are on different file systems.* Put both on one/);
  const doctor = await consign.run('doctor');
  t.equal(doctor.code, 1);
  t.match(doctor.stdout, /two file systems\. Put both on one\./);
  await memory.unmount();
  await assertNothingLost(t);
});

t.test('a port that another program has', async (t) => {
  const port = consign.portBase + 3;
  const other = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  await assertRefusesToStart(
    t,
    new RegExp(`^Port ${port} \\(ftp\\) can't be used: another program has it\\. .*CONSIGN_PORT_BASE=\\d+`),
  );
  await new Promise((resolve) => other.close(resolve));
  await assertNothingLost(t);
});

t.test('a state directory of a newer version', async (t) => {
  const before = readFileSync(at('version.json'));
  writeFileSync(at('version.json'), '{"stateVersion":99}\n');
  await assertRefusesToStart(t, /written by a newer Consign \(layout 99; .*Nothing was changed\./);
  t.equal(readFileSync(at('version.json'), 'utf8'), '{"stateVersion":99}\n');
  writeFileSync(at('version.json'), before);
  await assertNothingLost(t);
});

t.test('databases with the schema of a newer version', async (t) => {
  const raise = (file: string, sql: string): void => {
    const open = new DatabaseSync(file);
    open.exec(sql);
    open.close();
  };
  raise(database, 'INSERT INTO schema_version (version) VALUES (99)');
  await assertRefusesToStart(t, /internal-db can't run: .* schema version 99, .* Start the newer program/);
  raise(database, 'DELETE FROM schema_version WHERE version = 99');
  await assertNothingLost(t);

  const ledger = at('ftp-node', 'ledger.db');
  const was = new DatabaseSync(ledger);
  const version = Number(was.prepare('PRAGMA user_version').get()?.['user_version']);
  was.close();
  raise(ledger, 'PRAGMA user_version = 99');
  await assertRefusesToStart(t, /ftp-node can't run: .* newer Consign \(version 99, .* Start that version/);
  raise(ledger, `PRAGMA user_version = ${version}`);
  await assertNothingLost(t);
});

/** Overwrites the pages in the middle of a file with noise. */
function damage(file: string): void {
  const { size } = statSync(file);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, randomBytes(8192), 0, 8192, Math.floor(size / 2 / 4096) * 4096);
  closeSync(descriptor);
}

t.test('a damaged database is left as it is, and its backup takes its place', async (t) => {
  const backup = join(temporaryFolder(t), 'backup.db');
  copyFileSync(database, backup);
  damage(database);
  const damaged = readFileSync(database);
  await assertRefusesToStart(
    t,
    /internal-db can't run: The database .* is damaged .*Nothing was changed\. .*backup/,
  );
  t.ok(readFileSync(database).equals(damaged), 'nothing was changed');
  copyFileSync(backup, database);
  await assertNothingLost(t);
});

t.test('a damaged ledger is left as it is; without it customers stage anew', async (t) => {
  const ledger = at('ftp-node', 'ledger.db');
  damage(ledger);
  const damaged = readFileSync(ledger);
  await assertRefusesToStart(
    t,
    /ftp-node can't run: The ledger .* cannot be read\. Move it away and start again/,
  );
  t.ok(readFileSync(ledger).equals(damaged), 'nothing was changed');
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${ledger}${suffix}`, { force: true });
  await assertNothingLost(t);
});

t.test('a key that others can read', async (t) => {
  const keyFile = at('ftp-node', 'node.key');
  const key = readFileSync(keyFile);
  rmSync(keyFile);
  writeFileSync(keyFile, key, { mode: 0o644 });
  await assertRefusesToStart(t, /node\.key can be read by others\. Run: chmod 600 /);
  rmSync(keyFile);
  writeFileSync(keyFile, key, { mode: 0o600 });
  await assertNothingLost(t);
});
