// Programs in a control group of their own. The kernel here gives such groups no controllers of memory and tasks, so what is written
// for them, and read from them, is looked at in folders that stand in for groups; holding and killing is the kernel's.
import t from 'tap';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { openGroupTree } from '#appliance/programs/group-tree.ts';
import { runProgram, type ProgramEnd } from '#appliance/programs/run-program.ts';
import { runProgram as runCommand } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { agentPlaces, enrolAgent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { packageOffer } from './offers.ts';

type Tap = { readonly teardown: (done: () => unknown) => void };

const limits = { timeoutMs: 20_000, memoryMiB: 64, outputBytesMax: 65_536 };
const moduleFile = join(import.meta.dirname, '../../appliance/programs/group-tree.ts');

function shell(folder: string, script: string, group: string): Promise<ProgramEnd> {
  const environment = { GROUP: group };
  return runProgram({ program: '/bin/sh', args: ['-c', script], folder, environment, limits, group });
}

/** A folder in the place of a group that passes these controllers on. */
function standIn(t: Tap, controllers: string): string {
  return temporaryFolder(t, { 'cgroup.subtree_control': `${controllers}\n` });
}

/** A real group of version 2, in a hierarchy that is mounted for the test. */
async function realGroup(t: Tap & { ok: (is: unknown, what: string) => unknown }) {
  const mount = join(temporaryFolder(t), 'cgroup');
  mkdirSync(mount);
  const { code, stderr } = await runCommand('mount', ['-t', 'cgroup2', 'none', mount]);
  t.ok(code === 0, `a hierarchy of version 2 is mounted ${stderr}`);
  t.teardown(() => runCommand('umount', ['--lazy', mount]));
  const group = join(mount, `consign-test-${process.pid}-${readdirSync(mount).length}`);
  mkdirSync(group);
  t.teardown(() => rmdirSync(group));
  return { mount, group };
}

/** True while the process whose id the script wrote down lives; what nobody has reaped yet does not. */
function lives(file: string): boolean {
  const stat = `/proc/${readFileSync(file, 'utf8').trim()}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}

t.test('a control group holds even what leaves no trace', async (t) => {
  const { mount, group } = await realGroup(t);
  const folder = temporaryFolder(t);
  const gone = 'setsid env -i sh -c "(setsid env -i sleep 600 & echo \\$! > pid)" & sleep 0.2';
  const end = await shell(folder, gone, group);
  t.match(end, { exitCode: 0, stopped: null, undying: 0 });
  t.ok(end.left > 0);
  t.notOk(lives(join(folder, 'pid')));
  t.same(
    readdirSync(group).filter((name) => name.startsWith('consign-')),
    [],
    'its group is gone',
  );
  const nowhere = openGroupTree(join(mount, 'missing'), 'x', 1);
  t.equal(nowhere, null, 'where none can be made, the agent does without');
});

t.test('an agent that is alone in its group makes room for limits below it', async (t) => {
  const { mount, group } = await realGroup(t);
  const [mountText, moduleText] = [mount, moduleFile].map((each) => JSON.stringify(each));
  const found = `console.log((await import(${moduleText})).openDelegatedGroup(${mountText}))`;
  const own =
    'console.log((await import("node:fs")).readFileSync("/proc/self/cgroup", "utf8").match(/^0::(.*)$/m)[1])';
  const enter = 'echo $$ > "$1/cgroup.procs"; ';
  const node = (script: string): string[] => [process.execPath, '--input-type=module', '-e', script];
  const rows: [string, string, RegExp][] = [
    ['alone', `${enter}shift; exec "$@"`, /\/consign-test-[^/]+\n\/consign-test-[^/]+\/agent\n$/],
    ['beside a shell', `${enter}shift; "$@"; :`, /\/consign-test-[^/]+\n\/consign-test-[^/]+\n$/],
  ];
  for (const [title, script, printed] of rows) {
    const { stdout, stderr } = await runCommand('sh', [
      '-c',
      script,
      'sh',
      group,
      ...node(`${found};${own}`),
    ]);
    t.match(stdout, printed, `${title} ${stderr}`);
    if (existsSync(join(group, 'agent'))) rmdirSync(join(group, 'agent'));
  }
});

t.test('where the controllers are passed on, the kernel holds memory and tasks', async (t) => {
  const look = 'cd "$GROUP"/consign-* && head memory.max memory.oom.group pids.max 2>/dev/null';
  const held = await shell('/', look, standIn(t, 'cpu memory pids'));
  t.match(held.output, /memory\.max <==\n67108864\n[^]*oom\.group <==\n1\n[^]*pids\.max <==\n768/);
  const free = await shell('/', look, standIn(t, 'cpu'));
  t.equal(free.output, '', 'elsewhere nothing is written');
});

t.test('what the kernel has stopped is told by its name', async (t) => {
  const killed = 'cd "$GROUP"/consign-*; until [ -e cgroup.kill ]; do sleep 0.1; done';
  const rows: [string, string, ProgramEnd['stopped']][] = [
    ['killed for its memory', 'echo "oom 2\noom_kill 1" > memory.events; exit 1', 'memory'],
    ['one of it was, and it ends well', 'echo "oom_kill 1" > memory.events', 'memory'],
    ['refused a fork', `echo "max 7" > pids.events; ${killed}`, 'processes'],
    ['near its limits', 'echo "max 9\noom_kill 0" > memory.events; echo "max 0" > pids.events', null],
  ];
  for (const [title, script, stopped] of rows) {
    const end = await shell('/', `cd "$GROUP"/consign-*; ${script}`, standIn(t, 'memory pids'));
    t.equal(end.stopped, stopped, title);
  }
});

t.test('what can’t be killed is told', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  // In a folder that stands in for a group nothing is killed, as if it waited in the kernel.
  const agent = { ...(await enrolAgent(centre, places)), group: standIn(t, '') };
  writeFileSync(join(places.state, 'plugins/initial/10-load'), '#!/bin/sh\necho load\n', { mode: 0o755 });
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } }, install: 'true' })];
  await runCycle(agent, 'start');
  t.match(centre.beats[0]?.plugins, [{ output: 'load\n [processes that could not be killed: 1]' }]);
  t.match(centre.beats[1]?.results, [{ outcome: 'installed' }], 'what was installed is installed');
  t.match(centre.beats[1]?.problems, [{ code: 'processes_left', about: /install\.sh: .* killed: 1/ }]);
});
