// Entitlements, for the command line and the console: grant, extend, revoke, list.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import type { Entitlement } from '#commlink/methods/administration-fields.ts';
import { findMissingAgreement } from '../licences/missing-agreement.ts';
import type { ServiceContext } from '../service-context.ts';
import type { EntitlementRecord } from '../store/entitlements.ts';
import { changeEntitlement, requireSensibleTerms } from './change-entitlements.ts';
import { findAccountId } from './find-by-name.ts';

type Table = typeof adminMethods;

/** Grants. RpcError `not_found`: account or product; `refused`: a range or period that can admit nothing. */
export async function grantEntitlement(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'entitlement.grant'>,
): Promise<ResultOf<Table, 'entitlement.grant'>> {
  const { actor, account, product, reason, ...terms } = wanted;
  requireSensibleTerms(terms);
  const author = { actor, atMs: context.clock.nowMs() };
  const { entitlement } = await context.store.transaction((transaction) =>
    changeEntitlement(transaction, { kind: 'grant', account, product, terms, reason }, author),
  );
  const { read } = context.store;
  const missingAgreement = await findMissingAgreement(read, terms.licenceAgreement, author.atMs);
  return { entitlement: viewEntitlement(entitlement), missingAgreement };
}

/** Sets a later end, null for none. RpcError `not_found`; `conflict`: revoked; `refused`: it is no later. */
export async function extendEntitlement(
  context: ServiceContext,
  order: ParamsOf<Table, 'entitlement.extend'>,
): Promise<{ entitlement: Entitlement }> {
  const { actor, ...change } = order;
  const author = { actor, atMs: context.clock.nowMs() };
  const { entitlement } = await context.store.transaction((transaction) =>
    changeEntitlement(transaction, { kind: 'extend', ...change }, author),
  );
  return { entitlement: viewEntitlement(entitlement) };
}

/**
 * Revokes, ends the deliveries that nothing else allows, and has the nodes unstage them and cut their transfers before
 * it answers, as far as they answer in time. RpcError `not_found`; `conflict`: revoked already.
 */
export async function revokeEntitlement(
  context: ServiceContext,
  order: ParamsOf<Table, 'entitlement.revoke'>,
): Promise<ResultOf<Table, 'entitlement.revoke'>> {
  const { actor, ...change } = order;
  const author = { actor, atMs: context.clock.nowMs() };
  const { entitlement, deliveries, orders } = await context.store.transaction((transaction) =>
    changeEntitlement(transaction, { kind: 'revoke', ...change }, author),
  );
  const progress = await context.orders.sendNow(orders);
  return { entitlement: viewEntitlement(entitlement), endedDeliveries: deliveries, ...progress };
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
