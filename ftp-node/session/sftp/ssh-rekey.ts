// Starts a new key exchange after so much traffic and so much time (RFC 4253, section 9): ssh2 never starts one by
// itself on the server's side. Caller: ssh-connection.ts, after the login.
import type { Connection } from 'ssh2';
import { isExchangingKeys, socketOf } from './ssh2-insides.ts';

const lookIntervalMs = 1000;

/** After how much traffic and how long keys are due, and how long a client may take over it. */
export interface RekeyLimits {
  readonly bytes: number;
  readonly intervalMs: number;
  readonly deadlineMs: number;
}

/** The renewing of one connection's keys. */
export interface Rekeying {
  /** Looks whether keys are due; to be called when much was sent, since a second on a fast line is long. */
  look(): void;
  stop(): void;
}

/** Renews the keys of `connection` until `stop`; calls `onOverdue` when the client does not go along. */
export function renewKeys(
  connection: Connection,
  { limits, onOverdue }: { limits: RekeyLimits; onOverdue: () => void },
): Rekeying {
  const socket = socketOf(connection);
  const countTraffic = (): number => socket.bytesRead + socket.bytesWritten;
  let lastBytes = countTraffic();
  let lastAtMs = Date.now();
  let startedAtMs: number | null = null;
  const onRenewed = (): void => {
    lastBytes = countTraffic();
    lastAtMs = Date.now();
    startedAtMs = null;
  };
  connection.on('rekey', onRenewed);
  const look = (): void => {
    // The client's own exchanges have the same deadline: ssh2 holds all output back meanwhile.
    if (isExchangingKeys(connection)) {
      startedAtMs ??= Date.now();
      if (Date.now() - startedAtMs >= limits.deadlineMs) onOverdue();
      return;
    }
    const isDue = countTraffic() - lastBytes >= limits.bytes || Date.now() - lastAtMs >= limits.intervalMs;
    if (!isDue) return;
    startedAtMs = Date.now();
    connection.rekey();
  };
  const timer = setInterval(look, Math.min(lookIntervalMs, limits.deadlineMs)).unref();
  return {
    look,
    stop: () => {
      clearInterval(timer);
      connection.off('rekey', onRenewed);
    },
  };
}
