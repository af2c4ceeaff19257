// How processes start, say so, and stop: with real processes, signals and exit codes.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { readConfig } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, strictObject } from '#commlink/schema.ts';

const program = path.join(import.meta.dirname, 'lifecycle-program.ts');

function start(
  t: Test,
  how: string,
): { child: ChildProcess; output: () => string; exited: Promise<unknown[]> } {
  const child = fork(program, [how], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  return { child, output: () => output, exited: once(child, 'exit') };
}

void t.test('says that it is ready, and again when pids change', async (t) => {
  const { child, exited } = start(t, 'ready');
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  while (messages.length < 2) await once(child, 'message');
  t.same(messages, [{ type: 'ready' }, { type: 'ready', pids: { session: 7 } }]);
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  void t.test(`stops once and exits with 0 on ${signal}, however often it comes`, async (t) => {
    const { child, output, exited } = start(t, 'slow-stop');
    await once(child, 'message');
    child.kill(signal);
    child.kill(signal);
    await once(child, 'message');
    child.kill('SIGINT');
    t.same(await exited, [0, null]);
    t.equal(output(), 'stopped\n');
  });

void t.test('stops when its parent has gone', async (t) => {
  const { child, output, exited } = start(t, 'slow-stop');
  await once(child, 'message');
  child.disconnect();
  t.same(await exited, [0, null]);
  t.equal(output(), 'stopped\n');
});

void t.test('stops when its parent has gone while it was starting', async (t) => {
  const { child, output, exited } = start(t, 'slow-start');
  child.disconnect();
  t.same(await exited, [0, null]);
  t.equal(output(), 'stopped\n');
});

void t.test('a stop that fails exits with 1 and says why', async (t) => {
  const { child, output, exited } = start(t, 'failing-stop');
  await once(child, 'message');
  child.kill('SIGTERM');
  t.same(await exited, [1, null]);
  t.equal(output(), 'It would not stop.\n');
});

void t.test('a fault of configuration is one sentence and 78, any other 1', async (t) => {
  const misconfigured = start(t, 'misconfigured');
  t.same(await misconfigured.exited, [78, null]);
  t.equal(misconfigured.output(), 'The port is taken. Choose another.\n');
  const broken = start(t, 'broken');
  t.same(await broken.exited, [1, null]);
});

void t.test('a configuration is read and checked, and a fault names its place', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-config-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'config.json');
  const check = compileSchema(
    'configuration',
    strictObject({ node: strictObject({ port: Type.Integer() }) }),
  );
  await t.rejects(readConfig(file, check), { code: 'CONFIG_MISSING' });
  await writeFile(file, '{"node":{"port":1}}');
  t.same(await readConfig(file, check), { node: { port: 1 } });
  await writeFile(file, '{"node":{"port":"1"}}');
  await t.rejects(readConfig(file, check), { code: 'CONFIG_INVALID', message: /\/node\/port/ });
  await writeFile(file, '{');
  await t.rejects(readConfig(file, check), { code: 'CONFIG_INVALID', message: /not JSON/ });
});
