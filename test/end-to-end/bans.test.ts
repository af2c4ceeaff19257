// Who guesses passwords at one door is shut out at all of them, in the form that each protocol has for it, until the ban is
// lifted; who has a signed link, or another address, notices nothing.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { askHttps, sendSignIn } from './portal-customer.ts';
import { askPassEnvironment, clientDirectory, stageDemoFile } from './staged-file.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';

const consign = await startConsign(t, { demo: true });
const { customer } = consign.logins;
if (customer === null) throw new Error('The demo printed no customer.');
const guesser = '127.0.0.9';
const guessCount = 40;
const answerWithinMs = 60_000;
/** A node that was not told of a ban hears of it when it reconciles, which is after a minute. */
const toldWithinMs = 45_000;

interface BanList {
  readonly bans: readonly { network: string; reason: string; bannedBy: string }[];
  readonly behindNodes: readonly string[];
}
const listBans = () => consign.json<BanList>('bans', 'list');

/** Logs in over FTPS with curl and lists the directory; curl's exit code is 67 for a login that is refused. */
async function listWithCurl(from: string, password: string) {
  const { host, port } = consign.endpoints.ftp;
  const { caFile } = consign.endpoints;
  const url = `ftp://${customer?.name}:${encodeURIComponent(password)}@${host}:${port}/`;
  const args = ['-sS', '--interface', from, '--ssl-reqd', '--cacert', caFile, '--max-time', '60', url];
  return (await runProgram('curl', args)).code;
}

/** What a server says by itself before it closes the connection; null when it leaves it open. */
async function readUntilClosed(port: number, from: string): Promise<string | null> {
  const socket: Socket = connect({ host: '127.0.0.1', port, localAddress: from });
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => (said += text));
  try {
    await once(socket, 'close', { signal: AbortSignal.timeout(answerWithinMs) });
    return said;
  } catch (error) {
    if ((error as Error).name === 'AbortError') return null;
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return said;
    throw error;
  } finally {
    socket.destroy();
  }
}

t.test('wrong logins over FTP end in a ban', async (t) => {
  const codes: (number | null)[] = [];
  for (let guesses = 0; guesses < guessCount; guesses += 8) {
    const batch = Array.from({ length: 8 }, (_, index) => listWithCurl(guesser, `wrong-${guesses + index}`));
    codes.push(...(await Promise.all(batch)));
  }
  t.notOk(codes.includes(0), 'nobody got in');
  const isEverywhere = async (): Promise<boolean> => {
    const { bans, behindNodes } = await listBans();
    return bans.length > 0 && behindNodes.length === 0;
  };
  await waitFor('the ban at every node', isEverywhere, 90_000);
  t.match(await listBans(), {
    bans: [{ network: guesser, bannedBy: 'internal-db', reason: /^\d+ failed logins within 10 min$/ }],
    behindNodes: [],
  });
});

t.test('every door for logins is shut to that address', async (t) => {
  const { ftp, sftp } = consign.endpoints;
  t.match(await readUntilClosed(ftp.port, guesser), /^421 .*logins/, 'FTP');
  t.not(await listWithCurl(guesser, customer.password), 0, 'also with the right password');
  t.match(await readUntilClosed(sftp.port, guesser), /^SSH-2\.0-.*Too many logins have failed/s, 'SFTP');
  const refused = await sendSignIn(consign, customer, guesser);
  t.equal(refused.status, 403, 'the portal');
  t.match(refused.text, /Sign-ins from your network address are refused for now\. Try again in \d+ minutes/);
});

t.test('a signed link, another address and the command line go on', async (t) => {
  const staged = await stageDemoFile(consign);
  const { status, headers } = await askHttps(consign, staged.url, { method: 'HEAD', from: guesser });
  t.equal(status, 200, 'a link is its own proof');
  t.equal(headers['content-length'], String(staged.sizeBytes));
  t.equal(await listWithCurl('127.0.0.10', customer.password), 0, 'its neighbour');
  t.equal((await sendSignIn(consign, customer)).status, 303);
});

t.test('the node alone keeps the ban over its restart', async (t) => {
  const pid = consign.kill('ftp-node');
  await consign.waitForRestart('ftp-node', pid);
  t.match(await readUntilClosed(consign.endpoints.ftp.port, guesser), /^421 /);
  await consign.waitUntilLinked();
});

t.test('lifting it opens every door within a second', async (t) => {
  const unknown = await consign.run('bans', 'lift', '127.0.0.8', '--reason', 'mistyped');
  t.equal(unknown.code, 4);
  t.match(unknown.stderr, /127\.0\.0\.8 is not banned\. See: consign bans list/);
  t.match(await consign.json('bans', 'lift', guesser, '--reason', 'It was the new colleague'), {
    behindNodes: [],
  });
  // The command answers when the nodes have confirmed it.
  t.equal(await listWithCurl(guesser, customer.password), 0, 'FTP');
  const directory = await clientDirectory(t);
  const environment = await askPassEnvironment(customer, directory);
  const { host, port } = consign.endpoints.sftp;
  const options = ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no', `BindAddress=${guesser}`];
  const args = [
    ...options.flatMap((option) => ['-o', option]),
    '-P',
    String(port),
    `${customer.name}@${host}`,
  ];
  const listed = await runProgram('sftp', args, { directory, environment, input: 'ls\n' });
  t.equal(listed.code, 0, `SFTP ${listed.stderr}`);
  t.equal((await sendSignIn(consign, customer, guesser)).status, 303, 'the portal');
});

t.test('operators ban networks, with a reason, and read both in the audit log', async (t) => {
  const add = (network: string, ...more: string[]) => consign.run('bans', 'add', network, ...more);
  t.equal((await add(guesser)).code, 2, 'for how long?');
  t.equal((await add(guesser, '--for', '1h')).code, 2, 'why?');
  t.equal((await add(guesser, '--for', 'ever', '--reason', 'x')).code, 2);
  t.equal((await add('10.0.0.0/8', '--for', '1h', '--reason', 'x')).code, 1, 'too wide');
  t.equal((await add('here', '--for', '1h', '--reason', 'x')).code, 1, 'no network');
  const startedMs = performance.now();
  const added = await add('127.0.0.8/30', '--for', '1h', '--reason', 'A whole office');
  t.equal(added.code, 0);
  t.match(added.stdout, /^127\.0\.0\.8\/30 is banned until /);
  t.match(await readUntilClosed(consign.endpoints.ftp.port, guesser), /^421 /);
  t.ok(performance.now() - startedMs < toldWithinMs);
  t.match(
    (await consign.run('bans', 'list')).stdout,
    /127\.0\.0\.8\/30 .* (?:5\d(?:\.\d)? min|60 min|1 h) .* cli:\S+ +A whole office/,
  );
  t.equal((await consign.run('bans', 'lift', '127.0.0.8/30', '--reason', 'over')).code, 0);
  t.match((await consign.run('bans', 'list')).stdout, /^No network is banned\./);
  const actions = (await consign.json<{ action: string; subject: string }[]>('audit', '--limit', '1000'))
    .filter(({ action }) => action.startsWith('ban.'))
    .map(({ action, subject }) => `${action} ${subject}`);
  t.same(actions, [
    `ban.add ${guesser}`,
    `ban.lift ${guesser}`,
    'ban.add 127.0.0.8/30',
    'ban.lift 127.0.0.8/30',
  ]);
});
