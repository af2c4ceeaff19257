// The commands of rollouts and pins on a running Consign: begun, looked at, held up, let go on, taken back; and what is refused.
import t from 'tap';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { pageRowsMax } from '#commlink/methods/paging.ts';
import { createLogger } from '#commlink/log.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';

const consign = await startConsign(t);
await consign.json('product', 'create', 'gateway');
await publishPackages(consign, ['1.0.0', '2.0.0']);

interface Named {
  readonly id: string;
}

interface Listed {
  readonly rollouts: readonly { readonly groups: readonly string[] }[];
}

interface Pinned {
  readonly pins: readonly { readonly subject: string }[];
}

function connect({ state }: RunningConsign) {
  return connectUnix({
    path: layOutState(state).adminSocket,
    peer: { role: 'internal-db', name: 'internal-db', id: 'internal-db' },
    called: adminMethods,
    log: createLogger('test', 'silent'),
  });
}

/** Releases of `gateway`, each with a package that nobody has signed. */
async function publishPackages(consign: RunningConsign, versions: readonly string[]): Promise<void> {
  const admin = await connect(consign);
  for (const version of versions) {
    const sha256 = version.replaceAll('.', '').padEnd(64, '0');
    const file = { name: 'gateway.cpk', sizeBytes: 5, sha256, platform: null, mediaType: packageMediaType };
    const release = { product: 'gateway', version, channel: 'stable', draft: false, files: [file] };
    await admin.call('release.publish', { actor: 'test', ...release });
  }
  admin.close();
}

t.test('a rollout is begun, held up, let go on and taken back', async (t) => {
  const run = async (code: number, ...words: string[]): Promise<string> => {
    const { code: found, stdout, stderr } = await consign.run(...words);
    t.equal(found, code, `${words.join(' ')}: ${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  };
  t.match(await run(0, 'rollout', 'status'), 'There are no rollouts');
  const why = ['--reason', 'Release of May'];
  const create = ['rollout', 'create', 'gateway', '2.0.0'];
  await run(2, ...create);
  await run(2, ...create, '--waves', 'some', ...why);
  await run(1, ...create, '--waves', '50,20,100', ...why);
  await run(4, 'rollout', 'create', 'gateway', '9.0.0', ...why);
  const options = ['--groups', 'pilots,default', '--tags', 'lab', '--windows', 'mon-fri 22:00-04:00'];
  const { id } = (await consign.json(
    ...create,
    '--waves',
    '5:30min,100',
    ...options,
    ...why,
  )) as unknown as Named;
  t.match(id, /^rol_/);
  await run(1, ...create, ...why);
  t.match(await run(0, 'rollout', 'status'), /gateway +2\.0\.0 +update +running/);
  const shown = await run(0, 'rollout', 'status', id);
  t.match(shown, 'gateway 2.0.0 for the appliances of pilots, default with the tag lab');
  t.match(shown, 'waves begin mon-fri 22:00-04:00 (UTC)');
  t.match(await run(2, 'rollout', 'pause', 'x'), '"x" is no id of a rollout', 'before the reason is missed');
  t.match(await run(2, 'rollout', 'status', 'x'), '"x" is no id of a rollout');
  t.match(await run(0, 'rollout', 'pause', id, ...why), /is paused \(since [^)]+\): Release of May/);
  t.match(await run(0, 'rollout', 'resume', id, ...why), 'is running');
  await run(1, 'rollout', 'resume', id, ...why);
  t.match(await run(0, 'rollout', 'rollback', id, ...why), 'gateway 1.0.0');
  t.match(await run(0, 'rollout', 'status', id), 'is aborted');
  await run(1, 'rollout', 'abort', id, ...why);
  t.match(await run(0, 'rollout', 'behind', 'gateway'), 'All have the newest release');
});

t.test('a version is pinned and let go', async (t) => {
  const codes: (number | null)[] = [];
  const run = async (...words: string[]): Promise<string> => {
    const { code, stdout } = await consign.run(...words);
    codes.push(code);
    return stdout;
  };
  const group = ['--group', 'hospital', '--reason', 'Certified'];
  t.match(await run('pin', 'put', 'gateway', '1.0.0', ...group), 'is held at 1.0.0 for the group hospital');
  t.match(await run('pin', 'list'), /gateway +1\.0\.0 +group +hospital/);
  t.match(await run('pin', 'remove', 'gateway', ...group), 'is held no more');
  await run('pin', 'remove', 'gateway', ...group);
  await run('pin', 'put', 'gateway', '1.0.0', '--tag', 'lab', ...group);
  t.same(codes, [0, 0, 0, 4, 2]);
});

t.test('lists that internal-db hands out in pages are shown whole', async (t) => {
  const admin = await connect(consign);
  const subjects = Array.from({ length: pageRowsMax + 5 }, (_, index) => `site-${index}`);
  const [before, pinnedBefore] = [
    await consign.json<Listed>('rollout', 'status'),
    await consign.json<Pinned>('pin', 'list'),
  ];
  const common = { actor: 'test', product: 'gateway', reason: 'many sites' };
  const plan = { waves: [{ percent: 100, soakMs: 0 }], tags: [], windows: [] };
  const thresholds = { failedPercentMax: 5, missingPercentMax: 10, stopCountMin: 3 };
  for (const subject of subjects) {
    await admin.call('pin.put', { ...common, scope: 'group', subject, version: '1.0.0' });
    await admin.call('rollout.create', {
      ...common,
      ...plan,
      ...thresholds,
      groups: [subject],
      version: '2.0.0',
    });
  }
  admin.close();
  const { rollouts } = await consign.json<Listed>('rollout', 'status', '--product', 'gateway');
  const groups = rollouts.flatMap((rollout) => rollout.groups);
  t.same(groups.slice(0, subjects.length), subjects.toReversed(), 'the newest first');
  t.equal(rollouts.length, before.rollouts.length + subjects.length);
  const { pins } = await consign.json<Pinned>('pin', 'list');
  t.equal(pins.length, pinnedBefore.pins.length + subjects.length);
  t.same(new Set(pins.map(({ subject }) => subject)).size, pins.length, 'each once');
});
