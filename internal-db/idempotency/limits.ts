// The limits of requests with an Idempotency-Key.

/** How long an answer is kept for whoever asks again. */
export const idempotentAnswerKeptMs = 24 * 3_600_000;
/** After this a request without an answer was given up by its web-front: longer than any request takes. */
export const idempotentRequestUnderwayMs = 60_000;
/** Keys of one caller that are kept at a time. */
export const idempotentRequestsPerCallerMax = 2000;
