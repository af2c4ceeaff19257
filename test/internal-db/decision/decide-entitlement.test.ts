// The entitlement decision: a table with each reason, the limits of each condition, and properties over random facts.
import fc from 'fast-check';
import t from 'tap';
import type { RefusalReason } from '#commlink/methods/fields.ts';
import {
  decideEntitlement,
  judgeEntitlements,
  type DecisionFacts,
} from '#internal-db/decision/decide-entitlement.ts';
import type { EntitlementRecord } from '#internal-db/store/entitlements.ts';
import { anyFacts, entitled, facts, now, version } from './made-facts.ts';

t.test('each reason has its case', async (t) => {
  const cases: [RefusalReason, Partial<DecisionFacts>][] = [
    ['account_unknown', { account: null }],
    ['account_suspended', { account: { name: 'acme', state: 'suspended' } }],
    ['product_unknown', { product: null, release: null, file: 'missing', entitlements: [] }],
    ['release_unknown', { release: null, file: 'missing' }],
    ['file_unknown', { file: 'missing' }],
    ['release_draft', { release: { ...version('2.1.0'), state: 'draft' } }],
    ['release_withdrawn', { release: { ...version('2.1.0'), state: 'withdrawn' } }],
    ['not_entitled', { entitlements: [] }],
    ['not_entitled', { entitlements: [entitled({ grantedAtMs: now + 1 })] }],
    ['revoked', { entitlements: [entitled({ revokedAtMs: now })] }],
    ['not_yet_valid', { entitlements: [entitled({ notBeforeMs: now + 1 })] }],
    ['expired', { entitlements: [entitled({ notAfterMs: now - 1 })] }],
    ['version_outside_range', { entitlements: [entitled({ versions: '1.x' })] }],
    ['channel_not_included', { entitlements: [entitled({ channels: ['beta', 'nightly'] })] }],
    ['licence_not_accepted', { entitlements: [entitled({ licenceAgreement: 'eula-3' })] }],
    [
      'licence_not_accepted',
      {
        entitlements: [entitled({ licenceAgreement: 'eula-3' })],
        acceptances: [{ agreement: 'eula-3', acceptedAtMs: now + 1 }],
      },
    ],
    [
      'download_limit_reached',
      { entitlements: [entitled({ downloadsMax: 2 })], completeDownloadCounts: new Map([['ent_a', 2]]) },
    ],
  ];
  for (const [reason, changes] of cases) {
    const decision = decideEntitlement(facts(changes));
    t.match(decision, { allowed: false, reason }, `${reason}: ${decision.explanation}`);
  }
});

t.test('each condition admits up to its limit', async (t) => {
  const cases: [string, Partial<DecisionFacts>][] = [
    ['nothing special', {}],
    ['the first moment', { entitlements: [entitled({ notBeforeMs: now })] }],
    ['the last moment', { entitlements: [entitled({ notAfterMs: now })] }],
    ['granted this moment', { entitlements: [entitled({ grantedAtMs: now })] }],
    ['revoked only later', { entitlements: [entitled({ revokedAtMs: now + 1 })] }],
    ['the channel', { entitlements: [entitled({ channels: ['beta', 'stable'] })] }],
    [
      'one download left',
      { entitlements: [entitled({ downloadsMax: 2 })], completeDownloadCounts: new Map([['ent_a', 1]]) },
    ],
    [
      'an accepted agreement',
      {
        entitlements: [entitled({ licenceAgreement: 'eula-3' })],
        acceptances: [{ agreement: 'eula-3', acceptedAtMs: now }],
      },
    ],
    ['the product as a whole', { release: 'unspecified', file: 'unspecified' }],
    [
      'a range for the product as a whole',
      { release: 'unspecified', entitlements: [entitled({ versions: '1.x' })] },
    ],
  ];
  for (const [title, changes] of cases) t.equal(decideEntitlement(facts(changes)).allowed, true, title);
});

t.test('ranges and pre-releases', async (t) => {
  const cases: [string, string, boolean][] = [
    ['*', '2.0.0-rc.1', true],
    ['*', '0.0.1', true],
    ['2.x', '2.9.9', true],
    ['2.x', '3.0.0', false],
    ['2.x', '3.0.0-rc.1', false],
    ['>=2', '2.1.0-rc.1', true],
    ['>=2.0.0', '2.0.0-rc.1', false],
    ['<2.0.0', '2.0.0-rc.1', true],
    ['1.4.2', '1.4.2', true],
    ['1.4.2', '1.4.2+build.5', true],
    ['1.4.2', '1.4.3', false],
    ['not a range', '1.0.0', false],
    ['*', 'not a version', false],
  ];
  for (const [range, text, admits] of cases) {
    const decision = decideEntitlement(
      facts({ release: version(text), entitlements: [entitled({ versions: range })] }),
    );
    t.equal(decision.allowed, admits, `${range} ${admits ? 'admits' : 'does not admit'} ${text}`);
  }
});

t.test('of several refusals the one nearest to admitting is given', async (t) => {
  const revoked = entitled({ id: 'ent_r', revokedAtMs: 5 });
  const outside = entitled({ id: 'ent_o', versions: '1.x' });
  const expired = entitled({ id: 'ent_e', notAfterMs: 5 });
  const unaccepted = entitled({ id: 'ent_l', licenceAgreement: 'eula' });
  const cases: [EntitlementRecord[], RefusalReason][] = [
    [[revoked, outside], 'version_outside_range'],
    [[expired, revoked, outside], 'expired'],
    [[unaccepted, expired], 'licence_not_accepted'],
    [[entitled({ versions: '1.x', notAfterMs: 5, licenceAgreement: 'eula' })], 'version_outside_range'],
  ];
  for (const [entitlements, reason] of cases) {
    t.match(decideEntitlement(facts({ entitlements })), { allowed: false, reason });
    t.match(decideEntitlement(facts({ entitlements: entitlements.toReversed() })), { reason });
  }
});

t.test('of several that admit, one without a limit comes first, then the longest', async (t) => {
  const limited = entitled({ id: 'ent_1', downloadsMax: 5 });
  const short = entitled({ id: 'ent_2', notAfterMs: now + 5 });
  const long = entitled({ id: 'ent_3', notAfterMs: now + 50 });
  t.match(decideEntitlement(facts({ entitlements: [limited, short, long] })), {
    entitlement: { id: 'ent_3' },
  });
  t.match(decideEntitlement(facts({ entitlements: [limited, short] })), { entitlement: { id: 'ent_2' } });
});

const outcomeOf = (given: DecisionFacts) => {
  const decision = decideEntitlement(given);
  return decision.allowed ? decision.entitlement.id : decision.reason;
};

t.test('properties', async (t) => {
  const holds = (title: string, property: (given: DecisionFacts) => boolean) => {
    fc.assert(fc.property(anyFacts, property), { numRuns: 2000 });
    t.pass(title);
  };
  holds('the order of the entitlements does not matter', (given) => {
    return outcomeOf(given) === outcomeOf({ ...given, entitlements: given.entitlements.toReversed() });
  });
  holds('allowed exactly when nothing is wrong with the subject and some entitlement admits', (given) => {
    const { release, file, account } = given;
    const published = release === 'unspecified' || (release?.state === 'published' && file !== 'missing');
    const admits = judgeEntitlements(given).some((finding) => finding.admits);
    return decideEntitlement(given).allowed === (account?.state === 'active' && published && admits);
  });
  holds('an entitlement that is revoked now never allows', (given) => {
    const entitlements = given.entitlements.map((one) => ({ ...one, revokedAtMs: given.atMs }));
    return !decideEntitlement({ ...given, entitlements }).allowed;
  });
  holds('one more entitlement never takes a right away', (given) => {
    const before = decideEntitlement(given).allowed;
    const entitlements = [
      ...given.entitlements,
      entitled({ id: 'zz', revokedAtMs: 1 }),
      entitled({ id: 'zy' }),
    ];
    return !before || decideEntitlement({ ...given, entitlements }).allowed;
  });
  holds('what happens later does not count', (given) => {
    const without = given.entitlements
      .filter((one) => one.grantedAtMs <= given.atMs)
      .map((one) => ((one.revokedAtMs ?? 0) > given.atMs ? { ...one, revokedAtMs: null } : one));
    return outcomeOf(given) === outcomeOf({ ...given, entitlements: without });
  });
});
