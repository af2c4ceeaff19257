// The three changes of entitlements inside a transaction, with what follows from them and their audit entries. Called for one
// change (entitlement-administration.ts) and for many at once (bulk/apply-bulk.ts), so that both do the same.
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { EntitlementTerms } from '../decision/suppose-change.ts';
import { isVersionRange } from '../decision/version-range.ts';
import { endDeliveriesNoLongerAllowed, type EndedDeliveries } from '../deliveries/end-deliveries.ts';
import { requireNoFilesOfOthers } from '../fleet/setup/private-files.ts';
import { newRecordId } from '../record-id.ts';
import type { EntitlementRecord } from '../store/entitlements.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { findAccount, findProduct } from './find-by-name.ts';

/** A change of what a customer may have. */
export type EntitlementChange = { readonly reason: string } & (
  | {
      readonly kind: 'grant';
      readonly account: string;
      readonly product: string;
      readonly terms: EntitlementTerms;
    }
  | { readonly kind: 'extend'; readonly entitlement: string; readonly notAfterMs: number | null }
  | { readonly kind: 'revoke'; readonly entitlement: string }
);

/** Who changes, and when. */
export interface Author {
  readonly actor: string;
  readonly atMs: number;
}

/** The entitlement after the change, and the deliveries that it has ended. */
export interface ChangedEntitlement extends EndedDeliveries {
  readonly entitlement: EntitlementRecord;
}

/** Changes. RpcError `not_found`; `conflict`: revoked already; `refused`: it would make no sense. */
export async function changeEntitlement(
  transaction: Transaction,
  change: EntitlementChange,
  author: Author,
): Promise<ChangedEntitlement> {
  switch (change.kind) {
    case 'grant':
      return await grant(transaction, change, author);
    case 'extend':
      return await extend(transaction, change, author);
    case 'revoke':
      return await revoke(transaction, change, author);
  }
}

/** An entitlement that may be changed. RpcError `not_found`; `conflict`: it was revoked. */
export async function findChangeable(store: StoreReads, id: string): Promise<EntitlementRecord> {
  const entitlement = await store.entitlements.byId(id);
  if (!entitlement) throw new RpcError('not_found', customerRefusals.noEntitlement(id));
  if (entitlement.revokedAtMs === null) return entitlement;
  const when = new Date(entitlement.revokedAtMs).toISOString();
  throw new RpcError('conflict', customerRefusals.revokedAlready(id, when, entitlement.revokedBy ?? '?'));
}

/** RpcError `refused`: a range or a period that can admit nothing. */
export function requireSensibleTerms({ versions, notBeforeMs, notAfterMs }: EntitlementTerms): void {
  if (!isVersionRange(versions)) {
    throw new RpcError('refused', customerRefusals.noRange(versions));
  }
  if (notBeforeMs !== null && notAfterMs !== null && notAfterMs < notBeforeMs) {
    throw new RpcError('refused', customerRefusals.endsBeforeItBegins);
  }
}

/** RpcError `refused`: that end is not later than the one that it has, or has gone by. */
export function requireLaterEnd(
  entitlement: EntitlementRecord,
  notAfterMs: number | null,
  atMs: number,
): void {
  const current = entitlement.notAfterMs;
  if (current === null) throw new RpcError('refused', customerRefusals.hasNoEnd(entitlement.id));
  if (notAfterMs === null) return;
  if (notAfterMs <= current) {
    const end = new Date(current).toISOString().slice(0, 10);
    throw new RpcError('refused', customerRefusals.lastsAlready(entitlement.id, end));
  }
  if (notAfterMs < atMs) throw new RpcError('refused', customerRefusals.endInThePast);
}

async function grant(
  transaction: Transaction,
  change: EntitlementChange & { kind: 'grant' },
  { actor, atMs }: Author,
): Promise<ChangedEntitlement> {
  const { terms, reason } = change;
  requireSensibleTerms(terms);
  const account = await findAccount(transaction, change.account);
  const product = await findProduct(transaction, change.product);
  await requireNoFilesOfOthers(transaction, product, account);
  const entitlement: EntitlementRecord = {
    id: newRecordId('ent'),
    accountId: account.id,
    account: account.name,
    productId: product.id,
    product: product.name,
    ...terms,
    grantedBy: actor,
    grantedAtMs: atMs,
    grantReason: reason,
    revokedAtMs: null,
    revokedBy: null,
    revokeReason: null,
  };
  await transaction.entitlements.insert(entitlement);
  const detail = { entitlement: entitlement.id, ...terms, reason };
  const subject = subjectOf(entitlement);
  await appendAudit(transaction, { atMs, actor, action: 'entitlement.grant', subject, detail });
  return { entitlement, deliveries: [], orders: [] };
}

async function extend(
  transaction: Transaction,
  change: EntitlementChange & { kind: 'extend' },
  { actor, atMs }: Author,
): Promise<ChangedEntitlement> {
  const { entitlement: id, notAfterMs, reason } = change;
  const before = await findChangeable(transaction, id);
  requireLaterEnd(before, notAfterMs, atMs);
  await transaction.entitlements.extend({
    id: newRecordId('ext'),
    entitlementId: id,
    atMs,
    fromMs: before.notAfterMs,
    toMs: notAfterMs,
    extendedBy: actor,
    reason,
  });
  const detail = { entitlement: id, fromMs: before.notAfterMs, toMs: notAfterMs, reason };
  const subject = subjectOf(before);
  await appendAudit(transaction, { atMs, actor, action: 'entitlement.extend', subject, detail });
  return { entitlement: { ...before, notAfterMs }, deliveries: [], orders: [] };
}

async function revoke(
  transaction: Transaction,
  change: EntitlementChange & { kind: 'revoke' },
  { actor, atMs }: Author,
): Promise<ChangedEntitlement> {
  const { entitlement: id, reason } = change;
  const before = await findChangeable(transaction, id);
  await transaction.entitlements.revoke(id, { atMs, by: actor, reason });
  const { accountId, product } = before;
  const ended = await endDeliveriesNoLongerAllowed(transaction, { accountId, product, atMs });
  const detail = { entitlement: id, reason, endedDeliveries: ended.deliveries };
  const subject = subjectOf(before);
  await appendAudit(transaction, { atMs, actor, action: 'entitlement.revoke', subject, detail });
  const entitlement = { ...before, revokedAtMs: atMs, revokedBy: actor, revokeReason: reason };
  return { entitlement, ...ended };
}

function subjectOf({ account, product }: EntitlementRecord): string {
  return `${account} ${product}`;
}
