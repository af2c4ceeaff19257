// Waits for one of several events of a socket, bounded by a time and by a signal, and leaves no listener behind.
// Callers: the files that wait for a handshake, a drain or an orderly close.
import type { EventEmitter } from 'node:events';

/** What may happen: names of events, and how long to wait for the first. */
export interface EventWait<Name extends string> {
  readonly names: readonly Name[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The name of the first event, or `timeout`, or `aborted`. Never rejects; `error` is an event like any other. */
export function waitForFirstEvent<Name extends string>(
  emitter: EventEmitter,
  wait: EventWait<Name>,
): Promise<Name | 'timeout' | 'aborted'> {
  return new Promise((resolve) => {
    const settle = (outcome: Name | 'timeout' | 'aborted'): void => {
      clearTimeout(timer);
      wait.signal.removeEventListener('abort', onAbort);
      for (const [name, listener] of listeners) emitter.off(name, listener);
      resolve(outcome);
    };
    const onAbort = (): void => settle('aborted');
    const listeners = wait.names.map((name) => [name, (): void => settle(name)] as const);
    const timer = setTimeout(() => settle('timeout'), wait.timeoutMs);
    for (const [name, listener] of listeners) emitter.on(name, listener);
    wait.signal.addEventListener('abort', onAbort);
    if (wait.signal.aborted) onAbort();
  });
}
