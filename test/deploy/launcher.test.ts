// The launcher with the real programs: first start, later starts, deaths, two launchers, a launcher that was killed.
import { availableParallelism } from 'node:os';
import t from 'tap';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { runProgram } from '../rig/run-program.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { findFreePortBase } from '../rig/free-ports.ts';

const root = join(import.meta.dirname, '..', '..');
const launcher = join(root, 'deploy', 'launch.ts');
const timeoutMs = 90_000;

function isAlive(pid: number): boolean {
  try {
    // A process that has ended and waits for its parent is no longer alive for our purposes.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Whether a process has this path among its arguments. */
function isNamedByAny(path: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(path);
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  });
}

const consign = await startConsign(t);

t.test('says where everything is, once everything is up, and only to its owner', async (t) => {
  const { endpoints } = consign;
  const servers = Array.from({ length: availableParallelism() }, (_, index) => `session-server-${index + 1}`);
  const names = ['launcher', 'internal-db', 'watcher', 'web-front', 'ftp-node', ...servers];
  t.same(Object.keys(endpoints.pids).toSorted(), names.toSorted());
  for (const name of names) t.ok(isAlive(consign.pid(name)), name);
  t.match(endpoints, { portal: /^https:/, ftp: { port: Number }, sftp: { port: Number } });
  t.equal(statSync(join(consign.state, 'endpoints.json')).mode & 0o777, 0o600);
  t.ok(existsSync(endpoints.caFile));
});

t.test('without the demo there is one staff login and nothing else', async (t) => {
  t.equal(consign.logins.customer, null);
  t.equal(consign.logins.staff.name, 'operator');
  t.same(await consign.json('accounts'), []);
  t.same(await consign.json('products'), []);
  t.notOk(existsSync(join(consign.state, 'first-logins.json')), 'the passwords are nowhere on disk');
  t.notOk((await consign.readLogs()).includes(consign.logins.staff.password));
});

t.test('doctor finds nothing to put right', async (t) => {
  const { code, stdout } = await consign.run('doctor', '--json');
  const findings = JSON.parse(stdout) as { level: string }[];
  t.same(
    findings.filter(({ level }) => level === 'fail'),
    [],
  );
  t.equal(code, 0);
});

t.test('a second launcher on the same state is refused, and harms nothing', async (t) => {
  const { code, stderr } = await runProgram(process.execPath, [launcher], {
    environment: consign.environment,
  });
  t.equal(code, 1);
  t.match(stderr, `Consign is already running on ${consign.state} (process ${consign.pid('launcher')})`);
  t.ok(isAlive(consign.pid('internal-db')));
});

t.test('another installation on the same ports is refused, with the port and what to do', async (t) => {
  const environment = { ...consign.environment, CONSIGN_STATE: join(temporaryFolder(t), 'other') };
  const { code, stderr } = await runProgram(process.execPath, [launcher], { environment });
  t.equal(code, 1);
  t.match(stderr, `Port ${consign.portBase} (portal) can't be used`);
  t.match(stderr, 'CONSIGN_PORT_BASE=');
});

for (const name of ['session-server-1', 'web-front', 'internal-db', 'ftp-node']) {
  t.test(`${name} is back after it was killed, and files can be staged again`, async (t) => {
    const before = consign.kill(name);
    const after = await consign.waitForRestart(name, before);
    t.not(after, before);
    await consign.waitUntilLinked();
    t.ok(isAlive(after));
  });
}

t.test('when the launcher is killed, its programs go, and the next start is as any other', async (t) => {
  const { pids } = consign.endpoints;
  consign.kill('launcher');
  await consign.stop();
  const areGone = (): boolean => !Object.values(pids).some(isAlive);
  await waitFor('the programs to notice', areGone, timeoutMs);
  await consign.start();
  await consign.waitUntilLinked();
  t.match(consign.output, 'Ctrl-C stops it.', 'the logins are not shown again');
});

t.test('stops everything within bounds, and leaves no process and no endpoints', async (t) => {
  const { pids } = consign.endpoints;
  t.equal(await consign.stop(), 0);
  for (const [name, pid] of Object.entries(pids)) t.notOk(isAlive(pid), name);
  t.notOk(existsSync(join(consign.state, 'endpoints.json')));
  const { code, stderr } = await consign.run('status');
  t.equal(code, 3);
  t.match(stderr, 'Start it with npm start.');
});

t.test('a first start that is cut short, anywhere, is completed by the next ones', async (t) => {
  const state = join(temporaryFolder(t), 'state');
  const environment = {
    ...process.env,
    CONSIGN_STATE: state,
    CONSIGN_PORT_BASE: String(await findFreePortBase()),
  };
  const milestones = [
    'version.json',
    'operator/operator.key',
    'internal-db/configuration/protocol.json',
    'internal-db/admin.sock',
    'web-front/node.key',
    'web-front/configuration/protocol.json',
    'ftp-node/config.json',
  ];
  const planned = new Set<string>();
  for (const milestone of milestones) {
    const child = spawn(...plainCommand(process.execPath, [launcher, '--empty']), {
      env: environment,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await waitFor(milestone, () => existsSync(join(state, milestone)), timeoutMs);
    child.kill('SIGKILL');
    await ended;
    planned.add(readFileSync(join(state, 'first-logins.json'), 'utf8'));
    // The programs notice by themselves; the next launcher does not know them, since nothing was announced.
    await waitFor('the programs to notice', () => !isNamedByAny(state), timeoutMs);
  }
  t.equal(planned.size, 1, 'the logins stay the same');
  const child = spawn(...plainCommand(process.execPath, [launcher, '--empty']), {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await waitFor('the greeting', () => output.includes('shown only now'), timeoutMs);
  const [text = '{}'] = planned;
  const { staff } = JSON.parse(text) as { staff: { password: string } };
  t.ok(output.includes(staff.password));
  await waitFor('the logins to be forgotten', () => !existsSync(join(state, 'first-logins.json')), timeoutMs);
});

t.test('without root it runs all the same, and says loudly that nobody is jailed', async (t) => {
  const unprivileged = await startConsign(t, { uid: 65_534 });
  await waitFor('the warning', () => unprivileged.output.includes('NOT JAILED'), timeoutMs);
  const { nodes } = await unprivileged.json<{ nodes: { description: { jailed: boolean } }[] }>('status');
  t.same(
    nodes.map(({ description }) => description.jailed),
    [false],
  );
});
