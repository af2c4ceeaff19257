// The limits of requests with an Idempotency-Key.

/** How long a request and its answer are kept for whoever asks again. */
export const idempotentRequestKeptMs = 24 * 3_600_000;
/** After this nobody is believed to work on a request without an answer any more: longer than any but an upload's end takes. */
export const idempotentRequestUnderwayMs = 60_000;
/** Keys of one caller that are kept at a time. */
export const idempotentRequestsPerCallerMax = 2000;
