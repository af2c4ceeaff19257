// One delivery through internal-db's real doors: sign-in, catalog, request, login at a node, reports, revocation.
import t from 'tap';
import { digestReports } from '#commlink/report-batch.ts';
import { demoFile, seedRoom, signIn, startRoom } from './support/running-room.ts';

t.test(
  'a customer gets what it is entitled to, and loses it within a second of the revocation',
  async (t) => {
    const room = await startRoom(t);
    const { entitlement, password } = await seedRoom(room);
    const { webFront, admin, cluster } = room;
    const { node } = cluster;
    const session = await signIn(room, password);

    const described = await webFront.call('session.describe', { session });
    t.match(described, { valid: true, owner: { kind: 'session', account: { name: 'acme' } } });
    const catalog = await webFront.call('catalog.products', { session, after: null, limit: 10 });
    t.match(catalog, { products: [{ name: 'tool', standing: 'open', newest: { version: '1.0.0' } }] });

    const requested = await webFront.call('delivery.request', { session, ...demoFile, address: '127.0.0.1' });
    if (!requested.valid || !requested.allowed || requested.grant === null)
      throw new Error('the delivery was not allowed');
    t.equal(requested.nodeId, node.keys.id, 'the one node is chosen');
    const grant = node.verify('staging-grant', requested.grant);
    t.match(grant, {
      delivery: requested.delivery.id,
      account: 'acme',
      node: node.keys.id,
      file: 'tool.bin',
    });
    const url = node.verify('download-url', requested.credentials.urlToken);
    t.match(url, { path: 'tool/1.0.0/tool.bin', expiresAtMs: requested.delivery.expiresAtMs });

    const staged = node.report({ type: 'delivery.staged', delivery: requested.delivery.id });
    const { receipt } = await webFront.call('node.report', { node: node.keys.id, reports: [staged] });
    t.match(node.verify('report-receipt', receipt), { acceptedSequence: 1, batch: digestReports([staged]) });

    const { login, password: loginPassword } = requested.credentials;
    const attempt = await node.sealLogin({ username: login, password: loginPassword });
    const { answer } = await webFront.call('login.decide', { node: node.keys.id, sealed: attempt.sealed });
    const decided = node.verify('login-answer', answer);
    t.equal(decided.nonce, attempt.nonce, 'the answer is bound to the nonce');
    t.match(decided.verdict, {
      allowed: true,
      account: 'acme',
      principal: `delivery:${requested.delivery.id}`,
    });

    const startedMs = performance.now();
    const revoked = await admin.call('entitlement.revoke', {
      actor: 'test:ann',
      entitlement,
      reason: 'unpaid',
    });
    t.ok(performance.now() - startedMs < 1000, 'the node was told within a second');
    t.same(revoked.endedDeliveries, [requested.delivery.id]);
    t.equal(revoked.cutTransferCount, 1);
    t.same(revoked.pendingNodes, []);
    t.match(node.orders, [{ deliveries: [{ delivery: requested.delivery.id, reason: 'revoked' }] }]);

    const again = await node.sealLogin({ username: login, password: loginPassword });
    const refused = await webFront.call('login.decide', { node: node.keys.id, sealed: again.sealed });
    t.match(node.verify('login-answer', refused.answer).verdict, { allowed: false, reason: 'credentials' });
    const catalogAfter = await webFront.call('catalog.products', { session, after: null, limit: 10 });
    t.match(catalogAfter, { valid: true, products: [] });
    const second = await webFront.call('delivery.request', { session, ...demoFile, address: '127.0.0.1' });
    t.match(second, { valid: true, allowed: false, reason: 'revoked' });

    const listed = await webFront.call('delivery.list', {
      session,
      product: null,
      live: null,
      after: null,
      limit: 10,
    });
    t.match(listed, { deliveries: [{ delivery: { state: 'revoked' }, downloads: [] }] });
    const verdict = await admin.call('audit.verify', {});
    t.equal(verdict.intact, true, verdict.explanation);
  },
);

t.test('status tells of the database, the link and the node', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  await room.webFront.call('session.describe', { session: 'nobody' });
  const status = await room.admin.call('status', {});
  const { schemaVersion } = await room.services.context.store.describe();
  t.match(status, {
    database: { schemaVersion },
    counts: { accounts: 1, users: 1, entitlements: 1 },
    links: [{ peer: 'web1', connections: 1, generations: [1] }],
    nodes: [{ name: 'ftp1', via: 'web1' }],
    pendingOrders: 0,
  });
});

t.test('the command line stages as for the customer', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  await room.webFront.call('session.describe', { session: 'nobody' });
  const order = { actor: 'test:ann', account: 'acme', ...demoFile, lifetimeMs: 60_000 };
  const staged = await room.admin.call('delivery.stage', order);
  t.match(staged, { staged: true, delivery: { state: 'staged', requestedBy: 'test:ann' } });
  t.equal(room.cluster.node.grants.length, 1);
  t.match(await room.admin.call('delivery.stage', { ...order, version: '9.9.9' }), {
    staged: false,
    reason: 'release_unknown',
  });
  room.cluster.node.reachable = false;
  await t.rejects(room.admin.call('delivery.stage', order), { code: 'unavailable' });
  const { deliveries } = await room.admin.call('delivery.list', { account: 'acme', state: null, limit: 10 });
  t.match(deliveries[0], { state: 'cancelled' }, 'what may or may not be staged is taken back');
});
