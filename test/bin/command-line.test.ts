// The consign command as a shell runs it: found from anywhere, under Consign's own Node.js, with exit codes to rely on.
import t from 'tap';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '#bin/commands/all.ts';
import { buildProgram } from '#bin/program.ts';
import { runProgram } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const consign = join(root, 'bin', 'consign');

t.test('runs from any directory and through links, with a foreign node first on the PATH', async (t) => {
  const folder = temporaryFolder(t, { other: null, bin: null });
  writeFileSync(join(folder, 'bin', 'node'), '#!/bin/sh\necho "the wrong node" >&2\nexit 9\n');
  chmodSync(join(folder, 'bin', 'node'), 0o755);
  symlinkSync(consign, join(folder, 'other', 'first'));
  symlinkSync('other/first', join(folder, 'second'));
  const environment = { ...process.env, PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
  for (const program of [consign, join(folder, 'other', 'first'), join(folder, 'second'), './second']) {
    const { code, stdout, stderr } = await runProgram(program, ['--version'], {
      environment,
      directory: folder,
    });
    t.equal(code, 0, program);
    t.match(stdout, /^\d+\.\d+\.\d+\n$/);
    t.equal(stderr, '');
  }
});

t.test('every command has help with an example of itself', async (t) => {
  const { stdout } = await runProgram(consign, ['--help']);
  t.match(stdout, 'Exit codes:');
  for (const [words] of commands) {
    const said: string[] = [];
    const program = buildProgram(commands, {
      version: '0',
      run: () => Promise.reject(new Error('help runs nothing')),
    });
    const sayHere = (command: typeof program): void => {
      command.configureOutput({ writeOut: (text) => said.push(text) });
      command.commands.forEach(sayHere);
    };
    sayHere(program);
    const parsing = program.parseAsync([...words.split(' '), '--help'], { from: 'user' });
    await t.rejects(parsing, { code: 'commander.helpDisplayed' });
    t.match(said.join(''), `$ consign ${words}`);
  }
});

t.test('a wrong command line is told so: exit code 2, nothing on standard output', async (t) => {
  const bad: readonly (readonly string[])[] = [
    ['nonsense'],
    ['grant', 'acme'],
    ['status', '--nonsense'],
    ['account', 'create', 'No Such Name'],
    ['grant', 'acme', 'tool'],
    ['grant', 'acme', 'tool', '--reason', 'x', '--until', 'someday'],
    ['grant', 'acme', 'tool', '--reason', 'x', '--until', '-1d'],
    ['revoke', 'ent_x', '--reason', ''],
    ['stage', 'acme', 'tool/1.0.0'],
    ['stage', 'acme', 'tool/1.0.0/a', '--ttl', 'long'],
    ['why', 'acme', '../tool'],
    ['audit', '--limit', '0'],
    ['deliveries', '--only', 'nonsense'],
    ['staff', 'create', 'bob', '--role', 'king'],
    ['publish', 'tool', '1.0.0'],
    ['publish', 'tool', '1.0.0', '/dev/null'],
    ['user', 'create', 'acme', 'bob', '--ask-password'],
    ['user', 'create', 'acme', 'bob', '--password-stdin'],
    ['config', 'set', 'web1/logLevel'],
    ['config', 'sign'],
    ['config', 'rebase', '--mine', '--theirs'],
    ['node', 'invite', 'web-front'],
    ['node', 'evict', 'web1'],
    ['node', 'join', 'consign-join-abc'],
    ['bag', 'rotate', 'everything'],
    ['operator', 'init', 'No Such Name'],
    ['operator', 'add', 'bob', 'nonsense', '--reason', 'x'],
  ];
  const environment = { ...process.env, CONSIGN_STATE: temporaryFolder(t) };
  await Promise.all(
    bad.map(async (args) => {
      const { code, stdout, stderr } = await runProgram(consign, args, { environment });
      t.equal(code, 2, args.join(' '));
      t.equal(stdout, '');
      t.notMatch(stderr, 'fault of consign');
    }),
  );
});

t.test('says what to do when Consign is not running, or the state is none: exit code 3', async (t) => {
  const stopped = temporaryFolder(t, { 'version.json': '{"stateVersion":1}' });
  const notRunning = await runProgram(consign, ['--state', stopped, 'accounts']);
  t.equal(notRunning.code, 3);
  t.match(notRunning.stderr, 'Start it with npm start.');
  const none = await runProgram(consign, ['--state', temporaryFolder(t), '--json', 'accounts']);
  t.equal(none.code, 3);
  t.match(none.stderr, 'There is no Consign in');
  t.equal(none.stdout, '');
});

t.test('doctor on a state that does not run says so, and fails', async (t) => {
  const state = temporaryFolder(t);
  const { code, stdout } = await runProgram(consign, ['--state', state, '--json', 'doctor']);
  t.equal(code, 1);
  const findings = JSON.parse(stdout) as { check: string; level: string; advice?: string }[];
  t.match(
    findings.find(({ check }) => check === 'state'),
    { level: 'fail', advice: /--state/ },
  );
  t.match(
    findings.find(({ check }) => check === 'Node.js'),
    { level: 'ok' },
  );
});

t.test('what went wrong reaches the terminal without escape sequences, whoever worded it', async (t) => {
  const { code, stderr } = await runProgram(consign, [
    '--state',
    '/nonexistent/\u001b]52;c;cm0=\u0007',
    'node',
    'list',
  ]);
  t.not(code, 0);
  t.match(stderr, '/nonexistent/');
  t.notOk(stderr.includes('\u001b') || stderr.includes('\u0007'));
});
