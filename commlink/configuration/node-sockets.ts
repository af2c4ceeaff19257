// The sockets of a node that takes part: its links, over which the other nodes reach the component's methods and those of
// the configuration, and the operators' doors. Caller: running-node.ts.
import { openCommlink, type Commlink } from '../commlink.ts';
import type { Handlers, MethodTable } from '../method-table.ts';
import { countCalls } from '../metrics/link-metrics.ts';
import { configurationMethods } from '../methods/configuration-methods.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import { formatVersion } from './protocol/cluster-version.ts';
import { configurationHandlers } from './configuration-handlers.ts';
import type { JoinRequests } from './join-requests.ts';
import type { StartOptions } from './node-configuration.ts';
import type { NodeParts } from './node-parts.ts';
import { OperatorDoors } from './operator-doors.ts';
import { operatorHandlers } from './operator-handlers.ts';
import type { ProtocolShell } from './protocol-shell.ts';
import type { Refusals } from './refusals.ts';
import type { Submissions } from './submissions.ts';

/** What answers at the links. */
export interface NodeLinksSources<R extends NodeRole> {
  readonly parts: NodeParts<R>;
  readonly shell: ProtocolShell<R>;
  readonly joins: JoinRequests;
  readonly refusals: Refusals;
}

/** Opens the links. Throws StartupError `PORT_TAKEN`. */
export function openNodeLinks<R extends NodeRole, T extends MethodTable>(
  { parts, shell, joins, refusals }: NodeLinksSources<R>,
  { offered, handlers }: Pick<StartOptions<R, T>, 'offered' | 'handlers'>,
): Promise<Commlink> {
  const { keys, shelf, log, opened, admission, metrics } = parts;
  const own = configurationHandlers({
    shelf,
    joins,
    heard: (text, via) => shell.hear(text, via),
    asked: () => shell.tick(),
    refuse: (code) => refusals.count(code),
  });
  return openCommlink({
    keys,
    plan: opened.linkPlan,
    offered: { ...offered, ...configurationMethods } as MethodTable,
    handlers: { ...handlers, ...own } as Handlers<MethodTable>,
    log,
    observe: countCalls(metrics),
    gate: {
      get version() {
        return formatVersion(shelf.installed.version);
      },
      get isOpen() {
        return admission.isOpen;
      },
    },
    invitations: () => joins.invitations(),
  });
}

/** Opens the operators' doors. Throws StartupError `SOCKET_IN_USE`, `SOCKET_PATH_TAKEN` or `PORT_TAKEN`. */
export function openNodeDoors<R extends NodeRole>(
  { keys, shelf, store, log, bootstrap, opened }: NodeParts<R>,
  sources: { readonly submissions: Submissions; readonly status: () => ClusterStatus },
): Promise<OperatorDoors> {
  return OperatorDoors.open(
    {
      cluster: bootstrap.cluster,
      keys,
      socketPath: bootstrap.operatorSocket,
      operators: () => shelf.installed.manifest.operators.keys,
      handlers: operatorHandlers({ shelf, store, ...sources }),
      log,
    },
    opened.configuration.settings.administration,
  );
}
