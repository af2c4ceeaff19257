// Tells a session server which sessions must end. Caller: main.ts, for the session directory.
import type { Logger } from '#commlink/log.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import type { sessionServerMethods } from '../session-methods.ts';
import type { SessionEnding } from './session-directory.ts';

/** Resolves to how many there were; a server that is gone, or does not answer (it is killed then), has none. */
export async function endSessionsOn(
  server: Pick<RpcPeer<typeof sessionServerMethods>, 'call'> | null,
  ending: SessionEnding,
  log: Logger,
): Promise<number> {
  if (server === null) return 0;
  try {
    return (await server.call('session.cut', ending)).cutSessionCount;
  } catch (error) {
    log.error({ err: error }, 'a session server did not end sessions; if it hangs it is killed');
    return 0;
  }
}
