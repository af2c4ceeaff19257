// A connection as those see it who watch the node (`consign sessions`). Caller: the session directory.
import type { LiveSession } from '#commlink/methods/live-session.ts';
import type { LiveConnection, RunningTransfer } from './live-connection.ts';

/** A session if somebody has logged in; a connection otherwise, which of a signed URL is its download. */
export function describeConnection(connection: LiveConnection): LiveSession {
  const { id, protocol, address, startedAtMs, session, idleSinceMs, transfers } = connection;
  const newest = [...transfers.values()].at(-1) ?? null;
  return {
    id: session?.id ?? id,
    connection: id,
    protocol: session?.protocol ?? protocol,
    address,
    account: session?.account ?? newest?.account ?? null,
    principal: session?.principal ?? newest?.principal ?? null,
    username: session?.username ?? null,
    startedAtMs: session?.startedAtMs ?? startedAtMs,
    idleSinceMs: newest === null ? idleSinceMs : null,
    transfer: newest === null ? null : describeTransfer(newest),
    transferCount: transfers.size,
  };
}

function describeTransfer(running: RunningTransfer): NonNullable<LiveSession['transfer']> {
  const { download, delivery, path, offsetBytes, sentBytes, sizeBytes, startedAtMs, speed } = running;
  const bytesPerSecond = speed.bytesPerSecond(performance.now());
  return { download, delivery, path, offsetBytes, sentBytes, sizeBytes, bytesPerSecond, startedAtMs };
}
