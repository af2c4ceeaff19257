// How internal-db reaches the ftp-nodes: through whichever web-front is linked to them. A web-front passes signed
// documents on and can neither make nor change one; it can only fail to pass it on. A staging is then tried through the
// next one; an unstage order and a list of bans go through all at once, so that one that hangs or lies holds none back.
import type { Commlink } from '#commlink/commlink.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { nodeDirectoryDeadlineMs, stageDeadlineMs, unstageAttemptDeadlineMs } from '../limits.ts';
import { machineRefusals } from '../texts/service-texts.ts';

type Table = typeof webFrontMethods;

/** A node as one web-front sees it. `via` is the web-front's name. */
export type ReachedNode = ResultOf<Table, 'relay.nodes'>['nodes'][number] & { readonly via: string };

/** The way to the nodes. All but the last throw RpcError; `unavailable` when no web-front reaches the node. */
export interface NodeRelay {
  stage(params: ParamsOf<Table, 'relay.stage'>): Promise<ResultOf<Table, 'relay.stage'>>;
  unstage(params: ParamsOf<Table, 'relay.unstage'>): Promise<ResultOf<Table, 'relay.unstage'>>;
  replaceBans(params: ParamsOf<Table, 'relay.bans'>): Promise<ResultOf<Table, 'relay.bans'>>;
  listSessions(params: ParamsOf<Table, 'relay.sessions'>): Promise<ResultOf<Table, 'relay.sessions'>>;
  cutSessions(params: ParamsOf<Table, 'relay.cut'>): Promise<ResultOf<Table, 'relay.cut'>>;
  holdArtifacts(params: ParamsOf<Table, 'relay.hold'>): Promise<ResultOf<Table, 'relay.hold'>>;
  /** Calls an appliance, at whichever web-front it waits; false when it waits at none. */
  pingAppliance(uid: string): Promise<boolean>;
  /** How many web-fronts are linked. */
  webFrontCount(): number;
  /** The nodes that the linked web-fronts reach; a web-front that does not answer counts as reaching none. */
  reachedNodes(): Promise<ReachedNode[]>;
}

/** For one attempt that is made again later when it fails. */
const attempt = { deadlineMs: unstageAttemptDeadlineMs } as const;

type Ask<T> = (webFront: string, through: Pick<Commlink, 'call'>) => Promise<T>;

/** The relay over the commlink; `link` gives it, or null before it is open and after it was closed. */
export function createNodeRelay(link: () => Pick<Commlink, 'linked' | 'call'> | null): NodeRelay {
  const throughAny = async <T>(ask: Ask<T>): Promise<T> => {
    const commlink = link();
    let refusal = noWebFront();
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
  /** For what may be carried out twice: the first answer counts, and a refusal only when nobody else answers. */
  const throughAll = async <T>(ask: Ask<T>): Promise<T> => {
    const commlink = link();
    if (!commlink) throw noWebFront();
    const answers = commlink.linked('web-front').map(({ name }) => ask(name, commlink));
    return await Promise.any(answers).catch((error: AggregateError) => {
      throw error.errors[0] ?? noWebFront();
    });
  };
  return {
    stage: (params) =>
      throughAny((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.stage', params, { deadlineMs: stageDeadlineMs }),
      ),
    unstage: (params) =>
      throughAll((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.unstage', params, attempt),
      ),
    replaceBans: (params) =>
      throughAll((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.bans', params, attempt),
      ),
    listSessions: (params) =>
      throughAll((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.sessions', params, {
          deadlineMs: nodeDirectoryDeadlineMs,
        }),
      ),
    cutSessions: (params) =>
      throughAny((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.cut', params, attempt),
      ),
    holdArtifacts: (params) =>
      throughAny((webFront, commlink) =>
        commlink.call(webFront, webFrontMethods, 'relay.hold', params, attempt),
      ),
    webFrontCount: () => link()?.linked('web-front').length ?? 0,
    pingAppliance: async (uid) => await pingThroughAll(link(), uid),
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

function noWebFront(): RpcError {
  return new RpcError('unavailable', machineRefusals.nobodyLinked);
}

/** It waits at one of them, or at none. */
async function pingThroughAll(
  commlink: Pick<Commlink, 'linked' | 'call'> | null,
  uid: string,
): Promise<boolean> {
  if (!commlink) return false;
  const answers = await Promise.allSettled(
    commlink.linked('web-front').map(({ name }) => {
      const options = { deadlineMs: nodeDirectoryDeadlineMs };
      return commlink.call(name, webFrontMethods, 'relay.ping', { uid }, options);
    }),
  );
  return answers.some((answer) => answer.status === 'fulfilled' && answer.value.waited);
}
