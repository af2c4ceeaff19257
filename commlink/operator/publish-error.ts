// Why a version was not put in force, or is no longer waited for; and the waiting itself, which a signal ends.
// Callers: publish.ts, admit-node.ts, the `consign` command, which shows the message.
import { setTimeout as delay } from 'node:timers/promises';

/**
 * `code` is that of the refusal at the asked node (submission-refusal.ts), or
 * - `refused_by_member` a member can't take the version; it was withdrawn
 * - `superseded`        another version was installed in its place
 * - `expired`           nobody used the ticket in time
 * - `not_a_member`      there is no such node
 * - `cancelled`         the caller no longer waits; what was handed in stays
 * `message` is for people.
 */
export class PublishError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PublishError';
    this.code = code;
  }
}

/** Waits a moment. Throws PublishError `cancelled` when `signal` is aborted. */
export async function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(waitMs, null, signal ? { signal } : {});
  } catch (cause) {
    if ((cause as Error).name !== 'AbortError') throw cause;
    const message =
      'No longer waiting; what was published stays published. See how far it is with: consign config show';
    throw new PublishError('cancelled', message, { cause });
  }
}
