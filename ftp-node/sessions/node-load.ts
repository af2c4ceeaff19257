// How full this node is now: the fullest of the limits that customers share. Called for the node's description, by which
// internal-db spreads deliveries.
import type { NodeLimits } from '../limits.ts';
import type { SessionDirectory } from './session-directory.ts';

/** From 0 to 100. A limit of 0 bytes a second is none. */
export function measureLoad(
  directory: Pick<SessionDirectory, 'connectionCount' | 'transfers'>,
  limits: Pick<NodeLimits, 'connectionsMax' | 'transfersMax' | 'bytesPerSecondMax'>,
): number {
  const running = [...directory.transfers.running];
  const shares = [
    directory.connectionCount / limits.connectionsMax,
    running.length / limits.transfersMax,
    limits.bytesPerSecondMax === 0 ? 0 : sumOfSpeeds(running) / limits.bytesPerSecondMax,
  ];
  return Math.min(100, Math.round(100 * Math.max(...shares)));
}

function sumOfSpeeds(
  running: readonly { readonly speed: { bytesPerSecond(nowMs: number): number } }[],
): number {
  const nowMs = performance.now();
  return running.reduce((sum, { speed }) => sum + speed.bytesPerSecond(nowMs), 0);
}
