// A state of layout 1 becomes one of layout 2: the nodes stay who they are, clients see the same certificates and host
// keys, the old files are gone, and it does not matter where it was cut short.
import t, { type Test } from 'tap';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finishMigration, migrateState } from '#deploy/migrate-state.ts';
import { readLocalSettings, readNodeConfiguration } from '#deploy/installed-settings.ts';
import { firstPlaces } from '#deploy/default-settings.ts';
import { prepareState } from '#deploy/prepare-state.ts';
import { layOutState, openStateDirectory, programNames, readStateVersion } from '#deploy/state-directory.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { makeLayoutOne } from '../rig/layout-one.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const quiet = { say: () => {}, takeLock: () => {}, withDemo: false, host: undefined, onlyDatabase: false };

async function makeState(t: Test) {
  const layout = layOutState(temporaryFolder(t));
  const portBase = await findFreePortBase();
  const old = await makeLayoutOne(layout.directory, { portBase, isRoot: false });
  return { layout, portBase, old };
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Everything that a migrated state must be. */
async function assertMigrated(t: Test, { layout, portBase, old }: Awaited<ReturnType<typeof makeState>>) {
  t.equal(readStateVersion(layout), 2);
  for (const role of programNames) {
    t.equal((await readNodeKeys(layout.keyFile(role))).id, old.ids[role], `${role} is the same node`);
    const place = firstPlaces.get(role);
    if (!place) throw new Error('unreachable');
    const { identity } = await readNodeConfiguration(layout, role, place);
    t.equal(identity.certificate, old.certificates[role], `${role} shows the same certificate`);
    t.same(identity.hostKeys, role === 'ftp-node' ? old.hostKeys : []);
  }
  const settings = await readLocalSettings(layout, firstPlaces);
  t.equal(settings['web-front']?.portal.port, portBase, 'the ports stay');
  t.equal(settings['ftp-node']?.jail, 'where-possible');
  t.equal(settings['ftp-node']?.ftp.requireTls, true);
  const texts = listFiles(layout.directory).map((file) => [file, readFileSync(file, 'latin1')] as const);
  for (const [file, text] of texts) {
    t.equal(statSync(file).mode & 0o777, 0o600, file);
    t.notOk(
      old.bagKeys.some((key) => text.includes(key)),
      `${file} holds no old key`,
    );
  }
  const names = texts.map(([file]) => file).join('\n');
  t.notMatch(names, /bags|tls-|ssh_host|migration/);
}

t.test('keeps nodes, certificates, host keys and ports, and leaves nothing of the old behind', async (t) => {
  const state = await makeState(t);
  t.same(openStateDirectory(state.layout), { isNew: false, isOld: true });
  const { places, first } = await prepareState(state.layout, { ...quiet, portBase: undefined });
  t.same([...places.keys()], [...programNames]);
  t.equal(first, null, 'there is nobody to be let in');
  await assertMigrated(t, state);
});

t.test('goes on wherever it was cut short', async (t) => {
  const state = await makeState(t);
  const { layout } = state;
  await migrateState(layout, () => {});
  const block = readFileSync(layout.migrationFile);
  // As if it had ended after the first node, and before the layout's mark.
  writeFileSync(layout.versionFile, '{"stateVersion":1}\n');
  for (const role of ['web-front', 'ftp-node'] as const)
    rmSync(layout.configurationDirectory(role), { recursive: true });
  rmSync(join(layout.configurationDirectory('internal-db'), 'protocol.json'));
  await migrateState(layout, () => {});
  t.same(readFileSync(layout.migrationFile), block, 'it is the same version');
  // As if it had ended while the old files were erased.
  rmSync(join(layout.programDirectory('web-front'), 'bags'), { recursive: true });
  await finishMigration(layout);
  await finishMigration(layout);
  await assertMigrated(t, state);
});

t.test('without its certificates and host keys, a node gets new ones', async (t) => {
  const { layout } = await makeState(t);
  for (const name of ['tls-key.pem', 'ssh_host_ecdsa_key'])
    rmSync(join(layout.programDirectory('ftp-node'), name));
  await prepareState(layout, { ...quiet, portBase: undefined });
  const place = firstPlaces.get('ftp-node');
  const { identity } = await readNodeConfiguration(layout, 'ftp-node', place ?? { cluster: '', name: '' });
  t.match(identity, { certificate: /BEGIN CERTIFICATE/, hostKeys: [/OPENSSH/, /PRIVATE KEY/] });
});

t.test('a damaged configuration is said, and nothing is changed', async (t) => {
  const { layout } = await makeState(t);
  writeFileSync(layout.configFile('web-front'), '{', { mode: 0o600 });
  const before = listFiles(layout.directory).toSorted();
  await t.rejects(
    migrateState(layout, () => {}),
    { code: 'STATE_DAMAGED' },
  );
  t.same(listFiles(layout.directory).toSorted(), before);
  t.equal(readStateVersion(layout), 1);
});

t.test('a first start that layout 1 did not complete begins anew', async (t) => {
  const { layout, portBase } = await makeState(t);
  writeFileSync(layout.firstLoginsFile, '{"staff":{"name":"operator","password":"p"},"customer":null}\n');
  const { first, logins } = await prepareState(layout, { ...quiet, portBase: String(portBase) });
  t.ok(first);
  t.equal(logins?.staff.password, 'p');
  t.notOk(existsSync(join(layout.programDirectory('ftp-node'), 'bags')));
});
