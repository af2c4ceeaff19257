// The smallest room that takes part in a cluster: a method that always works, one that admits clients, and settings that
// it obeys by noting them. For tests of the configuration protocol. Callers: those tests, and plain-node.ts.
import {
  openClusterNode,
  type ClusterNode,
  type ConfigurationEvent,
  type PrepareChange,
} from '#commlink/configuration/cluster-node.ts';
import type { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import type { Logger } from '#commlink/log.ts';
import { method, type MethodTable } from '#commlink/method-table.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { Type, strictObject } from '#commlink/schema.ts';

const nodes = ['web-front', 'internal-db', 'ftp-node'] as const;
const Answer = strictObject({ servedBy: Type.String(), seq: Type.Integer() });

/** What every such node offers. The answer has the version that it serves under. */
export const plainMethods = {
  'plain.echo': method({
    callers: nodes,
    mutates: false,
    deadlineMs: 5000,
    params: strictObject({}),
    result: Answer,
  }),
  'plain.admit': method({
    callers: nodes,
    mutates: true,
    admits: true,
    deadlineMs: 5000,
    params: strictObject({}),
    result: Answer,
  }),
} as const satisfies MethodTable;

/** Which node to start. `prepare` replaces the room's own part of staging. */
export interface PlainRoomOptions<R extends NodeRole> {
  readonly bootstrap: NodeBootstrap;
  readonly role: R;
  readonly log: Logger;
  readonly prepare?: PrepareChange<R>;
  readonly onEvent?: (event: ConfigurationEvent) => void;
}

/** Starts it; the caller closes it. */
export async function startPlainRoom<R extends NodeRole>(
  options: PlainRoomOptions<R>,
): Promise<ClusterNode<R>> {
  const { bootstrap, role, log, onEvent, prepare = nothingPrepared } = options;
  const opened = await openClusterNode({ bootstrap, role, log, ...(onEvent ? { onEvent } : {}) });
  let node: ClusterNode<R> | undefined;
  const answer = async () => {
    const { version } = (node ?? opened).configuration;
    return { servedBy: bootstrap.name, seq: version.seq };
  };
  const handlers = { 'plain.echo': answer, 'plain.admit': answer };
  node = await opened.start({ offered: plainMethods, handlers, prepare });
  return node;
}

/** A part of a change that does nothing. */
export function nothingPrepared() {
  return Promise.resolve({ commit: () => Promise.resolve(), discard: () => Promise.resolve() });
}
