// The command line's connection to internal-db's administration socket, whose file mode is the authentication.
// Callers: main.ts and the doctor; whatever else connects takes its words for a failed connection, which say what the
// person can do.
import { createLogger } from '#commlink/log.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { readStateVersion, type StateLayout } from '#deploy/state-directory.ts';
import { CliError } from './cli-error.ts';

/** The administration methods, ready to be called. */
export type Admin = RpcPeer<typeof adminMethods>;

/** Connects. Throws CliError `unreachable` with what to do, `failed` without permission. */
export async function connectAdmin(layout: StateLayout): Promise<Admin> {
  try {
    return await connectUnix({
      path: layout.adminSocket,
      peer: { role: 'internal-db', name: 'internal-db', id: 'internal-db' },
      called: adminMethods,
      log: createLogger('consign', 'silent'),
    });
  } catch (error) {
    throw explainConnectError(error, layout);
  }
}

/** Turns the errors of connecting to a socket of the state into plain sentences; others come back as they are. */
export function explainConnectError(error: unknown, layout: StateLayout): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') {
    return new CliError(
      'failed',
      `You may not administer the Consign in ${layout.directory}. Run this as the user who started it.`,
      { cause: error },
    );
  }
  if (code !== 'ENOENT' && code !== 'ECONNREFUSED' && code !== 'ENOTDIR') return error;
  const isState = readStateVersion(layout) !== null;
  const message = isState
    ? `Consign is not running on ${layout.directory}. Start it with npm start.`
    : `There is no Consign in ${layout.directory}. Name its state directory with --state or CONSIGN_STATE, or start one with npm start.`;
  return new CliError('unreachable', message, { cause: error });
}
