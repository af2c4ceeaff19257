// The console's pages for those who publish, operate and audit, over real HTTPS: a release's life and who has it, statistics
// of what nodes report, sessions, bans, the audit log and its files.
import t, { type Test } from 'tap';
import type { DocumentBody } from '#commlink/methods/documents.ts';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { demoFile, seedRoom, startRoom, type RunningRoom } from '../support/running-room.ts';
import { openStaffSession } from './staff-browser.ts';
import { StaffVisitor } from './staff-visitor.ts';

type DownloadEvent = Extract<DocumentBody<'node-report'>['event'], { type: 'download' }>;

const actor = 'test';

async function setUp(t: Test, role: StaffRole = 'operator') {
  const room = await startRoom(t);
  await seedRoom(room);
  const visitor = new StaffVisitor(room);
  visitor.cookie = `__Host-consign-staff=${await openStaffSession(room, role)}`;
  return { room, visitor, ...room };
}

/** Stages the demo file and reports downloads of it. */
async function report(room: RunningRoom, ...changes: Partial<DownloadEvent>[]): Promise<void> {
  const { admin, webFront, cluster } = room;
  // So that internal-db has heard of the node.
  await webFront.call('session.describe', { session: 'nobody' });
  const staged = await admin.call('delivery.stage', {
    actor,
    account: 'acme',
    ...demoFile,
    lifetimeMs: null,
  });
  if (!staged.staged) throw new Error('not staged');
  const reports = changes.map((change) =>
    cluster.node.report({
      type: 'download',
      download: newRecordId('dlv'),
      delivery: staged.delivery.id,
      account: 'acme',
      path: 'tool/1.0.0/tool.bin',
      protocol: 'sftp',
      address: '127.0.0.1',
      principal: 'user:jo',
      offsetBytes: 0,
      sentBytes: 5,
      sizeBytes: 5,
      startedAtMs: Date.now() - 1000,
      endedAtMs: Date.now(),
      outcome: 'complete',
      ...change,
    }),
  );
  await webFront.call('node.report', { node: cluster.node.keys.id, reports });
}

/** A page's text without its markup. */
function wordsOf({ body }: { readonly body: string }): string {
  return body
    .replaceAll(/<[^>]+>|\s+/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** The cells of the table rows that have this text, without markup. */
function rowsWith(body: string, text: string): string[] {
  const rows = body.match(/<tr role="row">[^]*?<\/tr>/g) ?? [];
  return rows.map((body) => wordsOf({ body })).filter((row) => row.includes(text));
}

t.test('where the files of a product are kept is shown and chosen', async (t) => {
  const { visitor, room } = await setUp(t, 'release-manager');
  const place = (fields: Record<string, string>) =>
    visitor.post('/products/tool', '/products/tool/placement', fields);
  t.match(wordsOf(await visitor.get('/products/tool')), /As the settings say for all products: all \./);
  const cases: readonly (readonly [kind: string, detail: string, placement: string | null])[] = [
    ['nodes', 'ftp1, ftp2', 'nodes:ftp1,ftp2'],
    ['popular', '5/30', 'popular:5/30'],
    ['on-demand', '', 'on-demand'],
    ['settings', 'whatever stood there', null],
  ];
  for (const [kind, detail, placement] of cases) {
    const answer = await place({ kind, detail });
    t.match(answer, { status: 303, headers: { location: '/products/tool?done=placement' } }, kind);
    const { catalog } = room.services.context.store.read;
    t.equal(await catalog.placementOf((await catalog.productByName('tool'))?.id ?? ''), placement);
  }
  for (const [kind, detail] of [
    ['nodes', ''],
    ['popular', 'often'],
    ['all', 'ftp1'],
    ['everywhere', ''],
  ] as const)
    t.match(await place({ kind, detail }), { status: 422, body: /notice|Say which|leave/ }, kind);
});

t.test('a product and a draft are made, published, described and withdrawn', async (t) => {
  const { visitor, admin, cluster, webFront } = await setUp(t, 'release-manager');
  const made = { name: 'probe', title: 'Probe', description: 'Probes.' };
  t.match(await visitor.post('/products', '/products', made), {
    status: 303,
    headers: { location: '/products/probe' },
  });
  t.match(await visitor.post('/products', '/products', made), {
    status: 422,
    body: /There is a product probe already/,
  });
  t.match(await visitor.post('/products', '/products', { ...made, name: 'UPPER' }), {
    status: 422,
    body: /field &#34;name&#34;|field "name"/,
  });
  t.match(await visitor.get('/products/probe'), {
    body: /consign publish probe 1\.2\.3 FILES… --channel stable --draft/,
  });

  const file = {
    name: 'probe.bin',
    sizeBytes: 5,
    sha256: 'cd'.repeat(32),
    platform: null,
    mediaType: 'text/plain',
  };
  const release = {
    product: 'probe',
    version: '1.0.0+build.7',
    channel: 'stable',
    draft: true,
    files: [file],
  };
  await admin.call('release.publish', { actor, ...release });
  const page = '/products/probe/releases/1.0.0%2Bbuild.7';
  t.match(await visitor.get(page), { status: 200, body: /Publish it/ });
  t.match(await visitor.post(page, `${page}/publish`, { reason: '' }), {
    status: 422,
    body: /Give a reason/,
  });
  const published = await visitor.post(page, `${page}/publish`, { reason: 'tested' });
  t.match(published, { status: 303, headers: { location: `${page}?done=published` } });
  t.match(await visitor.get(`${page}?done=published`), { body: /It is published\./ });
  t.match(await visitor.get('/products'), { body: /1\.0\.0\+build\.7/ });

  const notes = '## Fixed\r\n\r\n<script>alert(1)</script> **all**';
  t.match(await visitor.post(page, `${page}/notes`, { notes }), { status: 303 });
  const { body } = await visitor.get(page);
  t.match(body, /<strong>all<\/strong>/);
  t.notMatch(body, /<script>alert/);

  // Withdrawing ends what is staged, and says beforehand how much that is.
  await webFront.call('session.describe', { session: 'nobody' });
  const staged = await admin.call('delivery.stage', {
    actor,
    account: 'acme',
    ...demoFile,
    lifetimeMs: null,
  });
  t.ok(staged.staged);
  const tool = '/products/tool/releases/1.0.0';
  t.match(await visitor.get(tool), { body: /end within a second:\s+1\./ });
  t.match(await visitor.post(tool, `${tool}/withdraw`, { reason: 'a defect' }), { status: 303 });
  t.equal(cluster.node.orders.length, 1);
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 1000 });
  const withdrawn = entries.filter(({ detail }) => detail.includes('a defect'));
  t.match(withdrawn, [
    { action: 'release.setState', actor: 'staff:release-manager-ann', subject: 'tool/1.0.0' },
  ]);
});

t.test('who has a release, and who is behind', async (t) => {
  const { room, visitor, admin } = await setUp(t);
  await report(room, {});
  const page = '/products/tool/releases/1.0.0';
  t.match(rowsWith((await visitor.get(page)).body, 'acme'), [/^Acme acme .* 1$/]);
  t.match(wordsOf(await visitor.get('/products/tool')), /newest of their channel 1 Are behind 0 /);
  const file = {
    name: 'tool.bin',
    sizeBytes: 5,
    sha256: 'ef'.repeat(32),
    platform: null,
    mediaType: 'text/plain',
  };
  const newer = { product: 'tool', version: '1.10.0', channel: 'stable', draft: false, files: [file] };
  await admin.call('release.publish', { actor, ...newer, version: '1.9.0' });
  await admin.call('release.publish', { actor, ...newer });
  t.match(wordsOf(await visitor.get('/products/tool')), /newest of their channel 0 Are behind 1 /);
  t.match(rowsWith((await visitor.get(`${page}?list=stopped`)).body, 'acme'), [/Acme/]);
  t.match(rowsWith((await visitor.get('/products/tool/releases/1.10.0?list=stopped')).body, 'acme'), []);
  t.match(await visitor.get(`${page}?after=bm90aGluZw`), { status: 422 });
});

t.test('what nodes report is counted by day, product and node', async (t) => {
  const { room, visitor } = await setUp(t, 'auditor');
  await report(
    room,
    {},
    { sentBytes: 3, outcome: 'partial' },
    { sentBytes: 2, outcome: 'aborted' },
    { outcome: 'running', endedAtMs: null },
  );
  const { body } = await visitor.get('/statistics');
  const today = new Date().toISOString().slice(0, 10);
  t.match(rowsWith(body, today), [/ 1 1 1 0 10 bytes$/]);
  t.match(rowsWith(body, 'tool'), ['tool 1 1 1 0 10 bytes']);
  t.match(rowsWith(body, 'ftp1'), ['ftp1 1 1 1 0 10 bytes']);
  t.match(body, /role="img"\s+aria-label="Downloads by day/);
  t.match(rowsWith((await visitor.get('/statistics?period=182&product=tool&node=ftp1')).body, 'tool'), [
    'tool 1 1 1 0 10 bytes',
  ]);
  t.match(rowsWith((await visitor.get('/statistics?node=ftp9')).body, 'tool'), []);
  t.match(await visitor.get('/statistics?period=9'), { status: 422 });
  t.match(await visitor.get('/statistics?product=nothing'), { status: 404 });
  t.match(await visitor.get('/'), { body: /Downloads of the last 30 days/ });
});

t.test('a session is cut, a network banned and let in again, with reasons', async (t) => {
  const { visitor, cluster, admin, webFront } = await setUp(t, 'support');
  await webFront.call('session.describe', { session: 'nobody' });
  const session = {
    id: newRecordId('ses'),
    connection: 'con_1',
    protocol: 'sftp' as const,
    address: '203.0.113.9',
  };
  const who = { account: 'acme', principal: 'user:jo', username: 'jo', startedAtMs: 1, idleSinceMs: 1 };
  cluster.node.sessions = [{ ...session, ...who, transfer: null, transferCount: 0 }];
  t.match(rowsWith((await visitor.get('/sessions')).body, '203.0.113.9'), [/^acme jo sftp/]);
  t.match(rowsWith((await visitor.get('/sessions?account=acme&node=ftp1')).body, '203.0.113.9'), [/^acme/]);
  t.match(await visitor.get('/sessions?account=nobody'), { status: 404 });
  const cut = { session: session.id, reason: 'asked to' };
  t.match(await visitor.post('/sessions', '/sessions/cut', cut), {
    status: 303,
    headers: { location: '/sessions?done=cut' },
  });
  t.match(cluster.node.cuts, [{ sessions: [session.id] }]);
  t.match(await visitor.post('/sessions', '/sessions/cut', { ...cut, session: newRecordId('ses') }), {
    status: 422,
    body: /No session/,
  });

  const ban = { network: '203.0.113.0/24', hours: '168', reason: 'guesses' };
  t.match(await visitor.post('/bans', '/bans', ban), { status: 303 });
  t.match(await visitor.post('/bans', '/bans', { ...ban, network: 'everybody' }), {
    status: 422,
    body: /no address or network/,
  });
  const { bans } = await admin.call('ban.list', {});
  t.match(bans, [{ network: '203.0.113.0/24', bannedBy: /^staff:/, reason: 'guesses' }]);
  t.equal((bans[0]?.untilMs ?? 0) - (bans[0]?.createdAtMs ?? 0), 168 * 3_600_000);
  t.match(rowsWith((await visitor.get('/bans')).body, '203.0.113.0/24'), [/guesses/]);
  t.match(await visitor.post('/bans', '/bans/lift', { network: '203.0.113.0/24', reason: 'mistake' }), {
    status: 303,
  });
  t.match(await admin.call('ban.list', {}), { bans: [] });
});

t.test('the machines are shown with the commands for what needs a key', async (t) => {
  const { visitor, webFront } = await setUp(t);
  await webFront.call('session.describe', { session: 'nobody' });
  const { body } = await visitor.get('/nodes');
  t.match(rowsWith(body, 'ftp1')[0], /^ftp1 serving not jailed/);
  t.match(body, /consign node drain NODE/);
  t.match(body, /consign bag rotate/);
  t.match(rowsWith(body, 'tool'), ['tool 1 5 bytes']);
  t.equal(rowsWith(body, 'ftp1')[1], 'ftp1 0 bytes (0) 0 bytes (0) 1 byte 0', 'what its storeroom holds');
});

t.test('the audit log is looked through, verified and taken away', async (t) => {
  const { visitor, admin } = await setUp(t, 'auditor');
  const formula = '=HYPERLINK("https://evil.example")';
  for (let index = 0; index < 60; index += 1)
    await admin.call('account.create', { actor: formula, name: `made-${index}`, displayName: 'x, "y"\n' });
  const first = (await visitor.get('/audit')).body;
  t.match(rowsWith(first, 'made-59'), [/account\.create .* made-59/]);
  t.same(rowsWith(first, 'made-0 '), []);
  const next =
    /href="(\/audit\?[^"]*after&#61;[^"]+)"/
      .exec(first)?.[1]
      ?.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))) ?? '';
  t.match(rowsWith((await visitor.get(next)).body, 'made-0'), [/account\.create .* made-0/]);
  t.match(rowsWith((await visitor.get('/audit?subject=made-7')).body, 'account.create').length, 1);
  t.same(rowsWith((await visitor.get('/audit?action=account.create&to=2020-01-01')).body, 'made'), []);
  t.match(await visitor.get('/audit?from=2026-02-30'), { status: 422 });
  t.match(await visitor.get('/audit?from=2026-02-03&to=2026-02-02'), { status: 422 });
  t.match(await visitor.post('/audit', '/audit/verify', {}), {
    status: 200,
    body: /follow from one another/,
  });

  const csv = await visitor.get('/audit/export?format=csv&action=account.create');
  t.match(csv, {
    status: 200,
    headers: { 'content-type': /text\/csv/, 'content-disposition': /attachment; filename="audit-/ },
  });
  const lines = csv.body.trimEnd().split('\r\n');
  t.equal(lines.length, 1 + 61, 'a heading, and each account');
  t.ok(
    lines[1]?.includes(`"'=HYPERLINK(""https://evil.example"")"`),
    'no formula, and quotation marks are doubled',
  );
  const jsonl = await visitor.get('/audit/export?format=jsonl&action=account.create');
  const parsed = jsonl.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { subject: string });
  t.equal(parsed.length, 61);
  t.match(parsed[0], { subject: 'made-59', actor: formula });
  t.equal(rowsWith((await visitor.get('/audit?action=audit.export')).body, 'audit.export').length, 2);
});
