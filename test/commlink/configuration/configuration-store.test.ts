// The configuration directory: each write that may be a node's last, what leaves the disk, and directories that are wrong.
import { writeFileSync } from 'node:fs';
import { readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ConfigurationStore, type PrivateFiles } from '#commlink/configuration/configuration-store.ts';
import { openClusterNode } from '#commlink/configuration/cluster-node.ts';
import { decodeBlock, type WholeBlock } from '#commlink/configuration/blocks/block.ts';
import { completeBlock } from '#commlink/configuration/block-shelf.ts';
import { erasePrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { editionOf, makeCluster, signAll } from './composed-cluster.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';
import { threeNodes } from './three-nodes.ts';
import { recordingLog } from '../two-nodes.ts';

/** Two versions of a cluster, the second upon the first. */
async function twoBlocks(): Promise<[WholeBlock, WholeBlock]> {
  const { genesis, operators } = await makeCluster();
  const first = decodeBlock({ manifest: genesis.signed, sections: [...genesis.sections] });
  const draft = await composeSettingsChange(editionOf(genesis), {
    ...genesis.configuration,
    policy: { ...genesis.configuration.policy, patienceMs: 1 },
  });
  return [first, completeBlock(signAll(draft, operators), [...genesis.sections, ...draft.sections])];
}

function record(installed: WholeBlock, candidate: WholeBlock | null = null) {
  const phase = candidate ? ('ready' as const) : ('idle' as const);
  return {
    format: 1 as const,
    incarnation: 3,
    installed: installed.version,
    candidate: candidate?.version ?? null,
    phase,
    declining: candidate !== null,
  };
}

/** Files whose writes and erasures work `count` times, and then never again: the node is dead. */
function dyingAfter(count: number): PrivateFiles & { done: () => number } {
  let done = 0;
  const orDie = async (act: () => Promise<void>): Promise<void> => {
    if (done >= count) throw new Error('dead');
    done += 1;
    await act();
  };
  return {
    write: (file, text) => orDie(() => writePrivateFile(file, text)),
    erase: (file) => orDie(() => erasePrivateFile(file)),
    done: () => done,
  };
}

/** What a node does to go from one version to the next, as far as the disk sees it. */
async function goOn(store: ConfigurationStore, first: WholeBlock, second: WholeBlock): Promise<void> {
  await store.writeBlock(second);
  await store.writeRecord(record(first, second));
  await store.writeRecord(record(second));
  await store.appendHistory(second);
  await store.eraseOtherBlocks([second.version]);
}

t.test('whichever write is the last, one whole version is there', async (t) => {
  const [first, second] = await twoBlocks();
  const seen = new Set<number>();
  for (let count = 0; ; count += 1) {
    const directory = temporaryFolder(t);
    const intact = new ConfigurationStore(directory);
    await intact.prepare();
    await intact.writeBlock(first);
    await intact.appendHistory(first);
    await intact.writeRecord(record(first));
    const files = dyingAfter(count);
    const error = await goOn(new ConfigurationStore(directory, files), first, second).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    const after = new ConfigurationStore(directory);
    const { installed, candidate } = await after.readRecord();
    const block = await after.readBlock(installed);
    t.equal(block.sections.length, block.manifest.sections.length);
    if (candidate) t.strictSame((await after.readBlock(candidate)).version, second.version);
    await after.eraseOtherBlocks([installed, candidate]);
    seen.add(installed.seq);
    if (!error) break;
    t.match(error, { message: 'dead' });
  }
  t.strictSame([...seen], [1, 2], 'some deaths left the old version, the others the new one');
});

t.test('the old block leaves the disk, and the history keeps what is for operators', async (t) => {
  const [first, second] = await twoBlocks();
  const directory = temporaryFolder(t);
  const store = new ConfigurationStore(directory);
  await store.prepare();
  await store.writeBlock(first);
  await store.appendHistory(first);
  await store.writeRecord(record(first));
  await goOn(store, first, second);
  t.equal((await readdir(join(directory, 'blocks'))).length, 1);
  const kept = await store.readHistory(first.version);
  t.strictSame(
    kept?.sections.map(({ id }) => id),
    ['configuration'],
  );
  t.strictSame(
    (await store.historyVersions()).map(({ seq }) => seq),
    [2, 1],
  );
  for (const name of ['protocol.json', 'blocks', 'history']) {
    const { mode } = await stat(join(directory, name));
    t.equal(mode & 0o077, 0, `${name} is its owner's alone`);
  }
});

t.test('the directory can be given by a relative name, from which the parents cannot be read', async (t) => {
  const [first] = await twoBlocks();
  const directory = temporaryFolder(t, { configuration: null });
  const before = process.cwd();
  process.chdir(join(directory, 'configuration'));
  t.teardown(() => process.chdir(before));
  const store = new ConfigurationStore('.');
  await store.prepare();
  await store.writeBlock(first);
  await store.appendHistory(first);
  await store.writeRecord(record(first));
  t.strictSame((await store.readBlock(first.version)).version, first.version);
  t.strictSame((await readdir('.')).toSorted(), ['blocks', 'history', 'protocol.json']);
});

t.test('a directory that is not right stops the node with a plain sentence', async (t) => {
  const { configured } = await threeNodes(t);
  const { log } = recordingLog();
  const bootstrap = configured.bootstrap('db1');
  const open = (changes: Partial<typeof bootstrap>, role: 'internal-db' | 'web-front' = 'internal-db') =>
    openClusterNode({ bootstrap: { ...bootstrap, ...changes }, role, log });
  const [name = ''] = await readdir(join(bootstrap.configurationDirectory, 'blocks'));
  const block = join(bootstrap.configurationDirectory, 'blocks', name);
  await t.rejects(open({ configurationDirectory: `${block}-none` }), { code: 'NOT_JOINED' });
  await t.rejects(open({ keyFile: configured.bootstrap('web1').keyFile }), { code: 'NODE_KEY_MISMATCH' });
  await t.rejects(open({}, 'web-front'), { code: 'WRONG_ROLE' });
  await t.rejects(open({ name: 'other' }), { code: 'CONFIGURATION_DAMAGED' });
  await t.rejects(open({ cluster: 'other' }), { code: 'CONFIGURATION_DAMAGED' });
  const whole = await readFile(block, 'utf8');
  const cases: Record<string, string> = {
    'cut short': whole.slice(0, -100),
    'one character changed': whole.replace(
      /"sealed":"(.)/,
      (_, first) => `"sealed":"${first === 'A' ? 'B' : 'A'}`,
    ),
    'without its sections': JSON.stringify({ ...JSON.parse(whole), sections: [] }),
  };
  for (const [what, text] of Object.entries(cases)) {
    await writeFile(block, text);
    await t.rejects(open({}), { code: 'CONFIGURATION_DAMAGED' }, what);
  }
  await writeFile(block, whole);
  await rename(block, join(bootstrap.configurationDirectory, 'blocks', `2${name.slice(1)}`));
  await t.rejects(open({}), { code: 'KEY_FILE_UNREADABLE' }, 'gone');
});

t.test('a file that is being written while old blocks are erased is whole', async (t) => {
  const [first] = await twoBlocks();
  const store = new ConfigurationStore(temporaryFolder(t));
  await store.prepare();
  await store.writeBlock(first);
  await store.writeRecord(record(first));
  for (let round = 0; round < 200; round += 1) {
    const writing = Promise.all([store.writeJoins([]), store.writeProposals([])]);
    await Promise.all([writing, store.eraseOtherBlocks([first.version])]);
    t.strictSame([await store.readJoins(), await store.readProposals()], [[], []]);
  }
});

t.test('what a node that died left half written is erased at the next start', async (t) => {
  const directory = temporaryFolder(t);
  const store = new ConfigurationStore(directory);
  await store.prepare();
  for (const folder of ['', 'blocks', 'history'])
    writeFileSync(join(directory, folder, 'joins.json.abc.new'), 'secret', { mode: 0o600 });
  await store.eraseUnfinished();
  t.strictSame((await readdir(directory, { recursive: true })).toSorted(), ['blocks', 'history']);
});
