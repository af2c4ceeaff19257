// The other process of the commlink benchmark: answers the same calls over links and over mutual TLS.
// Started with fork(); gets its configuration in the first message and answers with the ports.
import { openCommlink } from '#commlink/commlink.ts';
import { createLogger } from '#commlink/log.ts';
import type { NodeConfig } from '#commlink/node-config.ts';
import { openRpc } from '#commlink/rpc.ts';
import { benchmarkHandlers, benchmarkMethods } from './commlink-calls.ts';
import { listenMutualTls, type TlsIdentity } from './mutual-tls.ts';

/** What the parent sends. */
export interface ServerSetup {
  readonly config: NodeConfig;
  readonly identity: TlsIdentity;
}

/** What the parent gets back. */
export interface ServerPorts {
  readonly commlink: number;
  readonly mutualTls: number;
}

process.once('message', (setup: ServerSetup) => void serve(setup));
process.once('disconnect', () => process.exit(0));

async function serve({ config, identity }: ServerSetup): Promise<void> {
  const log = createLogger('commlink-server', 'silent');
  const offered = benchmarkMethods;
  const handlers = benchmarkHandlers;
  const commlink = await openCommlink({ config, offered, handlers, log });
  const mutualTls = await listenMutualTls(identity, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('\n');
    const peer = { role: 'ftp-node', name: 'client', id: 'client' } as const;
    openRpc(socket, { peer, offered, handlers, called: {}, log });
  });
  process.send?.({ commlink: commlink.port ?? 0, mutualTls } satisfies ServerPorts);
}
