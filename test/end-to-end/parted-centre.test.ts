// The tiers are parted: packets between internal-db and the machines of web-front and FTP node are dropped (nftables, in network
// namespaces), not refused, so nobody is told that a link is cut. Real curl and real processes. Needs root.
//
// It lasts about a minute, and stands for ten: all that changes while it lasts has changed by then. A silent link is given up
// after 15 s (linkRpcLimits.silenceMsMax), pauses between dials grow to 5 s (redialPauseMsMax), the FTP node decides deliveries' own logins
// 30 s after the first that nobody answered (silenceMsMin), and deliveries would move after 60 s (moveDeliveriesAfterMs), for which
// internal-db would have to reach another node. What ends by a longer time (deliveries, sessions) lasts hours.
import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { portBaseDefault } from '#deploy/ports.ts';
import { ConsignMachine } from '../rig/consign-machine.ts';
import { publishAt } from '../rig/joined-node.ts';
import { makeNetworkMachines } from '../rig/network-machines.ts';
import { waitFor, type PrintedLogin } from '../rig/running-consign.ts';

const skip = process.getuid?.() === 0 ? false : 'network namespaces need root';
const path = 'tool/1.0.0/tool.bin';
const content = randomBytes(8_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
/** A download of about forty seconds. */
const bytesPerSecond = 200_000;
const waitMs = 90_000;
/** No answer of the portal may take longer: a call ends by its own deadline, even before the links are known to be cut. */
const answerSecondsMax = 30;
const loginDenied = 67;

interface Staged {
  readonly id: string;
  readonly url: string;
  readonly login: string;
  readonly password: string;
}

interface Download {
  readonly outcome: string | null;
}

void t.test('the tiers are parted', { skip, timeout: 800_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'consign-parted-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [customer, first, second, third] = makeNetworkMachines(t, 3);
  if (!first || !second || !third) throw new Error('unreachable: three machines were made');
  const centre = new ConsignMachine(first, join(folder, 'centre'));
  const web = new ConsignMachine(second, join(folder, 'web'));
  const ftp = new ConsignMachine(third, join(folder, 'ftp'));
  const nft = (rules: string): void => {
    execFileSync('ip', ['netns', 'exec', first.namespace, 'nft', '-f', '-'], { input: rules });
  };
  const ca = join(centre.state, 'ca.pem');
  const curl = (...args: string[]) =>
    customer.run('curl', ['-sS', '--max-time', '120', '--cacert', ca, ...args]);

  /** The portal's answer, headers included. */
  const ask = async (page: string, ...args: string[]) => {
    const url = `https://${web.machine.address}:${portBaseDefault}${page}`;
    const { stdout, stderr } = await curl('-i', '-w', '\n%{http_code} %{time_total}', ...args, url);
    const [, status, seconds] = /\n(\d+) ([\d.]+)$/.exec(stdout) ?? [];
    return { status: Number(status), seconds: Number(seconds), text: `${stdout}${stderr}` };
  };
  const signIn = async ({ name, password }: PrintedLogin) => {
    const cookieIn = (text: string): string => /^set-cookie: ([^;]+)/im.exec(text)?.[1] ?? '';
    const visitor = cookieIn((await ask('/sign-in')).text);
    const fields = {
      formToken: formTokenFor(visitor.split('=')[1] ?? ''),
      next: '/',
      username: name,
      password,
    };
    const form = ['-H', `cookie: ${visitor}`, '--data', new URLSearchParams(fields).toString()];
    const answer = await ask('/sign-in', ...form);
    return { ...answer, cookie: ['-H', `cookie: ${cookieIn(answer.text)}`] };
  };
  let wholeDownloads = 0;
  /** The digest of what is behind a link, or curl's exit code. */
  const fetchLink = async ({ url }: Staged, more = ''): Promise<string> => {
    const script = `set -o pipefail; curl -fsS ${more} --max-time 120 --cacert '${ca}' '${url}' | sha256sum`;
    const { code, stdout } = await customer.run('bash', ['-c', script]);
    if (code === 0) wholeDownloads += 1;
    return code === 0 ? stdout.slice(0, 64) : `exit code ${code}`;
  };
  /** curl's exit code for the file over FTPS. */
  const fetchFtps = async (login: string, password: string): Promise<number | null> => {
    const url = `ftp://${ftp.machine.address}:${portBaseDefault + 3}/${path}`;
    const args = ['--ssl-reqd', '--insecure', '-u', `${login}:${password}`, '-o', '/dev/null', url];
    const { code } = await curl(...args);
    if (code === 0) wholeDownloads += 1;
    return code;
  };
  const stage = () => centre.json<Staged>('stage', 'acme', path);

  await centre.start('--only', 'internal-db', '--listen', first.address);
  for (const [role, name, node] of [
    ['web-front', 'web1', web],
    ['ftp-node', 'ftp1', ftp],
  ] as const) {
    const { address } = node.machine;
    await centre.letIn(node, ['node', 'invite', role, name, '--host', address, '--listen', address]);
  }
  const source = join(folder, 'tool.bin');
  await writeFile(source, content);
  await centre.json('account', 'create', 'acme');
  const alice = await centre.json<PrintedLogin>('user', 'create', 'acme', 'alice');
  await centre.json('product', 'create', 'tool');
  await publishAt(ftp, centre, ['tool', '1.0.0', source]);
  await centre.json('grant', 'acme', 'tool', '--reason', 'contract');
  const { cookie } = await signIn(alice);
  t.equal((await ask('/api/v1/products', ...cookie)).status, 200);
  const [kept, cancelled] = [await stage(), await stage()];
  t.equal(await fetchFtps(kept.login, kept.password), 0);
  t.equal(await fetchFtps(alice.name, alice.password), 0);

  let isParted = true;
  const running = fetchLink(kept, `--limit-rate ${bytesPerSecond}`).then((digest) => ({
    digest,
    wasParted: isParted,
  }));
  await delay(2000);
  nft(`table inet parted {
    chain in { type filter hook input priority 0; iifname "wire" drop; }
    chain out { type filter hook output priority 0; oifname "wire" drop; }
  }`);

  /** Every page says so in time, and when to come again. */
  const assertTemporary = async (what: string): Promise<void> => {
    const answers = await Promise.all([
      ask('/', ...cookie),
      ask('/api/v1/products', ...cookie),
      signIn(alice),
    ]);
    for (const { status, seconds, text } of answers) {
      t.equal(status, 503, `${what}: the service is away for now`);
      t.match(text, /^retry-after: \d+/im);
      t.ok(seconds < answerSecondsMax, `${what}: answered after ${seconds} s`);
    }
  };

  await t.test('the portal says so, before and after the links are known to be cut', async () => {
    await assertTemporary('at once');
    const isKnown = async (): Promise<boolean> => (await ask('/api/v1/products', ...cookie)).seconds < 4;
    await waitFor('the links to be given up', isKnown, waitMs);
    await assertTemporary('later');
  });

  await t.test('what is staged is delivered, and a login of its own let in after the silence', async (t) => {
    t.equal(await fetchLink(kept), sha256, 'a signed link');
    t.not(await fetchFtps(kept.login, kept.password), 0, 'not at once: a web-front could keep a login back');
    const isLetIn = async (): Promise<boolean> => (await fetchFtps(kept.login, kept.password)) === 0;
    await waitFor('the own login of the delivery', isLetIn, waitMs);
    t.equal(await fetchFtps(kept.login, 'another'), loginDenied);
    t.not(await fetchFtps(alice.name, alice.password), 0, 'a person waits for internal-db');
  });

  await t.test('what ran goes on to its end; the centre takes orders for later', async (t) => {
    await centre.json('cancel', cancelled.id, '--reason', 'a test');
    t.equal(await fetchLink(cancelled), sha256, 'it cannot be known there');
    t.same(await running, { digest: sha256, wasParted: true });
  });

  isParted = false;
  nft('delete table inet parted');
  await t.test('together again, everything works, and each download is known once', async (t) => {
    const isBack = async (): Promise<boolean> => (await ask('/api/v1/products', ...cookie)).status === 200;
    await waitFor('the portal', isBack, waitMs);
    t.equal((await signIn(alice)).status, 303);
    t.equal(await fetchLink(await stage()), sha256);
    t.equal(await fetchFtps(alice.name, alice.password), 0);
    const isGone = async (): Promise<boolean> => (await fetchLink(cancelled)).startsWith('exit code');
    await waitFor('the cancelled delivery to end', isGone, waitMs);
    const known = async (): Promise<number> =>
      (await centre.json<Download[]>('downloads', 'acme')).filter(({ outcome }) => outcome === 'complete')
        .length;
    await waitFor('the reports', async () => (await known()) >= wholeDownloads, waitMs);
    await delay(3000);
    t.equal(await known(), wholeDownloads, 'each is known once');
    t.match(await centre.json('audit', 'verify'), { intact: true });
  });
});
