// PostgreSQL's archive as the runbook sets it up, on a server of the test's own: segments are kept compressed and never replaced by
// others; each base backup forgets what is of no use for the last six days, and nothing while the archive does not come along.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PostgresServer } from '../rig/postgres-server.ts';
import { runProgram } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const programs = join(import.meta.dirname, '..', '..', 'deploy', 'postgresql');
const archiveSegment = join(programs, 'archive-segment');
const segmentPattern = /^[0-9A-F]{24}\.gz$/;

const folder = temporaryFolder(t);
const [base, wal] = [join(folder, 'base'), join(folder, 'wal')];
const server = await PostgresServer.start();
t.teardown(() => server.remove());
const database = server.createDatabase();
const { host, user } = server.settingsOf(database);

/** The server's own user, without rights where the test is root. */
const runAs =
  process.geteuid?.() === 0 ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] : [];

for (const one of [base, wal]) {
  mkdirSync(one);
  if (runAs.length > 0) chownSync(one, 65_534, 65_534);
}
chmodSync(folder, 0o755);

/** Makes a base backup; `triesMax` seconds are waited for the archive. */
function backUp(triesMax = 60) {
  const environment = { ...process.env, PGHOST: host, PGUSER: user, ARCHIVE_TRIES: String(triesMax) };
  const [command, ...args] = [...runAs, join(programs, 'base-backup'), base, wal];
  return runProgram(command, args, { environment, directory: '/' });
}

async function archiveBy(command: string): Promise<void> {
  for (const setting of [`archive_mode = 'on'`, `archive_command = '${command}'`])
    server.query(database, `ALTER SYSTEM SET ${setting}`);
  await server.down('fast');
  await server.up();
}

const copies = () => readdirSync(base).filter((name) => name.endsWith('Z'));
const segments = () => readdirSync(wal).filter((name) => segmentPattern.test(name));

/** Gives a copy the name that it would have if it had been made so many days ago. */
function age(copy: string, days: number): string {
  const [atTime] = new Date(Date.now() - days * 86_400_000).toISOString().replaceAll(/[-:]/g, '').split('.');
  const older = `${atTime}Z`;
  renameSync(join(base, copy), join(base, older));
  return older;
}

t.test('copies stay that the last six days need, and the log from the first of them on', async (t) => {
  await archiveBy(`${archiveSegment} %p %f ${wal}`);
  const made: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    server.query(database, `CREATE TABLE written_${index} (a INTEGER)`);
    const { code, stderr } = await backUp();
    t.equal(code, 0, stderr);
    const copy = copies().at(-1) ?? '';
    made.push(index < 2 ? age(copy, 16 - 8 * index) : copy);
    if (index === 0) t.ok(segments()[0]?.endsWith('01.gz'), 'the log from before a first copy stays');
  }
  t.same(copies(), made.slice(1));
  const label = join(base, made[1] ?? '', 'base.tar.gz');
  const text = execFileSync('tar', ['--extract', '--gzip', '--to-stdout', '--file', label, 'backup_label']);
  const first = /\(file ([0-9A-F]{24})\)/.exec(text.toString())?.[1];
  t.equal(segments()[0], `${first}.gz`, 'from there on it can be played back');
  t.ok(segments().length >= 2);
  t.equal((await backUp()).code, 0);
  t.equal(copies()[0], made[1], 'one more, made by hand, costs none');
});

t.test('while the archive does not come along, a copy fails and nothing is forgotten', async (t) => {
  await archiveBy('false');
  const before = [copies(), segments()];
  const { code, stderr } = await backUp(2);
  t.equal(code, 1);
  t.match(stderr, /The log is not archived: .*\.gz did not come\. .*Nothing was deleted\./);
  t.same([copies(), segments()], before);
  await archiveBy(`${archiveSegment} %p %f ${wal}`);
  const again = await backUp();
  t.equal(again.code, 0, again.stderr);
  t.equal(copies().length, (before[0]?.length ?? 0) + 1, 'afterwards it goes on');
});

t.test('a segment is handed in twice: the same is fine, another is refused', async (t) => {
  const name = '0000000100000000000000FF';
  const file = join(folder, 'segment');
  const keep = () => runProgram(archiveSegment, [file, name, wal]);
  for (const [content, code] of [
    ['one', 0],
    ['one', 0],
    ['two', 1],
  ] as const) {
    writeFileSync(file, content);
    t.equal((await keep()).code, code, content);
  }
  const kept = execFileSync('gzip', ['--decompress', '--stdout', join(wal, `${name}.gz`)]);
  t.equal(kept.toString(), 'one');
});
