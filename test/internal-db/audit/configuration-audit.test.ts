// What happens to the cluster's configuration gets to the audit log, whenever it happens.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ConfigurationEvent, NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import { formatVersion, type ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { createLogger } from '#commlink/log.ts';
import { defaultClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import { ConfigurationAudit } from '#internal-db/audit/configuration-audit.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { createClock } from '#internal-db/clock.ts';
import { configurationEventsWaitingMax, configurationRefusalsPerWriteMax } from '#internal-db/limits.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import type { Store } from '#internal-db/store/store.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';
import { internalDbSettings } from '../support/test-cluster.ts';

const versionOf = (seq: number): ClusterVersion => ({ seq, digest: randomBytes(32).toString('base64url') });

const eventOf = (
  type: ConfigurationEvent['type'],
  change: Partial<ConfigurationEvent> = {},
): ConfigurationEvent => ({
  type,
  version: versionOf(2),
  code: type === 'refused' ? 'bad_signature' : null,
  detail: 'because',
  by: 'ann',
  ...change,
});

const configurationOf = (version: ClusterVersion): NodeConfiguration<'internal-db'> => ({
  version,
  policy: defaultClusterPolicy,
  settings: internalDbSettings(),
  identity: { certificate: 'x', privateKey: 'x', authority: null, hostKeys: [] },
});

const setUp = (t: Test) => {
  const store = openSqliteStore(join(temporaryFolder(t), 'consign.db'));
  t.teardown(() => store.close());
  const audit = new ConfigurationAudit(createLogger('test', 'silent'));
  const target = { store, clock: createClock(0) };
  const entries = async () => await store.read.audit.after(0, 10_000);
  return { store, audit, target, entries };
};

t.test('events wait until they can be written, each once, with version, who and code', async (t) => {
  const { store, audit, target, entries } = setUp(t);
  const [proposed, refused] = [eventOf('proposed'), eventOf('refused', { by: 'ftp1', version: null })];
  for (const event of [proposed, refused, eventOf('joined', { by: 'web2' })]) audit.record(event);
  audit.record(eventOf('evicted', { by: 'ftp1' }));
  t.same(await entries(), []);
  await audit.write(target);
  await audit.write(target);
  t.match(await entries(), [
    {
      actor: 'operator:ann',
      action: 'config.proposed',
      subject: proposed.version && formatVersion(proposed.version),
    },
    { actor: 'cluster', action: 'config.refused', subject: 'ftp1', detail: /"code":"bad_signature"/ },
    { actor: 'cluster', action: 'node.joined', subject: 'web2' },
    { actor: 'cluster', action: 'node.evicted', subject: 'ftp1' },
  ]);
  t.match(await verifyAudit(store.read), { intact: true });
});

t.test('what could not be written waits on', async (t) => {
  const { audit, target, entries } = setUp(t);
  audit.record(eventOf('installed'));
  const failing: Store = {
    ...target.store,
    transaction: () => Promise.reject(new Error('the disk is full')),
  };
  await t.rejects(audit.write({ ...target, store: failing }));
  audit.record(eventOf('evicted'));
  await audit.write(target);
  t.same(
    (await entries()).map(({ action }) => action),
    ['config.installed', 'node.evicted'],
  );
});

t.test('an install that the process did not live to record is recorded at the next start', async (t) => {
  const { store, audit, target, entries } = setUp(t);
  const [first, second] = [versionOf(1), versionOf(2)];
  await audit.recordInstalled(configurationOf(first), { store, internalDbCount: 1 });
  await audit.write(target);
  await audit.recordInstalled(configurationOf(first), { store, internalDbCount: 1 });
  await audit.recordInstalled(configurationOf(second), { store, internalDbCount: 1 });
  await audit.write(target);
  t.match(await entries(), [{ subject: formatVersion(first) }, { subject: formatVersion(second) }]);
  t.equal((await entries()).length, 2);
});

t.test('of several internal-dbs, the one that is first writes what all of them have installed', async (t) => {
  const { store, audit, target, entries } = setUp(t);
  const other = new ConfigurationAudit(createLogger('test', 'silent'));
  const [first, second, third] = [versionOf(1), versionOf(2), versionOf(3)];
  for (const each of [audit, other]) {
    await each.recordInstalled(configurationOf(first), { store, internalDbCount: 2 });
    each.record(eventOf('installed', { version: second }));
    each.record(eventOf('joined', { version: second, by: 'web2' }));
    each.record(eventOf('refused', { version: second, by: 'ftp1' }));
  }
  await audit.write(target);
  other.record(eventOf('installed', { version: third }));
  await other.write(target);
  const actions = (await entries()).map(({ action }) => action);
  const ofEach = ['config.installed', 'config.installed', 'node.joined', 'config.refused'];
  t.same(actions, [...ofEach, 'config.refused', 'config.installed']);
  t.equal((await entries()).at(-1)?.subject, formatVersion(third));
});

t.test('a flood of refusals fills neither memory nor the log, and hides nothing else', async (t) => {
  const { audit, target, entries } = setUp(t);
  audit.record(eventOf('installed'));
  const floodCount = 3 * configurationEventsWaitingMax;
  for (let count = 0; count < floodCount; count += 1) audit.record(eventOf('refused'));
  audit.record(eventOf('evicted'));
  await audit.write(target);
  const written = await entries();
  t.equal(written.length, configurationRefusalsPerWriteMax + 3);
  t.match(written[0], { action: 'config.installed' });
  const further = written.find(({ subject }) => subject === 'further refusals');
  t.equal(JSON.parse(further?.detail ?? '{}').count, floodCount - configurationRefusalsPerWriteMax);
  t.ok(written.some(({ action }) => action === 'node.evicted'));
});
