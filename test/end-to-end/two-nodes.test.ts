// Two FTP nodes in one cluster, with real clients: a download begun at one is finished at the other; who is banned, cut or
// taken back at one is so at both; and when one drains, deliveries go to the other.
import { randomBytes } from 'node:crypto';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { joinFtpNode, publishAt } from '../rig/joined-node.ts';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import { startConsign, waitFor, type PrintedLogin, type RunningConsign } from '../rig/running-consign.ts';
import { sha256OfFile, waitForBytes } from './fetched-file.ts';
import { PortalCustomer, askHttps, sendSignIn } from './portal-customer.ts';
import { askPassEnvironment, clientDirectory } from './staged-file.ts';

const waitMs = 90_000;
/** A node that was not told hears of it when it reconciles, after a minute. */
const toldWithinMs = 45_000;
const fileBytes = 20_000_000;
const path = 'tool/1.0.0/tool.bin';

const consign = await startConsign(t);
const second = await joinFtpNode(t, consign, 'ftp2');
const nodes = { ftp1: consign, ftp2: second } as const;
type NodeName = keyof typeof nodes;
const names = Object.keys(nodes) as NodeName[];
const { caFile } = consign.endpoints;

const folder = await clientDirectory(t);
const source = join(folder, 'tool.bin');
await writeFile(source, randomBytes(fileBytes));
const sha256 = await sha256OfFile(source);
await consign.json('account', 'create', 'acme');
const alice = await consign.json<PrintedLogin>('user', 'create', 'acme', 'alice');
await consign.json('product', 'create', 'tool');
await consign.json('publish', 'tool', '1.0.0', source);
await publishAt(second, consign, ['tool', '1.0.0', source]);
await consign.json('grant', 'acme', 'tool', '--reason', 'contract');

interface Staged {
  readonly url: string;
  readonly ftp: { readonly port: number };
}

const nodeOf = ({ ftp }: Staged): NodeName => (ftp.port === nodes.ftp1.endpoints.ftp.port ? 'ftp1' : 'ftp2');

/** Asks for the file until it is staged at both nodes. */
async function stageAtBoth(): Promise<Record<NodeName, Staged>> {
  const staged: Partial<Record<NodeName, Staged>> = {};
  const atBoth = async (): Promise<boolean> => {
    const one = await consign.json<Staged>('stage', 'acme', path);
    staged[nodeOf(one)] = one;
    return names.every((name) => staged[name]);
  };
  await waitFor('the file at both nodes', atBoth, waitMs);
  return staged as Record<NodeName, Staged>;
}

const ftpUrl = (node: NodeName): string => `ftp://localhost:${nodes[node].endpoints.ftp.port}/${path}`;
const tls = ['-sS', '--cacert', caFile];

/** Fetches with curl over FTPS. */
function fetchFtps(node: NodeName, { name, password }: PrintedLogin, more: readonly string[]) {
  return runProgram('curl', [...tls, '--ssl-reqd', '-u', `${name}:${password}`, ...more, ftpUrl(node)]);
}

/** A download at each node that takes two minutes; `ended` is what became of it. */
async function downloadSlowly(t: Test, login: PrintedLogin) {
  const directory = await clientDirectory(t);
  const running = names.map((node) => {
    const file = join(directory, node);
    return {
      file,
      ended: fetchFtps(node, login, ['--limit-rate', String(Math.ceil(fileBytes / 120)), '-o', file]),
    };
  });
  await Promise.all(running.map(({ file }) => waitForBytes(file, 100_000)));
  return running.map(({ ended }) => ended);
}

const staged = await stageAtBoth();

t.test('both nodes say the same of a file', async (t) => {
  const told = async (answer: Promise<ProgramResult>): Promise<string[]> =>
    (await answer).stdout.split(/\r?\n/).filter((line) => /^(?:HTTP|content|last|etag|repr)/i.test(line));
  const https = (node: NodeName) => told(runProgram('curl', [...tls, '-I', staged[node].url]));
  const ftps = (node: NodeName) => told(fetchFtps(node, alice, ['-I']));
  const [first, other] = [await https('ftp1'), await https('ftp2')];
  t.same(other, first);
  t.match(first.join('\n'), new RegExp(`^HTTP/1.1 200[^]*\netag: "[^]*\ncontent-length: ${fileBytes}\n?`));
  const [overFtp, otherOverFtp] = [await ftps('ftp1'), await ftps('ftp2')];
  t.same(otherOverFtp, overFtp);
  const modified = overFtp.find((line) => line.startsWith('Last-Modified'));
  t.ok(modified && first.some((line) => line.toLowerCase() === modified.toLowerCase()));
});

t.test('what the database has lost a node fetches from the other', async (t) => {
  const kept = join(folder, 'kept.bin');
  await writeFile(kept, randomBytes(3_000_000));
  const digest = await sha256OfFile(kept);
  await consign.json('product', 'create', 'kept');
  await consign.json('product', 'placement', 'kept', 'nodes:ftp1');
  await consign.json('publish', 'kept', '1.0.0', kept, '--keep-original');
  await consign.json('grant', 'acme', 'kept', '--reason', 'contract');
  const stage = () => consign.json<Staged>('stage', 'acme', 'kept/1.0.0/kept.bin');
  t.equal(nodeOf(await stage()), 'ftp1', 'the only one that may have it');
  await rm(join(consign.state, 'internal-db', 'originals', digest));
  await consign.json('product', 'placement', 'kept', 'nodes:ftp2');
  const other = await stage();
  t.equal(nodeOf(other), 'ftp2');
  const fetched = join(folder, 'fetched.bin');
  const curl = await runProgram('curl', [...tls, '-o', fetched, other.url]);
  t.equal(curl.code, 0, curl.stderr);
  t.equal(await sha256OfFile(fetched), digest);
});

t.test('a download begun at one node over HTTPS is finished at the other over FTPS and SFTP', async (t) => {
  const directory = await clientDirectory(t);
  const begin = async (name: string): Promise<string> => {
    const file = join(directory, name);
    await runProgram('curl', [...tls, '-r', '0-6999999', '-o', file, staged.ftp1.url]);
    await truncate(file, 6_543_210);
    return file;
  };
  const byLftp = await begin('lftp');
  const { ftp, sftp } = nodes.ftp2.endpoints;
  const open = `open --env-password -u ${alice.name} ftp://localhost:${ftp.port}`;
  const get = `set cmd:fail-exit true; set ftp:ssl-force true; set ssl:ca-file ${caFile}; ${open}`;
  const lftp = await runProgram('lftp', ['--norc', '-c', `${get}; get -c ${path} -o ${byLftp}`], {
    environment: { LFTP_PASSWORD: alice.password, HOME: directory },
  });
  t.equal(lftp.code, 0, lftp.stderr);
  t.equal(await sha256OfFile(byLftp), sha256);
  const bySftp = await begin('sftp');
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=no'];
  const known = options.flatMap((option) => ['-o', option]);
  const to = [...known, '-P', String(sftp.port), '-b', '-', `${alice.name}@localhost`];
  const environment = await askPassEnvironment(alice, directory);
  const fetched = await runProgram('sftp', to, { environment, input: `reget ${path} ${bySftp}\n` });
  t.equal(fetched.code, 0, fetched.stderr);
  t.equal(await sha256OfFile(bySftp), sha256);
  const downloads = await consign.json<{ node: string; protocol: string; offsetBytes: number }[]>(
    'downloads',
    'acme',
  );
  const resumed = downloads.filter(({ offsetBytes }) => offsetBytes === 6_543_210);
  t.same(new Set(resumed.map(({ protocol }) => protocol)), new Set(['ftps', 'sftp']));
});

interface Asked {
  readonly name: NodeName;
  readonly listing: { readonly sessions: readonly { id: string; transfer: object | null }[] } | null;
}
const listSessions = () => consign.json<Asked[]>('sessions');
const sessionsAt = async (node: NodeName) =>
  (await listSessions()).find(({ name }) => name === node)?.listing?.sessions ?? [];

t.test('the sessions of both nodes are listed, and cut one by one', async (t) => {
  const running = await downloadSlowly(t, alice);
  for (const [index, node] of names.entries()) {
    // Those of clients that have just gone are still ending.
    const isAlone = async (): Promise<boolean> => (await sessionsAt(node)).length === 1;
    await waitFor('the download to be the only session', isAlone, waitMs);
    const [session] = await sessionsAt(node);
    t.ok(session?.transfer, node);
    const cut = await consign.run('sessions', 'cut', session?.id ?? '', '--reason', 'A test');
    t.match(cut, { code: 0, stdout: new RegExp(`at ${node} was ended`) });
    t.not((await running[index])?.code, 0, 'its client knows');
    const isOver = async (): Promise<boolean> => (await sessionsAt(node)).length === 0;
    await waitFor('it to be gone', isOver, waitMs);
  }
});

t.test('a token that is taken back cuts what runs with it at both, and opens neither', async (t) => {
  const visitor = await PortalCustomer.signIn(consign, alice);
  const made = await visitor.ask('/api/v1/tokens', { json: { name: 'robot', lifetimeDays: 1 } });
  const { id, secret } = JSON.parse(made.text) as { id: string; secret: string };
  const robot = { name: alice.name, password: secret };
  const running = await downloadSlowly(t, robot);
  const startedMs = performance.now();
  t.equal((await visitor.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status, 204);
  for (const { code } of await Promise.all(running)) t.not(code, 0);
  t.ok(performance.now() - startedMs < toldWithinMs, 'at once');
  for (const node of names) t.equal((await fetchFtps(node, robot, ['-I'])).code, 67, 'curl: login denied');
  for (const node of names) t.equal((await fetchFtps(node, alice, ['-I'])).code, 0);
});

t.test('who has guessed at one node waits at the other, and nobody else does', async (t) => {
  const from = ['--interface', '127.0.0.8', '--max-time', '60', '-v', '-I'];
  const replyOf = async (node: NodeName, password: string): Promise<string | undefined> => {
    const { stderr } = await fetchFtps(node, { ...alice, password }, from);
    return /> PASS[^<]*< (\d+)/.exec(stderr)?.[1];
  };
  await Promise.all(Array.from({ length: 6 }, (_, index) => replyOf('ftp1', `wrong-${index}`)));
  // Each that fails after the delay of the one before doubles it, to 16 s: time enough to ask the other node.
  for (const waitMs of [1100, 2100, 4100, 8100]) {
    await delay(waitMs);
    t.equal(await replyOf('ftp1', `wrong-after-${waitMs}`), '530');
  }
  t.equal(await replyOf('ftp2', alice.password), '421');
  t.equal((await fetchFtps('ftp2', alice, ['-I'])).code, 0, 'from another address');
});

interface BanList {
  readonly bans: readonly { readonly network: string }[];
  readonly behindNodes: readonly string[];
}

t.test('who guesses at one node is banned at both and at the portal, until the ban is lifted', async (t) => {
  const guesser = '127.0.0.9';
  const from = ['--interface', guesser, '--max-time', '60'];
  const listFrom = async (node: NodeName, password: string): Promise<number | null> =>
    (await fetchFtps(node, { ...alice, password }, [...from, '-I'])).code;
  const listBans = () => consign.json<BanList>('bans', 'list');
  const isBanned = async (): Promise<boolean> => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => listFrom('ftp1', `wrong-${index}`)));
    return (await listBans()).bans.length > 0;
  };
  await waitFor('the ban', isBanned, waitMs);
  const isEverywhere = async (): Promise<boolean> => (await listBans()).behindNodes.length === 0;
  await waitFor('the ban at both nodes', isEverywhere, waitMs);
  for (const node of names) t.not(await listFrom(node, alice.password), 0, `${node} refuses`);
  t.equal((await sendSignIn(consign, alice, guesser)).status, 403, 'and the portal');
  const { url } = staged.ftp2;
  t.equal(
    (await askHttps(consign, url, { method: 'HEAD', from: guesser })).status,
    200,
    'a link is its proof',
  );
  const lifted = await consign.json<BanList>('bans', 'lift', guesser, '--reason', 'A new colleague');
  t.same(lifted.behindNodes, []);
  for (const node of names) t.equal(await listFrom(node, alice.password), 0, `${node} lets in`);
  t.equal((await sendSignIn(consign, alice, guesser)).status, 303);
});

const stateOf = async (node: RunningConsign): Promise<string> => {
  const { port } = node.endpoints.ftp;
  return (await runProgram('curl', [...tls, '-v', '--max-time', '20', `ftp://localhost:${port}/`])).stderr;
};

t.test('while one node drains, deliveries go to the other', async (t) => {
  const drained = await consign.run('node', 'drain', 'ftp1', '--reason', 'New disks');
  t.equal(drained.code, 0, drained.stderr);
  t.match(await stateOf(nodes.ftp1), /< 421 /);
  t.match(await stateOf(nodes.ftp2), /< 220 /);
  for (let count = 0; count < 4; count += 1)
    t.equal(nodeOf(await consign.json<Staged>('stage', 'acme', path)), 'ftp2');
  const undone = await consign.run('node', 'drain', 'ftp1', '--undo');
  t.equal(undone.code, 0, undone.stderr);
  const again = await stageAtBoth();
  t.equal(nodeOf(again.ftp1), 'ftp1');
});

t.test('while one node hangs, what is asked for lands on the other', async (t) => {
  const visitor = await PortalCustomer.signIn(consign, alice);
  const stager = nodes.ftp1.pid('ftp-node');
  process.kill(stager, 'SIGSTOP');
  try {
    for (let count = 0; count < 4; count += 1) {
      const json = { product: 'tool', version: '1.0.0', file: 'tool.bin' };
      const { status, text } = await visitor.ask('/api/v1/deliveries', { json });
      t.equal(status, 201);
      t.match(JSON.parse(text), { node: 'ftp2', state: 'staged' });
    }
  } finally {
    process.kill(stager, 'SIGCONT');
  }
  const again = await stageAtBoth();
  t.equal(nodeOf(again.ftp1), 'ftp1', 'and it serves again');
});
