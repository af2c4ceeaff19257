// Joins a new machine to a cluster with a ticket: makes its keys there, asks to be let in, waits for the operators'
// signatures, fetches the version that names it, and writes its configuration directory.
// Callers: `consign node join`. Trusts the operators named in the ticket; whoever serves the version is only a courier.
import type { Logger } from '../log.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';

/** What joining needs. */
export interface JoinOptions {
  /** The ticket's text. */
  readonly ticket: string;
  readonly bootstrap: NodeBootstrap;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called once the request was taken and waits for the operators. */
  readonly onWaiting?: () => void;
}

/**
 * Joins. Interrupted, it can be run again with the same ticket on the same machine. Throws ConfigurationError: the
 * ticket is malformed, expired or used by another machine (`refused`), or what came does not verify.
 */
export async function joinCluster(options: JoinOptions): Promise<void> {
  await Promise.resolve(options);
  throw new Error('not landed yet');
}
