// The sessions that run at the delivery nodes, for the command line: list them, end one.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { guardMethods } from '#commlink/methods/guard-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { askNodes, type AskedNode } from '../nodes/live-sessions.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import { machineRefusals } from '../texts/service-texts.ts';
import { findAccountId } from './find-by-name.ts';

type Table = typeof guardMethods;

/** Asks the nodes. RpcError `not_found`: no such account or node. A node that does not answer is named, with null. */
export async function listSessions(
  context: ServiceContext,
  { account, node }: ParamsOf<Table, 'session.list'>,
): Promise<ResultOf<Table, 'session.list'>> {
  await findAccountId(context.store.read, account);
  const members = context.documents.ftpNodes().filter(({ name }) => node === null || node === name);
  if (node !== null && members.length === 0)
    throw new RpcError('not_found', machineRefusals.noDeliveryNode(node), {
      advice: 'See: consign status',
    });
  const asked = await askNodes(context, members, account);
  const nodes = asked.map(({ member, listing }) => ({
    name: member.name,
    draining: context.directory.find(member.id)?.description.draining ?? false,
    listing,
  }));
  return { nodes: nodes.toSorted((left, right) => (left.name < right.name ? -1 : 1)) };
}

/** Ends a session. RpcError `not_found`: it is over, or at a node that can't be asked; others when the node did not answer. */
export async function cutSession(
  context: ServiceContext,
  { actor, session: id, reason }: ParamsOf<Table, 'session.cut'>,
): Promise<ResultOf<Table, 'session.cut'>> {
  const asked = await askNodes(context, context.documents.ftpNodes(), null);
  const found = asked.flatMap(({ member, listing }) =>
    (listing?.sessions ?? []).flatMap((session) => (session.id === id ? [{ member, session }] : [])),
  )[0];
  if (found === undefined) throw notFound(id, asked);
  const { member, session } = found;
  const order = newRecordId('ord');
  const { account, address, protocol } = session;
  await context.store.transaction((transaction) =>
    appendAudit(transaction, {
      atMs: context.clock.nowMs(),
      actor,
      action: 'session.cut',
      subject: account ?? address,
      detail: { session: id, order, node: member.name, protocol, address, reason },
    }),
  );
  const text = context.documents.signCut(order, member.id, [id]);
  const { cutSessionCount } = await context.relay.cutSessions({ node: member.id, order: text });
  return { node: member.name, session, cutSessionCount };
}

function notFound(id: string, asked: readonly AskedNode[]): RpcError {
  const silent = asked.filter(({ listing }) => listing === null).map(({ member }) => member.name);
  const sentence =
    silent.length === 0
      ? machineRefusals.noSession(id)
      : machineRefusals.noSessionHeard(id, silent.join(', '));
  return new RpcError('not_found', sentence);
}
