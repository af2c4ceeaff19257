// Pins: a version that is held for an appliance, a tag or a group, whatever rollouts say. Called for the command line and the console.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { cutPage, decodeCursor, type Cursor, type PageRequest } from '#commlink/methods/paging.ts';
import type { VersionPin, rolloutAdminMethods } from '#commlink/methods/rollout-admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { findProduct, findRelease } from '../../admin/find-by-name.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import { fleetRefusals } from '../../texts/service-texts.ts';
import { raiseGeneration } from '../fleet-generation.ts';

type Table = typeof rolloutAdminMethods;
type Tools = Pick<ServiceContext, 'store' | 'clock'>;

/** Pins, in place of an older pin. RpcError `not_found`: product, release or appliance. */
export async function putPin(
  { store, clock }: Tools,
  params: ParamsOf<Table, 'pin.put'>,
): Promise<{ pin: VersionPin }> {
  const { actor, product: name, scope, subject, version, reason } = params;
  return await store.transaction(async (transaction) => {
    const product = await findProduct(transaction, name);
    await findRelease(transaction, product, version);
    if (scope === 'appliance' && !(await transaction.appliances.byUid(subject)))
      throw new RpcError('not_found', fleetRefusals.noAppliance(subject));
    const pin = { scope, subject, version, reason, pinnedBy: actor, pinnedAtMs: clock.nowMs() };
    await transaction.rollouts.putPin({ productId: product.id, ...pin });
    const detail = { scope, subject, version, reason };
    await appendAudit(transaction, {
      atMs: pin.pinnedAtMs,
      actor,
      action: 'pin.put',
      subject: name,
      detail,
    });
    await raiseGeneration(transaction);
    return { pin: { product: name, ...pin } };
  });
}

/** Removes a pin. RpcError `not_found`. */
export async function removePin(
  { store, clock }: Tools,
  { actor, product: name, scope, subject, reason }: ParamsOf<Table, 'pin.remove'>,
): Promise<Record<string, never>> {
  await store.transaction(async (transaction) => {
    const product = await findProduct(transaction, name);
    const isGone = await transaction.rollouts.removePin({ productId: product.id, scope, subject });
    if (!isGone) throw new RpcError('not_found', fleetRefusals.noPin(name, scope, subject));
    const atMs = clock.nowMs();
    const detail = { scope, subject, reason };
    await appendAudit(transaction, { atMs, actor, action: 'pin.remove', subject: name, detail });
    await raiseGeneration(transaction);
  });
  return {};
}

/** The newest first. */
export async function listPins(
  { store: { read } }: Pick<ServiceContext, 'store'>,
  { after, limit }: PageRequest,
): Promise<ResultOf<Table, 'pin.list'>> {
  const found = await read.rollouts.pins(readPlace(after), limit + 1);
  const { rows, next } = cutPage(found, limit, (pin) => [
    pin.pinnedAtMs,
    pin.productId,
    pin.scope,
    pin.subject,
  ]);
  const products = await read.catalog.productsByIds([...new Set(rows.map(({ productId }) => productId))]);
  const nameOf = new Map(products.map(({ id, name }) => [id, name]));
  const pins = rows.map(({ productId, ...pin }) => ({ product: nameOf.get(productId) ?? '', ...pin }));
  return { pins, next };
}

function readPlace(after: Cursor | null) {
  const key = decodeCursor(after, ['number', 'string', 'string', 'string']);
  return key && { pinnedAtMs: key[0], productId: key[1], scope: key[2], subject: key[3] };
}
