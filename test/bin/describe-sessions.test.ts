// Sessions in words: sums, who is out of reach, and one line each.
import t from 'tap';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { describeSessions, describeSums, type AskedNodes } from '#bin/describe-sessions.ts';

const nowMs = 1_000_000;
const session: LiveSession = {
  id: `ses_${'a'.repeat(22)}`,
  connection: 'con_1',
  protocol: 'sftp',
  address: '203.0.113.7',
  account: 'acme',
  principal: 'user:jo',
  username: 'jo\u001b[2J',
  startedAtMs: nowMs - 61_000,
  idleSinceMs: null,
  transfer: {
    download: `dwn_${'a'.repeat(22)}`,
    delivery: `dlv_${'a'.repeat(22)}`,
    path: 'tool/1.0.0/tool.bin',
    offsetBytes: 256 * 1024,
    sentBytes: 256 * 1024,
    sizeBytes: 1024 * 1024,
    bytesPerSecond: 64 * 1024,
    startedAtMs: nowMs - 4000,
  },
  transferCount: 1,
};
const idle = { ...session, id: `ses_${'b'.repeat(22)}`, idleSinceMs: nowMs - 5000, transfer: null };
const unknown = { ...idle, account: null, username: null, principal: null };
const link = { ...session, username: null, principal: 'delivery:x' };
const listing = (...sessions: LiveSession[]) => ({ sessions, sessionCount: sessions.length });

t.test('a line for each session, those that transfer first, without control characters', async (t) => {
  const nodes: AskedNodes = [
    { name: 'ftp1', draining: true, listing: listing(idle, unknown, session, link) },
  ];
  const lines = describeSessions(nodes, nowMs);
  t.equal(lines[0], '4 sessions, 2 transfers, 128 KiB/s');
  t.equal(lines[1], 'ftp1 drains: it takes no new sessions.');
  const cells = lines.slice(4).map((line) => line.trim().split(/ {2,}/));
  const busy = ['50% of 1.0 MiB', '64.0 KiB/s', '8 s', 'sftp', '203.0.113.7', 'ftp1', '1 min'];
  const waiting = ['idle 5 s', '-', '-', 'sftp', '203.0.113.7', 'ftp1', '1 min'];
  t.same(cells, [
    ['ses_aaaaaaaa', 'acme', ...busy, 'jo\ufffd[2J', 'tool/1.0.0/tool.bin'],
    ['ses_aaaaaaaa', 'acme', ...busy, '(signed link)', 'tool/1.0.0/tool.bin'],
    ['ses_bbbbbbbb', 'acme', ...waiting, 'jo\ufffd[2J', '-'],
    ['ses_bbbbbbbb', '-', ...waiting, '(no login yet)', '-'],
  ]);
});

t.test('what is not known is said', async (t) => {
  const nodes: AskedNodes = [
    { name: 'ftp1', draining: false, listing: { sessions: [], sessionCount: 0 } },
    { name: 'ftp2', draining: false, listing: null },
    { name: 'ftp3', draining: false, listing: { sessions: [idle], sessionCount: 6001 } },
  ];
  t.same(describeSessions(nodes, nowMs).slice(0, 3), [
    '6001 sessions, 0 transfers',
    "ftp2 can't be reached: what runs there is not known.",
    'ftp3 has 6000 more sessions than are listed here.',
  ]);
  t.equal(describeSums(nodes.slice(0, 1)), '0 sessions, 0 transfers');
});
