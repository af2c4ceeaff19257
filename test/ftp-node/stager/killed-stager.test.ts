// kill -9 of the stager at chosen points and at random ones: after the next start nothing is staged that is not
// recorded, nothing acknowledged is lost, and every link count is right.
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { RunningNode, waitUntil } from '../running-node.ts';

const killSelf = `process.kill(process.pid, 'SIGKILL'); for (;;);`;

/** A preload that kills the process the moment it is about to call, or has called, a function of node:fs. */
function killAt(moment: 'before' | 'after', name: string, ifPathMatches: string): string[] {
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const owner = '${name}'.startsWith('promises.') ? fs.promises : fs;
    const key = '${name}'.replace('promises.', '');
    const original = owner[key];
    owner[key] = (...args) => {
      const hit = args.some((arg) => typeof arg === 'string' && arg.includes('${ifPathMatches}'));
      if (hit && '${moment}' === 'before') { ${killSelf} }
      const result = original.apply(owner, args);
      if (hit) { ${killSelf} }
      return result;
    };
    syncBuiltinESMExports();`;
  return [`--import=data:text/javascript,${encodeURIComponent(program)}`];
}

async function makeNode(t: Test): Promise<RunningNode> {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare();
  return node;
}

function recordedPlaces(node: RunningNode): Set<string> {
  const database = new DatabaseSync(join(node.directory, 'ledger.db'), { readOnly: true });
  try {
    const rows = database.prepare(`select account, path from delivery where state = 'staged'`).all();
    return new Set(rows.map(({ account, path }) => `${String(account)}/${String(path)}`));
  } finally {
    database.close();
  }
}

function placesOnDisk(node: RunningNode): string[] {
  return readdirSync(node.accounts, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(node.accounts.length + 1));
}

/** What must hold whenever the node has started: disk and ledger agree, and so do the link counts. */
function checkAgreement(t: Test, node: RunningNode, sha256: string): void {
  const recorded = recordedPlaces(node);
  t.same(placesOnDisk(node).toSorted(), [...recorded].toSorted(), 'disk and ledger agree');
  t.equal(node.linkCount(sha256), 1 + recorded.size, 'the link count is right');
  t.notOk(readdirSync(node.storeroom).some((name) => name.startsWith('.incoming')));
}

const placeOf = ({ account, product, version, file }: StagingGrant): string =>
  `${account}/${product}/${version}/${file}`;

/** The answer of a call, or null when the node died before it came. */
async function answerOf<T>(call: Promise<T>): Promise<T | null> {
  const [outcome] = await Promise.allSettled([call]);
  return outcome.status === 'fulfilled' ? outcome.value : null;
}

const stagingPoints = [
  ['before', 'mkdirSync', 'accounts/acme'],
  ['before', 'linkSync', 'accounts/acme/tool/1.0.0/killed.bin'],
  ['after', 'linkSync', 'accounts/acme/tool/1.0.0/killed.bin'],
] as const;
for (const [moment, name, path] of stagingPoints)
  t.test(`killed ${moment} ${name} of ${path}: the delivery was recorded, so it is staged`, async (t) => {
    const node = await makeNode(t);
    await node.start({ nodeOptions: killAt(moment, name, path) });
    const content = randomBytes(1000);
    await node.ingest(content);
    const grant = node.grantBody(content, { file: 'killed.bin' });
    const died = once(node.process, 'exit');
    await t.rejects(node.stage(grant, { deadlineMs: 3000 }));
    t.equal((await died)[1], 'SIGKILL');
    await node.start();
    checkAgreement(t, node, grant.sha256);
    t.same(placesOnDisk(node), [placeOf(grant)]);
    t.match(await node.stage(grant), { staged: true }, 'the same grant again is answered');
    await waitUntil(() => node.reports.some(({ event }) => event.type === 'delivery.staged'), 'the report');
    checkAgreement(t, node, grant.sha256);
  });

const unstagingPoints = [
  ['before', 'unlinkSync'],
  ['after', 'unlinkSync'],
  ['before', 'rmdirSync'],
  ['after', 'rmdirSync'],
] as const;
for (const [moment, name] of unstagingPoints)
  t.test(`killed ${moment} ${name}: the delivery was ended, so it is never linked again`, async (t) => {
    const node = await makeNode(t);
    await node.start({ nodeOptions: killAt(moment, name, 'accounts/acme') });
    const grant = await node.publishAndStage(randomBytes(1000), { file: 'killed.bin' });
    const died = once(node.process, 'exit');
    await t.rejects(node.unstage([grant.delivery]));
    t.equal((await died)[1], 'SIGKILL');
    await node.start();
    checkAgreement(t, node, grant.sha256);
    t.same(readdirSync(node.accounts), []);
    await waitUntil(() => node.reports.some(({ event }) => event.type === 'delivery.ended'), 'the report');
  });

t.test('killed before the rename of an artifact: it is not there, and its leftovers are gone', async (t) => {
  const node = await makeNode(t);
  await node.start({ nodeOptions: killAt('before', 'promises.rename', '.incoming-') });
  const died = once(node.process, 'exit');
  await t.rejects(node.ingest(randomBytes(100_000)));
  await died;
  t.equal(readdirSync(node.storeroom).length, 1);
  await node.start();
  t.same(readdirSync(node.storeroom), []);
});

t.test('killed at random moments under load', async (t) => {
  const node = await makeNode(t);
  const content = randomBytes(1000);
  const live = new Map<string, StagingGrant>();
  const ended = new Set<string>();
  await node.start();
  await node.ingest(content);
  const { sha256 } = node.grantBody(content);
  for (let round = 0; round < 4; round += 1) {
    const died = once(node.process, 'exit');
    const isTime = Promise.withResolvers<void>();
    const killedAfter = 12 + randomInt(36);
    let acknowledged = 0;
    const stagings = Array.from({ length: 60 }, async (_, index) => {
      await delay(randomInt(120));
      const grant = node.grantBody(content, { account: `customer-${index}`, file: `round-${round}.bin` });
      const result = await answerOf(node.stage(grant, { deadlineMs: 2000 }));
      if (result?.staged !== true) return;
      live.set(grant.delivery, grant);
      acknowledged += 1;
      if (acknowledged === killedAfter) isTime.resolve();
      if (index % 3 !== 0) return;
      live.delete(grant.delivery);
      if ((await answerOf(node.unstage([grant.delivery]))) !== null) ended.add(placeOf(grant));
    });
    await isTime.promise;
    await delay(randomInt(10));
    node.process.kill('SIGKILL');
    await died;
    await Promise.all(stagings);
    await node.start();
    checkAgreement(t, node, sha256);
    const onDisk = new Set(placesOnDisk(node));
    for (const grant of live.values()) t.ok(onDisk.has(placeOf(grant)), 'what was acknowledged is staged');
    for (const place of ended) t.notOk(onDisk.has(place), 'what was ended is not');
  }
  t.ok(live.size > 10, `${live.size} deliveries were acknowledged`);
});
