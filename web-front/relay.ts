// What the other nodes may ask of a web-front: to pass sealed and signed messages on between the ftp-nodes and
// internal-db, which have no link to each other. Nothing of them is read here, and nothing is decided.
import type { Logger } from '#commlink/log.ts';
import type { CallContext, Handlers, ParamsOf } from '#commlink/method-table.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { chooseInternalDb } from './choose-internal-db.ts';
import type { PingWaits } from './fleet/ping-waits.ts';
import { callLimits } from './limits.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { NodeLinks } from './node-links.ts';

/** What the relay works with. */
export interface RelayMeans {
  readonly pingWaits: PingWaits;
  readonly commlink: NodeLinks;
  readonly nodes: NodeDirectory;
}

/** The handlers of a web-front's method table. The commlink is opened with them, so its promise comes before it. */
export function createRelay(means: Promise<RelayMeans>, log: Logger): Handlers<typeof webFrontMethods> {
  return {
    'relay.login': async (params, context) => {
      requireOwnNode(params.node, context);
      log.info({ node: context.peer.name }, 'login passed on');
      return await passLoginOn(await means, params, context.signal);
    },
    'relay.report': async (params, context) => {
      requireOwnNode(params.node, context);
      return await callInternalDb(await means, 'node.report', { params, signal: context.signal });
    },
    'relay.reconcile': async (params, context) => {
      requireOwnNode(params.node, context);
      return await callInternalDb(await means, 'node.reconcile', { params, signal: context.signal });
    },
    'relay.artifact': async ({ source, ...params }, context) => {
      requireOwnNode(params.node, context);
      const { signal } = context;
      if (source !== undefined)
        return await callNode(await means, { node: source, method: 'artifact.read' }, { params, signal });
      return await callInternalDb(await means, 'artifact.read', { params, signal: context.signal });
    },
    'relay.stage': async ({ node, grant }, context) => {
      const { nodes } = await means;
      return await nodes.stage(node, grant, context.signal);
    },
    'relay.unstage': async ({ node, order }, { signal }) =>
      await callNode(await means, { node, method: 'delivery.unstage' }, { params: { order }, signal }),
    'relay.bans': async ({ node, list }, { signal }) =>
      await callNode(await means, { node, method: 'bans.replace' }, { params: { list }, signal }),
    'relay.sessions': async ({ node, account }, { signal }) =>
      await callNode(await means, { node, method: 'sessions.list' }, { params: { account }, signal }),
    'relay.cut': async ({ node, order }, { signal }) =>
      await callNode(await means, { node, method: 'sessions.cut' }, { params: { order }, signal }),
    'relay.hold': async ({ node, order }, { signal }) =>
      await callNode(await means, { node, method: 'artifacts.hold' }, { params: { order }, signal }),
    'relay.ping': async ({ uid }) => ({ waited: (await means).pingWaits.ping(uid) }),
    'relay.nodes': async () => {
      const { nodes } = await means;
      const described = await nodes.describeLinked();
      return {
        nodes: described.map(({ member, description }) => ({
          node: member.id,
          name: member.name,
          description,
        })),
      };
    },
  };
}

type RelayedMethod = 'node.report' | 'node.reconcile' | 'artifact.read';
type RelayedParams<M extends RelayedMethod> = ParamsOf<typeof internalDbMethods, M>;

async function callInternalDb<M extends RelayedMethod>(
  { commlink }: RelayMeans,
  method: M,
  { params, signal }: { params: RelayedParams<M>; signal: AbortSignal },
) {
  const first = chooseInternalDb(commlink, { params });
  try {
    return await commlink.call(first.name, internalDbMethods, method, params, { signal });
  } catch (error) {
    // An artifact may be on the disk of another internal-db.
    const isElsewhere = error instanceof RpcError && ['unavailable', 'not_found'].includes(error.code);
    const other = chooseInternalDb(commlink, { params, except: first.name });
    if (!isElsewhere || other.name === first.name) throw error;
    return await commlink.call(other.name, internalDbMethods, method, params, { signal });
  }
}

/** To the internal-db that it is sealed to, and no other could read it. The node asks again at another one when this one is away. */
async function passLoginOn(
  { commlink }: RelayMeans,
  { internalDb, ...params }: ParamsOf<typeof webFrontMethods, 'relay.login'>,
  signal: AbortSignal,
) {
  const linked = commlink.linked('internal-db');
  const isLinked = linked.some(({ id }) => id === internalDb);
  if (!isLinked && linked.length > 0)
    throw new RpcError('unavailable', 'That internal-db is not linked here.');
  const options = isLinked ? { signal } : { signal, deadlineMs: callLimits.linkWaitMs };
  return await commlink.call(internalDb, internalDbMethods, 'login.decide', params, options);
}

type PassedOnMethod =
  'delivery.unstage' | 'bans.replace' | 'sessions.list' | 'sessions.cut' | 'artifacts.hold' | 'artifact.read';

async function callNode<M extends PassedOnMethod>(
  { commlink }: RelayMeans,
  { node, method }: { node: string; method: M },
  { params, signal }: { params: ParamsOf<typeof ftpNodeMethods, M>; signal: AbortSignal },
) {
  const member = commlink.member(node);
  if (member?.role !== 'ftp-node') throw new RpcError('unavailable', 'No such ftp-node is configured here.');
  return await commlink.call(member.name, ftpNodeMethods, method, params, { signal });
}

/** The documents are signed by their node anyway; a node that speaks for another is stopped a step earlier. */
function requireOwnNode(node: string, context: CallContext): void {
  if (node !== context.peer.id) throw new RpcError('refused', 'A node may only relay its own messages.');
}
