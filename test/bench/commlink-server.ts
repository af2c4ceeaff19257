// The other process of the commlink benchmark: answers the same calls over links and over mutual TLS.
// Started with fork(); gets its configuration in the first message and answers with the ports.
import { openCommlink } from '#commlink/commlink.ts';
import { createLogger } from '#commlink/log.ts';
import type { LinkPlan } from '#commlink/node-config.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { openRpc } from '#commlink/rpc.ts';
import { benchmarkHandlers, benchmarkMethods } from './commlink-calls.ts';
import { listenMutualTls, type TlsIdentity } from './mutual-tls.ts';

/** What the parent sends. */
export interface ServerSetup {
  readonly keyFile: string;
  readonly plan: LinkPlan;
  readonly identity: TlsIdentity;
}

/** What the parent gets back. */
export interface ServerPorts {
  readonly commlink: number;
  readonly mutualTls: number;
}

process.once('message', (setup: ServerSetup) => void serve(setup));
process.once('disconnect', () => process.exit(0));

async function serve({ keyFile, plan, identity }: ServerSetup): Promise<void> {
  const log = createLogger('commlink-server', 'silent');
  const offered = benchmarkMethods;
  const handlers = benchmarkHandlers;
  const keys = await readNodeKeys(keyFile);
  const commlink = await openCommlink({ keys, plan, offered, handlers, log });
  const mutualTls = await listenMutualTls(identity, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('\n');
    const peer = { role: 'ftp-node', name: 'client', id: 'client' } as const;
    openRpc(socket, { peer, offered, handlers, called: {}, log });
  });
  process.send?.({ commlink: commlink.port ?? 0, mutualTls } satisfies ServerPorts);
}
