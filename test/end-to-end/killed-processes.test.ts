// kill -9 of each process while a customer downloads and while deliveries are being staged: afterwards nothing is staged
// that is not recorded, nothing acknowledged is lost, every artifact has the link count that the records give it, and the
// customer's resumed download is whole.
import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { createLogger } from '#commlink/log.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { sha256OfFile, waitForBytes } from './fetched-file.ts';
import { clientDirectory, stageDemoFile } from './staged-file.ts';

const accountCount = 4;
const fileNames = Array.from({ length: 24 }, (_, index) => `part-${index}.bin`);
const version = '1.0.0';
const actor = 'test';
/** Longer than any node takes to answer: a busy machine is no refusal. */
const stageDeadlineMs = 60_000;
/** Reports to internal-db are tried again with a growing delay, of half a minute at most. */
const settleTimeoutMs = 90_000;

const consign = await startConsign(t, { demo: true });
await publishParts();

async function publishParts(): Promise<void> {
  const directory = join(consign.state, 'parts-to-publish');
  await mkdir(directory);
  const files = fileNames.map((name) => join(directory, name));
  await Promise.all(files.map((file, index) => writeFile(file, `part ${index}\n`.repeat(index + 1))));
  await consign.json('product', 'create', 'parts');
  await consign.json('publish', 'parts', version, ...files);
}

/** Connects as the operator's command does. */
function connectAdmin(): Promise<RpcPeer<typeof adminMethods>> {
  return connectUnix({
    path: join(consign.state, 'internal-db', 'admin.sock'),
    peer: { role: 'internal-db', name: 'internal-db', id: 'internal-db' },
    called: adminMethods,
    log: createLogger('test', 'silent'),
  });
}

/** Makes accounts that may have the parts; `round` keeps their names apart. */
async function createAccounts(round: string): Promise<string[]> {
  const admin = await connectAdmin();
  const names = Array.from({ length: accountCount }, (_, index) => `${round}-${index}`);
  for (const name of names) {
    await admin.call('account.create', { actor, name, displayName: name });
    await admin.call('entitlement.grant', {
      actor,
      account: name,
      product: 'parts',
      versions: '*',
      channels: null,
      notBeforeMs: null,
      notAfterMs: null,
      downloadsMax: null,
      licenceAgreement: null,
      reason: 'test',
    });
  }
  admin.close();
  return names;
}

/** A call whose answer was lost with the killed process says nothing of what was done. */
function nullWhenBroken(error: unknown): null {
  if (error instanceof RpcError) return null;
  throw error;
}

/** Stages every part for every account, eight at a time, until done or the door breaks; tells each acknowledged place. */
async function stageEverything(accounts: string[], onAcknowledged: (place: string) => void): Promise<void> {
  const wishes = accounts.flatMap((account) => fileNames.map((file) => ({ account, file })));
  const admin = await connectAdmin();
  const stageNext = async (): Promise<void> => {
    for (let wish = wishes.pop(); wish !== undefined; wish = wishes.pop()) {
      const params = { actor, ...wish, product: 'parts', version, lifetimeMs: null };
      const answer = await admin
        .call('delivery.stage', params, { deadlineMs: stageDeadlineMs })
        .catch(nullWhenBroken);
      if (answer?.staged) onAcknowledged(`${wish.account}/parts/${version}/${wish.file}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, stageNext));
  admin.close();
}

/** Every file below the accounts directory, as `account/product/version/file`, with its inode. */
async function stagedPlaces(): Promise<Map<string, number>> {
  const root = join(consign.state, 'ftp-node', 'accounts');
  const places = new Map<string, number>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    places.set(path.slice(root.length + 1), (await lstat(path)).ino);
  }
  return places;
}

interface RecordedDelivery {
  readonly account: string;
  readonly path: string;
  readonly state: string;
}

/** What differs between the records and the disk; empty when they agree. */
async function disagreements(): Promise<string[]> {
  const deliveries = await consign.json<RecordedDelivery[]>('deliveries', '--limit', '1000');
  const states = Map.groupBy(deliveries, ({ account, path }) => `${account}/${path.replace(/^\//, '')}`);
  const statesOf = (place: string): string => (states.get(place) ?? []).map(({ state }) => state).join(', ');
  const recorded = new Set([...states.keys()].filter((place) => statesOf(place).includes('staged')));
  const places = await stagedPlaces();
  const found = [...places.keys()]
    .filter((place) => !recorded.has(place))
    .map((place) => `staged, but recorded as ${statesOf(place)}: ${place}`);
  found.push(
    ...[...recorded]
      .filter((place) => !places.has(place))
      .map((place) => `recorded but not staged: ${place}`),
  );
  const storeroom = join(consign.state, 'ftp-node', 'storeroom');
  const linksByInode = new Map<number, number>();
  for (const inode of places.values()) linksByInode.set(inode, (linksByInode.get(inode) ?? 0) + 1);
  for (const entry of await readdir(storeroom, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, nlink } = await lstat(join(entry.parentPath, entry.name));
    if (!/^[0-9a-f]{64}$/.test(entry.name)) found.push(`left over in the storeroom: ${entry.name}`);
    else if (nlink !== 1 + (linksByInode.get(ino) ?? 0))
      found.push(`${entry.name} has ${nlink} links for ${linksByInode.get(ino) ?? 0} stagings`);
  }
  return found;
}

/** The disagreements once they are gone, or after settleTimeoutMs. */
async function settledDisagreements(): Promise<string[]> {
  const deadline = Date.now() + settleTimeoutMs;
  for (;;) {
    const found = await disagreements();
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The launcher restarts what dies; the launcher itself is restarted as its operator would. */
async function comeBack(victim: string, killed: ReadonlyMap<string, number>): Promise<void> {
  if (victim === 'launcher') await consign.restart();
  else for (const [name, pid] of killed) await consign.waitForRestart(name, pid);
  await consign.waitUntilLinked();
}

function kill(victim: string): Map<string, number> {
  const names = victim === 'session-servers' ? consign.sessionServers : [victim];
  return new Map(names.map((name) => [name, consign.kill(name)]));
}

for (const victim of ['session-servers', 'ftp-node', 'web-front', 'internal-db', 'launcher']) {
  await t.test(`${victim} killed in mid-staging and in mid-transfer loses nothing`, async (t) => {
    const accounts = await createAccounts(victim);

    const staged = await stageDemoFile(consign);
    const directory = await clientDirectory(t);
    const download = runProgram(
      'curl',
      // Half a minute for the whole file: it must not be there before the kill.
      ['-sS', '--limit-rate', '4M', '--cacert', staged.caFile, '-O', staged.url],
      { directory },
    );
    await waitForBytes(join(directory, staged.name), 5_000_000);

    const acknowledged = new Set<string>();
    let killed: Map<string, number> | null = null;
    await stageEverything(accounts, (place) => {
      acknowledged.add(place);
      if (acknowledged.size === 20) killed = kill(victim);
    });
    if (killed === null) throw new Error('too few deliveries were staged to kill in between');
    await comeBack(victim, killed);
    const unbroken = await download;

    t.same(await settledDisagreements(), [], 'records, links and link counts agree');
    const places = await stagedPlaces();
    for (const place of acknowledged) if (!places.has(place)) t.fail(`acknowledged, but lost: ${place}`);
    t.ok(acknowledged.size >= 20, `${acknowledged.size} deliveries were acknowledged`);

    if (['web-front', 'internal-db'].includes(victim))
      t.equal(unbroken.code, 0, 'the running download went on');
    if (['session-servers', 'ftp-node'].includes(victim))
      t.not(unbroken.code, 0, 'the running download was broken off');
    // When the launcher dies, the node drains: a download may finish, or be broken off at the end of the grace.
    if (unbroken.code !== 0) {
      const resume = ['-fsS', '-C', '-', '--cacert', staged.caFile, '-O', staged.url];
      const resumed = await runProgram('curl', resume, { directory });
      t.equal(resumed.code, 0, `the download was resumed: ${resumed.stderr}`);
    }
    t.equal(await sha256OfFile(join(directory, staged.name)), staged.sha256);
    const nothingRuns = async (): Promise<boolean> =>
      (await consign.json<{ outcome: string }[]>('downloads')).every(({ outcome }) => outcome !== 'running');
    await waitFor('no download to be recorded as running for ever', nothingRuns, settleTimeoutMs);
    t.equal((await consign.run('audit', 'verify')).code, 0, 'the audit log is intact');
  });
}
