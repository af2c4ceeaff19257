// The whole product, worked on with the operators' commands alone: rotations that are killed, doubled, and signed by two;
// versions that nobody may hand in; what customers are told on each protocol while a change waits for a node.
import t from 'tap';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '#commlink/log.ts';
import { operatorMethods } from '#commlink/methods/operator-methods.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { createOperatorKeys, readOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { readEdition } from '#commlink/operator/read-installed.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor, type RunningConsign } from '../rig/running-consign.ts';
import { waitForBytes } from './fetched-file.ts';
import { PortalCustomer, askHttps } from './portal-customer.ts';
import { askPassEnvironment, clientDirectory, stageDemoFile } from './staged-file.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'consign');
const timeoutMs = 90_000;
/** For three versions, each signed by two commands. */
const rotationTimeoutMs = 300_000;

interface Version {
  readonly seq: number;
}
interface HistoryEntry {
  readonly version: Version & { readonly digest: string };
  readonly signers: readonly string[];
  readonly reason: string;
}
interface BagStatus {
  readonly links: readonly { readonly send: number; readonly accept: readonly number[] }[];
  readonly rotationOpen: boolean;
}

const consign = await startConsign(t, { demo: true });
await consign.waitUntilLinked();

const history = (): Promise<HistoryEntry[]> => consign.json('config', 'history');
const installedSeq = async (): Promise<number> => (await history()).at(0)?.version.seq ?? 0;
const bags = (): Promise<BagStatus> => consign.json('bag', 'status');

/** Runs a command until it has said `said`, and kills it there and then. */
async function killWhenItSays(said: string, ...args: string[]): Promise<void> {
  const child = spawn(...plainCommand(program, args), {
    env: consign.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let heard = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
    if (heard.includes(said)) child.kill('SIGKILL');
  });
  await waitFor(`the command to be killed: ${heard}`, () => child.signalCode === 'SIGKILL', timeoutMs);
}

void t.test('a rotation is killed half-way, gone on with, and doubled', async (t) => {
  const [before] = (await bags()).links;
  await killWhenItSays('Step 2 of 3', 'bag', 'rotate', '--reason', 'Drill');
  t.equal((await bags()).rotationOpen, true, 'it is open, and says so');
  const resumed = await consign.json<{ resumed: boolean }>('bag', 'rotate', '--reason', 'Going on');
  t.equal(resumed.resumed, true);
  const after = await bags();
  t.equal(after.rotationOpen, false);
  t.ok(after.links.every(({ send, accept }) => send > (before?.send ?? 0) && accept.length === 1));
  const twice = await Promise.all(
    ['One', 'Two'].map((reason) => consign.run('bag', 'rotate', '--reason', reason)),
  );
  for (const { code, stderr } of twice) t.equal(code, 0, stderr);
  t.equal((await bags()).rotationOpen, false);
  t.match(await consign.json('bag', 'rotate', '--if-due', '--reason', 'Timer'), { versions: [] });
});

/** Connects as the commands do on the machine itself, where the socket's permissions are the guard. */
function connectSocket(of: RunningConsign) {
  return connectUnix({
    path: join(of.state, 'internal-db', 'operator.sock'),
    peer: { role: 'internal-db', name: 'db1', id: 'db1' },
    called: operatorMethods,
    log: createLogger('test', 'silent'),
  });
}

void t.test('versions that must not count are refused with the reason, and change nothing', async (t) => {
  const client = await connectSocket(consign);
  t.teardown(() => client.close());
  const key = join(consign.state, 'operator', 'operator.key');
  const operator = await readOperatorKeys(key, () => Promise.reject(new Error('It has no passphrase.')));
  const seqBefore = await installedSeq();
  const edition = await readEdition(client, { operator, reason: 'Hostile' });
  const { configuration } = edition.installed;
  const draft = await composeSettingsChange(edition, {
    ...configuration,
    policy: { ...configuration.policy, patienceMs: 1 },
  });
  const whole = signDraft(draft, operator);
  const oldest = (await history()).at(-3);
  if (!oldest) throw new Error('The first start made more versions than that.');
  const replayed = await client.call('config.block', { version: oldest.version, recipient: operator.id });
  const spoilt = whole.sections.map((section) => ({
    ...section,
    sealed: section.sealed.slice(0, -8),
  }));
  const cases = {
    'of a stranger': signDraft(draft, createOperatorKeys('operator')),
    'that was replayed': { manifest: replayed.manifest, sections: replayed.sections },
    'with truncated sections': { ...whole, sections: spoilt },
    'with a section left out': { ...whole, sections: [] },
  };
  for (const [what, submission] of Object.entries(cases)) {
    const answer = await client.call('config.submit', submission);
    t.match(answer, { accepted: false, reason: /\w+/ }, what);
  }
  t.equal(await installedSeq(), seqBefore);
  t.equal(await consign.json('config', 'show', 'policy/patienceMs'), 3000);
  const { refused } = await consign.json<{ refused: object }>('node', 'list');
  t.ok(Object.keys(refused).length > 0, `counted: ${JSON.stringify(refused)}`);

  const moved = await consign.run(
    'config',
    'set',
    'db1/links/listen/port',
    '1',
    '--publish',
    '--reason',
    'x',
  );
  t.equal(moved.code, 1);
  t.match(moved.stderr, /web1 would dial db1 at .* and it would listen at .*:1\. Change/, 'parts nobody');
  await consign.run('config', 'discard');
});

void t.test(
  'a change that waits for a node declines customers in each form; what runs goes on',
  async (t) => {
    const { customer } = consign.logins;
    if (!customer) throw new Error('The demo has a customer.');
    await consign.configure('policy/decline', 'identify', 'policy/patienceMs', '0');
    const staged = await stageDemoFile(consign);
    const portal = await PortalCustomer.signIn(consign, customer);
    const directory = await clientDirectory(t);
    const place = `ftp://${staged.ftp.host}:${staged.ftp.port}${staged.path}`;
    const curl = (...args: string[]) =>
      runProgram('curl', [
        '-sS',
        '--ssl-reqd',
        '--cacert',
        staged.caFile,
        '-u',
        `${staged.login}:${staged.password}`,
        ...args,
      ]);
    const running = curl('--limit-rate', '8M', '-o', join(directory, 'whole'), place);
    await waitForBytes(join(directory, 'whole'), 1_000_000);
    const publish = (patienceMs: string, ...at: string[]) =>
      consign.run(
        'config',
        'set',
        'policy/patienceMs',
        patienceMs,
        '--publish',
        '--no-wait',
        '--reason',
        'Slow',
        ...at,
      );

    const seqBefore = await installedSeq();
    const relay = consign.kill('web-front', 'SIGSTOP');
    try {
      const submitted = await publish('1', '--at', `127.0.0.1:${consign.portBase + 9}`);
      t.equal(submitted.code, 6, submitted.stderr);
      const ftp = await curl('-v', '-o', join(directory, 'declined'), place);
      t.not(ftp.code, 0);
      t.match(ftp.stderr, /< 4(?:21|50) .*moment/, 'FTP');
      const batch = join(directory, 'batch');
      await writeFile(batch, `get ${staged.path} ${join(directory, 'declined')}\n`);
      const options = [
        'BatchMode=no',
        'StrictHostKeyChecking=no',
        'UserKnownHostsFile=/dev/null',
        'NumberOfPasswordPrompts=1',
      ].flatMap((each) => ['-o', each]);
      const where = ['-P', String(staged.sftp.port), '-b', batch, `${staged.login}@${staged.sftp.host}`];
      const sftp = await runProgram('sftp', [...options, ...where], {
        environment: await askPassEnvironment(staged, directory),
      });
      t.not(sftp.code, 0);
      t.match(sftp.stderr, /changing its configuration; please try again in a moment/, 'SFTP');
      const https = await askHttps(consign, staged.url);
      t.equal(https.status, 503, 'HTTPS');
      t.ok(Number(https.headers['retry-after']) > 0);
    } finally {
      process.kill(relay, 'SIGCONT');
    }
    const hasArrived = async (): Promise<boolean> => (await installedSeq()) > seqBefore;
    await waitFor('the version to be installed', hasArrived, timeoutMs);
    const { code, stderr } = await running;
    t.equal(code, 0, `the download that ran is whole: ${stderr}`);
    t.equal((await readFile(join(directory, 'whole'))).length, staged.sizeBytes);

    const frozen = consign.kill('ftp-node', 'SIGSTOP');
    try {
      const submitted = await publish('2');
      t.equal(submitted.code, 6, submitted.stderr);
      const isDeclined = async (): Promise<boolean> => (await portal.ask('/')).status === 503;
      await waitFor('the portal to decline', isDeclined, timeoutMs);
      const page = await portal.ask('/');
      t.ok(Number(page.headers['retry-after']) > 0, 'the portal says when to come again');
      t.match(page.text, /moment/);
      t.match((await consign.run('node', 'list')).stdout, 'on the way to');
    } finally {
      process.kill(frozen, 'SIGCONT');
    }
    const isServed = async (): Promise<boolean> => (await portal.ask('/')).status === 200;
    await waitFor('the portal to serve again', isServed, timeoutMs);
  },
);

void t.test('two of three operators sign a rotation, and an eviction', async (t) => {
  const keyOf = (name: string): string => join(consign.state, 'elsewhere', name);
  const admit = async (name: string, ...threshold: string[]): Promise<void> => {
    const made = await consign.run('operator', 'init', name, '--no-passphrase', '--key', keyOf(name));
    t.equal(made.code, 0, made.stderr);
    const shown = await consign.json<{ public: string }>('operator', 'show', '--key', keyOf(name));
    await consign.json('operator', 'add', name, shown.public, ...threshold, '--reason', 'Two people');
  };
  await admit('bob');
  await admit('carol', '--threshold', '2');
  t.match((await consign.run('operator', 'list')).stdout, '2 of 3 must sign');

  let isDone = false;
  const rotation = consign.run('bag', 'rotate', '--reason', 'By two').finally(() => (isDone = true));
  const signNext = async (): Promise<boolean> => {
    const [waiting] = await consign.json<{ version: Version }[]>('config', 'proposals');
    if (waiting)
      await consign.run(
        'config',
        'sign',
        String(waiting.version.seq),
        '--yes',
        '--no-wait',
        '--key',
        keyOf('bob'),
      );
    return isDone;
  };
  await waitFor('the rotation to be signed to its end', signNext, rotationTimeoutMs);
  const { code, stderr } = await rotation;
  t.equal(code, 0, stderr);
  t.match(stderr, 'Another operator runs: consign config sign');
  const signers = (await history())
    .filter(({ reason }) => reason.includes('By two'))
    .map((entry) => entry.signers);
  t.same(
    signers,
    Array.from({ length: 3 }, () => ['operator', 'bob']),
    'each step by both',
  );

  const evicted = await consign.run('node', 'evict', 'ftp1', '--reason', 'Lost', '--no-wait');
  t.equal(evicted.code, 6, evicted.stderr);
  const membersNow = async (): Promise<string[]> =>
    (await consign.json<{ members: { name: string }[] }>('node', 'list')).members.map(({ name }) => name);
  t.same(await membersNow(), ['db1', 'web1', 'ftp1'], 'one alone evicts nobody');
  const [waiting] = await consign.json<{ version: Version }[]>('config', 'proposals');
  const signed = await consign.run(
    'config',
    'sign',
    String(waiting?.version.seq),
    '--yes',
    '--key',
    keyOf('carol'),
  );
  t.equal(signed.code, 0, signed.stderr);
  t.same(await membersNow(), ['db1', 'web1']);
  t.match(await consign.json('audit', 'verify'), { intact: true });
});
