// What runs at the delivery nodes now: asking them for their sessions, and having some ended. The order is signed here
// and carried by a web-front. Called by admin/session-administration.ts and identity/end-access.ts.
import type { SessionListing } from '#commlink/methods/live-session.ts';
import { sessionsPerCutMax } from '#commlink/methods/live-session.ts';
import type { Member } from '#commlink/node-config.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';

/** A node and what it says; null when it can't be asked now. */
export interface AskedNode {
  readonly member: Member;
  readonly listing: SessionListing | null;
}

type NodeContext = Pick<ServiceContext, 'relay' | 'documents' | 'log'>;

/** Asks the nodes for an account's sessions, or for all. */
export async function askNodes(
  { relay, log }: NodeContext,
  members: readonly Member[],
  account: string | null,
): Promise<AskedNode[]> {
  return await Promise.all(
    members.map(async (member) => {
      const listing = await relay.listSessions({ node: member.id, account }).catch((error: unknown) => {
        if (!(error instanceof RpcError)) throw error;
        log.debug({ node: member.name, code: error.code }, 'a node could not be asked for its sessions');
        return null;
      });
      return { member, listing };
    }),
  );
}

/** What `cutAccess` did: the orders that were sent, and the nodes that could not be asked. */
export interface CutAccess {
  readonly cutSessionCount: number;
  readonly silentNodes: string[];
}

/** Ends an account's sessions at the nodes that one of the principals (`user:jo`, `key:…`) has logged in to. */
export async function cutAccess(
  context: NodeContext,
  { account, principals }: { account: string; principals: ReadonlySet<string> },
): Promise<CutAccess> {
  const asked = await askNodes(context, context.documents.ftpNodes(), account);
  // All at once: one node that hangs holds none of the others back.
  const cuts = await Promise.all(
    asked.map(async ({ member, listing }) => {
      if (listing === null) return { member, cutSessionCount: null };
      const sessions = listing.sessions.filter(
        ({ principal }) => principal !== null && principals.has(principal),
      );
      const ids = sessions.map(({ id }) => id);
      return { member, cutSessionCount: await cutAtNode(context, member, ids) };
    }),
  );
  return {
    cutSessionCount: cuts.reduce((sum, { cutSessionCount }) => sum + (cutSessionCount ?? 0), 0),
    silentNodes: cuts.flatMap(({ member, cutSessionCount }) =>
      cutSessionCount === null ? [member.name] : [],
    ),
  };
}

/** How many were cut; null when the node did not answer. */
async function cutAtNode(
  context: NodeContext,
  member: Member,
  ids: readonly string[],
): Promise<number | null> {
  let count = 0;
  for (let start = 0; start < ids.length; start += sessionsPerCutMax) {
    const chunk = ids.slice(start, start + sessionsPerCutMax);
    const order = context.documents.signCut(newRecordId('ord'), member.id, chunk);
    const answer = await context.relay.cutSessions({ node: member.id, order }).catch((error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
      return null;
    });
    if (answer === null) return null;
    count += answer.cutSessionCount;
  }
  return count;
}
