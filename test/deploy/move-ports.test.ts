// Another CONSIGN_PORT_BASE at a later start: the ports move, as a signed version at every node, whatever else was
// configured stays, and it does not matter where it was cut short.
import t, { type Test } from 'tap';
import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { installStopped } from '#commlink/configuration/cluster-node.ts';
import { readStopped } from '#commlink/configuration/read-stopped.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { readOperatorKeys, writeOperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { ClusterConfiguration } from '#commlink/settings/cluster-configuration.ts';
import { firstPlaces } from '#deploy/default-settings.ts';
import { readLocalSettings } from '#deploy/installed-settings.ts';
import { layOutPorts } from '#deploy/ports.ts';
import { prepareState } from '#deploy/prepare-state.ts';
import { bootstrapOf } from '#deploy/program-folder.ts';
import { layOutState, type ProgramName, type StateLayout } from '#deploy/state-directory.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { makeLayoutOne } from '../rig/layout-one.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const noPassphrase = () => Promise.reject(new Error('It has a passphrase.'));

/** Starts as far as it goes without programs; returns what was said. */
async function prepare(layout: StateLayout, portBase: number | undefined): Promise<string[]> {
  const said: string[] = [];
  await prepareState(layout, {
    portBase: portBase?.toString(),
    withDemo: false,
    host: undefined,
    onlyDatabase: false,
    say: (line) => said.push(line),
    takeLock: () => {},
  });
  return said;
}

/** A whole installation, stopped: three active members. */
async function makeInstallation(t: Test) {
  const layout = layOutState(temporaryFolder(t));
  const base = await findFreePortBase();
  await makeLayoutOne(layout.directory, { portBase: base, isRoot: false });
  await prepare(layout, undefined);
  return { layout, base };
}

function nodeOf(layout: StateLayout, role: ProgramName) {
  const place = firstPlaces.get(role);
  if (!place) throw new Error('unreachable');
  return bootstrapOf(layout, role, place);
}

const seqOf = async (layout: StateLayout, role: ProgramName): Promise<number> =>
  (await readStopped(nodeOf(layout, role))).installed.version.seq;

/** Publishes a change at all stopped nodes, as if it had been done while they ran. */
async function configure(layout: StateLayout, change: (configuration: ClusterConfiguration) => void) {
  const keys = await readOperatorKeys(layout.operatorKeyFile, noPassphrase);
  const { installed, highestSeq } = await readStopped(nodeOf(layout, 'internal-db'));
  const configuration = await openConfiguration({ ...installed, keys });
  const next = structuredClone(configuration);
  change(next);
  const label = { reason: 'Test', publishedBy: keys.name, nowMs: Date.now() };
  const edition = { installed: { ...installed, configuration }, highestSeq, ...label };
  const block = signDraft(await composeSettingsChange(edition, next), keys);
  for (const role of firstPlaces.keys()) await installStopped(nodeOf(layout, role), block);
}

t.test('moves every port and address, and stays there without being told again', async (t) => {
  const { layout } = await makeInstallation(t);
  const base = await findFreePortBase();
  t.match((await prepare(layout, base)).join('\n'), `${base}`);
  t.same(await prepare(layout, undefined), []);
  t.same(await prepare(layout, base), [], 'there is nothing left to move');
  const ports = layOutPorts(base);
  const settings = await readLocalSettings(layout, firstPlaces);
  t.match(settings['web-front'], {
    portal: { port: base, publicUrl: `https://localhost:${base}` },
    links: { listen: { port: ports.webFrontLink }, dial: [{ port: ports.internalDbLink }] },
  });
  t.match(settings['ftp-node'], {
    https: { port: ports.delivery, publicBase: `https://localhost:${ports.delivery}` },
    ftp: { port: ports.ftp, passivePorts: ports.passive },
    links: { listen: null, dial: [{ port: ports.webFrontLink }] },
    administration: { port: ports.ftpNodeAdministration },
  });
  for (const role of firstPlaces.keys()) t.equal(await seqOf(layout, role), 2, role);
});

t.test('leaves alone what was configured otherwise', async (t) => {
  const { layout } = await makeInstallation(t);
  await configure(layout, ({ nodes }) => {
    const front = nodes['web1'];
    if (front?.role !== 'web-front') throw new Error('unreachable');
    front.settings.portal.publicUrl = 'https://downloads.example.com';
    front.settings.limits = { signInsPerMinute: 7 };
  });
  const base = await findFreePortBase();
  await prepare(layout, base);
  const { 'web-front': front } = await readLocalSettings(layout, firstPlaces);
  t.match(front, {
    portal: { port: base, publicUrl: 'https://downloads.example.com' },
    limits: { signInsPerMinute: 7 },
  });
});

t.test('goes on where it was cut short: a node that was not reached is given the same version', async (t) => {
  const { layout } = await makeInstallation(t);
  const base = await findFreePortBase();
  const missed = layout.configurationDirectory('ftp-node');
  const before = `${missed}.before`;
  cpSync(missed, before, { recursive: true });
  await prepare(layout, base);
  rmSync(missed, { recursive: true });
  renameSync(before, missed);
  t.equal(await seqOf(layout, 'ftp-node'), 1);
  await prepare(layout, undefined);
  t.equal(await seqOf(layout, 'ftp-node'), 2);
  const { 'ftp-node': node } = await readLocalSettings(layout, firstPlaces);
  t.equal(node?.https.port, layOutPorts(base).delivery);
});

t.test('is refused, and nothing changed, where the operator has to be asked', async (t) => {
  const { layout, base } = await makeInstallation(t);
  const other = await findFreePortBase();
  const keys = await readOperatorKeys(layout.operatorKeyFile, noPassphrase);
  await writeOperatorKeys(layout.operatorKeyFile, keys, 'correct horse');
  await t.rejects(prepare(layout, other), { code: 'PORTS_CONFIGURED' }, 'under a passphrase');
  t.same(await prepare(layout, base), []);
  rmSync(layout.operatorKeyFile);
  await t.rejects(prepare(layout, other), { code: 'PORTS_CONFIGURED' }, 'without the key');
  await writeOperatorKeys(layout.operatorKeyFile, keys, null);
  rmSync(layout.configFile('ftp-node'));
  await t.rejects(prepare(layout, other), { code: 'PORTS_CONFIGURED' }, 'with a node elsewhere');
  t.equal(await seqOf(layout, 'internal-db'), 1);
});

t.test('a later start without another base writes nothing', async (t) => {
  const { layout, base } = await makeInstallation(t);
  const files = [...firstPlaces.keys()].flatMap((role) => [
    layout.configFile(role),
    `${layout.configurationDirectory(role)}/protocol.json`,
  ]);
  const before = files.map((file) => readFileSync(file, 'utf8'));
  await prepare(layout, undefined);
  await prepare(layout, base);
  t.same(
    files.map((file) => readFileSync(file, 'utf8')),
    before,
  );
});
