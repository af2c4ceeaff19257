// The programs' logs: lines of JSON whatever a program writes, private, bounded.
import t from 'tap';
import { readFileSync, statSync, truncateSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { logFileBytesMax, logLineCharactersMax } from '#deploy/limits.ts';
import { LogFile, isWorthShowing, parseLogLine, wrap } from '#deploy/log-file.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

t.test('appends to a file that only its owner reads', async (t) => {
  const path = join(temporaryFolder(t), 'a.log');
  const log = new LogFile(path);
  log.append('{"level":30,"msg":"one"}');
  log.close();
  const again = new LogFile(path);
  again.append('{"level":30,"msg":"two"}');
  again.close();
  t.equal(readFileSync(path, 'utf8'), '{"level":30,"msg":"one"}\n{"level":30,"msg":"two"}\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('moves a full file aside', async (t) => {
  const path = join(temporaryFolder(t, { 'a.log': 'old\n' }), 'a.log');
  truncateSync(path, logFileBytesMax + 1);
  const log = new LogFile(path);
  log.append('{"level":30,"msg":"new"}');
  log.close();
  t.equal(readFileSync(path, 'utf8'), '{"level":30,"msg":"new"}\n');
  t.ok(existsSync(`${path}.1`));
});

t.test('cuts a line that is too long, and it stays JSON', async (t) => {
  const path = join(temporaryFolder(t), 'a.log');
  const log = new LogFile(path);
  log.append(`{"msg":"${'x'.repeat(logLineCharactersMax)}"}`);
  log.close();
  const [line = ''] = readFileSync(path, 'utf8').split('\n');
  t.match(JSON.parse(line), { level: 40 });
});

t.test('knows a log line from other output', async (t) => {
  t.same(parseLogLine('{"level":50,"msg":"broken"}'), { level: 50, message: 'broken' });
  t.same(parseLogLine('{"level":50}'), { level: 50, message: '' });
  for (const line of ['', 'plain', '{"msg":"no level"}', '{', 'null', '7', '[]'])
    t.equal(parseLogLine(line), null, line);
  t.same(parseLogLine(wrap('Error: "quoted"\n')), { level: 40, message: 'Error: "quoted"\n' });
});

t.test(
  'shows errors always, warnings when wanted, and leaves the fatal line to the plain sentence',
  async (t) => {
    const shown = (level: number, withWarnings: boolean): boolean =>
      isWorthShowing({ level, message: '' }, withWarnings);
    t.same(
      [30, 40, 50, 60].map((level) => shown(level, true)),
      [false, true, true, false],
    );
    t.same(
      [30, 40, 50, 60].map((level) => shown(level, false)),
      [false, false, true, false],
    );
  },
);
