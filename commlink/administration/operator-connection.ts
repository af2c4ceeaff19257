// An operator's connection to a node's administration listener. Callers: the `consign` command and the launcher.
// Trusts the node that answers once it has proven to be one that the operator expects, and says nothing before.
import type { KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { handshakeMsMax, linkRpcLimits } from '../limits.ts';
import { LinkError } from '../link/link-error.ts';
import { connectFromRandomPort, readEphemeralPorts } from '../link/local-port.ts';
import { securePsk } from '../link/psk-client.ts';
import type { Logger } from '../log.ts';
import { operatorMethods } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import { openRpc, type RpcPeer } from '../rpc.ts';
import {
  administrationAlpn,
  deriveAdministrationPsk,
  formatAdministrationIdentity,
  proveAsOperator,
} from './operator-proof.ts';

/** Whom to connect to, as whom. */
export interface OperatorConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly cluster: string;
  /** The operator's keys. */
  readonly operator: { readonly id: string; readonly signing: { readonly privateKey: KeyObject } };
  /** Whether this node id is one that the operator wants to talk to. Asked once, before anything is said. */
  readonly isTrustedNode: (id: string) => boolean;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** Connects; `peer.id` is the node's id. Throws LinkError: `unreachable`, `untrusted_node`, `not_an_operator`, … */
export async function connectAsOperator(
  options: OperatorConnectOptions,
): Promise<RpcPeer<typeof operatorMethods>> {
  const limit = AbortSignal.timeout(handshakeMsMax);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const identity = formatAdministrationIdentity(options.cluster);
  const raw = await connectFromRandomPort(options, await readEphemeralPorts(), signal);
  const credentials = { identity, psk: deriveAdministrationPsk(identity), alpn: administrationAlpn };
  const socket = await securePsk(raw, credentials, signal);
  const id = await prove(socket, options, signal);
  return openRpc(socket, {
    peer: { role: nodeRole, name: id, id },
    offered: {},
    handlers: {},
    called: operatorMethods,
    log: options.log,
    limits: linkRpcLimits,
  });
}

/** The node is called, it calls nothing: its role, which nothing here says, is never looked at. */
const nodeRole: NodeRole = 'internal-db';

async function prove(
  socket: TLSSocket,
  options: OperatorConnectOptions,
  signal: AbortSignal,
): Promise<string> {
  const { cluster, operator, isTrustedNode } = options;
  try {
    const { privateKey } = operator.signing;
    return await proveAsOperator({ socket, cluster, privateKey, signal }, operator.id, isTrustedNode);
  } catch (cause) {
    socket.destroy();
    throw cause instanceof LinkError
      ? cause
      : new LinkError('peer_closed', 'The connection broke during the proof.', { cause });
  }
}
