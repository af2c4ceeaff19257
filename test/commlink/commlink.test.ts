// The life of links between two nodes: calls both ways, pools, ages, re-dialling, faults at start.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { linkRpcLimits } from '#commlink/limits.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { listenOnFreePort } from './hostile-dialler.ts';
import { eventually, testMethods, twoNodes } from './two-nodes.ts';
import { createServer } from 'node:net';

void t.test('either end calls over one link, whoever dialled it', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(web.port ?? 0);
  t.same(await ftp.call('web1', testMethods, 'echo', { text: 'up' }), { text: 'up', servedBy: 'web1' });
  t.same(await web.call('ftp1', testMethods, 'echo', { text: 'down' }), { text: 'down', servedBy: 'ftp1' });
  t.same(await web.call(nodes.ftp.member.id, testMethods, 'echo', { text: 'id' }), {
    text: 'id',
    servedBy: 'ftp1',
  });
  const [link] = web.status();
  t.match(link, { peer: 'ftp1', role: 'ftp-node', direction: 'accepted', generation: 1, draining: false });
  t.equal(link && link.diallerPort % 127, link?.index);
});

void t.test('the other direction of dialling works the same', async (t) => {
  const nodes = twoNodes(t);
  const ftp = await nodes.open(nodes.ftp, { listen: { host: '127.0.0.1', port: 0 } });
  const dial = [{ peer: 'ftp1', host: '127.0.0.1', port: ftp.port ?? 0, connections: 1 }];
  const web = await nodes.open(nodes.web, { dial });
  t.equal((await ftp.call('web1', testMethods, 'echo', { text: 'x' })).servedBy, 'web1');
  t.equal((await web.call('ftp1', testMethods, 'echo', { text: 'x' })).servedBy, 'ftp1');
  t.equal(web.status()[0]?.direction, 'dialled');
});

void t.test('the peer of a call is the node that proved itself, with its role', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(web.port ?? 0);
  await t.rejects(ftp.call('web1', testMethods, 'internal-db.only', {}), { code: 'forbidden' });
});

void t.test('a call waits for a link up to its deadline, and says when there was none', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const early = web.call('ftp1', testMethods, 'echo', { text: 'early' });
  await sleep(50);
  await nodes.dial(web.port ?? 0);
  t.equal((await early).text, 'early');
  const lonely = await twoNodes(t).listen();
  await t.rejects(lonely.call('ftp1', testMethods, 'echo', { text: '' }, { deadlineMs: 60 }), {
    code: 'unavailable',
  });
  await t.rejects(lonely.call('nobody', testMethods, 'echo', { text: '' }), { code: 'unavailable' });
  const cancelled = lonely.call(
    'ftp1',
    testMethods,
    'echo',
    { text: '' },
    { signal: AbortSignal.timeout(30) },
  );
  await t.rejects(cancelled, { code: 'cancelled' });
});

void t.test('of links with equal load the newest is taken', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const dial = [{ peer: 'web1', host: '127.0.0.1', port: web.port ?? 0, connections: 3 }];
  const ftp = await nodes.open(nodes.ftp, { dial });
  await eventually(() => ftp.status().length === 3 && web.status().length === 3);
  const call = web.call('ftp1', testMethods, 'echo', { text: '', waitMs: 100 });
  const busy = web.status().filter(({ callsInFlight }) => callsInFlight === 1);
  t.same(
    busy.map(({ openedAtMs }) => openedAtMs),
    [Math.max(...web.status().map(({ openedAtMs }) => openedAtMs))],
  );
  await call;
});

void t.test('a pool of links shares the calls', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const dial = [{ peer: 'web1', host: '127.0.0.1', port: web.port ?? 0, connections: 4 }];
  const ftp = await nodes.open(nodes.ftp, { dial });
  await eventually(() => ftp.status().length === 4);
  t.equal(new Set(ftp.status().map(({ diallerPort }) => diallerPort)).size, 4, 'each from a port of its own');
  const calls = Array.from({ length: 40 }, () =>
    ftp.call('web1', testMethods, 'echo', { text: '', waitMs: 100 }),
  );
  t.same(
    ftp.status().map(({ callsInFlight }) => callsInFlight),
    [10, 10, 10, 10],
  );
  await Promise.all(calls);
});

void t.test('an old link is replaced by one from another port, and no call is lost', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen({ linkAgeMaxMs: 300 });
  const ftp = await nodes.dial(web.port ?? 0, { linkAgeMaxMs: 300 });
  const ups: boolean[] = [];
  await eventually(() => ftp.linked().length === 1);
  ftp.onLinkChange((_member, up) => ups.push(up));
  const ports = new Set<number>();
  const results: Promise<{ text: string }>[] = [];
  const untilMs = performance.now() + 2000;
  while (performance.now() < untilMs) {
    for (const { diallerPort } of ftp.status()) ports.add(diallerPort);
    results.push(ftp.call('web1', testMethods, 'echo', { text: 'x', waitMs: 20 }));
    results.push(web.call('ftp1', testMethods, 'echo', { text: 'x', waitMs: 200 }));
    await sleep(4);
  }
  const settled = await Promise.allSettled(results);
  t.same(
    settled.filter(({ status }) => status === 'rejected'),
    [],
  );
  t.ok(ports.size >= 4, `${ports.size} ports in two seconds`);
  t.same(ups, [], 'the node was never seen as down');
  await eventually(() => ftp.status().length <= 2, 3000);
});

void t.test('the listener too ends a link of twice the age, if its dialler does not', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen({ linkAgeMaxMs: 100 });
  const ftp = await nodes.dial(web.port ?? 0);
  await eventually(() => web.status().length === 1);
  const [first] = web.status();
  await eventually(() => web.status().every(({ diallerPort }) => diallerPort !== first?.diallerPort), 2000);
  t.equal((await ftp.call('web1', testMethods, 'echo', { text: 'anew' })).text, 'anew');
});

void t.test('links between nodes have a heartbeat, so that a dead peer is noticed', async (t) => {
  t.ok(linkRpcLimits.heartbeatMs > 0 && linkRpcLimits.silenceMsMax > 2 * linkRpcLimits.heartbeatMs);
});

void t.test('a dialler comes back when the listener has been killed and started again', async (t) => {
  const nodes = twoNodes(t);
  const first = await nodes.listen();
  const port = first.port ?? 0;
  const ftp = await nodes.dial(port);
  await eventually(() => ftp.linked().length === 1);
  const changes: boolean[] = [];
  ftp.onLinkChange((_member, up) => changes.push(up));
  const running = ftp
    .call('web1', testMethods, 'echo', { text: '', waitMs: 4500 })
    .catch((error: unknown) => error);
  await first.close();
  t.match(await running, { code: 'disconnected' });
  await eventually(() => ftp.linked().length === 0);
  await sleep(300);
  await nodes.listen({ listen: { host: '127.0.0.1', port } });
  t.equal((await ftp.call('web1', testMethods, 'echo', { text: 'again' })).text, 'again');
  t.same(changes, [false, true]);
});

void t.test('a node that is down is one warning, not one for each attempt', async (t) => {
  const nodes = twoNodes(t);
  await nodes.dial(1);
  await sleep(900);
  const warnings = nodes.ftp.lines.filter((line) => line.code === 'unreachable');
  t.ok(warnings.length >= 3);
  t.equal(warnings.filter((line) => line.level >= 40).length, 1);
});

void t.test('closing lets calls in flight finish', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(web.port ?? 0);
  const call = ftp.call('web1', testMethods, 'echo', { text: 'last', waitMs: 300 });
  await eventually(() => web.status()[0]?.callsInFlight === 1);
  await web.close();
  t.equal((await call).text, 'last');
  t.same(web.status(), []);
});

void t.test('says plainly what is wrong at start', async (t) => {
  const nodes = twoNodes(t);
  const taken = await listenOnFreePort(t, createServer());
  await t.rejects(nodes.listen({ listen: { host: '127.0.0.1', port: taken } }), { code: 'PORT_TAKEN' });
  await t.rejects(nodes.listen({ name: 'other' }), { code: 'MEMBERS_INVALID' });
  await t.rejects(nodes.listen({ members: [nodes.web.member, nodes.web.member] }), {
    code: 'MEMBERS_INVALID',
  });
  const forged = { ...nodes.ftp.member, signingKey: createNodeKeys().signing.raw };
  await t.rejects(nodes.listen({ members: [nodes.web.member, forged] }), { code: 'MEMBERS_INVALID' });
  const dial = [{ peer: 'nobody', host: '127.0.0.1', port: 1, connections: 1 }];
  await t.rejects(nodes.listen({ dial }), { code: 'MEMBERS_INVALID' });
  await t.rejects(nodes.listen({}, { keys: createNodeKeys() }), { code: 'NODE_KEY_MISMATCH' });
});

void t.test('no key, no proof and no parameter of a call reaches the log', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(web.port ?? 0);
  await ftp.call('web1', testMethods, 'echo', { text: 'hunter2' });
  await ftp.close();
  const logged = JSON.stringify([nodes.web.lines, nodes.ftp.lines]);
  const pem = nodes.ftp.keys.signing.privateKey.export({ format: 'jwk' }).d ?? '';
  for (const secret of ['hunter2', 'proof":"', pem]) t.notOk(logged.includes(secret));
  for (const key of nodes.bag.generations[0]?.keys ?? [])
    if (logged.includes(key.toString('base64url'))) t.fail('a key');
});
