// Tells internal-db, in signed statements, which deliveries are live here, and carries out the orders that come back for
// those that should not be. Caller: reconcile-schedule.ts, after the reconciler has mended the disk.
import type { KeyObject } from 'node:crypto';
import { signDocument } from '#commlink/signed-document.ts';
import { statementDeliveriesMax } from '../limits.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { unstageByOrder } from '../stager/unstaging.ts';
import type { RelayCall } from './web-front-relay.ts';

/** Returns how many deliveries were ended. Throws RpcError when internal-db cannot be reached. */
export async function stateStagings(
  context: StagerContext,
  { relay, signingKey }: { relay: RelayCall; signingKey: KeyObject },
): Promise<number> {
  const { cluster, node } = context;
  let unstagedCount = 0;
  let after = '';
  for (;;) {
    const page = context.deliveries.page(after, statementDeliveriesMax);
    const last = page.at(-1);
    if (last === undefined) return unstagedCount;
    after = last.delivery;
    const deliveries = page.map(({ delivery }) => delivery);
    const body = { cluster, node, atMs: context.now(), deliveries };
    const statement = signDocument('staging-statement', body, signingKey);
    const { order } = await relay('relay.reconcile', { node, statement });
    if (order !== null) unstagedCount += (await unstageByOrder(context, order)).unstagedCount;
  }
}
