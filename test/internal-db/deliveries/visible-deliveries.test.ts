// What a customer's people see and may end: an owner everything of the account, others what they asked for and fetched
// themselves, whichever way they ask.
import t from 'tap';
import type { DocumentBody } from '#commlink/methods/documents.ts';
import { encodeCursor } from '#commlink/methods/paging.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { demoFile, seedRoom, signIn, startRoom } from '../support/running-room.ts';

const address = '127.0.0.1';
const all = { product: null, live: null, after: null, limit: 10 };
const everything = { product: null, by: null, outcome: null, fromMs: null, untilMs: null };

const setUp = async (t: Parameters<typeof startRoom>[0]) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const { webFront, admin, cluster } = room;
  const kim = { actor: 'test:operator', account: 'acme', name: 'kim', displayName: 'Kim', password };
  await admin.call('user.create', { ...kim, role: 'downloader' });
  const opened = await webFront.call('session.open', { username: 'kim', password, address });
  if (!opened.opened) throw new Error('kim was not signed in');
  const owner = await signIn(room, password);
  const request = async (session: string) => {
    const requested = await webFront.call('delivery.request', { session, ...demoFile, address });
    if (!requested.valid || !requested.allowed) throw new Error('not allowed');
    return requested.delivery.id;
  };
  const fetch = async (delivery: string, principal: string) => {
    const event: Extract<DocumentBody<'node-report'>['event'], { type: 'download' }> = {
      type: 'download',
      download: newRecordId('dlv'),
      delivery,
      account: 'acme',
      path: 'tool/1.0.0/tool.bin',
      protocol: 'sftp',
      address,
      principal,
      offsetBytes: 0,
      sentBytes: 5,
      sizeBytes: 5,
      startedAtMs: Date.now(),
      endedAtMs: Date.now(),
      outcome: 'complete',
    };
    const reports = [cluster.node.report(event)];
    await webFront.call('node.report', { node: cluster.node.keys.id, reports });
  };
  const ids = { owners: await request(owner), downloaders: await request(opened.session) };
  return { webFront, owner, downloader: opened.session, ids, fetch };
};

t.test('the list, one by its id, and ending it', async (t) => {
  const { webFront, owner, downloader, ids } = await setUp(t);
  const listOf = async (session: string) => {
    const listed = await webFront.call('delivery.list', { session, ...all });
    return listed.valid ? listed.deliveries.map(({ delivery }) => delivery.id) : null;
  };
  t.same((await listOf(owner))?.toSorted(), [ids.owners, ids.downloaders].toSorted());
  t.same(await listOf(downloader), [ids.downloaders]);
  const described = await webFront.call('delivery.describe', {
    session: downloader,
    deliveries: [ids.owners, ids.downloaders],
  });
  t.match(described, { deliveries: [{ delivery: { id: ids.downloaders } }] });
  const cancel = (session: string, delivery: string) =>
    webFront.call('delivery.cancel', { session, delivery });
  t.match(await cancel(downloader, ids.owners), { valid: true, cancelled: false });
  t.match(await cancel(owner, ids.downloaders), { valid: true, cancelled: true });
});

t.test('the history', async (t) => {
  const { webFront, owner, downloader, ids, fetch } = await setUp(t);
  await fetch(ids.owners, `delivery:${ids.owners}`);
  await fetch(ids.downloaders, `delivery:${ids.downloaders}`);
  await fetch(ids.owners, 'user:kim');
  const historyOf = async (session: string, by: string | null = null) => {
    const params = { session, filter: { ...everything, by }, after: null, limit: 10 };
    const listed = await webFront.call('download.list', params);
    return listed.valid ? listed.downloads.map((download) => download.by ?? 'nobody').toSorted() : null;
  };
  t.same(await historyOf(owner), ['jo', 'kim', 'kim']);
  t.same(await historyOf(owner, 'kim'), ['kim', 'kim']);
  t.same(await historyOf(downloader), ['kim', 'kim'], 'by login or by delivery');
  t.same(await historyOf(downloader, 'jo'), []);
});

t.test('a cursor of another list is told so, and is no way in', async (t) => {
  const { webFront, downloader } = await setUp(t);
  for (const key of [['x'], [1, 2], [Number.MAX_SAFE_INTEGER], ['a', 'b', 'c', 'd']]) {
    const after = encodeCursor(key);
    await t.rejects(webFront.call('delivery.list', { session: downloader, ...all, after }), {
      code: 'bad_request',
    });
  }
});
