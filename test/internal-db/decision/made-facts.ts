// Facts for the tests of the decision: plain ones, with what a case changes of them, and random ones.
import fc from 'fast-check';
import type { DecisionFacts } from '#internal-db/decision/decide-entitlement.ts';
import type { EntitlementRecord } from '#internal-db/store/entitlements.ts';

/** The moment in question. */
export const now = 1_000_000;

/** An entitlement with nothing special about it, but for `terms`. */
export const entitled = (terms: Partial<EntitlementRecord> = {}): EntitlementRecord => ({
  id: 'ent_a',
  accountId: 'acc_a',
  account: 'acme',
  productId: 'prd_a',
  product: 'tool',
  versions: '*',
  channels: null,
  notBeforeMs: null,
  notAfterMs: null,
  downloadsMax: null,
  licenceAgreement: null,
  grantedBy: 'ann',
  grantedAtMs: 1,
  grantReason: 'bought',
  revokedAtMs: null,
  revokedBy: null,
  revokeReason: null,
  ...terms,
});

/** Facts that admit, but for `changes`. */
export const facts = (changes: Partial<DecisionFacts> = {}): DecisionFacts => ({
  atMs: now,
  account: { name: 'acme', state: 'active' },
  product: { name: 'tool' },
  release: { version: '2.1.0', channel: 'stable', state: 'published' },
  file: 'exists',
  entitlements: [entitled()],
  acceptances: [],
  completeDownloadCounts: new Map(),
  ...changes,
});

/** A published release of that version. */
export const version = (text: string) => ({ version: text, channel: 'stable', state: 'published' }) as const;

const times = fc.constantFrom(1, now - 1, now, now + 1);
const anyEntitlement = fc.record({
  id: fc.uuid(),
  versions: fc.constantFrom('*', '1.x', '2.x', '>=2.1 <3', 'nonsense'),
  channels: fc.constantFrom(null, ['stable'], ['beta']),
  notBeforeMs: fc.option(times),
  notAfterMs: fc.option(times),
  downloadsMax: fc.option(fc.integer({ min: 1, max: 2 })),
  licenceAgreement: fc.constantFrom(null, 'eula', 'other'),
  grantedAtMs: times,
  revokedAtMs: fc.option(times),
});
/** Facts of all kinds. */
export const anyFacts = fc
  .record({
    release: fc.constantFrom(
      null,
      'unspecified' as const,
      version('2.1.0'),
      version('1.0.0-rc.1'),
      { ...version('2.1.0'), state: 'draft' as const },
      { ...version('2.1.0'), channel: 'beta' },
    ),
    file: fc.constantFrom('exists' as const, 'missing' as const, 'unspecified' as const),
    accountState: fc.constantFrom('active' as const, 'suspended' as const),
    entitlements: fc.uniqueArray(anyEntitlement, { maxLength: 5, selector: ({ id }) => id }),
    downloadCount: fc.integer({ min: 0, max: 3 }),
    accepted: fc.boolean(),
  })
  .map(({ release, file, accountState, entitlements, downloadCount, accepted }) =>
    facts({
      release,
      file,
      account: { name: 'acme', state: accountState },
      entitlements: entitlements.map((terms) => entitled(terms)),
      completeDownloadCounts: new Map(entitlements.map(({ id }) => [id, downloadCount])),
      acceptances: accepted ? [{ agreement: 'eula', acceptedAtMs: 1 }] : [],
    }),
  );
