// The history of downloads: what its filters ask internal-db for, its pages, and the file for spreadsheets, in which no
// cell is a formula.
import t from 'tap';
import type { PastDownload } from '#commlink/methods/delivery-methods.ts';
import { historyCsvLine } from '#web-front/pages/history-csv.ts';
import { newId } from './fake-backends.ts';
import { Visitor, startPortal } from './portal-fixture.ts';

const download: PastDownload = {
  id: newId('dlv'),
  delivery: newId('dlv'),
  account: 'analytical',
  path: 'gateway/2.1.0/gateway.tar.gz',
  protocol: 'sftp',
  address: '192.0.2.7',
  offsetBytes: 0,
  sentBytes: 5,
  sizeBytes: 5,
  startedAtMs: Date.UTC(2026, 10, 22, 9, 30),
  endedAtMs: Date.UTC(2026, 10, 22, 9, 31),
  outcome: 'complete',
  by: 'ada',
  appliance: null,
};

const setUp = async (t: Parameters<typeof startPortal>[0], downloadCount: number) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const { id } = portal.internalDb.deliver({ product: 'gateway', version: '2.1.0', file: 'gateway.tar.gz' });
  const { by: _by, appliance: _appliance, ...row } = download;
  const rows = Array.from({ length: downloadCount }, () => ({ ...row, id: newId('dlv'), delivery: id }));
  portal.internalDb.deliveries.get(id)?.downloads.push(...rows);
  return { portal, visitor };
};

t.test('the file has every download once, whatever the pages', async (t) => {
  const { visitor } = await setUp(t, 250);
  const { headers, text } = await visitor.get('/history.csv');
  t.match(headers, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="downloads.csv"',
  });
  const lines = text.split('\r\n');
  t.equal(lines.length, 252, 'the heading, each download, and the end of the last line');
  t.match(lines[0], 'began,ended,product,version,file,person,');
  t.match(
    lines[1],
    '2026-11-22T09:30:00.000Z,2026-11-22T09:31:00.000Z,gateway,2.1.0,gateway.tar.gz,ada,sftp,192.0.2.7,0,5,5,complete,dlv_',
  );
});

t.test('no cell is a formula, and none ends early', async (t) => {
  const cases: [file: string, cell: string][] = [
    ['=cmd|calc', "'=cmd|calc"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['=HYPERLINK("https://evil.example","x")', `"'=HYPERLINK(""https://evil.example"",""x"")"`],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['größe.zip', 'größe.zip'],
  ];
  for (const [file, cell] of cases) {
    const line = historyCsvLine({ ...download, path: `gateway/2.1.0/${file}` });
    t.ok(line.includes(`,2.1.0,${cell},ada,`), line);
  }
});

t.test('the filters reach internal-db, empty fields do not, and days are whole', async (t) => {
  const { portal, visitor } = await setUp(t, 1);
  const filterOf = async (query: string) => {
    t.equal((await visitor.get(`/history${query}`)).status, 200, query);
    return portal.internalDb.calls.findLast(({ method }) => method === 'download.list')?.params;
  };
  const none = { product: null, by: null, outcome: null, fromMs: null, untilMs: null };
  t.match(await filterOf(''), { filter: none, after: null });
  t.match(await filterOf('?product=&by=&outcome=&from=&until='), { filter: none });
  t.match(await filterOf('?product=gateway&by=ada&outcome=aborted&from=2026-11-01&until=2026-11-01'), {
    filter: {
      product: 'gateway',
      by: 'ada',
      outcome: 'aborted',
      fromMs: Date.UTC(2026, 10, 1),
      untilMs: Date.UTC(2026, 10, 2),
    },
  });
  for (const query of ['?outcome=nothing', '?from=yesterday', '?surplus=1', '?after=%00']) {
    const { status } = await visitor.get(`/history${query}`);
    t.ok(status === 400 || status === 404, `${query}: ${status}`);
  }
});

t.test('what is no name is said at its field, and nothing is looked for', async (t) => {
  const { portal, visitor } = await setUp(t, 1);
  const lists = () => portal.internalDb.calls.filter(({ method }) => method === 'download.list');
  for (const [query, field] of [
    ['?product=Acme+Tool', 'product'],
    ['?product=..%2Fx', 'product'],
    ['?product=gateway&by=Ada+Lovelace', 'by'],
  ] as const) {
    const { status, text } = await visitor.get(`/history${query}`);
    t.equal(status, 400, query);
    t.match(text, new RegExp(`id="${field}-error">\\s*Type the short name, such as acme-tool`));
    t.notMatch(text, 'href="/history.csv');
  }
  t.match((await visitor.get('/history?product=Acme+Tool')).text, 'value="acme tool"');
  t.equal(lists().length, 0);
  t.equal((await visitor.get('/history?product=+Gateway+')).status, 200);
  t.match(lists()[0]?.params, { filter: { product: 'gateway' } }, 'capitals and spaces around are no matter');
  t.equal((await visitor.get('/history.csv?product=Acme+Tool')).status, 400, 'a file has no place for it');
});

t.test('a page leads to the next one, with its filter', async (t) => {
  const { visitor } = await setUp(t, 61);
  const seen: number[] = [];
  let path: string | undefined = '/history?outcome=complete';
  while (path) {
    const { text } = await visitor.get(path);
    seen.push((text.match(/data-label="Began"/g) ?? []).length);
    path = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&#38;', '&').replaceAll('&#61;', '=');
    if (path) t.match(path, /^\/history\?outcome=complete&after=/);
  }
  t.same(seen, [30, 30, 1]);
});

t.test('somebody whose session has ended gets no file', async (t) => {
  const { portal, visitor } = await setUp(t, 1);
  portal.internalDb.liveSecrets.clear();
  const { status, headers } = await visitor.get('/history.csv');
  t.equal(status, 303);
  t.equal(headers.location, '/sign-in?next=%2Fhistory.csv');
});
