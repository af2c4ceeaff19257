// The config commands against a running cluster: a draft and its diff, publishing, history, going back, and every way in
// which a change is not taken.
import t from 'tap';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrepareChange } from '#commlink/configuration/cluster-node.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { operateCluster, type OperatedCluster } from '../rig/operated-cluster.ts';
import { runProgram } from '../rig/run-program.ts';

const consign = join(import.meta.dirname, '..', '..', 'bin', 'consign');

interface MemberJson {
  readonly name: string;
  readonly installed: { readonly seq: number };
}

async function installedEverywhere({ json }: OperatedCluster): Promise<number[]> {
  const { members } = await json<{ members: MemberJson[] }>(['node', 'list']);
  return members.map(({ installed }) => installed.seq);
}

t.test('drafts changes, shows them, publishes them everywhere, and goes back', async (t) => {
  const consign = await operateCluster(t);
  const { run, json, state } = consign;
  const set = await run(
    'config',
    'set',
    'ftp-node/limits/idleTimeoutMs',
    '10min',
    'web-front/logLevel',
    'debug',
  );
  t.equal(set.code, 0, set.stderr);
  t.match(set.stdout, /ftp-node\/limits\/idleTimeoutMs +\(not set\) → 600000/);
  t.match(set.stdout, /web-front\/logLevel +info → debug/);
  const draftFile = join(state, 'operator', 'operator.draft.json');
  t.equal(statSync(draftFile).mode & 0o777, 0o600);
  t.match(await json(['config', 'show', 'web-front/logLevel']), /^info$/, 'a draft changes nothing');
  const diff = await json<{ changes: unknown[]; problems: unknown[] }>(['config', 'diff']);
  t.same(diff.problems, []);
  t.equal(diff.changes.length, 2);
  const published = await run('config', 'publish', '--reason', 'Slow customers');
  t.equal(published.code, 0, published.stderr);
  t.match(published.stderr, /web-front\/logLevel +info → debug/);
  t.match(published.stderr, /(?:staged|ready|installed)/);
  t.match(published.stdout, /^Version 2\.\S{8} is installed on every node\.\n$/);
  t.notOk(existsSync(draftFile), 'the draft is gone');
  t.same(await json(['config', 'show', 'ftp-node/limits']), { idleTimeoutMs: 600_000 });
  const unset = await run(
    'config',
    'unset',
    'ftp-node/limits/idleTimeoutMs',
    '--publish',
    '--reason',
    'Default',
  );
  t.equal(unset.code, 0, unset.stderr);
  t.same(await json(['config', 'show', 'ftp-node/limits']), {});
  t.equal((await run('config', 'rollback', '2', '--reason', 'Slow again')).code, 0);
  t.same(await json(['config', 'show', 'ftp-node/limits']), { idleTimeoutMs: 600_000 });
  const history = await json<{ reason: string; signers: string[] }[]>(['config', 'history']);
  t.same(
    history.map(({ reason }) => reason),
    ['Slow again', 'Default', 'Slow customers', 'The cluster was made.'],
  );
  t.same(history[0]?.signers, ['operator1']);
  t.same(await installedEverywhere(consign), [4, 4, 4]);
  const shown = await run('config', 'show');
  t.match(shown.stdout, /^ftp-node\/ftp\/passivePorts\/from +\d+$/m, 'paths are as config set takes them');
});

t.test('refuses what does not fit, with the place and what would', async (t) => {
  const { run, portBase, state } = await operateCluster(t);
  const bad: readonly (readonly [code: number, said: RegExp, args: string[]])[] = [
    [2, /a whole number from 0 to 30000/, ['set', 'policy/patienceMs', 'long']],
    [2, /one of trace, debug, info, warn, error/, ['set', 'web-front/logLevel', 'loud']],
    [2, /pairs of PATH VALUE/, ['set', 'web-front/logLevel']],
    [4, /no setting policy\/nothing/, ['set', 'policy/nothing', '1']],
    [4, /no setting db9\/logLevel/, ['set', 'db9/logLevel', 'info']],
    [4, /nothing at ftp-node\/limits\/idleTimeoutMs/, ['unset', 'ftp-node/limits/idleTimeoutMs']],
    [1, /must have required properties port/, ['unset', 'web-front/portal/port']],
    [4, /nothing at web-front\/nothing/, ['show', 'web-front/nothing']],
    [2, /--reason is needed/, ['publish']],
    [2, /nothing to publish/, ['publish', '--reason', 'x']],
    [4, /no installed version 9/, ['rollback', '9', '--reason', 'x']],
    [5, /nothing would change/, ['rollback', '1', '--reason', 'x']],
    [4, /no proposal 7/, ['sign', '7', '--yes']],
    [2, /no version/, ['sign', 'seven', '--yes']],
    [2, /No editor is known/, ['edit']],
  ];
  for (const [code, said, args] of bad) {
    const environment = { ...process.env, CONSIGN_STATE: state, VISUAL: '', EDITOR: '' };
    const result = await runProgram(consign, ['config', ...args], { environment });
    t.equal(result.code, code, args.join(' '));
    t.match(result.stderr, said);
    t.equal(result.stdout, '');
  }
  t.equal((await run('config', 'set', 'web-front/portal/port', String(portBase))).code, 0);
  const diff = await run('config', 'diff');
  t.equal(diff.code, 1);
  t.match(diff.stdout, /This would not work:\n  web-front\/portal: Port \d+, for the portal, is taken/);
  const published = await run('config', 'publish', '--reason', 'x');
  t.equal(published.code, 1);
  t.match(published.stderr, 'was not published');
  t.equal((await run('config', 'discard')).code, 0);
  t.match((await run('config', 'discard')).stdout, 'There was no draft');
});

t.test('edits in an editor; what does not fit is kept for the person', async (t) => {
  const { json, state, environment } = await operateCluster(t);
  const editWith = async (script: string, ...args: string[]) => {
    const editor = join(state, 'editor');
    writeFileSync(editor, `#!/bin/sh\n${script}\n`);
    chmodSync(editor, 0o700);
    return runProgram(consign, ['config', 'edit', ...args], {
      environment: { ...environment, EDITOR: editor, VISUAL: '' },
    });
  };
  const edited = await editWith(`sed -i '/"role"/d; s/"logLevel": "info"/"logLevel": "warn"/' "$1"`);
  t.equal(edited.code, 0, edited.stderr);
  t.match(edited.stdout, /web-front\/logLevel +info → warn/);
  const published = await editWith('exit 0', '--publish', '--reason', 'Quieter');
  t.equal(published.code, 0, published.stderr);
  t.equal(await json(['config', 'show', 'web-front/logLevel']), 'warn');
  for (const [script, said] of [
    [`sed -i 's/"warn"/"loud"/' "$1"`, /internal-db\/logLevel: it must be one of/],
    [`echo '{' >> "$1"`, /This is not JSON/],
    [`echo 'null' > "$1"`, /This is not the configuration/],
    [`sed -i 's/"web-front": {/"web-rear": {/' "$1"`, /There is no node "web-rear"/],
    [`echo '{"policy": {}}' > "$1"`, /node evict internal-db/],
    ['exit 3', /The editor ended with code 3/],
  ] as const) {
    const { code, stderr } = await editWith(script);
    t.not(code, 0, script);
    t.match(stderr, said);
    t.match(stderr, 'Nothing was changed');
  }
  const operatorFolder = join(state, 'operator');
  const kept = readdirSync(operatorFolder).filter((name) => name.endsWith('.edit.jsonc'));
  t.equal(kept.length, 5, 'each text that did not fit, and none that was left as it was');
  t.match(readFileSync(join(operatorFolder, kept.at(0) ?? ''), 'utf8'), '"policy"');
  t.same((await json<{ changes: unknown[] }>(['config', 'diff'])).changes, []);
});

t.test('carries a draft over to what another operator published, unless both changed the same', async (t) => {
  const { run, json, keyFiles } = await operateCluster(t, { operatorCount: 2 });
  const other = ['--key', keyFiles[1] ?? ''];
  const theirs = async (...pairs: string[]) => {
    const { code, stderr } = await run(
      'config',
      'set',
      ...pairs,
      '--publish',
      '--reason',
      'Theirs',
      ...other,
    );
    t.equal(code, 0, stderr);
  };
  await run('config', 'set', 'policy/patienceMs', '1000', 'web-front/logLevel', 'warn');
  await theirs('ftp-node/logLevel', 'error');
  const published = await run('config', 'publish', '--reason', 'Mine');
  t.equal(published.code, 0, published.stderr);
  t.match(published.stderr, 'carried over to 2');
  t.equal(await json(['config', 'show', 'ftp-node/logLevel']), 'error');
  t.equal(await json(['config', 'show', 'policy/patienceMs']), 1000);

  await run('config', 'set', 'policy/patienceMs', '1500', 'web-front/logLevel', 'debug');
  await theirs('policy/patienceMs', '2500');
  const refused = await run('config', 'publish', '--reason', 'Mine');
  t.equal(refused.code, 5);
  t.match(
    refused.stderr,
    /rebase --mine or --theirs[^]*policy\/patienceMs\n +was +1000\n +yours +1500\n +theirs 2500/,
  );
  t.equal((await run('config', 'rebase')).code, 5);
  t.equal((await run('config', 'rebase', '--mine', '--theirs')).code, 2);
  t.equal((await json<{ conflicts: unknown[] }>(['config', 'diff'], 5)).conflicts.length, 1);
  const rebased = await run('config', 'rebase', '--mine');
  t.match(rebased.stdout, /policy\/patienceMs +2500 → 1500/);
  t.equal((await run('config', 'publish', '--reason', 'Mine')).code, 0);

  await run('config', 'set', 'policy/patienceMs', '1', 'web-front/logLevel', 'error');
  await theirs('policy/patienceMs', '2');
  t.match((await run('config', 'rebase', '--theirs')).stdout, /web-front\/logLevel +debug → error/);
  t.equal((await run('config', 'publish', '--reason', 'Mine')).code, 0);
  t.equal(await json(['config', 'show', 'policy/patienceMs']), 2);
});

t.test('takes a change back when a member refuses it, and says which and why', async (t) => {
  const refuse: PrepareChange<NodeRole> = (next) => {
    if (next.settings.logLevel === 'trace')
      return Promise.reject(
        new StartupError('PORT_TAKEN', 'Port 4711 is taken by another program. Stop that one.'),
      );
    return Promise.resolve({ commit: () => Promise.resolve(), discard: () => Promise.resolve() });
  };
  const consign = await operateCluster(t, { prepare: { 'ftp-node': refuse } });
  const { run, json } = consign;
  const refused = await run('config', 'set', 'ftp-node/logLevel', 'trace', '--publish', '--reason', 'x');
  t.equal(refused.code, 1, refused.stderr);
  t.match(refused.stderr, /ftp-node can't take this change: Port 4711 is taken by another program\./);
  t.match(refused.stderr, 'withdrawn');
  t.equal(await json(['config', 'show', 'ftp-node/logLevel']), 'info');
  t.match(
    (await run('config', 'diff')).stdout,
    /ftp-node\/logLevel +info → trace/,
    'the draft is still there',
  );
  await run('config', 'discard');
  const mended = await run('config', 'set', 'ftp-node/logLevel', 'debug', '--publish', '--reason', 'x');
  t.equal(mended.code, 0, mended.stderr);
});

t.test('publishes nothing while a member is away, until it is evicted', async (t) => {
  const { run, stop, json } = await operateCluster(t);
  await stop('ftp-node');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const refused = await run('config', 'set', 'policy/patienceMs', '1', '--publish', '--reason', 'x');
  t.equal(refused.code, 3, refused.stderr);
  t.match(refused.stderr, /ftp-node must agree to this version and was not heard/);
  const list = await run('node', 'list');
  t.match(list.stdout, /ftp-node has not been heard.*\n  → .*consign node evict ftp-node/);
  const evicted = await run('node', 'evict', 'ftp-node', '--reason', 'Its disk is gone');
  t.equal(evicted.code, 0, evicted.stderr);
  const published = await run('config', 'publish', '--reason', 'x');
  t.equal(published.code, 0, published.stderr);
  t.equal(await json(['config', 'show', 'policy/patienceMs']), 1);
  t.equal((await run('node', 'evict', 'ftp-node', '--reason', 'x')).code, 4);
});
