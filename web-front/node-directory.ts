// Where customers reach each ftp-node, as the node itself says; and the staging call to it. Endpoints are kept for a
// few seconds so that a page with live progress does not ask the node each time. Bounded by the cluster's members.
import { ftpNodeMethods, type NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { Member } from '#commlink/node-config.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { callLimits } from './limits.ts';
import type { NodeLinks } from './node-links.ts';

/** A node's own description. */
export type NodeDescription = ResultOf<typeof ftpNodeMethods, 'node.describe'>;
/** The answer to a staging call. */
export type StagingResult = ResultOf<typeof ftpNodeMethods, 'delivery.stage'>;

/** The ftp-nodes as this web-front sees them. */
export interface NodeDirectory {
  /** The endpoints of a node by its name; null when it is unknown, or was not reachable since this process started. */
  endpoints(nodeName: string): Promise<NodeEndpoints | null>;
  /** Hands a grant to the node that it was signed for. Throws RpcError: `unavailable` when there is no link. */
  stage(nodeId: string, grant: string, signal?: AbortSignal): Promise<StagingResult>;
  /** The nodes were given other settings: asks for their endpoints anew. */
  forgetEndpoints(): void;
  /** Every linked node that answers within a second. */
  describeLinked(): Promise<{ member: Member; description: NodeDescription }[]>;
}

interface KnownEndpoints {
  readonly endpoints: NodeEndpoints;
  readonly learnedAtMs: number;
}

/** Makes the directory over the web-front's commlink. */
export function createNodeDirectory(commlink: NodeLinks): NodeDirectory {
  const known = new Map<string, KnownEndpoints>();
  const learn = (nodeName: string, endpoints: NodeEndpoints) => {
    known.set(nodeName, { endpoints, learnedAtMs: performance.now() });
  };
  const describe = async (nodeName: string): Promise<NodeDescription> => {
    const description = await commlink.call(
      nodeName,
      ftpNodeMethods,
      'node.describe',
      {},
      { deadlineMs: callLimits.describeNodeDeadlineMs },
    );
    learn(nodeName, description.endpoints);
    return description;
  };

  return {
    async endpoints(nodeName) {
      if (commlink.member(nodeName)?.role !== 'ftp-node') return null;
      const entry = known.get(nodeName);
      if (entry && performance.now() - entry.learnedAtMs < callLimits.endpointsFreshMs)
        return entry.endpoints;
      try {
        return (await describe(nodeName)).endpoints;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        // Host and port outlive a short absence of the node: the last ones known are the best answer there is.
        return entry?.endpoints ?? null;
      }
    },
    async stage(nodeId, grant, signal) {
      const member = commlink.member(nodeId);
      if (member?.role !== 'ftp-node')
        throw new RpcError('unavailable', 'No such ftp-node is configured here.');
      const isLinked = commlink.linked('ftp-node').some(({ id }) => id === member.id);
      const options = {
        ...(signal ? { signal } : {}),
        ...(isLinked ? {} : { deadlineMs: callLimits.linkWaitMs }),
      };
      const result = await commlink.call(member.name, ftpNodeMethods, 'delivery.stage', { grant }, options);
      if (result.staged) learn(member.name, result.endpoints);
      return result;
    },
    forgetEndpoints() {
      for (const [nodeName, entry] of known) known.set(nodeName, { ...entry, learnedAtMs: -Infinity });
    },
    async describeLinked() {
      const answers = await Promise.allSettled(
        commlink
          .linked('ftp-node')
          .map(async (member) => ({ member, description: await describe(member.name) })),
      );
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    },
  };
}
