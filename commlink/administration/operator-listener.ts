// The listener for operators, on an address of its own.
import type { Operator } from '../configuration/manifest.ts';
import type { Logger } from '../log.ts';
import type { Handlers } from '../method-table.ts';
import type { operatorMethods } from '../methods/operator-methods.ts';
import type { NodeKeys } from '../node-keys.ts';

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
  close(): Promise<void>;
}

/** Listens. Throws StartupError `PORT_TAKEN`; other system errors keep their codes. */
export async function listenForOperators(options: OperatorListenOptions): Promise<OperatorListener> {
  await Promise.resolve(options);
  throw new Error('not landed yet');
}
