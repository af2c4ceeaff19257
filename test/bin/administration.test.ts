// The commands against a whole Consign: from an empty installation to a staged file and its revocation, in text and
// JSON, with the exit codes of refusals.
import t from 'tap';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { startConsign } from '../rig/running-consign.ts';
import { runProgram } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const consign = await startConsign(t);
const content = randomBytes(3_000_000);
const program = join(import.meta.dirname, '..', '..', 'bin', 'consign');
const sha256 = createHash('sha256').update(content).digest('hex');

/** The most memory that a process has had resident; 0 once it is gone. */
function readPeakKibibytes(pid: number): number {
  if (!existsSync(`/proc/${pid}/status`)) return 0;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

function mailsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

t.test('accounts, users and products are made once', async (t) => {
  t.match(await consign.json('account', 'create', 'acme', '--title', 'Acme Ltd'), {
    name: 'acme',
    displayName: 'Acme Ltd',
  });
  t.equal((await consign.run('account', 'create', 'acme')).code, 5, 'conflict');
  t.match(await consign.json('product', 'create', 'tool', '--title', 'The tool'), { name: 'tool' });
  const user = await consign.json<{ password: string }>('user', 'create', 'acme', 'alice');
  t.ok(user.password.length >= 16, 'a password is made');
  t.equal((await consign.run('user', 'create', 'nobody', 'bob')).code, 4, 'not found');
});

t.test('a password from standard input is taken, and not shown', async (t) => {
  const args = ['user', 'create', 'acme', 'robot', '--password-stdin', '--json'];
  const result = await runProgram(program, args, {
    environment: consign.environment,
    input: 'correct horse battery\n',
  });
  t.equal(result.code, 0);
  t.match(JSON.parse(result.stdout), { name: 'robot', password: null });
  const short = await runProgram(
    program,
    ['staff', 'create', 'bob', '--role', 'support', '--password-stdin'],
    {
      environment: consign.environment,
      input: 'short\n',
    },
  );
  t.equal(short.code, 2);
});

t.test('somebody is invited by mail, which a new installation puts into a folder', async (t) => {
  const address = 'carol@acme.example';
  const invite = ['user', 'invite', 'acme', address, '--role', 'downloader', '--language', 'de'];
  t.match(await consign.json(...invite), { email: address, role: 'downloader' });
  const folder = join(consign.state, 'internal-db', 'mail');
  const untilMs = Date.now() + 90_000;
  while (!existsSync(folder) || mailsIn(folder).length === 0) {
    if (Date.now() > untilMs) throw new Error('no mail came');
    await new Promise((go) => setTimeout(go, 50));
  }
  t.match(mailsIn(folder)[0], /To: carol@acme\.example/);
  const list = await consign.run('user', 'list', 'acme');
  t.match(list.stdout, /alice +alice +owner/);
  t.match(list.stdout, /\(invited until .*\) +downloader +carol@acme\.example/);
  t.equal((await consign.run('user', 'invite', 'acme', 'no address')).code, 2);
  t.equal((await consign.run('user', 'invite', 'nobody', address)).code, 4);
  const reset = ['user', 'reset-second-factor', 'alice', '--reason', 'Phone lost'];
  t.match(await consign.json(...reset), { had: false });
  t.equal((await consign.run('user', 'reset-second-factor', 'nobody', '--reason', 'x')).code, 4);
});

t.test('publishes files that both ends have hashed, and refuses what it can before sending', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'tool-1.0.0.tar.gz');
  writeFileSync(file, content);
  const release = await consign.json('publish', 'tool', '1.0.0', file, '--platform', 'linux-x64');
  t.match(release, { state: 'published', channel: 'stable', files: [{ name: 'tool-1.0.0.tar.gz', sha256 }] });
  t.equal((await consign.run('publish', 'tool', '1.0.0', file)).code, 0, 'the same again changes nothing');
  for (const other of [randomBytes(content.length), content.subarray(1)]) {
    const changed = join(temporaryFolder(t), 'tool-1.0.0.tar.gz');
    writeFileSync(changed, other);
    t.equal((await consign.run('publish', 'tool', '1.0.0', changed)).code, 5, 'the name is taken');
  }
  t.equal((await consign.run('publish', 'nothing', '1.0.0', file)).code, 4, 'no such product');
  t.equal((await consign.run('publish', 'tool', '1.0.1', join(folder, 'none'))).code, 4, 'no such file');
  t.equal((await consign.run('publish', 'tool', '1.0.1', folder)).code, 2, 'a directory');
  t.not((await consign.run('publish', 'tool', 'one', file)).code, 0, 'no version');
});

t.test('without a storeroom here internal-db keeps the files, and the command says so', async (t) => {
  const file = join(temporaryFolder(t), 'kept.bin');
  writeFileSync(file, randomBytes(1000));
  const socket = join(consign.state, 'ftp-node', 'ingest.sock');
  renameSync(socket, `${socket}.away`);
  const result = await consign.run('publish', 'tool', '1.0.0-kept.1', file);
  renameSync(`${socket}.away`, socket);
  t.equal(result.code, 0, result.stderr);
  t.match(result.stderr, /This machine has no storeroom/);
  t.notMatch((await consign.run('publish', 'tool', '1.0.0-kept.2', file)).stderr, /no storeroom/);
});

t.test('a file far larger than the memory that it takes is published', async (t) => {
  const sizeBytes = 1_500_000_000;
  const file = join(temporaryFolder(t), 'large.bin');
  const descriptor = openSync(file, 'w');
  ftruncateSync(descriptor, sizeBytes);
  closeSync(descriptor);
  const args = ['--json', 'publish', 'tool', '2.0.0', file, '--draft', '--channel', 'beta'];
  const child = spawn(program, args, { env: consign.environment, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  let peakKibibytes = 0;
  const sampling = setInterval(() => {
    peakKibibytes = Math.max(peakKibibytes, readPeakKibibytes(child.pid ?? 0));
  }, 20);
  t.equal(await closed, 0);
  clearInterval(sampling);
  t.match(JSON.parse(stdout), { state: 'draft', channel: 'beta', files: [{ sizeBytes }] });
  t.ok(peakKibibytes > 0 && peakKibibytes < 300_000, `at most ${peakKibibytes} KiB were resident`);
});

t.test('a grant under an agreement without a text says that nobody can accept it yet', async (t) => {
  t.match(await consign.json('account', 'create', 'umbrella'), { name: 'umbrella' });
  const grant = ['grant', 'umbrella', 'tool', '--licence', 'terms', '--reason', 'Contract 43'];
  const { stdout } = await consign.run(...grant);
  t.match(stdout, /Warning: there is no text of the licence agreement terms yet\. .*refused until/);
  t.match(stdout, /consign licence add terms/);
  t.match(await consign.json(...grant), { missingAgreement: 'terms' });
  const text = join(temporaryFolder(t), 'terms.md');
  writeFileSync(text, 'Be kind.');
  await consign.json('licence', 'add', 'terms', '1', text, '--title', 'Terms');
  t.match(await consign.json(...grant), { missingAgreement: null });
  t.notMatch((await consign.run(...grant)).stdout, /Warning/);
});

t.test('why explains before, while and after an entitlement', async (t) => {
  const target = 'tool/1.0.0/tool-1.0.0.tar.gz';
  interface Why {
    readonly decisions: readonly { readonly allowed: boolean; readonly reason: string | null }[];
  }
  t.match(await consign.json<Why>('why', 'acme', target), {
    decisions: [{ allowed: false, reason: 'not_entitled' }],
  });
  t.equal((await consign.run('stage', 'acme', target)).code, 1, 'refused');
  const { id } = await consign.json<{ id: string }>(
    'grant',
    'acme',
    'tool',
    '--versions',
    '^1',
    '--reason',
    'Contract 42',
  );
  t.match(await consign.json<Why>('why', 'acme', target), { decisions: [{ allowed: true, reason: null }] });
  t.match((await consign.run('why', 'acme', target)).stdout, `${target}: yes`);

  const staged = await consign.json<{ url: string; login: string }>(
    'stage',
    'acme',
    target,
    '--ttl',
    '15min',
  );
  t.match(staged, {
    path: target,
    sha256,
    login: /^d-/,
    password: String,
    ftp: { port: Number },
    sftp: { port: Number },
  });
  const folder = temporaryFolder(t);
  const got = join(folder, 'got');
  const curl = await runProgram('curl', [
    '-fsS',
    '--cacert',
    consign.endpoints.caFile,
    '-o',
    got,
    staged.url,
  ]);
  t.equal(curl.code, 0, curl.stderr);
  t.ok(readFileSync(got).equals(content));

  t.match(await consign.json('deliveries', 'acme', '--only', 'staged'), [{ path: target, state: 'staged' }]);
  const revoked = await consign.json<{ endedDeliveries: string[] }>(
    'revoke',
    id,
    '--reason',
    'Contract ended',
  );
  t.equal(revoked.endedDeliveries.length, 1);
  t.match(await consign.json<Why>('why', 'acme', target), {
    decisions: [{ allowed: false, reason: 'revoked' }],
  });
  t.equal((await runProgram('curl', ['-fsS', '--cacert', consign.endpoints.caFile, staged.url])).code, 22);
  t.match(await consign.json('entitlements', 'acme'), [{ id, revokeReason: 'Contract ended' }]);
});

t.test('every change is in the audit log, which is whole', async (t) => {
  const entries = await consign.json<{ actor: string; action: string }[]>('audit', '--limit', '1000');
  t.ok(entries.filter(({ actor }) => actor.startsWith('cli:')).length >= 6);
  t.match(await consign.json('audit', 'verify'), { intact: true, entryCount: entries.length });
});
