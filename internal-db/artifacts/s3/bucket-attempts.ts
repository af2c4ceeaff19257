// Repeats a request to the bucket that failed for a reason which passes: 503 and the like, no answer, an answer that was cut. Called
// by s3-origin.ts; every request is one that may be sent twice.
import { pause } from '#commlink/pause.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { bucketRetryMs } from './limits.ts';

/**
 * Runs `work` until it succeeds or `withinMs` are over. RpcError `unavailable`, or `refused` where another attempt would change nothing;
 * either says what the bucket answered at last.
 */
export async function attemptInBucket<T>(withinMs: number, work: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + withinMs;
  let pauseMs: number = bucketRetryMs.first;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const waitMs = pauseMs * (0.5 + Math.random() / 2);
      if (!mayPass(error) || performance.now() + waitMs > untilMs) throw refusalOf(error);
      await pause(waitMs);
      pauseMs = Math.min(pauseMs * 2, bucketRetryMs.longest);
    }
  }
}

/** Another attempt does not change what the service says of the request itself, nor a key file that can't be read. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  if (status === null) return !(error instanceof Error && error.name === 'StartupError');
  return status >= 500 || status === 408 || status === 429;
}

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('$metadata' in error)) return null;
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode ?? null;
}

function refusalOf(cause: unknown): RpcError {
  const status = statusOf(cause);
  const said = status === null ? nameOf(cause) : `${status} ${nameOf(cause)}`;
  const advice = mayPass(cause) ? 'go on when it answers again' : 'see the setting origin, and go on then';
  return new RpcError(
    mayPass(cause) ? 'unavailable' : 'refused',
    `The bucket of the originals can't be used (${said}). Nothing is lost; ${advice}.`,
    { cause },
  );
}

/** A code such as ECONNREFUSED says more than the name of its class; a message may have a path or an address in it. */
function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'Error';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
