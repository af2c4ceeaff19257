// The listener for operators, on an address of its own: apart from clients, and apart from the cluster's links.
// Caller: configuration/operator-doors.ts. Trusts the operators of the installed manifest, once they have proven their key.
import type { TLSSocket } from 'node:tls';
import type { Operator } from '../configuration/blocks/manifest.ts';
import { handshakeMsMax, linkRpcLimits, operatorConnectionsMax } from '../limits.ts';
import { LinkError } from '../link/link-error.ts';
import { assertLinkTls } from '../link/link-tls.ts';
import { listenByPsk } from '../link/psk-listener.ts';
import type { Logger } from '../log.ts';
import type { Handlers } from '../method-table.ts';
import type { operatorMethods } from '../methods/operator-methods.ts';
import type { NodeKeys } from '../node-keys.ts';
import { RpcError } from '../rpc-error.ts';
import { openRpc, type RpcPeer } from '../rpc.ts';
import type { UntypedHandler } from '../rpc/served-calls.ts';
import {
  administrationAlpn,
  deriveAdministrationPsk,
  parseAdministrationIdentity,
  proveAsNode,
  type KnownOperator,
} from './operator-proof.ts';

/** Where to listen, as whom, for whom. */
export interface OperatorListenOptions {
  readonly host: string;
  readonly port: number;
  readonly cluster: string;
  readonly keys: NodeKeys;
  /** The operators of the installed manifest, asked at each connection and each call. */
  readonly operators: () => readonly Operator[];
  readonly offered: typeof operatorMethods;
  readonly handlers: Handlers<typeof operatorMethods>;
  readonly log: Logger;
}

/** A listener that is up. */
export interface OperatorListener {
  readonly port: number;
  /** Connections refused since it was opened, by LinkError code. */
  refused(): Readonly<Record<string, number>>;
  /** Accepts no more, and closes the connections that are open. */
  close(): Promise<void>;
}

type Connection = RpcPeer<Record<never, never>>;

/** Listens. Throws StartupError `PORT_TAKEN`; other system errors keep their codes. */
export async function listenForOperators(options: OperatorListenOptions): Promise<OperatorListener> {
  const { host, port, log } = options;
  const connections = new Set<Connection>();
  const listener = await listenByPsk({
    host,
    port,
    alpn: administrationAlpn,
    log,
    admit: (identityText) => judgeCluster(identityText, options.cluster),
    prove: async (socket, admission) => {
      if (!admission) throw new LinkError('no_psk', 'The handshake came about without our pre-shared key.');
      assertLinkTls(socket, administrationAlpn);
      if (connections.size >= operatorConnectionsMax)
        throw new LinkError('too_many_links', 'Too many operators are connected.');
      const operator = await demandOperator(socket, options);
      const connection = serve(socket, operator, options);
      connections.add(connection);
      void connection.closed.then(() => connections.delete(connection));
    },
  });
  return {
    port: listener.port,
    refused: () => listener.refused(),
    close: async () => {
      const closing = listener.close();
      for (const connection of connections) connection.close();
      await closing;
    },
  };
}

function judgeCluster(identityText: string, own: string): { readonly psk: Buffer } | LinkError {
  const cluster = parseAdministrationIdentity(identityText);
  if (cluster === undefined)
    return new LinkError('malformed_identity', 'The PSK identity is not of the form that we use.');
  if (cluster !== own)
    return new LinkError('unknown_cluster', `The operator wants cluster ${cluster}, this is ${own}.`);
  return { psk: deriveAdministrationPsk(identityText) };
}

function demandOperator(socket: TLSSocket, options: OperatorListenOptions): Promise<KnownOperator> {
  const { cluster, keys, operators } = options;
  const { privateKey, raw } = keys.signing;
  const signal = AbortSignal.timeout(handshakeMsMax);
  return proveAsNode({ socket, cluster, privateKey, signal }, raw, operators());
}

function serve(socket: TLSSocket, operator: KnownOperator, options: OperatorListenOptions): Connection {
  const { offered, handlers, operators, log } = options;
  const { name, id } = operator;
  log.info({ operator: name, remoteAddress: socket.remoteAddress }, 'operator connected');
  const connection: Connection = openRpc(socket, {
    peer: { role: 'operator', name, id },
    offered,
    handlers: whileOperator(handlers, () => {
      if (operators().some((candidate) => candidate.id === id)) return;
      setImmediate(() => connection.close());
      throw new RpcError('forbidden', 'This key is not an operator of the cluster any more.');
    }),
    called: {},
    log,
    limits: linkRpcLimits,
  });
  return connection;
}

/** The same handlers, each behind a check that throws: a version may be installed that has the operator no more. */
function whileOperator(
  handlers: Handlers<typeof operatorMethods>,
  check: () => void,
): Handlers<typeof operatorMethods> {
  const guarded = Object.entries(handlers as Readonly<Record<string, UntypedHandler>>).map(
    ([method, handler]): [string, UntypedHandler] => [
      method,
      async (params, context) => {
        check();
        return handler(params, context);
      },
    ],
  );
  return Object.fromEntries(guarded) as unknown as Handlers<typeof operatorMethods>;
}
