// What people type at the command line: names, versions, targets, times, durations.
import t from 'tap';
import { parseFileName, parseRolloutId, parseSlug, parseTarget, parseUid, parseVersion } from '#bin/names.ts';
import { parseDuration, parseTime } from '#bin/times.ts';
import { formatBytes, formatCount, formatSpan, formatTable } from '#bin/text.ts';

const usage = { code: 'usage' };

t.test('reads names', async (t) => {
  for (const name of ['a', 'acme', 'acme-2.eu', '0', 'a'.repeat(64)])
    t.equal(parseSlug(name, 'account'), name);
  const bad = ['', 'Acme', 'acme/eu', '../acme', '-a', 'a-', '.', 'a b', 'a\n', 'é', 'a'.repeat(65), 'a\0'];
  for (const name of bad) t.throws(() => parseSlug(name, 'account'), usage, JSON.stringify(name));
});

t.test('reads what appliances and rollouts are called', async (t) => {
  const tail = 'a-_0'.padEnd(22, 'A');
  t.equal(parseUid(`apl_${tail}`), `apl_${tail}`);
  t.equal(parseRolloutId(`rol_${tail}`), `rol_${tail}`);
  for (const bad of ['', 'apl_nope', `rol_${tail}`, `apl_${tail}A`, `apl_${tail}\n`])
    t.throws(() => parseUid(bad), usage, bad);
  for (const bad of ['', 'x', `apl_${tail}`, `rol_${tail}\n`])
    t.throws(() => parseRolloutId(bad), usage, bad);
});

t.test('counts', async (t) => {
  t.equal(formatCount(1, 'file'), '1 file');
  t.equal(formatCount(0, 'file'), '0 files');
});

t.test('reads file names', async (t) => {
  for (const name of ['tool.tar.gz', 'Übersicht (1).pdf', 'a'.repeat(200)])
    t.equal(parseFileName(name), name);
  const bad = ['', '.', '..', '.hidden', 'a/b', 'a\\b', 'a\nb', 'a\0', 'a'.repeat(201)];
  for (const name of bad) t.throws(() => parseFileName(name), usage, JSON.stringify(name));
});

t.test('reads targets', async (t) => {
  t.same(parseTarget('tool'), { product: 'tool', version: null, file: null });
  t.same(parseTarget('tool/'), { product: 'tool', version: null, file: null });
  t.same(parseTarget('tool/1.0.0'), { product: 'tool', version: '1.0.0', file: null });
  t.same(parseTarget('tool/1.0.0/a b.zip'), { product: 'tool', version: '1.0.0', file: 'a b.zip' });
  for (const bad of [
    '',
    '/',
    '/1.0.0',
    'tool/1.0.0/a/b',
    'tool/1.0.0/..',
    'tool/1 0/a',
    '../tool',
    'tool/../x',
  ]) {
    t.throws(() => parseTarget(bad), usage, bad);
  }
  t.throws(() => parseVersion('1.0/2'), usage);
});

t.test('reads durations', async (t) => {
  const cases = { '90s': 90_000, '15min': 900_000, '15m': 900_000, '1.5h': 5_400_000, '30d': 2_592_000_000 };
  for (const [text, ms] of Object.entries(cases)) t.equal(parseDuration(text), ms, text);
  for (const bad of ['', '30', 'd', '-1d', '1 d', '1D', '1e3s', '1mo', '٣d']) {
    t.throws(() => parseDuration(bad), usage, bad);
  }
});

t.test('reads times', async (t) => {
  const nowMs = Date.UTC(2026, 10, 22, 12);
  const dayMs = 86_400_000;
  t.equal(parseTime('now', nowMs), nowMs);
  t.equal(parseTime('30d', nowMs), nowMs + 30 * dayMs);
  t.equal(parseTime('+1h', nowMs), nowMs + 3_600_000);
  t.equal(parseTime('-2h', nowMs), nowMs - 7_200_000);
  t.equal(parseTime('2026-12-31', nowMs), Date.UTC(2026, 11, 31));
  t.equal(parseTime('2026-12-31', nowMs, 'end'), Date.UTC(2027, 0, 1), 'a last day counts in full');
  t.equal(parseTime('2026-12-31T18:00Z', nowMs, 'end'), Date.UTC(2026, 11, 31, 18));
  t.equal(parseTime('2026-12-31T18:00+02:00', nowMs), Date.UTC(2026, 11, 31, 16));
  const bad = [
    '',
    'tomorrow',
    '2026',
    '2026-13-01',
    '2026-02-31',
    '2026-12-31T25:00Z',
    '31.12.2026',
    '12/31/2026',
    '--1d',
  ];
  for (const text of bad) t.throws(() => parseTime(text, nowMs), usage, text);
});

t.test('writes sizes, spans and tables for people, without control characters', async (t) => {
  t.same([0, 1023, 1536, 126_595_440, 10 * 1024 ** 3].map(formatBytes), [
    '0 B',
    '1023 B',
    '1.5 KiB',
    '121 MiB',
    '10.0 GiB',
  ]);
  t.same([500, 90_000, 5_400_000, 3 * 86_400_000].map(formatSpan), ['0.5 s', '1.5 min', '1.5 h', '3 d']);
  t.equal(formatTable(['a', 'long'], [['x\u001b[31m', 'y']]), 'A       LONG\nx\ufffd[31m  y');
  t.equal(formatTable(['a'], []), 'Nothing to show.');
});
