// One program under supervision, with small programs in place of the real ones: ready, restarted, given up, stopped.
import t, { type Test } from 'tap';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SupervisedProgram } from '#deploy/supervised-program.ts';
import { waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const timeoutMs = 90_000;
/** Far below what a program that is let be would have, and far above what one that is killed takes. */
const killedWithinMs = 30_000;
const stayReady = "process.send({ type: 'ready', pids: { helper: 4242 } }); setInterval(() => {}, 1000);";

interface Watched {
  readonly program: SupervisedProgram;
  readonly said: string[];
  readonly givenUp: string[];
  readonly logPath: string;
}

function supervise(t: Test, script: string, stopDeadlineMs = 60_000): Watched {
  const directory = temporaryFolder(t, { 'main.mjs': script, 'config.json': '{}' });
  const said: string[] = [];
  const givenUp: string[] = [];
  const logPath = join(directory, 'a.log');
  const program = new SupervisedProgram({
    name: 'web-front',
    mainFile: join(directory, 'main.mjs'),
    configFile: join(directory, 'config.json'),
    logPath,
    showAll: false,
    showWarnings: () => true,
    stopDeadlineMs,
    say: (line) => said.push(line),
    onPids: () => said.push('pids'),
    onGivenUp: (reason) => givenUp.push(reason),
  });
  t.teardown(() => program.stop());
  program.start();
  return { program, said, givenUp, logPath };
}

t.test('tells the process ids once the program is ready, and none before', async (t) => {
  const { program } = supervise(t, stayReady);
  t.same(program.pids, {});
  await program.ready;
  t.same(Object.keys(program.pids), ['web-front', 'helper']);
  t.equal(program.pids['helper'], 4242);
});

t.test('starts a program that was killed again, under a new id', async (t) => {
  const { program, said } = supervise(t, stayReady);
  await program.ready;
  const before = program.pids['web-front'] ?? 0;
  process.kill(before, 'SIGKILL');
  await waitFor('a new process', () => ![undefined, before].includes(program.pids['web-front']), timeoutMs);
  t.match(
    said.find((line) => line.includes('died')),
    'web-front died (SIGKILL); it starts again in 0.2 s.',
  );
});

t.test('waits longer each time for a program that dies at once', async (t) => {
  const { said } = supervise(t, "process.send({ type: 'ready' }, () => process.exit(3));");
  await waitFor('three deaths', () => said.filter((line) => line.includes('died')).length >= 3, timeoutMs);
  t.same(
    said
      .filter((line) => line.includes('died'))
      .slice(0, 3)
      .map((line) => /in ([\d.]+) s/.exec(line)?.[1]),
    ['0.2', '0.4', '0.8'],
  );
});

t.test('gives up, with its own sentence, on a program that says a restart would not help', async (t) => {
  const script = "console.error('The key file is missing. Restore it.'); process.exitCode = 78;";
  const { givenUp, said } = supervise(t, script);
  await waitFor('giving up', () => givenUp.length > 0, timeoutMs);
  t.same(givenUp, ['The key file is missing. Restore it.']);
  t.notMatch(said.join('\n'), 'starts again');
});

t.test('gives up on a program that never becomes ready, with the error of its crash', async (t) => {
  const { givenUp } = supervise(t, "throw new TypeError('no such thing');");
  await waitFor('giving up', () => givenUp.length > 0, timeoutMs);
  t.match(givenUp[0], 'It died 3 times before it was ready (TypeError: no such thing)');
});

t.test('a program that ignores SIGTERM is killed in bounded time', async (t) => {
  const { program, said } = supervise(t, `process.on('SIGTERM', () => {}); ${stayReady}`, 300);
  await program.ready;
  const startedMs = performance.now();
  await program.stop();
  t.ok(performance.now() - startedMs < killedWithinMs);
  t.match(said.join('\n'), 'web-front did not stop in time and was killed.');
});

t.test('a program that lets its customers finish has the time that it said for it', async (t) => {
  const ready = "process.send({ type: 'ready', finishingMsMax: 60000 }); setInterval(() => {}, 1000);";
  const script = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 1600)); ${ready}`;
  const { program, said } = supervise(t, script, 300);
  await program.ready;
  await program.stop();
  t.notMatch(said.join('\n'), /killed|died/);
  t.match(said.join('\n'), 'lets customers finish, for 60 s at most. Ctrl-C again ends everything at once.');
});

t.test('and is killed at once all the same', async (t) => {
  const ready = "process.send({ type: 'ready', finishingMsMax: 60000 }); setInterval(() => {}, 1000);";
  const { program } = supervise(t, `process.on('SIGTERM', () => {}); ${ready}`);
  await program.ready;
  const startedMs = performance.now();
  const stopping = program.stop();
  program.kill();
  await stopping;
  t.ok(performance.now() - startedMs < killedWithinMs);
});

t.test('a program that stops by itself when asked is not killed, nor started again', async (t) => {
  const { program, said } = supervise(t, `process.on('SIGTERM', () => process.exit(0)); ${stayReady}`);
  await program.ready;
  await program.stop();
  t.same(program.pids, {});
  t.notMatch(said.join('\n'), /killed|died/);
});

t.test('all output is in the log; the terminal gets warnings and errors', async (t) => {
  const lines = [
    "console.log(JSON.stringify({ level: 30, msg: 'usual' }));",
    "console.log(JSON.stringify({ level: 40, msg: 'unusual' }));",
    "console.error('plain words');",
  ];
  const { program, said, logPath } = supervise(t, `${lines.join('\n')}\n${stayReady}`);
  await program.ready;
  await waitFor('the log', () => readFileSync(logPath, 'utf8').includes('plain words'), timeoutMs);
  t.same(
    said.filter((line) => line !== 'pids'),
    ['web-front: unusual'],
  );
  t.ok(readFileSync(logPath, 'utf8').includes('"usual"'));
});
