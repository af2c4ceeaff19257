// What the node answers web-fronts over the commlink (ftp-node-methods.ts). Caller: main.ts. A web-front is trusted with
// nothing: grants and orders carry internal-db's signature, and a description holds no secret.
import type { Handlers } from '#commlink/method-table.ts';
import type { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { LiveConfiguration } from './live-configuration.ts';
import type { SessionHost } from './session-host/session-host.ts';
import type { StagerContext } from './stager/stager-context.ts';
import { stageDelivery } from './stager/staging.ts';
import { unstageByOrder } from './stager/unstaging.ts';

/** What the handlers work with. */
export interface NodeDoor {
  /** The node's name. */
  readonly name: string;
  readonly configuration: Pick<LiveConfiguration, 'endpoints'>;
  readonly context: StagerContext;
  readonly host: SessionHost;
  readonly isDraining: () => boolean;
}

const drainingAnswer = {
  staged: false,
  failure: 'draining',
  explanation: 'This node is about to stop. Ask for the file again in a minute.',
} as const;

/** The handlers. */
export function nodeHandlers(door: NodeDoor): Handlers<typeof ftpNodeMethods> {
  const { name, configuration, context, host, isDraining } = door;
  return {
    'delivery.stage': async ({ grant }) => {
      if (isDraining()) return drainingAnswer;
      const result = await stageDelivery(context, grant);
      return result.staged ? { ...result, endpoints: configuration.endpoints(host.started().ports) } : result;
    },
    'delivery.unstage': ({ order }) => unstageByOrder(context, order),
    'node.describe': async () => {
      const description = await host.describe();
      const { jailed, sshNativeCrypto, sessionCount, transferCount, ports, pids } = description;
      return {
        name,
        endpoints: configuration.endpoints(ports),
        jailed,
        sshNativeCrypto,
        stagedCount: context.deliveries.countStaged(),
        sessionCount,
        transferCount,
        storeroomFreeBytes: context.storeroom.freeBytes(),
        pids: { 'ftp-node': process.pid, ...pids },
      };
    },
  };
}
