// How internal-db reaches the ftp-nodes: through whichever web-front is linked to them. A web-front passes signed
// documents on and can neither make nor change one; it can only fail to pass it on, and then the next one is asked.
import type { Commlink } from '#commlink/commlink.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { nodeDirectoryDeadlineMs, stageDeadlineMs, unstageAttemptDeadlineMs } from '../limits.ts';

type Table = typeof webFrontMethods;

/** A node as one web-front sees it. `via` is the web-front's name. */
export type ReachedNode = ResultOf<Table, 'relay.nodes'>['nodes'][number] & { readonly via: string };

/** The way to the nodes. Both orders throw RpcError; `unavailable` when no web-front reaches the node. */
export interface NodeRelay {
  stage(params: ParamsOf<Table, 'relay.stage'>): Promise<ResultOf<Table, 'relay.stage'>>;
  unstage(params: ParamsOf<Table, 'relay.unstage'>): Promise<ResultOf<Table, 'relay.unstage'>>;
  /** The nodes that the linked web-fronts reach; a web-front that does not answer counts as reaching none. */
  reachedNodes(): Promise<ReachedNode[]>;
}

type Through = Pick<Commlink, 'call'>;

/** The relay over the commlink; `link` gives it, or null before it is open and after it was closed. */
export function createNodeRelay(link: () => Pick<Commlink, 'linked' | 'call'> | null): NodeRelay {
  const throughAny = async <T>(ask: (webFront: string, through: Through) => Promise<T>): Promise<T> => {
    const commlink = link();
    let refusal = new RpcError(
      'unavailable',
      'No web-front is linked; the delivery node can not be reached.',
    );
    for (const { name } of commlink?.linked('web-front') ?? []) {
      try {
        if (commlink) return await ask(name, commlink);
      } catch (error) {
        // Only what was surely not carried out may be tried through another one.
        if (!(error instanceof RpcError) || error.code !== 'unavailable') throw error;
        refusal = error;
      }
    }
    throw refusal;
  };
  return {
    stage: (params) =>
      throughAny((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.stage', params, { deadlineMs: stageDeadlineMs }),
      ),
    unstage: (params) =>
      throughAny((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.unstage', params, {
          deadlineMs: unstageAttemptDeadlineMs,
        }),
      ),
    reachedNodes: async () => {
      const commlink = link();
      if (!commlink) return [];
      const answers = await Promise.allSettled(
        commlink.linked('web-front').map(async ({ name }) => {
          const options = { deadlineMs: nodeDirectoryDeadlineMs };
          const { nodes } = await commlink.call(name, webFrontMethods, 'relay.nodes', {}, options);
          return nodes.map((node) => ({ ...node, via: name }));
        }),
      );
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    },
  };
}
