// What the launcher does with the configuration of running programs: endpoints.json follows it, certificates and key bags
// are renewed without a restart, ports move at a start, and a state of layout 1 runs on with the same nodes.
import t, { type Test } from 'tap';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { renewCertificates } from '#deploy/renew-certificates.ts';
import { readOwnOperatorKeys, connectToProgram } from '#deploy/operator-connection.ts';
import { firstPlaces } from '#deploy/default-settings.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { keepUp } from '#deploy/upkeep.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { makeLayoutOne } from '../rig/layout-one.ts';
import { RunningConsign, startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const timeoutMs = 90_000;
const dayMs = 86_400_000;
const upkeepLookMs = 1_500;
const consign = await startConsign(t);
const layout = layOutState(consign.state);

/** The certificate that is shown at a port of this machine. */
function certificateAt(port: number): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate) resolve(certificate);
      else reject(new Error('It showed no certificate.'));
    });
    socket.on('error', reject);
  });
}

/** The programs' own processes; session servers come and go with what they serve. */
function programPids(): number[] {
  return ['launcher', 'internal-db', 'web-front', 'ftp-node'].map((name) => consign.pid(name));
}

/** Moves this process's clock, by which the launcher's part decides what is due, for the rest of the test. */
function moveClock(t: Test, days: number): void {
  const now = Date.now.bind(Date);
  t.teardown(() => (Date.now = now));
  Date.now = () => now() + days * dayMs;
}

/** Does what the launcher does beside running programs, until what it said is enough; returns it. */
async function upkeepUntil(isEnough: (said: readonly string[]) => boolean): Promise<string[]> {
  const said: string[] = [];
  const ending = new AbortController();
  const looked = Promise.withResolvers<void>();
  const running = keepUp({
    layout,
    places: firstPlaces,
    say: (line) => said.push(line),
    onInstalled: async () => looked.resolve(),
    signal: ending.signal,
  });
  await looked.promise;
  // Time for one look at certificates and bags, which follows at once.
  await delay(upkeepLookMs);
  await waitFor('the upkeep', () => isEnough(said), timeoutMs);
  ending.abort();
  await running;
  return said;
}

interface NodeList {
  readonly installed: string;
  readonly members: readonly { readonly name: string; readonly state: string }[];
}

t.test('the first start made three active members, by their tickets', async (t) => {
  const { members } = await consign.json<NodeList>('node', 'list');
  t.same(
    members.map(({ name, state }) => [name, state]),
    [
      ['db1', 'active'],
      ['web1', 'active'],
      ['ftp1', 'active'],
    ],
  );
  const versions = await consign.json<{ reason: string }[]>('config', 'history');
  t.equal(
    versions.length,
    7,
    'the cluster, and an invitation, a learner and a member for each of the other two',
  );
});

t.test('endpoints.json follows a change of the configuration, without a restart', async (t) => {
  const pids = programPids();
  const port = consign.portBase + 58;
  const change = [
    'config',
    'set',
    'ftp1/ftp/passivePorts/to',
    String(port - 1),
    '--publish',
    '--reason',
    'test',
  ];
  t.equal((await consign.run(...change)).code, 0);
  const move = ['config', 'set', 'ftp1/sftp/port', String(port), '--publish', '--reason', 'test'];
  const { code, stderr } = await consign.run(...move);
  t.equal(code, 0, stderr);
  await waitFor('the new port', () => consign.endpoints.sftp.port === port, timeoutMs);
  t.same(programPids(), pids, 'the same processes');
});

t.test('key bags are rotated when the policy says so, and not before', async (t) => {
  interface BagStatus {
    readonly links: readonly { readonly send: number; readonly accept: readonly number[] }[];
  }
  const pids = programPids();
  const before = (await consign.json<BagStatus>('bag', 'status')).links;
  moveClock(t, 29);
  t.same(await upkeepUntil(() => true), [], 'not yet');
  moveClock(t, 2);
  const said = await upkeepUntil((lines) => lines.length > 0);
  t.same(said, ['The key bags were rotated, as the policy asks for.']);
  const after = (await consign.json<BagStatus>('bag', 'status')).links;
  t.equal(after.length, before.length);
  for (const [index, { send, accept }] of after.entries()) {
    t.same(accept, [send], 'the old generation is retired');
    t.ok(send > (before[index]?.send ?? Number.POSITIVE_INFINITY));
  }
  t.same(programPids(), pids, 'the same processes');
});

t.test('another CONSIGN_PORT_BASE at a start moves everything, and customers find it there', async (t) => {
  await consign.stop();
  const moved = new RunningConsign(consign.state, await findFreePortBase(), {});
  t.teardown(() => moved.stop());
  await moved.start();
  t.match(moved.output, 'The ports were moved');
  t.equal(moved.endpoints.portal, `https://localhost:${moved.portBase}`);
  t.equal(moved.endpoints.ftp.port, moved.portBase + 3);
  t.equal(moved.endpoints.sftp.port, moved.portBase + 58, 'the whole row moves');
  await certificateAt(moved.portBase);
  await moved.waitUntilLinked();
  const { code, stdout } = await moved.run('doctor');
  t.equal(code, 0, stdout);
});

t.test('a certificate near its end is renewed while the programs run', async (t) => {
  // Back to the ports that it had. From here on its certificates are of a time that has not come yet.
  await consign.start();
  const pids = programPids();
  const ports = [consign.portBase, consign.portBase + 1, consign.portBase + 2];
  const before = await Promise.all(ports.map(certificateAt));
  const operator = await readOwnOperatorKeys(layout);
  const client = await connectToProgram(layout, 'ftp-node');
  t.teardown(() => client.close());
  const options = { layout, places: firstPlaces, operator, signal: AbortSignal.timeout(3 * timeoutMs) };
  t.equal(await renewCertificates(client, options), null, 'none is due');
  moveClock(t, 370);
  t.match(
    await renewCertificates(client, { ...options, operator: null }),
    /near their end, or .*: db1, web1, ftp1\. Only you/,
  );
  t.equal(await renewCertificates(client, options), 'Certificates were renewed: db1, web1, ftp1.');
  const after = await Promise.all(ports.map(certificateAt));
  for (const [index, certificate] of after.entries())
    t.ok(Date.parse(certificate.validTo) > Date.parse(before[index]?.validTo ?? '') + 300 * dayMs);
  t.same(programPids(), pids, 'the same processes');
});

t.test('a state of layout 1 is migrated at its next start, and serves with the same nodes', async (t) => {
  const state = join(temporaryFolder(t), 'state');
  const portBase = await findFreePortBase();
  mkdirSync(state, { mode: 0o700 });
  const old = await makeLayoutOne(state, { portBase, isRoot: process.geteuid?.() === 0 });
  const migrated = new RunningConsign(state, portBase, {});
  t.teardown(() => migrated.stop());
  await migrated.start();
  t.match(migrated.output, /brought to layout 2.*operator\.key/);
  const { members } = await migrated.json<{ members: { id: string; role: string }[] }>('node', 'list');
  t.same(Object.fromEntries(members.map(({ role, id }) => [role, id])), old.ids);
  const shown = await certificateAt(portBase);
  t.equal(shown.toString(), new X509Certificate(old.certificates['web-front']).toString());
  const { code, stdout } = await migrated.run('bag', 'rotate', '--reason', 'the first new keys');
  t.equal(code, 0, stdout);
  await migrated.restart();
  const doctor = await migrated.run('doctor');
  t.equal(doctor.code, 0, doctor.stdout);
  t.equal(statSync(join(state, 'operator', 'operator.key')).mode & 0o777, 0o600);
});
