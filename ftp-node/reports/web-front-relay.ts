// The way to internal-db: through any web-front that is linked now. Callers: logins, reports, statements, artifacts. Trusts the
// web-fronts with nothing: what goes through is signed or sealed, and so is what comes back.
import type { Commlink } from '#commlink/commlink.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';

type RelayMethod = 'relay.login' | 'relay.report' | 'relay.reconcile' | 'relay.artifact';

/** Calls one of the relay methods. Throws RpcError; `unavailable` when no web-front is linked or none could send it on. */
export type RelayCall = <M extends RelayMethod>(
  method: M,
  params: ParamsOf<typeof webFrontMethods, M>,
  signal?: AbortSignal,
) => Promise<ResultOf<typeof webFrontMethods, M>>;

/** Refusals after which the call was certainly not carried out, so that the next web-front may be asked. */
const notSentCodes = new Set(['unavailable', 'overloaded', 'declined']);

/** Tries the linked web-fronts one after the other, beginning with another one at each call. `links`: null before any. */
export function createRelay(links: () => Pick<Commlink, 'linked' | 'call'> | null): RelayCall {
  let turn = 0;
  return async (method, params, signal) => {
    const commlink = links();
    const fronts = commlink?.linked('web-front') ?? [];
    turn += 1;
    let refusal = new RpcError('unavailable', 'No web-front is linked to this node.');
    for (const index of fronts.keys()) {
      const front = fronts[(index + turn) % fronts.length];
      if (commlink === null || front === undefined) break;
      try {
        return await commlink.call(front.name, webFrontMethods, method, params, signal ? { signal } : {});
      } catch (error) {
        if (!(error instanceof RpcError) || !notSentCodes.has(error.code)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  };
}
