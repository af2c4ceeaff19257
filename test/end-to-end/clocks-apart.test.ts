// An FTP node whose machine's clock is five minutes behind or ahead of internal-db's: what still works there, what is refused, and
// what operators are told. Debian's libfaketime moves the node's clock (but not that of its session servers, which are started with
// an empty environment: they look at a link's end).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { joinNode, publishAt } from '../rig/joined-node.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { askHttps } from './portal-customer.ts';
import { openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const apartSeconds = 300;
const waitMs = 90_000;
const offsetFile = join(temporaryFolder(t), 'offset');

function setClock(offsetSeconds: number): void {
  writeFileSync(offsetFile, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}s\n`);
}

interface Staged {
  readonly url: string;
  readonly login: string;
  readonly password: string;
  readonly ftp: { readonly port: number };
}

setClock(0);
const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const other = await joinNode(t, consign, {
  role: 'ftp-node',
  name: 'ftp2',
  environment: {
    LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
    FAKETIME_TIMESTAMP_FILE: offsetFile,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  },
});
await publishAt(other, consign, ['tool', '1.0.0', vendor.source]);
await consign.configure('ftp1/draining', 'true');

const stage = () => consign.json<Staged>('stage', vendorAccount, vendorTarget);
const linkStatus = async ({ url }: Staged) => (await askHttps(consign, url)).status;

/** curl's exit code: 0, or 67 where the login is refused. */
async function fetchFtps({ login, password, ftp }: Staged): Promise<number | null> {
  const url = `ftp://localhost:${ftp.port}/${vendorTarget}`;
  const user = ['-u', `${login}:${password}`];
  const tls = ['-sS', '--ssl-reqd', '--cacert', consign.endpoints.caFile];
  return (await runProgram('curl', [...tls, ...user, '-o', '/dev/null', url])).code;
}

/** The alert is logged, mailed and shown with the same words. */
async function told(state: 'raised' | 'cleared', text: RegExp): Promise<void> {
  const isTold = async (): Promise<boolean> =>
    (await consign.readLogs())
      .split('\n')
      .some((line) => line.includes('clock_apart') && line.includes(`"${state}"`) && text.test(line));
  await waitFor(`${text} to be ${state}`, isTold, waitMs);
}

/** The file at the node whose clock is moved. */
async function stageThere(): Promise<Staged> {
  const tries: Staged[] = [];
  const isThere = async (): Promise<boolean> =>
    tries.push(await stage()) > 0 && tries.at(-1)?.ftp.port === other.endpoints.ftp.port;
  await waitFor('the file at ftp2', isThere, waitMs);
  return tries.at(-1) ?? stage();
}

const staged = await stageThere();

t.test('with one time everything works there', async (t) => {
  t.equal(await linkStatus(staged), 200);
  t.equal(await fetchFtps(staged), 0);
});

t.test('five minutes behind: files are made ready and links are good, logins are refused', async (t) => {
  setClock(-apartSeconds);
  const late = await stage();
  t.equal(late.ftp.port, other.endpoints.ftp.port);
  for (const one of [staged, late]) t.equal(await linkStatus(one), 200);
  await assertLoginsRefused(t, 'behind');
});

t.test('five minutes ahead: nothing is made ready, links are good, logins are refused', async (t) => {
  setClock(apartSeconds);
  const refused = await consign.run('stage', vendorAccount, vendorTarget);
  t.not(refused.code, 0);
  t.match(refused.stdout, /^Not staged/, 'and the only other node takes none');
  t.equal(await linkStatus(staged), 200);
  await assertLoginsRefused(t, 'ahead of');
});

async function assertLoginsRefused(t: Test, where: string): Promise<void> {
  const text = new RegExp(`The clock of ftp2 is (?:2[5-9]|3[0-4])\\d s ${where} this machine’s`);
  t.not(await fetchFtps(staged), 0, 'the delivery’s own login too');
  await told('raised', text);
  setClock(0);
  t.equal(await fetchFtps(staged), 0, 'with one time again it is let in, without a restart');
  await told('cleared', text);
}
