// What there may be of connections, sessions and transfers is decided for the whole node, whichever session servers and
// protocols they come by; and what is there is seen and cut.
import t from 'tap';
import { defaultSessionLimits, type NodeLimits } from '#ftp-node/limits.ts';
import type { DownloadRecord } from '#ftp-node/ledger/download-records.ts';
import { SessionDirectory, type SessionEnding } from '#ftp-node/sessions/session-directory.ts';

function prepare(chosen: Partial<NodeLimits> = {}) {
  const state = {
    limits: { ...defaultSessionLimits, ...chosen },
    banned: new Set<string>(),
    draining: false,
  };
  const ended: [server: string, ending: SessionEnding][] = [];
  const directory = new SessionDirectory({
    limits: () => state.limits,
    isBanned: (address) => state.banned.has(address),
    isDraining: () => state.draining,
    endOn: async (server, ending) => {
      ended.push([server, ending]);
      return ending.sessions.length;
    },
  });
  const open = (server: string, address: string, protocol: 'ftp' | 'sftp' | 'https' = 'ftp'): string => {
    const answer = directory.openConnection(server, { protocol, address });
    return answer.admitted ? answer.connection : answer.reason;
  };
  const logIn = (server: string, connection: string, account = 'acme'): string | null =>
    directory.beginSession(server, {
      connection,
      account,
      principal: `user:${account}`,
      username: account,
      protocol: 'ftps',
      expiresAtMs: Date.now() + 60_000,
    });
  const take = (server: string, connection: string, account = 'acme') =>
    directory.transfers.take(directory.connectionOf(server, connection)!, account);
  return { state, directory, ended, open, logIn, take };
}

function record(download: string, account = 'acme'): DownloadRecord {
  return {
    download,
    delivery: 'dlv_1',
    account,
    path: 'tool/1.0.0/tool.bin',
    principal: `user:${account}`,
    protocol: 'ftps',
    address: '192.0.2.1',
    offsetBytes: 0,
    sizeBytes: 1000,
    sentBytes: 0,
    startedAtMs: Date.now(),
  };
}

t.test('connections are counted over all session servers, and an IPv6 network as one address', async (t) => {
  const { directory, open } = prepare({ connectionsMax: 4, connectionsPerAddressMax: 2 });
  const first = open('one', '2001:db8::1');
  t.match(first, /^con_/);
  t.match(open('two', '2001:db8::2', 'sftp'), /^con_/);
  t.equal(open('one', '2001:db8::3', 'https'), 'too_many_from_address');
  t.match(open('two', '192.0.2.1'), /^con_/);
  t.match(open('two', '192.0.2.2'), /^con_/);
  t.equal(open('one', '192.0.2.3'), 'too_many');
  directory.closeConnection('two', first);
  t.equal(directory.connectionCount, 4, 'another session server cannot close it');
  directory.closeConnection('one', first);
  directory.closeConnection('one', first);
  t.match(open('two', '2001:db8::3'), /^con_/);
  t.equal(open('two', '2001:db8::4'), 'too_many');
});

t.test('an account has only so many sessions, over all session servers', async (t) => {
  const { directory, open, logIn } = prepare({ sessionsPerAccountMax: 2 });
  const [first, second, third] = [
    open('one', '192.0.2.1'),
    open('two', '192.0.2.2'),
    open('two', '192.0.2.3'),
  ];
  const session = logIn('one', first);
  t.match(session, /^ses_/);
  t.equal(logIn('one', first), null, 'a connection has one session');
  t.match(logIn('two', second), /^ses_/);
  t.equal(logIn('two', third), null);
  t.match(logIn('two', third, 'other'), /^ses_/);
  directory.endSession('two', session!);
  t.equal(directory.sessionCount, 3, 'another session server cannot end it');
  directory.closeConnection('one', first);
  t.equal(directory.sessionCount, 2);
  t.match(logIn('one', open('one', '192.0.2.4')), /^ses_/);
});

t.test('transfers are counted for the node, the account and the address', async (t) => {
  const limits = { transfersMax: 3, transfersPerAccountMax: 2, transfersPerAddressMax: 2 };
  const { directory, open, take } = prepare(limits);
  const [here, there] = [open('one', '192.0.2.1'), open('two', '192.0.2.2')];
  const place = take('one', here);
  place?.begin(record('dwn_1'));
  t.ok(take('two', there));
  t.equal(take('two', there), null, 'the account has two');
  const other = take('one', here, 'other');
  t.ok(other);
  t.equal(take('two', there, 'third'), null, 'the node has three');
  other?.release();
  t.ok(take('two', there, 'third'));
  directory.transfers.end('two', 'dwn_1');
  t.equal(take('one', here, 'fourth'), null, 'another session server cannot end it');
  directory.transfers.end('one', 'dwn_1');
  t.ok(take('one', here, 'fourth'));
});

t.test('changed limits count at once, and for those who are there already', async (t) => {
  const { state, open } = prepare({ connectionsMax: 2 });
  open('one', '192.0.2.1');
  open('one', '192.0.2.2');
  t.equal(open('one', '192.0.2.3'), 'too_many');
  state.limits = { ...state.limits, connectionsMax: 3 };
  t.match(open('one', '192.0.2.3'), /^con_/);
  state.limits = { ...state.limits, connectionsMax: 1 };
  t.equal(open('one', '192.0.2.4'), 'too_many');
});

t.test('what a session server had is gone with it, and no more than that', async (t) => {
  const { directory, open, logIn, take } = prepare({ connectionsMax: 2, transfersMax: 1 });
  const [lost, kept] = [open('one', '192.0.2.1'), open('two', '192.0.2.1')];
  logIn('one', lost);
  logIn('two', kept);
  take('one', lost)?.begin(record('dwn_1'));
  directory.closeAllOf('one');
  t.equal(directory.connectionCount, 1);
  t.equal(directory.sessionCount, 1);
  t.ok(take('two', kept));
  t.match(open('one', '192.0.2.1'), /^con_/);
});

t.test('a draining node admits no sessions; HTTPS clients are told when to come back', async (t) => {
  const { state, open } = prepare();
  state.draining = true;
  t.equal(open('one', '192.0.2.1', 'ftp'), 'draining');
  t.equal(open('one', '192.0.2.1', 'sftp'), 'draining');
  t.match(open('one', '192.0.2.1', 'https'), /^con_/);
  state.draining = false;
  t.match(open('one', '192.0.2.1', 'ftp'), /^con_/);
});

t.test(
  'a banned address cannot log in any more; signed URLs, and who is logged in, are not concerned',
  async (t) => {
    const { state, directory, ended, open, logIn } = prepare();
    const idle = open('one', '192.0.2.1', 'sftp');
    const loggedIn = open('two', '192.0.2.1');
    open('two', '192.0.2.1', 'https');
    open('one', '192.0.2.9');
    logIn('two', loggedIn);
    state.banned.add('192.0.2.1');
    t.equal(open('one', '192.0.2.1'), 'banned');
    t.match(open('one', '192.0.2.1', 'https'), /^con_/);
    await directory.endBanned();
    t.same(ended, [['one', { sessions: [idle], reason: 'banned' }]]);
  },
);

t.test('those who watch see who fetches what, and cut it by its id', async (t) => {
  const { directory, ended, open, logIn, take } = prepare();
  const [control, download, silent] = [
    open('one', '192.0.2.1'),
    open('two', '192.0.2.2', 'https'),
    open('two', '192.0.2.3', 'sftp'),
  ];
  const session = logIn('one', control)!;
  t.type(directory.describe()[0]?.idleSinceMs, 'number');
  take('one', control)?.begin(record('dwn_1'));
  take('two', download, 'other')?.begin(record('dwn_2', 'other'));
  directory.transfers.progress('one', 'dwn_1', 600);
  directory.transfers.progress('two', 'dwn_1', 900);
  t.match(directory.describe(), [
    {
      id: session,
      connection: control,
      protocol: 'ftps',
      account: 'acme',
      username: 'acme',
      idleSinceMs: null,
      transfer: { download: 'dwn_1', sentBytes: 600, bytesPerSecond: 600 },
      transferCount: 1,
    },
    { id: download, protocol: 'https', account: 'other', username: null, transfer: { download: 'dwn_2' } },
    { id: silent, protocol: 'sftp', account: null, principal: null, transfer: null, transferCount: 0 },
  ]);
  t.same(
    directory.describe('other').map(({ id }) => id),
    [download],
  );
  t.equal(await directory.cut([session, silent, 'ses_gone']), 2);
  t.same(ended, [
    ['one', { sessions: [session], reason: 'cut' }],
    ['two', { sessions: [silent], reason: 'cut' }],
  ]);
});
