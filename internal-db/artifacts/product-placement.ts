// Where the files of one product are kept, set by staff and audited. Called for `product.setPlacement`. What is placed elsewhere from
// now on is ordered there at once; what is not placed at a node any more stays in its cache until room is wanted.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { catalogAdminMethods } from '#commlink/methods/catalog-admin-methods.ts';
import { findProduct } from '../admin/find-by-name.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { ServiceContext } from '../service-context.ts';

type Table = typeof catalogAdminMethods;

/** RpcError `not_found`: no such product. */
export async function setProductPlacement(
  context: ServiceContext,
  { actor, product, placement }: ParamsOf<Table, 'product.setPlacement'>,
): Promise<ResultOf<Table, 'product.setPlacement'>> {
  const atMs = context.clock.nowMs();
  await context.store.transaction(async (transaction) => {
    const { id, name } = await findProduct(transaction, product);
    const before = await transaction.catalog.placementOf(id);
    await transaction.catalog.setPlacement(id, placement);
    const event = { atMs, actor, action: 'product.setPlacement', subject: name };
    await appendAudit(transaction, { ...event, detail: { placement, before } });
  });
  context.artifacts.holdings.nudge();
  return { product, placement };
}
