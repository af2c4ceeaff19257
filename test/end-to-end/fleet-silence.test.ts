// A fleet that has trouble, as those who run it hear of it: two agents of a site are cut off and the watcher notices, once, on the
// console, by webhook and by mail, until they beat again; and a package that really fails on the appliances stops its rollout by itself.
// Real agents, as processes, with a short interval; the console with Chromium, which follows by itself.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { collectFaults, isTooWide, knownKeysFlag, launchChromium, takePicture } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { startReceiver } from '../internal-db/webhooks/hook-receiver.ts';
import { signInAtConsole } from './console-visit.ts';
import { FleetAgent } from './fleet-agent.ts';
import { account, FleetVendor, product } from './fleet-vendor.ts';
import { readCertificates } from './portal-visit.ts';

const waitMs = 90_000;
const beatIntervalMs = 2000;
/** A machine that tests keep busy may be late by so much. */
const missingGraceMs = 10_000;
const applianceCount = 4;
const silencedCount = 2;
const site = 'north';
const email = 'ops@vendor.example';

interface ApplianceRow {
  readonly uid: string;
  readonly name: string;
  readonly missingSinceMs: number | null;
}
interface RolloutStatus {
  readonly rollout: { readonly id: string; readonly state: string; readonly stateReason: string };
  readonly counts: { readonly reached: number; readonly failed: number; readonly installed: number };
}

const consign = await startConsign(t);
const folder = temporaryFolder(t);
const vendor = new FleetVendor(consign, folder);
const hook = await startReceiver(t);
const browser = await launchChromium(t, knownKeysFlag(await readCertificates(consign)));
const page = await (await browser.newContext()).newPage();
const faults = collectFaults(page);
const agents = Array.from(
  { length: applianceCount },
  (_value, index) => new FleetAgent(consign, folder, `gate-${index}`),
);
t.teardown(() => Promise.all(agents.map((agent) => agent.stop('SIGKILL'))));
const silenced = agents.slice(0, silencedCount);

/** What the webhook was told of this kind of alert. */
const toldOf = (kind: string): string[] =>
  hook.received.filter(({ body }) => body.data['kind'] === kind).map(({ body }) => body.type);
const toldEvents = (type: string) => hook.received.filter(({ body }) => body.type === type);
/** Mails with these words in them. */
async function mailsWith(words: RegExp): Promise<string[]> {
  const mails = join(consign.state, 'internal-db', 'mail');
  const texts = await Promise.all((await readdir(mails)).map((name) => readFile(join(mails, name), 'utf8')));
  return texts.map((text) => text.replaceAll(/=\r?\n/g, '')).filter((text) => words.test(text));
}
const appliances = async (...filter: string[]): Promise<readonly ApplianceRow[]> =>
  (await consign.json<{ appliances: ApplianceRow[] }>('appliance', 'list', ...filter)).appliances;
const versionOf = (agent: FleetAgent): Promise<string | null> => agent.read(product, 'version.txt');
/** Until all of these run this version. */
const untilAllHave = (version: string, some: readonly FleetAgent[] = agents): Promise<void> =>
  waitFor(
    `${version} on ${some.length} appliances`,
    async () => (await Promise.all(some.map(versionOf))).every((each) => each === version),
    waitMs,
  );
const statusOf = (id: string): Promise<RolloutStatus> => consign.json('rollout', 'status', id);

t.test('a fleet beats, and nobody is missed', { timeout: 800_000 }, async (t) => {
  await vendor.setUp();
  await consign.json('appliance', 'site', 'put', account, site);
  await consign.configure(
    'db1/fleet',
    JSON.stringify({ beatIntervalMs, missingGraceMs }),
    'db1/alertMailTo',
    JSON.stringify([email]),
    'db1/webhooks/allowedNetworks',
    '["127.0.0.0/8"]',
  );
  await consign.json('webhook', 'add', hook.url, '--events', 'alert.raised,alert.cleared,rollout.stopped');
  await signInAtConsole(page, consign);
  const { codes, roots } = await vendor.invite(site, applianceCount);
  await vendor.publish({ version: '1.0.0' });
  for (const [index, agent] of agents.entries()) {
    await agent.enrol(codes[index] ?? '', { roots });
    // From its first beat on it knows how soon the next one is due.
    await agent.run('run', '--once');
    agent.start();
  }
  await untilAllHave('1.0.0');
  t.same(await appliances('--missing'), []);
  t.same(toldOf('appliances_missing'), []);
});

t.test('two of a site are cut off: one alert, until both beat again', { timeout: 800_000 }, async (t) => {
  for (const agent of silenced) await agent.stop('SIGKILL');
  await waitFor(
    'both to be missed',
    async () => (await appliances('--missing')).length === silencedCount,
    waitMs,
  );
  t.same(
    (await appliances('--missing')).map(({ name }) => name).toSorted(),
    silenced.map(({ name }) => name),
  );
  const sentence = page.getByText(
    `${silencedCount} appliances of ${account}, site ${site}, have missed a beat.`,
  );
  await sentence.waitFor({ timeout: waitMs });
  t.equal(await page.getByText(/missed a beat/).count(), 1, 'one line on the console');
  await takePicture(page, 'fleet-silence-missing');
  t.notOk(await isTooWide(page));
  t.same(await auditPage(page), []);
  await waitFor('the mail', async () => (await mailsWith(/missed a beat/)).length > 0, waitMs);
  t.same(toldOf('appliances_missing'), ['alert.raised'], 'one message');
  const [mail = '', ...more] = await mailsWith(/missed a beat/);
  t.same(more, [], 'one mail');
  t.match(mail, new RegExp(`^To: ${email}`, 'm'));

  for (const agent of silenced) agent.start();
  await waitFor('both to be back', async () => (await appliances('--missing')).length === 0, waitMs);
  await page.getByText(/missed a beat/).waitFor({ state: 'detached', timeout: waitMs });
  await waitFor('the end to be told', () => toldOf('appliances_missing').length === 2, waitMs);
  t.same(toldOf('appliances_missing'), ['alert.raised', 'alert.cleared']);
  await waitFor('the mail of its end', async () => (await mailsWith(/missed a beat/)).length === 2, waitMs);
  for (const { name } of silenced) {
    const uid = (await appliances()).find((each) => each.name === name)?.uid ?? '';
    const { events } = await consign.json<{ events: { kind: string }[] }>('appliance', 'show', uid);
    const kinds = events.map(({ kind }) => kind).filter((kind) => ['missing', 'back'].includes(kind));
    t.same(kinds, ['back', 'missing'], `${name}, the newest first`);
  }
});

t.test('a package that fails on appliances stops its rollout by itself', { timeout: 800_000 }, async (t) => {
  await vendor.publish({ version: '2.0.0', script: 'echo "no room for the kernel"; exit 7', isDraft: true });
  const waves = ['--waves', '50:1s,100', '--reason', 'release'];
  const { id } = await consign.json<{ id: string }>('rollout', 'create', product, '2.0.0', ...waves);
  await consign.json('release', 'publish', product, '2.0.0', '--reason', 'release');
  await waitFor('the rollout to stop', async () => (await statusOf(id)).rollout.state === 'stopped', waitMs);
  const { rollout, counts } = await statusOf(id);
  t.match(rollout.stateReason, /^\d+ of \d+ installations failed/);
  t.ok(counts.reached > 0);
  t.equal(counts.installed, 0);
  const histories = await Promise.all(agents.map((agent) => agent.run('history')));
  const tried = histories.filter(({ stdout }) => /rolled_back.*2\.0\.0.*exit code 7/.test(stdout)).length;
  t.ok(tried > 0 && tried <= counts.reached, `${tried} of ${counts.reached} have tried it, and nobody else`);
  t.same(
    await Promise.all(agents.map(versionOf)),
    agents.map(() => '1.0.0'),
    'all have what they had',
  );
  await page.getByText(/The rollout of 2\.0\.0 has stopped by itself/).waitFor({ timeout: waitMs });
  await waitFor('the webhook', () => toldOf('rollout_stopped').length > 0, waitMs);
  t.same(toldOf('rollout_stopped'), ['alert.raised']);
  t.match(
    toldEvents('rollout.stopped').map(({ body }) => body.data),
    [{ rollout: id, version: '2.0.0' }],
  );
  await waitFor('the mail', async () => (await mailsWith(/has stopped by itself/)).length === 1, waitMs);
  await page.goto(new URL(`/rollouts/${id}`, consign.endpoints.console).href);
  await takePicture(page, 'fleet-silence-stopped');

  await vendor.publish({ version: '2.0.1', isDraft: true });
  await consign.json('rollout', 'abort', id, '--reason', 'it fails');
  const next = ['--waves', '50:1s,100', '--reason', 'mended'];
  const mended = await consign.json<{ id: string }>('rollout', 'create', product, '2.0.1', ...next);
  await consign.json('release', 'publish', product, '2.0.1', '--reason', 'mended');
  await untilAllHave('2.0.1');
  const isDone = async (): Promise<boolean> => (await statusOf(mended.id)).rollout.state === 'completed';
  await waitFor('the mended rollout to be done', isDone, waitMs);
  await waitFor('the alert to be over', () => toldOf('rollout_stopped').includes('alert.cleared'), waitMs);
  t.same(toldOf('appliances_missing'), ['alert.raised', 'alert.cleared'], 'nobody was missed meanwhile');
  t.same(faults, []);
});
