// Recalls what the facts of a decision were at a past moment, from the extensions that were recorded and from the audit log.
// Called by explain-entitlement.ts.
import type { DecisionFacts } from '../decision/decide-entitlement.ts';
import type { FoundRecords } from '../decision/gather-facts.ts';
import { stateAt, termsAt, type StateChange } from '../decision/past-facts.ts';
import { auditPageMax } from '../limits.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { AuditRecord } from '../store/audit.ts';
import type { ReleaseRecord } from '../store/catalog.ts';
import type { StoreReads } from '../store/store.ts';

type AccountState = AccountRecord['state'];
type ReleaseState = ReleaseRecord['state'];

const accountStates: Readonly<Record<string, StateChange<AccountState>['to']>> = {
  'account.suspend': 'suspended',
  'account.activate': 'active',
};

/** The facts as they were at `facts.atMs`; what did not exist yet is null or missing. */
export async function recallFacts(
  store: StoreReads,
  account: AccountRecord | undefined,
  { facts, found }: { facts: DecisionFacts; found: FoundRecords },
): Promise<DecisionFacts> {
  const { atMs } = facts;
  const { product, release, artifact } = found;
  const extensions = account && product ? await store.entitlements.extensionsOf(account.id, product.id) : [];
  const existed = (record: { createdAtMs: number } | undefined) =>
    record !== undefined && record.createdAtMs <= atMs;
  return {
    ...facts,
    account: account && existed(account) ? await recallAccount(store, account, atMs) : null,
    product: existed(product) ? facts.product : null,
    release: !release ? facts.release : existed(release) ? await recallRelease(store, found, atMs) : null,
    file: artifact && !existed(artifact) ? 'missing' : facts.file,
    entitlements: termsAt(facts.entitlements, extensions, atMs),
  };
}

async function recallAccount(
  store: StoreReads,
  { name, state }: AccountRecord,
  atMs: number,
): Promise<DecisionFacts['account']> {
  const entries = await recorded(store, name, Object.keys(accountStates));
  const changes = entries.map((entry): StateChange<AccountState> => {
    const to = accountStates[entry.action] ?? state;
    return { atMs: entry.atMs, from: to === 'active' ? 'suspended' : 'active', to };
  });
  return { name, state: stateAt(state, changes, atMs) };
}

async function recallRelease(
  store: StoreReads,
  { product, release }: FoundRecords,
  atMs: number,
): Promise<ReleaseRecord | null> {
  if (!product || !release) return null;
  const entries = await recorded(store, `${product.name}/${release.version}`, ['release.setState']);
  const { publishedAtMs, createdAtMs, state } = release;
  const wasDraft = publishedAtMs !== null && publishedAtMs > createdAtMs;
  const published = wasDraft ? [{ atMs: publishedAtMs, from: 'draft', to: 'published' } as const] : [];
  const changes = [...published, ...entries.map(readStateChange)];
  return { ...release, state: stateAt(state, changes, atMs) };
}

/** What setReleaseState has written. */
function readStateChange({ atMs, detail }: AuditRecord): StateChange<ReleaseState> {
  const { from, to } = JSON.parse(detail) as { from: ReleaseState; to: ReleaseState };
  return { atMs, from, to };
}

function recorded(store: StoreReads, firstWord: string, actions: readonly string[]): Promise<AuditRecord[]> {
  return store.audit.about({ firstWord, actions, after: null, limit: auditPageMax });
}
