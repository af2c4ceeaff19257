// What a first start makes before any program runs: a cluster of internal-db alone, private, signed by the operator's
// key; and what a start that was cut short keeps for the next one.
import t, { type Test } from 'tap';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readStopped } from '#commlink/configuration/read-stopped.ts';
import { countValidSignatures } from '#commlink/configuration/blocks/signed-manifest.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { operatorOf, readOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { firstPlaces } from '#deploy/default-settings.ts';
import { readNodeConfiguration } from '#deploy/installed-settings.ts';
import { prepareState, type StateChoices } from '#deploy/prepare-state.ts';
import { bootstrapOf, makeProgramFolders, writeProgramConfig } from '#deploy/program-folder.ts';
import { layOutState, programNames, type StateLayout } from '#deploy/state-directory.ts';
import { ftpNodeConfigCheck } from '#ftp-node/config.ts';
import { internalDbConfigCheck } from '#internal-db/config.ts';
import { webFrontConfigCheck } from '#web-front/config.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const place = { cluster: 'local', name: 'db1' };
const noPassphrase = () => Promise.reject(new Error('It has a passphrase.'));

function choose(changes: Partial<StateChoices> = {}): StateChoices {
  return {
    portBase: undefined,
    withDemo: false,
    host: undefined,
    onlyDatabase: false,
    say: () => {},
    takeLock: () => {},
    ...changes,
  };
}

async function prepare(t: Test, changes: Partial<StateChoices> = {}): Promise<StateLayout> {
  const layout = layOutState(temporaryFolder(t));
  await prepareState(layout, choose({ portBase: String(await findFreePortBase()), ...changes }));
  return layout;
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

t.test('everything is private: files 0600, directories 0700, but for the root of the jail', async (t) => {
  const layout = await prepare(t);
  await makeProgramFolders(layout, 'ftp-node');
  const files = listFiles(layout.directory);
  t.ok(files.length >= 9);
  for (const file of files) t.equal(statSync(file).mode & 0o777, 0o600, file);
  const directories = readdirSync(layout.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const directory of directories) {
    const expected = directory === layout.accountsDirectory ? 0o755 : 0o700;
    t.equal(statSync(directory).mode & 0o777, expected, directory);
  }
});

t.test('the programs accept the files that they are started with', async (t) => {
  const layout = layOutState(temporaryFolder(t));
  const checks = [internalDbConfigCheck, webFrontConfigCheck, ftpNodeConfigCheck];
  for (const [index, role] of programNames.entries()) {
    await makeProgramFolders(layout, role);
    await writeProgramConfig(layout, role, place);
    checks[index]?.parse(JSON.parse(readFileSync(layout.configFile(role), 'utf8')));
    t.pass(role);
  }
});

t.test('the cluster has one member, which is active, and one operator, who signed', async (t) => {
  const layout = await prepare(t);
  const { installed } = await readStopped(bootstrapOf(layout, 'internal-db', place));
  const { manifest, signed } = installed;
  const keys = await readNodeKeys(layout.keyFile('internal-db'));
  t.match(manifest, { seq: 1, parent: null, anchor: keys.id, members: [{ name: 'db1', state: 'active' }] });
  t.equal(manifest.members.length, 1);
  const operator = operatorOf(await readOperatorKeys(layout.operatorKeyFile, noPassphrase));
  t.same(manifest.operators, { threshold: 1, keys: [operator] });
  t.same(countValidSignatures(signed, [operator]), [operator.id]);
  const { settings, identity } = await readNodeConfiguration(layout, 'internal-db', place);
  t.equal(settings.console.host, '127.0.0.1');
  t.match(identity.certificate, /BEGIN CERTIFICATE/);
  t.equal(identity.authority, readFileSync(layout.caFile, 'utf8'));
});

t.test('no private key is in a file of its own but those of operator, node and authority', async (t) => {
  const layout = await prepare(t);
  const holding = listFiles(layout.directory).filter((file) =>
    /PRIVATE KEY/.test(readFileSync(file, 'latin1')),
  );
  t.same(
    holding.map((file) => file.slice(layout.directory.length + 1)),
    ['ca-key.pem', 'internal-db/node.key', 'operator/operator.key'],
  );
});

t.test('listens where it was told to, and a cluster may begin with the database alone', async (t) => {
  const layout = layOutState(temporaryFolder(t));
  const portBase = String(await findFreePortBase());
  const { places, logins } = await prepareState(
    layout,
    choose({ host: '127.0.0.2', onlyDatabase: true, withDemo: true, portBase }),
  );
  t.same([...places.keys()], ['internal-db']);
  t.equal(logins?.customer, null, 'without an FTP node there is no demo');
  const { settings } = await readNodeConfiguration(layout, 'internal-db', place);
  t.match(settings, {
    console: { host: '127.0.0.2' },
    administration: { host: '127.0.0.2' },
    links: { listen: { host: '127.0.0.2' } },
  });
});

t.test('a start that was cut short leaves keys and logins for the next one', async (t) => {
  const layout = await prepare(t);
  const kept = [layout.operatorKeyFile, layout.keyFile('internal-db'), layout.caFile, layout.firstLoginsFile];
  const before = kept.map((file) => readFileSync(file, 'utf8'));
  // As if another program had been let in already.
  await makeProgramFolders(layout, 'web-front');
  await writeProgramConfig(layout, 'web-front', { cluster: 'local', name: 'web1' });
  const { first } = await prepareState(layout, choose({ portBase: String(await findFreePortBase()) }));
  t.ok(first, 'the configuration is begun over');
  t.same(
    kept.map((file) => readFileSync(file, 'utf8')),
    before,
  );
  t.throws(() => statSync(layout.configFile('web-front')), { code: 'ENOENT' });
});

t.test('whichever file a start that was cut short did not make, the next one makes it', async (t) => {
  const layout = await prepare(t);
  const files = listFiles(layout.directory).filter((file) => !file.includes('/configuration/'));
  t.ok(files.length >= 6);
  for (const file of files) {
    if ([layout.firstLoginsFile, layout.versionFile, layout.lockFile].includes(file)) continue;
    rmSync(file);
    await prepareState(layout, choose({ portBase: String(await findFreePortBase()) }));
    t.ok(statSync(file).size > 0, `${file.slice(layout.directory.length)} is back`);
    await readNodeConfiguration(layout, 'internal-db', place);
  }
});

t.test('a directory without any program is no installation', async (t) => {
  const layout = await prepare(t);
  rmSync(layout.firstLoginsFile);
  for (const role of firstPlaces.keys())
    rmSync(layout.programDirectory(role), { recursive: true, force: true });
  await t.rejects(prepareState(layout, choose()), { code: 'NOTHING_TO_RUN' });
});
