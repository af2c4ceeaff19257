// Programs that are not ours, under limits: what hangs, forks, eats memory or talks for ever is stopped, and nothing of it is left.
import t from 'tap';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runProgram, succeeded, type ProgramEnd, type ProgramRun } from '#appliance/programs/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const limits = { timeoutMs: 20_000, memoryMiB: 64, outputBytesMax: 65_536 };

function shell(folder: string, script: string, other: Partial<ProgramRun> = {}): Promise<ProgramEnd> {
  const run = { program: '/bin/sh', args: ['-c', script], folder, environment: {}, limits, group: null };
  return runProgram({ ...run, ...other });
}

/** True while the process whose id the script wrote down lives; what nobody has reaped yet does not. */
function lives(file: string): boolean {
  const stat = `/proc/${readFileSync(file, 'utf8').trim()}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}

t.test('a program that ends is told with its exit code and the end of what it said', async (t) => {
  const folder = temporaryFolder(t);
  const well = await shell(folder, 'echo fine; echo to stderr >&2');
  t.ok(succeeded(well));
  t.match(well.output, /fine/);
  t.match(well.output, /to stderr/);
  const ill = await shell(folder, 'echo no; exit 7');
  t.match(ill, { exitCode: 7, stopped: null, output: 'no\n', left: 0 });
  t.notOk(succeeded(ill));
  t.match(await shell(folder, 'kill -SEGV $$'), { exitCode: null }, 'a signal is no success');
  const long = await shell(folder, 'seq 1 2000');
  t.match(long.output, /1999\n2000\n$/);
  t.ok(long.output.length <= 2048);
});

t.test('a program gets a bare environment', async (t) => {
  const { output } = await shell(temporaryFolder(t), 'env -0 | cut -z -d= -f1 | tr "\\0" "\\n"', {
    environment: { CONSIGN_ACTION: 'install' },
  });
  const names = output.trim().split('\n');
  // The test runner adds its own to every Node.js process's children.
  const ours = names.filter((name) => !/^(?:_|PWD|NODE_OPTIONS|_TAPJS_.*)$/.test(name));
  t.same(new Set(ours), new Set(['CONSIGN_ACTION', 'CONSIGN_RUN', 'LANG', 'PATH']));
});

t.test('what oversteps a limit is stopped', async (t) => {
  const folder = temporaryFolder(t);
  const rows: [string, string, Partial<typeof limits>, ProgramEnd['stopped']][] = [
    ['hangs', 'sleep 600', { timeoutMs: 500 }, 'timeout'],
    ['ignores signals', 'trap "" TERM INT HUP; while :; do sleep 1; done', { timeoutMs: 500 }, 'timeout'],
    ['talks for ever', 'yes', {}, 'output'],
    [
      'shares out its memory',
      'for i in 1 2 3 4 5 6; do perl -e "\\$x = q(x) x (12 << 20); sleep 600" & done; sleep 600',
      { memoryMiB: 40 },
      'memory',
    ],
    [
      'forks for ever',
      'i=0; while [ $i -lt 400 ]; do sleep 600 & i=$((i+1)); done; sleep 600',
      { memoryMiB: 4000 },
      'processes',
    ],
  ];
  for (const [title, script, other, stopped] of rows) {
    const end = await shell(folder, script, { limits: { ...limits, ...other } });
    t.equal(end.stopped, stopped, title);
    t.notOk(succeeded(end));
    t.ok(end.left > 0, `${title}: something was there to be killed`);
  }
  const alone = await shell(folder, 'perl -e "print length(q(x) x (900 << 20))"', {
    limits: { ...limits, memoryMiB: 32 },
  });
  t.notOk(succeeded(alone), 'one process alone is held by the kernel');
  t.notMatch(alone.output, /943718400/);
});

t.test('nothing of a program outlives it', async (t) => {
  const folder = temporaryFolder(t);
  const rows: [string, string][] = [
    ['in the background', 'sleep 600 & echo $! > pid; sleep 1'],
    ['in a session of its own', 'setsid sh -c "echo \\$\\$ > pid; exec sleep 600" & sleep 1'],
    [
      'in a session of its own, with an empty environment',
      'setsid env -i sh -c "echo \\$\\$ > pid; exec sleep 600" & sleep 1',
    ],
    ['twice forked, under another parent', '(setsid sh -c "echo \\$\\$ > pid; exec sleep 600" &) ; sleep 1'],
  ];
  for (const [title, script] of rows) {
    const end = await shell(folder, script);
    t.ok(succeeded(end), `${title}: the program itself did well`);
    t.ok(end.left > 0, `${title}: what it left was found`);
    t.notOk(lives(join(folder, 'pid')), `${title}: and is gone`);
  }
});

t.test('a program is stopped when the agent stops', async (t) => {
  const folder = temporaryFolder(t);
  const stopping = new AbortController();
  const run = { program: '/bin/sleep', args: ['600'], folder, environment: {}, limits, group: null };
  const ended = runProgram(run, stopping.signal);
  await delay(300);
  stopping.abort();
  t.equal((await ended).stopped, 'shutdown');
});
