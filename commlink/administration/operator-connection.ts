// An operator's connection to a node's administration listener.
import type { KeyObject } from 'node:crypto';
import type { Logger } from '../log.ts';
import type { operatorMethods } from '../methods/operator-methods.ts';
import type { RpcPeer } from '../rpc.ts';

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
  await Promise.resolve(options);
  throw new Error('not landed yet');
}
