// Revoking an entitlement cuts running transfers of every protocol at once, and expiry ends a delivery by itself.
import { join } from 'node:path';
import { lstat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import t from 'tap';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import { startConsign, waitFor, type RunningConsign } from '../rig/running-consign.ts';
import { sizeOf, waitForBytes } from './fetched-file.ts';
import {
  askPassEnvironment,
  clientDirectory,
  stageDemoFile,
  stageFile,
  type StagedFile,
} from './staged-file.ts';

const consign = await startConsign(t, { demo: true });
/**
 * A fifth of a second, where other tests run beside. A node that was not told goes on until it reconciles, a minute later; and a
 * client that is not cut has the whole file after two minutes.
 */
const cutWithinMs = 5000;
const clientEndsWithinMs = 40_000;
const reportTimeoutMs = 90_000;

type SlowClient = (staged: StagedFile, directory: string) => Promise<ProgramResult>;

const slowClients: Readonly<Record<string, SlowClient>> = {
  'lftp over FTPS': (staged, directory) =>
    runProgram(
      'lftp',
      [
        '-c',
        `set ssl:ca-file ${staged.caFile}; set ftp:ssl-force true; set ftp:ssl-protect-data true; set net:limit-rate 1M; set net:max-retries 1; set cmd:fail-exit true;` +
          ` open --env-password -u ${staged.login} ftp://${staged.ftp.host}:${staged.ftp.port}; get ${staged.path}`,
      ],
      { directory, environment: { LFTP_PASSWORD: staged.password, HOME: directory } },
    ),
  sftp: async (staged, directory) =>
    runProgram(
      'sftp',
      [
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'StrictHostKeyChecking=no',
        '-l',
        '8000',
        '-P',
        String(staged.sftp.port),
        `${staged.login}@${staged.sftp.host}:${staged.path}`,
        '.',
      ],
      { directory, environment: await askPassEnvironment(staged, directory) },
    ),
  'curl over HTTPS': (staged, directory) =>
    runProgram('curl', ['-sS', '--limit-rate', '1M', '--cacert', staged.caFile, '-O', staged.url], {
      directory,
    }),
};

async function entitlementOf(consign: RunningConsign, account: string): Promise<string> {
  const entitlements = await consign.json<{ id: string; account: string; revokedAtMs: number | null }[]>(
    'entitlements',
    account,
  );
  const live = entitlements.find((entitlement) => entitlement.revokedAtMs === null);
  if (!live) throw new Error(`${account} has no live entitlement`);
  return live.id;
}

for (const [client, download] of Object.entries(slowClients)) {
  await t.test(`revocation cuts a running download by ${client} at once`, async (t) => {
    const staged = await stageDemoFile(consign);
    const directory = await clientDirectory(t);
    const running = download(staged, directory);
    await waitForBytes(join(directory, staged.name), 1_000_000);

    const entitlement = await entitlementOf(consign, 'demo');
    const revocation = consign.run('revoke', entitlement, '--reason', 'test', '--json');
    const answer = await revocation;
    const revokedAt = performance.now();
    t.equal(answer.code, 0, answer.stderr);
    const outcome = await running;
    const cutAfterMs = performance.now() - revokedAt;
    t.ok(cutAfterMs < clientEndsWithinMs, `the client ended ${Math.round(cutAfterMs)} ms after the command`);
    t.not(outcome.code, 0, 'the client knows that the file is not whole');
    t.ok((await sizeOf(join(directory, staged.name))) < staged.sizeBytes, 'it is not whole');
    await t.rejects(
      lstat(join(consign.state, 'ftp-node', 'accounts', 'demo', staged.path)),
      { code: 'ENOENT' },
      'the link is gone',
    );

    const readLast = async () =>
      (await consign.json<{ outcome: string; endedAtMs: number }[]>('downloads', '--limit', '1'))[0];
    const isReported = async (): Promise<boolean> => (await readLast())?.outcome !== 'running';
    await waitFor('the end to be reported', isReported, reportTimeoutMs);
    const last = await readLast();
    t.equal(last?.outcome, 'revoked', 'the record says why');
    const { revokedAtMs } = JSON.parse(answer.stdout).entitlement as { revokedAtMs: number };
    const cutMs = (last?.endedAtMs ?? Infinity) - revokedAtMs;
    t.ok(cutMs < cutWithinMs, `the node cut it ${cutMs} ms after the revocation was recorded`);
    const refused = await consign.run(
      'stage',
      'demo',
      `node-runtime/${staged.path.split('/')[2]}/${staged.name}`,
      '--json',
    );
    t.equal(refused.code, 1, 'it can not be staged again');
    const why = await consign.run('why', 'demo', 'node-runtime');
    t.match(why.stdout, /revoked/, 'consign why says that it was revoked');
    const again = await consign.run('grant', 'demo', 'node-runtime', '--reason', 'next case');
    t.equal(again.code, 0, again.stderr);
  });
}

await t.test('a delivery that expires is unlinked, and its running download is cut', async (t) => {
  const { path } = await stageDemoFile(consign);
  const live = await consign.json<{ id: string; state: string }[]>('deliveries', '--only', 'staged');
  for (const { id } of live) await consign.json('cancel', id, '--reason', 'only the short one is to stay');
  const staged = await stageFile(consign, 'demo', path.replace(/^\//, ''), '--ttl', '25s');
  const directory = await clientDirectory(t);
  const running = slowClients['curl over HTTPS']!(staged, directory);
  await waitForBytes(join(directory, staged.name), 500_000);
  const outcome = await running;
  t.not(outcome.code, 0, 'the client knows that the file is not whole');
  await t.rejects(lstat(join(consign.state, 'ftp-node', 'accounts', 'demo', staged.path)), {
    code: 'ENOENT',
  });
  const late = await runProgram(
    'curl',
    ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--cacert', staged.caFile, staged.url],
    { directory },
  );
  t.match(late.stdout, /^4\d\d$/, 'the link no longer works');
});
