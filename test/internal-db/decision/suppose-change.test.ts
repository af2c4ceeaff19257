// "What if", past moments, and what a change gives and takes: tables, and the agreement with the decision over random facts.
import fc from 'fast-check';
import t from 'tap';
import { compareAccess } from '#internal-db/decision/compare-access.ts';
import { decideEntitlement, type DecisionFacts } from '#internal-db/decision/decide-entitlement.ts';
import { stateAt, termsAt } from '#internal-db/decision/past-facts.ts';
import { supposeChange, type SupposedChange } from '#internal-db/decision/suppose-change.ts';
import { anyFacts, entitled, facts, now, version } from './made-facts.ts';

const terms = {
  versions: '*',
  channels: null,
  notBeforeMs: null,
  notAfterMs: null,
  downloadsMax: null,
  licenceAgreement: null,
};
const reasonOf = (given: DecisionFacts) => {
  const decision = decideEntitlement(given);
  return decision.allowed ? 'allowed' : decision.reason;
};

t.test('each change that is supposed decides as if it had been made', async (t) => {
  const expired = facts({ entitlements: [entitled({ notAfterMs: now - 1 })] });
  const suspended = facts({ account: { name: 'acme', state: 'suspended' } });
  const unaccepted = facts({ entitlements: [entitled({ licenceAgreement: 'eula' })] });
  const cases: [string, DecisionFacts, SupposedChange, string, string][] = [
    ['a grant', facts({ entitlements: [] }), { kind: 'grant', terms }, 'not_entitled', 'allowed'],
    [
      'a grant of another version',
      facts({ entitlements: [] }),
      { kind: 'grant', terms: { ...terms, versions: '3.x' } },
      'not_entitled',
      'version_outside_range',
    ],
    [
      'a longer end',
      expired,
      { kind: 'extend', entitlement: 'ent_a', notAfterMs: now },
      'expired',
      'allowed',
    ],
    [
      'no end any more',
      expired,
      { kind: 'extend', entitlement: 'ent_a', notAfterMs: null },
      'expired',
      'allowed',
    ],
    [
      'the end of another one',
      expired,
      { kind: 'extend', entitlement: 'ent_b', notAfterMs: now },
      'expired',
      'expired',
    ],
    ['a revocation', facts(), { kind: 'revoke', entitlement: 'ent_a' }, 'allowed', 'revoked'],
    ['an acceptance', unaccepted, { kind: 'accept', agreement: 'eula' }, 'licence_not_accepted', 'allowed'],
    [
      'another acceptance',
      unaccepted,
      { kind: 'accept', agreement: 'nda' },
      'licence_not_accepted',
      'licence_not_accepted',
    ],
    ['a lifted suspension', suspended, { kind: 'setState', state: 'active' }, 'account_suspended', 'allowed'],
    ['a suspension', facts(), { kind: 'setState', state: 'suspended' }, 'allowed', 'account_suspended'],
  ];
  for (const [title, given, change, before, after] of cases) {
    t.equal(reasonOf(given), before, `${title}: before`);
    t.equal(reasonOf(supposeChange(given, change)), after, `${title}: after`);
  }
});

t.test('a past moment has the terms of then', async (t) => {
  const extension = (atMs: number, fromMs: number | null, toMs: number | null) => ({
    id: `ext_${atMs}`,
    entitlementId: 'ent_a',
    atMs,
    fromMs,
    toMs,
    extendedBy: 'staff:ann',
    reason: 'renewed',
  });
  const entitlements = [entitled({ notAfterMs: 300 }), entitled({ id: 'ent_b', notAfterMs: 7 })];
  const extensions = [extension(50, 200, 300), extension(20, 100, 200)];
  const cases: [number, number | null][] = [
    [10, 100],
    [19, 100],
    [20, 200],
    [49, 200],
    [50, 300],
    [1000, 300],
  ];
  for (const [atMs, end] of cases) {
    const then = termsAt(entitlements, extensions, atMs);
    t.equal(then[0]?.notAfterMs, end, `at ${atMs}`);
    t.equal(then[1]?.notAfterMs, 7);
  }
  t.equal(termsAt([entitled({ notAfterMs: 9 })], [extension(5, null, 9)], 4)[0]?.notAfterMs, null);
});

t.test('a past moment has the state of then', async (t) => {
  const changes = [
    { atMs: 30, from: 'suspended', to: 'active' },
    { atMs: 10, from: 'active', to: 'suspended' },
  ];
  for (const [atMs, state] of [
    [9, 'active'],
    [10, 'suspended'],
    [29, 'suspended'],
    [30, 'active'],
  ] as const) {
    t.equal(stateAt('active', changes, atMs), state, `at ${atMs}`);
  }
  t.equal(stateAt('draft', [], 5), 'draft', 'what never changed is as it is');
});

t.test('a comparison tells what is gained, lost and kept', async (t) => {
  const releases = [version('1.0.0'), version('2.0.0'), { ...version('3.0.0'), state: 'draft' as const }];
  const before = facts({ entitlements: [entitled({ versions: '1.x' })] });
  const names = (list: readonly { version: string }[]) => list.map((one) => one.version);
  const granted = compareAccess(releases, before, supposeChange(before, { kind: 'grant', terms }));
  t.same([names(granted.gained), names(granted.lost), granted.keptCount], [['2.0.0'], [], 1]);
  const revoke = { kind: 'revoke', entitlement: 'ent_a' } as const;
  const revoked = compareAccess(releases, before, supposeChange(before, revoke));
  t.same([names(revoked.gained), names(revoked.lost), revoked.keptCount], [[], ['1.0.0'], 0]);
});

t.test('a comparison agrees with the decision for every release', async (t) => {
  const releases = [
    version('1.0.0'),
    version('2.1.0'),
    version('2.2.0-rc.1'),
    { ...version('2.1.1'), channel: 'beta' },
    { ...version('2.1.2'), state: 'withdrawn' as const },
  ];
  const mayHave = (given: DecisionFacts, release: (typeof releases)[number]) =>
    decideEntitlement({ ...given, release, file: 'unspecified' }).allowed;
  fc.assert(
    fc.property(anyFacts, anyFacts, (before, after) => {
      const { gained, lost, keptCount } = compareAccess(releases, before, after);
      const expected = releases.filter((one) => mayHave(before, one) !== mayHave(after, one));
      const kept = releases.filter((one) => mayHave(before, one) && mayHave(after, one));
      return (
        gained.every((one) => mayHave(after, one)) &&
        lost.every((one) => mayHave(before, one)) &&
        gained.length + lost.length === expected.length &&
        keptCount === kept.length
      );
    }),
    { numRuns: 1000 },
  );
  t.pass('agrees');
});
