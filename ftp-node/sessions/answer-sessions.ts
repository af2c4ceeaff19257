// Answers to the questions and orders of internal-db about the sessions that run here. Caller: node-handlers.ts. An order
// counts by internal-db's signature alone; sent twice, or late, it finds nothing to end.
import type { LiveSession, SessionListing } from '#commlink/methods/live-session.ts';
import { sessionsListedMax } from '#commlink/methods/live-session.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { StagerContext } from '../stager/stager-context.ts';

/** The sessions of this node. */
export interface LiveSessions {
  /** Those of one account, or all. */
  describe(account: string | null): LiveSession[];
  /** Ends sessions, and connections before their login; says how many were there. */
  cut(sessions: readonly string[]): Promise<number>;
}

/** The sessions of one account, or all: those that transfer first, as many as an answer has room for. */
export function listSessions(live: Pick<LiveSessions, 'describe'>, account: string | null): SessionListing {
  const all = live.describe(account);
  const busyFirst = all.toSorted(
    (left, right) => Number(left.transfer === null) - Number(right.transfer === null),
  );
  return { sessions: busyFirst.slice(0, sessionsListedMax), sessionCount: all.length };
}

/** Carries out an order to end sessions. Throws RpcError `refused` when it is not for this node. */
export async function cutByOrder(
  context: Pick<StagerContext, 'cluster' | 'node' | 'verifier' | 'log'>,
  live: Pick<LiveSessions, 'cut'>,
  text: string,
): Promise<{ cutSessionCount: number }> {
  const order = context.verifier.verify('cut-order', text);
  if (order === null || order.cluster !== context.cluster || order.node !== context.node)
    throw new RpcError('refused', 'The order to end sessions is not valid at this node.');
  const cutSessionCount = await live.cut(order.sessions);
  context.log.info(
    { order: order.order, sessions: order.sessions, cutSessionCount },
    'sessions were ended by order',
  );
  return { cutSessionCount };
}
