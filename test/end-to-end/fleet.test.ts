// The fleet, as its people see it: an owner makes codes at the portal with Chromium, machines with the real agent enrol and install;
// a release comes to them in waves, while the FTP node of their site is killed; one is wiped and brought back; and the console shows
// all of it. Offline keys, packages and rollouts by the command line.
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { collectFaults, isTooWide, knownKeysFlag, launchChromium, takePicture } from '../rig/chromium.ts';
import { joinFtpNode } from '../rig/joined-node.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startConsign, waitFor, type PrintedLogin } from '../rig/running-consign.ts';
import { signInAtConsole } from './console-visit.ts';
import { FleetAgent } from './fleet-agent.ts';
import { readCertificates, signInAtPortal } from './portal-visit.ts';
import { clientDirectory } from './staged-file.ts';

const waitMs = 90_000;
const applianceCount = 5;
const soakMs = 2000;

interface ApplianceRow {
  readonly uid: string;
  readonly name: string;
  readonly state: string;
}
interface Facts {
  readonly products: readonly {
    readonly product: string;
    readonly sentVersion: string | null;
    readonly confirmedVersion: string | null;
  }[];
  readonly events: readonly { readonly kind: string }[];
}
interface Download {
  readonly delivery: string;
  readonly path: string;
  readonly outcome: string | null;
}

const consign = await startConsign(t);
const edge = await joinFtpNode(t, consign, 'edge1');
const browser = await launchChromium(t, knownKeysFlag(await readCertificates(consign)));
const folder = await clientDirectory(t);
const keys = join(folder, 'keys');
await consign.json('account', 'create', 'acme');
const owner = await consign.json<PrintedLogin>('user', 'create', 'acme', 'alice');
await consign.json('product', 'create', 'press');
await consign.json('grant', 'acme', 'press', '--reason', 'contract');
await consign.json('fleet', 'setup', '--keys', keys, '--root', '1/1', '--packages', '1/1', '--no-passphrase');
await consign.json('appliance', 'type', 'create', 'printer', '--products', 'press');
await consign.json('appliance', 'site', 'put', 'acme', 'north', '--node', 'edge1');

/** Builds, signs and publishes a version whose install program notes that it ran. */
async function publish(version: string): Promise<void> {
  const source = join(folder, version);
  await mkdir(source);
  const install = { run: 'install.sh', args: [version], timeoutMs: 20_000, memoryMiB: 256 };
  await writeFile(
    join(source, 'consign-package.json'),
    JSON.stringify({ name: 'press', product: 'press', version, install }),
  );
  await writeFile(join(source, 'version.txt'), version);
  await writeFile(join(source, 'install.sh'), '#!/bin/sh\necho "installed $1"\n');
  await chmod(join(source, 'install.sh'), 0o755);
  await writeFile(join(source, 'data.bin'), Buffer.alloc(200_000, version));
  const archive = join(folder, `press-${version}.cpk`);
  await consign.json('package', 'build', source, '--out', archive);
  const signing = ['--with', join(keys, 'packages-1.key'), '--keep-original'];
  await consign.json('package', 'sign', archive, ...signing);
}

const agents = Array.from(
  { length: applianceCount },
  (_value, index) => new FleetAgent(consign, folder, `press-${index}`),
);
const versionOf = (agent: FleetAgent): Promise<string | null> => agent.read('press', 'version.txt');
const versions = (): Promise<(string | null)[]> => Promise.all(agents.map(versionOf));
const cycleAll = async (): Promise<void> => {
  for (const agent of agents) await agent.cycle();
};
const listed = async (): Promise<readonly ApplianceRow[]> => {
  const all = ['appliance', 'list', '--account', 'acme'] as const;
  return (await consign.json<{ appliances: ApplianceRow[] }>(...all)).appliances;
};
const factsOf = async (agent: FleetAgent): Promise<Facts> => {
  const row = (await listed()).find(({ name }) => name === agent.name);
  return consign.json('appliance', 'show', row?.uid ?? '');
};
/** Which nodes have sent it whole, once for each download. */
const sendersOf = async (version: string): Promise<(string | undefined)[]> => {
  const deliveries = await consign.json<{ id: string; node: string }[]>('deliveries', 'acme');
  const downloads = await consign.json<Download[]>('downloads', 'acme');
  return downloads
    .filter(({ path, outcome }) => path.startsWith(`press/${version}/`) && outcome === 'complete')
    .map(({ delivery }) => deliveries.find(({ id }) => id === delivery)?.node);
};

t.test('a fleet, from its codes to a wiped machine', { timeout: 800_000 }, async (t) => {
  const staffPage = await (await browser.newContext()).newPage();
  const faults = collectFaults(staffPage);
  await signInAtConsole(staffPage, consign);
  const look = async (page: Page, path: string, picture: string): Promise<void> => {
    await page.goto(new URL(path, consign.endpoints.console).href);
    await takePicture(page, `fleet-${picture}`);
    t.notOk(await isTooWide(page), `${picture} fits the width`);
    t.same(await auditPage(page), [], `${picture} is accessible`);
  };

  await t.test('an owner makes codes at the portal, and machines enrol with them', async (t) => {
    await publish('1.0.0');
    const page = await (await browser.newContext()).newPage();
    await signInAtPortal(page, consign, owner);
    await page.locator('details.menu summary').click();
    await page.getByRole('link', { name: 'Appliances' }).click();
    await page.getByLabel('Where does it stand?').selectOption('north');
    await page.getByLabel('How many codes?').fill(String(applianceCount));
    await takePicture(page, 'fleet-portal-codes');
    await page.getByRole('button', { name: 'Make the codes' }).click();
    await page.getByText(`${applianceCount} codes are made.`).waitFor();
    const codes = await page.locator('[data-copy=code]').allTextContents();
    t.equal(codes.length, applianceCount);
    for (const [index, agent] of agents.entries()) await agent.enrol(codes[index] ?? '');
    const again = await new FleetAgent(consign, folder, 'thief')
      .enrol(codes[0] ?? '')
      .catch((error: Error) => error.message);
    t.match(again, /is not enrolled/, 'a code is good once');
    t.same(
      (await listed()).map(({ name }) => name).toSorted(),
      agents.map(({ name }) => name),
    );
    await page.reload();
    t.equal(await page.getByText(/^press-\d$/).count(), applianceCount, 'the portal shows them');
    await page.context().close();
  });

  await t.test('the first version comes from the node of their site', async (t) => {
    await waitFor(
      'the first installations',
      async () => {
        await cycleAll();
        return (await versions()).every((version) => version === '1.0.0');
      },
      waitMs,
    );
    t.same(
      await sendersOf('1.0.0'),
      agents.map(() => 'edge1'),
    );
    for (const agent of agents)
      t.match((await factsOf(agent)).products, [
        { product: 'press', sentVersion: '1.0.0', confirmedVersion: '1.0.0' },
      ]);
    await look(staffPage, '/fleet', 'overview');
  });

  await t.test('a release comes in waves, and the node of their site is killed in between', async (t) => {
    const waves = ['--waves', `40:${soakMs / 1000}s,100`, '--reason', 'release'];
    await publish('2.0.0');
    const { id } = await consign.json<{ id: string }>('rollout', 'create', 'press', '2.0.0', ...waves);
    const status = () =>
      consign.json<{
        rollout: { state: string; waveCount: number };
        counts: { reached: number; installed: number };
      }>('rollout', 'status', id);
    await waitFor('the first wave', async () => (await status()).rollout.waveCount === 1, waitMs);
    await cycleAll();
    const first = await status();
    const updated = (await versions()).filter((version) => version === '2.0.0').length;
    t.equal(updated, first.counts.reached, 'the first wave, and nobody else');
    t.equal(first.counts.installed, updated);
    await look(staffPage, `/rollouts/${id}`, 'rollout');
    for (const name of ['ftp-node', 'launcher']) edge.kill(name);
    await waitFor('the second wave', async () => (await status()).rollout.waveCount === 2, waitMs);
    await waitFor(
      'the others',
      async () => {
        await cycleAll();
        return (await versions()).every((version) => version === '2.0.0');
      },
      waitMs,
    );
    const nodes = await sendersOf('2.0.0');
    t.ok(nodes.includes('ftp1'), `the other node takes over (${nodes.join(', ')})`);
    await waitFor(
      'the end of the rollout',
      async () => (await status()).rollout.state === 'completed',
      waitMs,
    );
  });

  await t.test('a wiped machine comes back to what it had', async (t) => {
    const [agent] = agents;
    if (!agent) throw new Error('unreachable: there are agents');
    const uid = (await listed()).find(({ name }) => name === agent.name)?.uid ?? '';
    const data = createHash('sha256').update(
      await readFile(join(agent.state, 'packages/press/current/data.bin')),
    );
    const before = data.digest('hex');
    await agent.wipe();
    const { code } = await consign.json<{ code: string }>(
      'appliance',
      'restore',
      uid,
      '--reason',
      'the disk died',
    );
    await agent.enrol(code);
    await agent.cycle();
    t.equal(await versionOf(agent), '2.0.0');
    const after = createHash('sha256').update(
      await readFile(join(agent.state, 'packages/press/current/data.bin')),
    );
    t.equal(after.digest('hex'), before);
    t.equal((await agent.run('verify')).code, 0);
    t.equal((await listed()).filter(({ name }) => name === agent.name).length, 1, 'it is the same appliance');
    const kinds = (await factsOf(agent)).events.map(({ kind }) => kind);
    t.ok(kinds.includes('restored'), kinds.join(' '));
    await look(staffPage, `/fleet/appliances/${uid}`, 'appliance');
    await staffPage.getByText('Is restored').first().waitFor();
    await look(staffPage, '/fleet/appliances', 'appliances');
  });
  t.same(faults, []);
});
