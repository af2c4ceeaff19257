// Entitlements, for the command line and the console: grant, revoke, list.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { Entitlement, adminMethods } from '#commlink/methods/admin-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { isVersionRange } from '../decision/version-range.ts';
import { endDeliveriesNoLongerAllowed } from '../deliveries/end-deliveries.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { EntitlementRecord } from '../store/entitlements.ts';
import type { Transaction } from '../store/store.ts';
import { findAccount, findAccountId, findProduct } from './find-by-name.ts';

type Table = typeof adminMethods;

/** Grants. RpcError `not_found`: account or product; `refused`: a range or period that can admit nothing. */
export async function grantEntitlement(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'entitlement.grant'>,
): Promise<{ entitlement: Entitlement }> {
  requireSense(wanted);
  const { actor, account: accountName, product: productName, reason, ...terms } = wanted;
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const account = await findAccount(transaction, accountName);
    const product = await findProduct(transaction, productName);
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
    const subject = `${account.name} ${product.name}`;
    await appendAudit(transaction, { atMs, actor, action: 'entitlement.grant', subject, detail });
    return { entitlement: viewEntitlement(entitlement) };
  });
}

/**
 * Revokes, ends the deliveries that nothing else allows, and has the nodes unstage them and cut their transfers before
 * it answers, as far as they answer in time. RpcError `not_found`; `conflict`: revoked already.
 */
export async function revokeEntitlement(
  context: ServiceContext,
  order: ParamsOf<Table, 'entitlement.revoke'>,
): Promise<ResultOf<Table, 'entitlement.revoke'>> {
  const { actor, entitlement: id, reason } = order;
  const atMs = context.clock.nowMs();
  const revoked = await context.store.transaction(async (transaction) => {
    const before = await findRevocable(transaction, id);
    await transaction.entitlements.revoke(id, { atMs, by: actor, reason });
    const { accountId, product } = before;
    const ended = await endDeliveriesNoLongerAllowed(transaction, { accountId, product, atMs });
    const subject = `${before.account} ${product}`;
    const detail = { entitlement: id, reason, endedDeliveries: ended.deliveries };
    await appendAudit(transaction, { atMs, actor, action: 'entitlement.revoke', subject, detail });
    const after = { ...before, revokedAtMs: atMs, revokedBy: actor, revokeReason: reason };
    return { entitlement: viewEntitlement(after), ...ended };
  });
  const progress = await context.orders.sendNow(revoked.orders);
  return { entitlement: revoked.entitlement, endedDeliveries: revoked.deliveries, ...progress };
}

/** Entitlements of one account, or all, oldest first; revoked and expired ones too. */
export async function listEntitlements(
  context: ServiceContext,
  account: string | null,
): Promise<{ entitlements: Entitlement[] }> {
  const { read } = context.store;
  const accountId = await findAccountId(read, account);
  const records =
    accountId === null ? await read.entitlements.all() : await read.entitlements.ofAccount(accountId);
  return { entitlements: records.map(viewEntitlement) };
}

/** An entitlement as the method tables show it. */
export function viewEntitlement(record: EntitlementRecord): Entitlement {
  const { accountId: _accountId, productId: _productId, channels, ...rest } = record;
  return { ...rest, channels: channels === null ? null : [...channels] };
}

function requireSense(wanted: ParamsOf<Table, 'entitlement.grant'>): void {
  const { versions, notBeforeMs, notAfterMs } = wanted;
  if (!isVersionRange(versions)) {
    throw new RpcError(
      'refused',
      `${versions} is not a version range. Examples: "*" (all), "2.x", ">=2.1 <3", "1.4.2".`,
    );
  }
  if (notBeforeMs !== null && notAfterMs !== null && notAfterMs < notBeforeMs) {
    throw new RpcError('refused', 'The entitlement would end before it begins. Exchange the two dates.');
  }
}

async function findRevocable(transaction: Transaction, id: string): Promise<EntitlementRecord> {
  const entitlement = await transaction.entitlements.byId(id);
  if (!entitlement) throw new RpcError('not_found', `There is no entitlement ${id}.`);
  if (entitlement.revokedAtMs === null) return entitlement;
  const when = new Date(entitlement.revokedAtMs).toISOString();
  throw new RpcError('conflict', `${id} was revoked already, at ${when} by ${entitlement.revokedBy ?? '?'}.`);
}
