// What is an alert and what is not: one healthy cluster, and for each kind of alert the fact that makes it one.
import t from 'tap';
import type { AlertKind, AlertSeverity } from '#internal-db/alerts/alert.ts';
import type { AlertFacts } from '#internal-db/alerts/alert-facts.ts';
import { findAlerts } from '#internal-db/alerts/find-alerts.ts';
import {
  certificateWarningMs,
  stateFreeBytesMin,
  storeroomFreeBytesMin,
} from '#internal-db/alerts/limits.ts';
import { speak } from '#internal-db/texts/spoken-language.ts';

const nowMs = Date.parse('2026-01-02T03:04:05Z');
const gibi = 1024 ** 3;
const version = { seq: 2, digest: 'd'.repeat(43) };
const ids = { db1: '1'.repeat(43), web1: '2'.repeat(43), ftp1: '3'.repeat(43) };

function member(name: keyof typeof ids, change: object = {}) {
  const role = { db1: 'internal-db', web1: 'web-front', ftp1: 'ftp-node' }[name] as 'internal-db';
  const links = [{ peer: ids.db1, generation: 2, count: 1 }];
  return {
    name,
    role,
    id: ids[name],
    state: 'active' as const,
    inBarrier: true,
    heardAgoMs: 1000,
    installed: version,
    candidate: null,
    phase: 'idle' as const,
    declining: false,
    links: name === 'db1' ? [] : links,
    refusal: null,
    ...change,
  };
}

const reachedNode = {
  node: ids.ftp1,
  name: 'ftp1',
  via: 'web1',
  heardAtMs: nowMs,
  givenCount: 0,
  description: {
    name: 'ftp1',
    endpoints: { https: null, ftp: null, sftp: null },
    jailed: true,
    seccomp: true,
    sshNativeCrypto: true,
    stagedCount: 0,
    sessionCount: 0,
    transferCount: 0,
    loadPercent: 0,
    draining: false,
    banSequence: 0,
    storeroomFreeBytes: 500 * gibi,
    pids: {},
  },
};

const cluster: NonNullable<AlertFacts['cluster']> = {
  cluster: 'test',
  node: ids.db1,
  installed: version,
  candidate: null,
  members: [member('db1'), member('web1'), member('ftp1')],
  links: [{ from: ids.web1, to: ids.db1, accept: [2], send: 2, sendSinceMs: 1 }],
  joinRequests: [],
  proposals: [],
  refused: {},
};

const healthy: AlertFacts = {
  nowMs,
  clocksApart: [],
  databaseClocksApart: [],
  clockBehindMs: 0,
  cluster,
  ftpNodes: ['ftp1'],
  reached: [reachedNode],
  lostDeliveries: [],
  bansBehind: [],
  pendingOrderCount: 0,
  losses: [],
  originalsTrouble: null,
  missingSites: [],
  stoppedRollouts: [],
  quarantined: [],
  refusedAppliances: [],
  fleetEnds: [{ what: 'root of director', expiresAtMs: nowMs + 60 * 86_400_000 }],
  openProposalCount: 0,
  mails: { waiting: 0, failing: 0, givenUp: 2, oldestWaitingAtMs: null },
  certificateEndsAtMs: nowMs + 60 * 86_400_000,
  stateFreeBytes: 50 * gibi,
  databaseEngine: 'sqlite',
  databaseIsFull: false,
  audit: null,
};

const members = (...changed: ReturnType<typeof member>[]) => ({ cluster: { ...cluster, members: changed } });
const described = (change: Partial<typeof reachedNode.description>) => ({
  reached: [{ ...reachedNode, description: { ...reachedNode.description, ...change } }],
});
const verdict = {
  intact: false,
  entryCount: 6,
  headHash: null,
  brokenAt: 7,
  explanation: 'The log was changed.',
};

const failingMails = { waiting: 5, failing: 3, givenUp: 0 };

t.test('of a healthy cluster nothing is told', async (t) => {
  t.same(findAlerts(healthy), []);
  t.same(findAlerts({ ...healthy, cluster: null }), []);
  t.same(findAlerts({ ...healthy, audit: { ...verdict, intact: true, brokenAt: null } }), []);
  t.same(
    findAlerts({
      ...healthy,
      ...members(member('ftp1', { state: 'learner', heardAgoMs: null, installed: null })),
    }),
    [],
  );
});

const cases: readonly (readonly [string, Partial<AlertFacts>, AlertKind, string, AlertSeverity])[] = [
  ['a broken audit log', { audit: verdict }, 'audit_broken', 'entry 7', 'critical'],
  [
    'a certificate that ends soon',
    { certificateEndsAtMs: nowMs + certificateWarningMs - 1 },
    'certificate_ending',
    'console',
    'warning',
  ],
  [
    'a certificate that has ended',
    { certificateEndsAtMs: nowMs - 1 },
    'certificate_ending',
    'console',
    'critical',
  ],
  [
    'little room for the database',
    { stateFreeBytes: stateFreeBytesMin - 1 },
    'database_disk_full',
    'database',
    'warning',
  ],
  ['no room for the database', { stateFreeBytes: 0 }, 'database_disk_full', 'database', 'critical'],
  [
    'a change refused for want of room',
    { databaseIsFull: true },
    'database_disk_full',
    'database',
    'critical',
  ],
  [
    'the same of a server',
    { databaseIsFull: true, databaseEngine: 'postgres' },
    'database_disk_full',
    'database',
    'critical',
  ],
  [
    'little room beside a server',
    { stateFreeBytes: stateFreeBytesMin - 1, databaseEngine: 'postgres' },
    'state_disk_full',
    'state',
    'warning',
  ],
  ['a clock that went back', { clockBehindMs: 60_000 }, 'clock_behind', 'clock', 'warning'],
  [
    'a node with another time',
    { clocksApart: [{ nodeName: 'ftp1', aheadMs: -300_000 }] },
    'clock_apart',
    'ftp1',
    'critical',
  ],
  [
    'an internal-db with another time than the server',
    { databaseClocksApart: [{ name: 'db2', aheadMs: 300_000 }] },
    'clock_apart',
    'db2',
    'critical',
  ],
  ['a node that nobody reaches', { reached: [] }, 'node_unreachable', 'ftp1', 'critical'],
  [
    'little room in a storeroom',
    described({ storeroomFreeBytes: storeroomFreeBytesMin - 1 }),
    'storeroom_full',
    'ftp1',
    'warning',
  ],
  ['no room in a storeroom', described({ storeroomFreeBytes: 0 }), 'storeroom_full', 'ftp1', 'critical'],
  ['sessions outside a jail', described({ jailed: false }), 'node_not_jailed', 'ftp1', 'warning'],
  ['a node with an old list of bans', { bansBehind: ['ftp1'] }, 'bans_behind', 'ftp1', 'warning'],
  [
    'a node that lost files',
    { losses: [{ nodeName: 'ftp1', count: 2 }] },
    'artifacts_lost',
    'ftp1',
    'warning',
  ],
  ['a change that one person proposed', { openProposalCount: 2 }, 'proposal_waiting', 'approvals', 'warning'],
  [
    'deliveries that nobody else can take',
    { lostDeliveries: [{ nodeName: 'ftp2', liveCount: 3 }] },
    'deliveries_waiting',
    'ftp2',
    'critical',
  ],
  ['a bucket that is away', { originalsTrouble: 'It is.' }, 'originals_unavailable', 'originals', 'critical'],
  [
    'a root that ends soon',
    { fleetEnds: [{ what: 'root of director', expiresAtMs: nowMs + 20 * 86_400_000 }] },
    'fleet_metadata_ending',
    'root of director',
    'warning',
  ],
  [
    'a list of packages that has ended',
    { fleetEnds: [{ what: 'targets of packages', expiresAtMs: nowMs - 1 }] },
    'fleet_metadata_ending',
    'targets of packages',
    'critical',
  ],
  ['orders that are not confirmed', { pendingOrderCount: 3 }, 'orders_pending', 'orders', 'critical'],
  [
    'mails that fail',
    { mails: { ...failingMails, oldestWaitingAtMs: nowMs - 60_000 } },
    'mail_failing',
    'mail',
    'warning',
  ],
  [
    'mails that fail for long',
    { mails: { ...failingMails, oldestWaitingAtMs: nowMs - 2 * 3_600_000 } },
    'mail_failing',
    'mail',
    'critical',
  ],
  ['a silent member', members(member('web1', { heardAgoMs: 90_000 })), 'node_unheard', 'web1', 'critical'],
  [
    'a member that was never heard',
    members(member('web1', { heardAgoMs: null })),
    'node_unheard',
    'web1',
    'critical',
  ],
  [
    'a member that is behind',
    members(member('web1', { installed: { ...version, seq: 1 } })),
    'node_behind',
    'web1',
    'warning',
  ],
  [
    'a link with old keys',
    {
      cluster: {
        ...cluster,
        links: [{ from: ids.web1, to: ids.db1, accept: [2, 5], send: 5, sendSinceMs: 1 }],
      },
    },
    'old_bag',
    'web1 → db1',
    'warning',
  ],
];

for (const [title, change, kind, subject, severity] of cases)
  t.test(`tells ${title}, and what to do`, async (t) => {
    const found = findAlerts({ ...healthy, ...change });
    t.match(found, [{ kind, subject, severity }]);
    t.equal(found.length, 1);
    for (const { text, advice } of found) t.ok(text.endsWith('.') && advice.length > 10, `${text} ${advice}`);
  });

t.test('the worst comes first', async (t) => {
  const found = findAlerts({ ...healthy, clockBehindMs: 60_000, audit: verdict, bansBehind: ['ftp1'] });
  t.same(
    found.map(({ severity }) => severity),
    ['critical', 'warning', 'warning'],
  );
});

/** Their sentence is a fact here: the verdict's, which speaks by itself, and the bucket's. */
const toldByOthers = new Set<AlertKind>(['audit_broken', 'originals_unavailable']);

t.test('each is said in the language of who looks', async (t) => {
  for (const [title, facts, kind, subject] of cases) {
    const [english, german] = (['en', 'de'] as const).map((language) =>
      speak({ language, path: '/' }, () =>
        findAlerts({ ...healthy, ...facts }).find((one) => one.kind === kind && one.subject === subject),
      ),
    );
    t.ok(english && german, title);
    if (!toldByOthers.has(kind)) t.not(german?.text, english?.text, title);
    t.not(german?.advice, english?.advice, title);
    t.same({ ...german, text: '', advice: '' }, { ...english, text: '', advice: '' }, title);
  }
});
