// Ctrl-C while a customer downloads: the download is finished first, however much longer that takes than stopping otherwise
// may; and a second Ctrl-C does not wait for it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { sha256OfFile, waitForBytes } from '../end-to-end/fetched-file.ts';
import { clientDirectory, stageDemoFile } from '../end-to-end/staged-file.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';

const consign = await startConsign(t, { demo: true });
const noticeMs = 60_000;
const endMs = 90_000;
const reportTimeoutMs = 90_000;
/** Customers would be waited for a minute. */
const atOnceMs = 30_000;

/** A download that takes so long, of which a part is there already. */
async function beginDownload(t: Test, seconds: number) {
  await consign.waitUntilLinked();
  const staged = await stageDemoFile(consign);
  const file = join(await clientDirectory(t), staged.name);
  const rate = String(Math.ceil(staged.sizeBytes / seconds));
  const { host, port } = staged.ftp;
  const login = ['--ssl-reqd', '-u', `${staged.login}:${staged.password}`];
  const args = ['-sS', '--cacert', staged.caFile, '--limit-rate', rate, ...login, '-o', file];
  const done = runProgram('curl', [...args, `ftp://${host}:${port}${staged.path}`]);
  await waitForBytes(file, 100_000);
  return { staged, file, done };
}

t.test('a download of 13 s is finished before everything stops', async (t) => {
  const { staged, file, done } = await beginDownload(t, 13);
  const before = consign.output.length;
  process.kill(consign.pid('launcher'), 'SIGINT');
  const { code, stderr } = await done;
  t.equal(code, 0, stderr);
  t.equal(await sha256OfFile(file), staged.sha256);
  await waitFor('the end', () => !existsSync(join(consign.state, 'endpoints.json')), endMs);
  t.equal(await consign.stop(), 0);
  const said = consign.output.slice(before);
  t.match(said, /ftp-node lets customers finish, for 60 s at most\. Ctrl-C again/);
  t.notMatch(said, 'killed');
  await consign.start();
  const isOnRecord = async (): Promise<boolean> => {
    const downloads = await consign.json<{ outcome: string }[]>('downloads', 'demo');
    return downloads.length === 1 && downloads[0]?.outcome === 'complete';
  };
  await waitFor('the download to be on record', isOnRecord, reportTimeoutMs);
});

t.test('a second Ctrl-C ends everything at once', async (t) => {
  const { done } = await beginDownload(t, 600);
  const before = consign.output.length;
  const launcher = consign.pid('launcher');
  process.kill(launcher, 'SIGINT');
  await waitFor('the notice', () => consign.output.includes('Ctrl-C again', before), noticeMs);
  const startedMs = performance.now();
  t.equal(await consign.stop(), 0);
  t.ok(performance.now() - startedMs < atOnceMs, 'it did not wait');
  t.not((await done).code, 0);
});
