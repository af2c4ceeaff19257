// What the node answers web-fronts over the commlink (ftp-node-methods.ts). Caller: main.ts. A web-front is trusted with
// nothing: grants and orders carry internal-db's signature, and a description holds no secret.
import type { Handlers } from '#commlink/method-table.ts';
import type { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { ArtifactPuller } from './artifacts/artifact-puller.ts';
import type { SliceReader } from './artifacts/slice-reader.ts';
import type { BanList } from './bans/ban-list.ts';
import type { LiveConfiguration } from './live-configuration.ts';
import type { SessionHost } from './session-host/session-host.ts';
import { countStaging } from './metrics/count-node.ts';
import type { NodeMetrics } from './metrics/node-metrics.ts';
import { cutByOrder, listSessions, type LiveSessions } from './sessions/answer-sessions.ts';
import type { StagerContext } from './stager/stager-context.ts';
import { stageDelivery } from './stager/staging.ts';
import { unstageByOrder } from './stager/unstaging.ts';

/** What the handlers work with. */
export interface NodeDoor {
  /** The node's name. */
  readonly name: string;
  readonly configuration: Pick<LiveConfiguration, 'endpoints' | 'fleetEntrances'>;
  readonly context: StagerContext;
  readonly host: SessionHost;
  readonly artifacts: Pick<ArtifactPuller, 'hold'>;
  readonly slices: Pick<SliceReader, 'read'>;
  readonly bans: Pick<BanList, 'replace' | 'sequence'>;
  readonly sessions: LiveSessions;
  /** How full the node is, from 0 to 100. */
  readonly loadPercent: () => number;
  readonly isDraining: () => boolean;
  readonly metrics: NodeMetrics;
}

const drainingAnswer = {
  staged: false,
  failure: 'draining',
  explanation: 'This download server takes no new deliveries now. Ask for the file again in a minute.',
} as const;

/** The handlers. */
export function nodeHandlers(door: NodeDoor): Handlers<typeof ftpNodeMethods> {
  const { name, configuration, context, host, bans, sessions, isDraining, metrics } = door;
  return {
    'delivery.stage': async ({ grant }) => {
      if (isDraining()) return drainingAnswer;
      const result = await countStaging(stageDelivery(context, grant), metrics);
      return result.staged ? { ...result, endpoints: configuration.endpoints(host.started().ports) } : result;
    },
    'delivery.unstage': ({ order }) => unstageByOrder(context, order),
    'bans.replace': async ({ list }) => {
      bans.replace(list);
      return { sequence: bans.sequence };
    },
    'sessions.list': async ({ account }) => listSessions(sessions, account),
    'sessions.cut': ({ order }) => cutByOrder(context, sessions, order),
    'artifacts.hold': ({ order }) => door.artifacts.hold(order),
    'artifact.read': ({ node, request }) => door.slices.read(node, request),
    'node.describe': async () => {
      const description = await host.describe();
      const { jailed, seccomp, sshNativeCrypto, sessionCount, transferCount, ports, pids } = description;
      return {
        name,
        endpoints: configuration.endpoints(ports),
        fleet: configuration.fleetEntrances(ports),
        jailed,
        seccomp,
        sshNativeCrypto,
        stagedCount: context.deliveries.countStaged(),
        sessionCount,
        transferCount,
        loadPercent: door.loadPercent(),
        draining: isDraining(),
        banSequence: bans.sequence,
        storeroomFreeBytes: context.storeroom.freeBytes(),
        pids: { 'ftp-node': process.pid, ...pids },
      };
    },
  };
}
