// The state directory: what may become one, and what is refused and left alone.
import t from 'tap';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  layOutState,
  markState,
  openStateDirectory,
  readEndpoints,
  readStateVersion,
} from '#deploy/state-directory.ts';
import { isStateLocked, lockState } from '#deploy/state-lock.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

t.test('makes a directory that only its owner can enter', async (t) => {
  const layout = layOutState(join(temporaryFolder(t), 'new', 'state'));
  t.same(openStateDirectory(layout), { isNew: true, isOld: false });
  t.equal(statSync(layout.directory).mode & 0o777, 0o700);
  await markState(layout);
  t.same(openStateDirectory(layout), { isNew: false, isOld: false });
  t.equal(readStateVersion(layout), 2);
});

t.test('closes a directory that others could enter', async (t) => {
  const layout = layOutState(temporaryFolder(t));
  chmodSync(layout.directory, 0o755);
  openStateDirectory(layout);
  t.equal(statSync(layout.directory).mode & 0o777, 0o700);
});

t.test('goes on with a first start that was cut short', async (t) => {
  const layout = layOutState(
    temporaryFolder(t, { 'launcher.lock': '', 'first-logins.json': '{}', 'version.json.0a1b2c.new': '' }),
  );
  t.same(openStateDirectory(layout), { isNew: true, isOld: false });
});

t.test('refuses a directory with something else in it, and changes nothing', async (t) => {
  for (const name of ['letters.txt', '.git', 'consign.db', 'version.json.bak']) {
    const layout = layOutState(temporaryFolder(t, { [name]: 'mine' }));
    chmodSync(layout.directory, 0o755);
    t.throws(() => openStateDirectory(layout), { code: 'STATE_FOREIGN' }, name);
    t.same(readdirSync(layout.directory), [name]);
    t.equal(statSync(layout.directory).mode & 0o777, 0o755);
  }
});

t.test('refuses the state of a newer version, and changes nothing', async (t) => {
  const layout = layOutState(
    temporaryFolder(t, { 'version.json': '{"stateVersion":3}', 'internal-db': null }),
  );
  t.throws(() => openStateDirectory(layout), { code: 'STATE_NEWER' });
  t.same(readdirSync(layout.directory), ['internal-db', 'version.json']);
});

t.test('knows the state of an older version', async (t) => {
  const layout = layOutState(temporaryFolder(t, { 'version.json': '{"stateVersion":1}' }));
  t.same(openStateDirectory(layout), { isNew: false, isOld: true });
});

t.test('refuses a damaged version file', async (t) => {
  for (const text of ['', '{', '[]', '{"stateVersion":"1"}', '{"stateVersion":1,"more":2}', 'null']) {
    const layout = layOutState(temporaryFolder(t, { 'version.json': text }));
    t.throws(() => openStateDirectory(layout), { code: 'STATE_DAMAGED' }, text);
  }
});

t.test('refuses what is no directory, or is none that can be made', async (t) => {
  const directory = temporaryFolder(t, { file: 'text' });
  symlinkSync('nowhere', join(directory, 'dangling'));
  for (const path of [
    join(directory, 'file'),
    join(directory, 'file', 'state'),
    join(directory, 'dangling'),
  ]) {
    t.throws(() => openStateDirectory(layOutState(path)), { code: 'STATE_UNWRITABLE' }, path);
  }
});

t.test('refuses a path that is too long for its sockets', async (t) => {
  const layout = layOutState(join(temporaryFolder(t), 'a'.repeat(100)));
  t.throws(() => openStateDirectory(layout), { code: 'STATE_PATH_LONG' });
  t.notOk(existsSync(layout.directory));
});

t.test('reads endpoints only when they are whole', async (t) => {
  t.equal(readEndpoints(layOutState(temporaryFolder(t))), null);
  const layout = layOutState(temporaryFolder(t, { 'endpoints.json': '{"portal":"https://localhost:1"}' }));
  t.throws(() => readEndpoints(layout), { code: 'STATE_DAMAGED' });
});

t.test('one launcher at a time: the lock is refused until it is let go', async (t) => {
  const layout = layOutState(temporaryFolder(t));
  mkdirSync(layout.directory, { recursive: true });
  t.equal(isStateLocked(layout), false, 'no launcher has been here');
  const first = lockState(layout);
  t.equal(isStateLocked(layout), true);
  t.throws(() => lockState(layout), { code: 'STATE_IN_USE' });
  t.equal(statSync(layout.lockFile).mode & 0o777, 0o600);
  first.release();
  t.equal(isStateLocked(layout), false, 'who asks whether it is held does not take it');
  lockState(layout).release();
});

t.test('a lock file that is something else is an error, not a lock', async (t) => {
  const layout = layOutState(temporaryFolder(t));
  writeFileSync(layout.lockFile, 'not a database, and longer than the header of one would be '.repeat(20));
  t.throws(() => lockState(layout));
});
