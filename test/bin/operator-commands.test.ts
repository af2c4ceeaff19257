// The operator commands: making, guarding and showing a key, letting others in, signing together, and working at a node's
// administration listener from elsewhere.
import t from 'tap';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operateCluster } from '../rig/operated-cluster.ts';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const consign = join(import.meta.dirname, '..', '..', 'bin', 'consign');

interface Shown {
  readonly name: string;
  readonly id: string;
  readonly public: string;
}

t.test('makes a key for its owner alone, under a passphrase, and shows only what is public', async (t) => {
  const folder = temporaryFolder(t, {
    old: 'correct horse\n',
    new: 'battery staple\n',
    short: 'short\n',
    wrong: 'another one\n',
  });
  for (const name of ['old', 'new', 'short', 'wrong']) chmodSync(join(folder, name), 0o600);
  const key = join(folder, 'mine', 'alice.key');
  const run = (passphrase: string | null, ...args: string[]): Promise<ProgramResult> => {
    const file = passphrase === null ? {} : { CONSIGN_OPERATOR_PASSPHRASE_FILE: join(folder, passphrase) };
    const next = { CONSIGN_OPERATOR_NEW_PASSPHRASE_FILE: join(folder, 'new') };
    const environment = {
      ...process.env,
      CONSIGN_STATE: folder,
      CONSIGN_OPERATOR_KEY: key,
      ...next,
      ...file,
    };
    return runProgram(consign, ['operator', ...args], { environment });
  };
  t.equal((await run('short', 'init', 'alice')).code, 2);
  t.equal((await run(null, 'init', 'alice')).code, 2, 'there is no terminal to ask at');
  t.equal((await run('old', 'init', 'Not A Name')).code, 2);
  const made = await run('old', 'init', 'alice');
  t.equal(made.code, 0, made.stderr);
  t.equal(statSync(key).mode & 0o777, 0o600);
  t.equal(statSync(join(folder, 'mine')).mode & 0o777, 0o700);
  t.equal((await run('old', 'init', 'alice')).code, 5, 'is not overwritten');
  const shown = JSON.parse((await run('old', 'show', '--json')).stdout) as Shown;
  t.equal(shown.name, 'alice');
  t.match(made.stdout, shown.public);
  t.notMatch(readFileSync(key, 'utf8'), 'PRIVATE KEY');
  const wrong = await run('wrong', 'show');
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, 'passphrase does not open');
  t.equal((await run('old', 'passphrase')).code, 0);
  t.equal((await run('old', 'show')).code, 1, 'the old passphrase is no longer good');
  t.match((await run('new', 'show')).stdout, shown.id);
  t.match((await run('new', 'passphrase', '--remove')).stdout, 'no passphrase now');
  t.match((await run(null, 'show')).stdout, shown.id);

  chmodSync(key, 0o644);
  const exposed = await run(null, 'show');
  t.equal(exposed.code, 1);
  t.match(exposed.stderr, `can be read by others. Run: chmod 600 ${key}`);
  chmodSync(key, 0o600);
  writeFileSync(key, '{"version":1}');
  t.match((await run(null, 'show')).stderr, 'holds no valid operator keys');
  const missing = await run(null, 'show', '--key', join(folder, 'nothing.key'));
  t.equal(missing.code, 4);
  t.match(missing.stderr, 'consign operator init NAME');
});

t.test('lets a second operator in, after which two must sign', async (t) => {
  const { run, json, state, portBase } = await operateCluster(t);
  const key = join(state, 'bob', 'bob.key');
  const bob = ['--key', key];
  t.equal((await run('operator', 'init', 'bob', '--no-passphrase', ...bob)).code, 0);
  const shown = JSON.parse((await run('operator', 'show', '--json', ...bob)).stdout) as Shown;
  const early = await run('config', 'show', ...bob);
  t.equal(early.code, 4, 'bob sees nothing yet');
  t.match(early.stderr, 'is not an operator of test');
  const mistyped = shown.public.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  t.equal((await run('operator', 'add', 'bob', mistyped, '--reason', 'x')).code, 2);
  t.equal((await run('operator', 'add', 'bob', shown.public, '--threshold', '3', '--reason', 'x')).code, 2);
  const added = await run(
    'operator',
    'add',
    'bob',
    shown.public,
    '--threshold',
    '2',
    '--reason',
    'Two people',
  );
  t.equal(added.code, 0, added.stderr);
  t.match((await run('operator', 'list')).stdout, '2 of 2 must sign');

  const first = await run(
    'config',
    'set',
    'policy/patienceMs',
    '1',
    '--publish',
    '--reason',
    'Mine',
    '--no-wait',
  );
  t.equal(first.code, 6, first.stderr);
  t.match(first.stdout, /needs one more signature\. Another operator runs: consign config sign 3\./);
  const proposals = await json<{ signers: string[]; signaturesMissing: number }[]>(['config', 'proposals']);
  t.match(proposals, [{ signers: ['operator1'], signaturesMissing: 1 }]);
  t.equal(await json(['config', 'show', 'policy/patienceMs']), 3000);
  const unasked = await run('config', 'sign', '3', ...bob);
  t.equal(unasked.code, 2, 'nobody signs without looking');
  t.match(unasked.stderr, /Version 3 by operator1[^]*policy\/patienceMs +3000 → 1/);
  const signed = await run('config', 'sign', '3', '--yes', ...bob);
  t.equal(signed.code, 0, signed.stderr);
  t.equal(await json(['config', 'show', 'policy/patienceMs']), 1);
  t.match(await json(['config', 'history']), [{ signers: ['operator1', 'bob'] }]);

  const stranger = ['--key', join(state, 'eve', 'eve.key')];
  await run('operator', 'init', 'eve', '--no-passphrase', ...stranger);
  const at = ['--at', `127.0.0.1:${portBase + 3}`];
  t.equal((await run('node', 'list', ...stranger, ...at)).code, 3, 'a stranger is not let in at a listener');
  t.equal((await run('config', 'set', 'policy/patienceMs', '9', ...stranger)).code, 4);
});

t.test('works at an administration listener with a key, and believes no node that goes back', async (t) => {
  const { run, cluster, keyFiles, portBase, state } = await operateCluster(t, { operatorCount: 2 });
  const own = ['--key', keyFiles[1] ?? '', '--state', join(state, 'nothing')];
  const database = ['--at', `127.0.0.1:${portBase + 2}`];
  const webFront = ['--at', `127.0.0.1:${portBase + 3}`];
  const unknown = await run('node', 'list', ...own, ...database);
  t.equal(unknown.code, 2);
  t.match(unknown.stderr, '--node-id CLUSTER/ID');
  const wrong = ['--node-id', `test/${cluster.keys('web-front').id}`];
  t.equal(
    (await run('node', 'list', ...own, ...database, ...wrong)).code,
    3,
    'another node answers than was named',
  );
  const right = ['--node-id', `test/${cluster.keys('internal-db').id}`];
  const listed = await run('node', 'list', ...own, ...database, ...right);
  t.equal(listed.code, 0, listed.stderr);
  const published = await run(
    'config',
    'set',
    'policy/patienceMs',
    '7',
    '--publish',
    '--reason',
    'From afar',
    ...own,
    ...webFront,
  );
  t.equal(published.code, 0, published.stderr);
  t.match(published.stdout, 'is installed on every node');
  t.equal((await run('node', 'list', '--at', 'nonsense', ...own)).code, 2);
  t.equal((await run('node', 'list', '--at', `127.0.0.1:${portBase + 50}`, ...own)).code, 3);

  const knownFile = join(state, 'elsewhere2', 'own.known-cluster.json');
  t.equal(statSync(knownFile).mode & 0o777, 0o600);
  const known = readFileSync(knownFile, 'utf8');
  await run('config', 'set', 'policy/patienceMs', '8', '--publish', '--reason', 'Later');
  t.equal((await run('node', 'list', ...own, ...webFront)).code, 0, 'what the operators led to is believed');
  writeFileSync(join(state, 'operator', 'operator.known-cluster.json'), readFileSync(knownFile));
  const newer = readFileSync(knownFile, 'utf8');
  t.not(newer, known);
  await run('config', 'set', 'policy/patienceMs', '9', '--publish', '--reason', 'Latest');
  const { payload, signatures } = JSON.parse(newer) as { payload: string; signatures: unknown[] };
  const manifest = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { seq: number };
  const later = { ...manifest, seq: 99, parent: { seq: 98, digest: 'A'.repeat(43) } };
  const forged = { payload: Buffer.from(JSON.stringify(later)).toString('base64url'), signatures };
  writeFileSync(knownFile, JSON.stringify(forged), { mode: 0o600 });
  const behind = await run('node', 'list', ...own, ...webFront);
  t.equal(behind.code, 1);
  t.match(behind.stderr, /shows version 4 as installed, and you have seen 99/);
  const foreign = { ...manifest, cluster: 'other' };
  writeFileSync(
    knownFile,
    JSON.stringify({ payload: Buffer.from(JSON.stringify(foreign)).toString('base64url'), signatures }),
  );
  t.equal((await run('node', 'list', ...own, ...webFront)).code, 3, 'the listener is of another cluster');
  writeFileSync(knownFile, 'nonsense');
  t.match((await run('node', 'list', ...own, ...webFront)).stderr, 'is damaged. Remove it');
});
