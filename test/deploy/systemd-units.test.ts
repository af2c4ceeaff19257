// The systemd units: systemd itself finds nothing wrong with them, and rates the exposure of each OK or better, but for the agent of an
// appliance. That the programs run with all these restrictions, the test of the topology shows.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../rig/run-program.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'systemd');
const units = readdirSync(folder).filter((name) => name.endsWith('.service'));
/** Of 10, where systemd's "medium" begins. */
const mediumFrom = 5;

/** It installs software, as a package manager does: what binds it would bind every install program. */
const installer = 'consign-agent.service';

t.test('each service but the one that installs is rated OK or better', async (t) => {
  const rated = units.filter((name) => name !== installer);
  t.ok(rated.length >= 4 && rated.length === units.length - 1, units.join(', '));
  for (const name of rated) {
    const { stdout, stderr } = await runProgram('systemd-analyze', [
      'security',
      '--offline=yes',
      join(folder, name),
    ]);
    const exposure = /Overall exposure level for \S+: (\d+\.\d) (\w+)/.exec(stdout);
    t.ok(Number(exposure?.[1] ?? 10) < mediumFrom, `${name}: ${exposure?.[1]} ${exposure?.[2]} ${stderr}`);
  }
});

t.test('systemd knows every line of them', async (t) => {
  for (const name of [...units, 'consign-backup.timer', 'consign-backup.path', 'consign-base-backup.timer']) {
    const { stderr } = await runProgram('systemd-analyze', ['verify', '--man=no', join(folder, name)]);
    // Consign is not at /opt/consign on the machine of the test.
    const said = stderr.split('\n').filter((line) => /consign/.test(line) && !/is not executable/.test(line));
    t.same(said, [], name);
  }
});

t.test('no two roles run on one machine, where they would share a user and a state', (t) => {
  const roles = ['internal-db', 'web-front', 'ftp-node'].map((role) => `consign-${role}.service`);
  for (const name of roles) {
    const others = /^Conflicts=(.*)$/m.exec(readFileSync(join(folder, name), 'utf8'))?.[1]?.split(' ');
    t.same(others?.sort(), roles.filter((role) => role !== name).sort(), name);
  }
  t.end();
});
