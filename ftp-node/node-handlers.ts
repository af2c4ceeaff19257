// What the node answers web-fronts over the commlink (ftp-node-methods.ts). Caller: main.ts. A web-front is trusted with
// nothing: grants and orders carry internal-db's signature, and a description holds no secret.
import { readFileSync } from 'node:fs';
import type { Handlers } from '#commlink/method-table.ts';
import type { NodeEndpoints, ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { FtpNodeConfig } from './config.ts';
import { fingerprintHostKey } from './host-key-fingerprint.ts';
import type { SessionHost, StartedServers } from './session-host/session-host.ts';
import type { StagerContext } from './stager/stager-context.ts';
import { stageDelivery } from './stager/staging.ts';
import { unstageByOrder } from './stager/unstaging.ts';

/** What the handlers work with. */
export interface NodeDoor {
  readonly config: FtpNodeConfig;
  readonly context: StagerContext;
  /** Resolves when the session servers serve; calls that come earlier wait for it. */
  readonly host: Promise<SessionHost>;
  readonly isDraining: () => boolean;
}

const drainingAnswer = {
  staged: false,
  failure: 'draining',
  explanation: 'This node is about to stop. Ask for the file again in a minute.',
} as const;

/** The handlers. */
export function nodeHandlers({
  config,
  context,
  host,
  isDraining,
}: NodeDoor): Handlers<typeof ftpNodeMethods> {
  const hostKeyFingerprints = config.hostKeyFiles.map((file) => fingerprintHostKey(readFileSync(file), file));
  const endpointsOf = ({ ports }: StartedServers): NodeEndpoints => ({
    https: config.https.publicBase,
    ftp: { host: config.ftp.publicHost, port: config.ftp.port || (ports?.ftp ?? 0) },
    sftp: { host: config.sftp.publicHost, port: config.sftp.port || (ports?.sftp ?? 0), hostKeyFingerprints },
  });
  return {
    'delivery.stage': async ({ grant }) => {
      const running = await host;
      if (isDraining()) return drainingAnswer;
      const result = await stageDelivery(context, grant);
      return result.staged ? { ...result, endpoints: endpointsOf(running.started()) } : result;
    },
    'delivery.unstage': ({ order }) => unstageByOrder(context, order),
    'node.describe': async () => {
      const description = await (await host).describe();
      const { jailed, sshNativeCrypto, sessionCount, transferCount } = description;
      return {
        name: config.node.name,
        endpoints: endpointsOf(description),
        jailed,
        sshNativeCrypto,
        stagedCount: context.deliveries.countStaged(),
        sessionCount,
        transferCount,
        storeroomFreeBytes: context.storeroom.freeBytes(),
        pids: { 'ftp-node': process.pid, ...description.pids },
      };
    },
  };
}
